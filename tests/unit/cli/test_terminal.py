"""Figures as a person reads them."""

import pytest
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from cli.terminal import Terminal, size


@pytest.mark.parametrize(
    ("count", "said"), [(8, "8 bytes"), (4_200, "4.2 kB"), (512_000, "0.5 MB"), (13_389_504, "13.4 MB")]
)
def test_no_size_is_told_as_nothing(count: int, said: str) -> None:
    assert size(count) == said


HOSTILE = "a\x1b[31mb\x9b2Jc\u202ed.csv"


@pytest.mark.parametrize("as_json", [True, False])
def test_what_strangers_wrote_is_shown_and_not_obeyed(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(as_json)

    terminal.note(HOSTILE)
    terminal.show({"file": HOSTILE}, Panel(Text(HOSTILE), title=escape(HOSTILE)))

    shown = "".join(capsys.readouterr())
    assert "[31mb" in shown
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown)
