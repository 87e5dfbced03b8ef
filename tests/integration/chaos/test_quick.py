"""A few faults of each class on one stage; `make chaos` tries them all."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chaos.rows import Options
from chaos.stage import deployed
from chaos.subjects import subject
from cli.terminal import Terminal

pytestmark = pytest.mark.xdist_group("chaos")


@pytest.fixture(scope="module")
def options() -> Iterator[Options]:
    quick = Options(Terminal(), quick=True)
    with deployed(quick.terminal) as stage:
        yield replace(quick, shared=stage)


# The other subjects take minutes each: `make chaos`.
@pytest.mark.parametrize("name", ["events", "calls"])
def test_it_is_survived(options: Options, name: str) -> None:
    rows = list(subject(name)(options))

    assert rows, "nothing was tried"
    lost = [(row.where, row.tried, row.survived, row.failures, row.replay) for row in rows if not row.held]
    assert not lost
