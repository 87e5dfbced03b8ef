"""Names are derived: the same upload is the same run, everywhere and always."""

import re

import pytest

from marquee import names
from marquee.identity import Attempt, run_id_of


def test_the_same_content_under_the_same_name_is_the_same_run() -> None:
    assert run_id_of("b", "raw/Reviews.csv.gz", '"abc"') == run_id_of("b", "raw/Reviews.csv.gz", "abc")
    assert run_id_of("b", "raw/reviews.csv", "abc") != run_id_of("b", "raw/reviews.csv", "abd")
    assert run_id_of("b", "raw/reviews.csv", "abc") != run_id_of("c", "raw/reviews.csv", "abc")


@pytest.mark.parametrize(
    ("key", "slug"),
    [
        ("raw/Reviews.csv", "reviews"),
        ("raw/a/b/My best (1) reviews of 2026.csv", "my-best-1-reviews-of"),
        ("raw/日本.csv", "upload"),
        ("raw/---.csv", "upload"),
        ("raw/../../etc/passwd", "passwd"),
    ],
)
def test_a_run_id_begins_with_what_a_person_recognises(key: str, slug: str) -> None:
    assert re.fullmatch(rf"{slug}-[0-9a-f]{{10}}", run_id_of("b", key, "e"))


@pytest.mark.parametrize("run_id", ["reviews-0123456789", "abcdef0123-0123456789", "a-2-0123456789"])
@pytest.mark.parametrize("number", [1, 2, 10, 999])
def test_an_attempt_is_read_back_from_its_names(run_id: str, number: int) -> None:
    attempt = Attempt(run_id, number)
    assert Attempt.parse(attempt.id) == attempt
    assert names.attempt_of("dev", names.attempt_name("dev", attempt.id)) == attempt
    assert len(names.attempt_name("a23456789b", f"{'x' * 20}-0123456789-9999")) <= 63


@pytest.mark.parametrize("nothing", ["", "reviews", "reviews-012345678", "reviews-0123456789-x"])
def test_what_is_no_attempt_is_refused(nothing: str) -> None:
    with pytest.raises(ValueError, match="is not an attempt_id"):
        Attempt.parse(nothing)


def test_a_name_of_another_stage_is_refused() -> None:
    with pytest.raises(ValueError, match="does not start with 'marquee-dev-'"):
        names.attempt_of("dev", "marquee-prod-reviews-0123456789")
