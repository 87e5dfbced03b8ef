"""The memory of a program that the bench runs."""

import subprocess
import sys

from bench.running import ROOT

_SHORT_PEAK = """
from bench.memory import high_water
held = bytearray(200_000_000)
del held
print(high_water())
"""


def test_a_peak_that_was_over_at_once_is_seen_and_the_parents_memory_is_not() -> None:
    held = bytearray(b"x") * 700_000_000

    said = subprocess.run([sys.executable, "-c", _SHORT_PEAK], cwd=ROOT, check=True, stdout=subprocess.PIPE)

    assert 200_000_000 < int(said.stdout) < len(held)
