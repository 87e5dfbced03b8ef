"""Ends every process of a state folder once the test run that started this one has ended, be it by kill -9.

Run as `python -m tests.e2e.guard`; its standard input, a pipe that only the test run holds, names the folder.
"""

import sys
from pathlib import Path

from tests.e2e.stage import end_processes_of

if __name__ == "__main__":
    state = Path(sys.stdin.readline().strip())
    sys.stdin.read()
    end_processes_of(state)
