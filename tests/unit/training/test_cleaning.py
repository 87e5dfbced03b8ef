"""Cleaning at prediction time."""

import time

import pytest

from cleaning import clean


@pytest.mark.parametrize(
    ("dirty", "cleaned"),
    [
        ("plain words", "plain words"),
        ("one<br /><br />two", "one two"),
        ("&lt;br /&gt;escaped twice", "escaped twice"),
        ("fish &amp; chips &#39;n&#x27; &quot;peas&quot;", "fish & chips 'n' \"peas\""),
        ("&amp;lt; is decoded once", "&lt; is decoded once"),
        ("&nosuch; stays, &amp stays", "&nosuch; stays, &amp stays"),
        ("no scalar: &#0;&#xD800;&#9999999; gone", "no scalar: gone"),
        ("I <3 it, a < b", "I <3 it, a < b"),
        ("<!-- note --> after", "after"),
        ("  tabs\t\tand\r\nlines\u00a0and\u200bzero\ufeff ", "tabs and lines and zero"),
        ("", ""),
        ("<br>", ""),
    ],
)
def test_markup_entities_and_blanks_are_cleaned(dirty: str, cleaned: str) -> None:
    assert clean(dirty) == cleaned


def test_a_megabyte_of_open_brackets_takes_no_quadratic_time() -> None:
    started = time.perf_counter()

    clean("<a " * 350_000)

    assert time.perf_counter() - started < 5
