"""Commands that a person can type next, as they have to be typed here."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

DEFAULT_STATE = Path(".marquee")


def hint(arguments: argparse.Namespace, command: str) -> str:
    """`command` with the program as it was called, and the state folder if it is not the usual one."""
    called = sys.argv[0] if Path(sys.argv[0]).name == "marquee" else "marquee"
    program = "marquee" if shutil.which("marquee") == shutil.which(called) else called
    stage = "" if arguments.stage == "local" or "--stage" in command else f" --stage {arguments.stage}"
    folder = "" if arguments.state == DEFAULT_STATE else f" --state {arguments.state}"
    return f"{program} {command}{stage}{folder}"


def typeable(arguments: argparse.Namespace, text: str) -> str:
    """`text` with each `marquee ...` in backticks as it has to be typed here."""
    return re.sub(r"`marquee ([^`]+)`", lambda found: f"`{hint(arguments, found[1])}`", text)
