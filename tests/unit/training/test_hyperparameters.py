"""Hyperparameters: strings in, typed knobs or one sentence out."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from hyperparameters import knob, parse, read_hyperparameters, refuse_unknown
from refusals import Refused


@dataclass(frozen=True)
class Block:
    name: str = "x"
    words: int = knob(3, 1, 5)
    weight: float = knob(0.5, 0, 1)


def test_strings_become_the_types_of_the_block() -> None:
    assert parse(Block, {"name": "7", "words": "2", "weight": "1", "other": "?"}) == Block("7", 2, 1.0)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("words", "two", "'words' must be a whole number from 1 to 5, not 'two'"),
        ("words", "2.5", "'words' must be a whole number"),
        ("words", "6", "from 1 to 5, not '6'"),
        ("weight", "nan", "'weight' must be a number from 0 to 1, not 'nan'"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, text: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        parse(Block, {name: text})


def test_an_unknown_name_is_refused_but_the_toolkits_own_are_not() -> None:
    refuse_unknown({"words": "2", "sagemaker_program": "train.py"}, Block)

    with pytest.raises(Refused, match=r"Unknown hyperparameter 'word'; there are name, weight, words\."):
        refuse_unknown({"word": "2"}, Block)


def test_values_are_read_as_given_even_when_they_look_like_numbers(tmp_path: Path) -> None:
    (tmp_path / "hyperparameters.json").write_text('{"code_version": "12e4567"}')

    assert read_hyperparameters(tmp_path) == {"code_version": "12e4567"}


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"hyperparameters\.json"):
        read_hyperparameters(tmp_path)
