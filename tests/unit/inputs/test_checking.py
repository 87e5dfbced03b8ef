"""Every odd upload is refused with its reason, or passes the check, in time."""

import pytest

from chaos.inputs.checking import checked
from chaos.inputs.corpus import CLASSES

_LARGE = ("sizes", "bombs")
"""Classes of files that take seconds each: `make chaos` checks them too."""


@pytest.mark.parametrize("name", [name for name in CLASSES if name not in _LARGE])
def test_odd_uploads_are_refused_with_their_reason_or_pass(name: str) -> None:
    wrong = {case.title: checked(case).wrong for case in CLASSES[name]()}

    assert {title: what for title, what in wrong.items() if what} == {}


def test_there_are_enough_of_them() -> None:
    cases = [(name, case.title) for name in CLASSES if name not in _LARGE for case in CLASSES[name]()]

    assert len(set(cases)) == len(cases) >= 150
