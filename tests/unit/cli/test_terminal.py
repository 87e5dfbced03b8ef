"""Figures as a person reads them."""

import pytest

from cli.terminal import size


@pytest.mark.parametrize(
    ("count", "said"), [(8, "8 bytes"), (4_200, "4.2 kB"), (512_000, "0.5 MB"), (13_389_504, "13.4 MB")]
)
def test_no_size_is_told_as_nothing(count: int, said: str) -> None:
    assert size(count) == said
