"""Raises, whatever it is asked."""

from typing import Any


class Overheated(Exception):
    pass


def handler(event: Any, context: Any) -> Any:
    print("about to fail")
    raise Overheated("too hot")
