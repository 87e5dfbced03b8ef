"""A failed crawl that nobody was told of is a loss, and one told twice is a repeat."""

from chaos.crawls import wrongly_told_crawls
from chaos.findings import Evidence

CRAWL = "marquee-local-raw/2026-11-22T10:00:00+00:00"
NOTICE = {"stage": "CRAWL", "outcome": "attention", "run_id": CRAWL}


def test_the_last_crawl_must_be_told_if_it_failed() -> None:
    (found,) = wrongly_told_crawls(Evidence(failed_crawls=[CRAWL]))
    assert "nobody was told" in found.sentence
    assert not list(wrongly_told_crawls(Evidence(failed_crawls=[CRAWL], notices={"1": NOTICE})))


def test_a_crawl_that_a_later_one_made_good_may_have_been_told_or_not() -> None:
    assert not list(wrongly_told_crawls(Evidence()))
    assert not list(wrongly_told_crawls(Evidence(notices={"1": NOTICE})))


def test_twice_is_excused_by_a_death_beside_sns_only() -> None:
    (found,) = wrongly_told_crawls(Evidence(failed_crawls=[CRAWL], notices={"1": NOTICE, "2": NOTICE}))
    assert not found.is_excused({})
    assert found.is_excused({f"attention {CRAWL}": 1})
