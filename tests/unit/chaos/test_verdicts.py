"""What is known of a permission after the trials."""

from chaos.permissions.grants import Grant
from chaos.permissions.verdicts import NOT_ASKED, Killed, mutants, verdict


def grant(action: str, resource: str = "one", statement: str = "S") -> Grant:
    return Grant("role", "policy", statement, action, resource)


GET, PUT, OTHER = grant("Get"), grant("Put"), grant("Get", "two")


def test_a_statement_has_a_mutant_per_action_and_per_one_of_several_resources() -> None:
    found = mutants([GET, PUT, OTHER, grant("Del", "three", "T")])

    assert [(mutant.statement, mutant.removed) for mutant in found] == [
        ("S", "Get"),
        ("S", "Put"),
        ("S", "one"),
        ("S", "two"),
        ("T", "Del"),
    ]


def test_a_mutant_is_killed_by_a_trial_that_failed_for_want_of_it() -> None:
    (get, _put) = mutants([GET, PUT])

    found = verdict(get, [Killed((PUT,), "x", "raised"), Killed((GET,), "y", "raised")])

    assert (found.killed, found.scenario) == (True, "y")


def test_a_denial_that_nothing_failed_of_kills_nothing() -> None:
    (get, _put) = mutants([GET, PUT])

    found = verdict(get, [Killed((GET,), "y", "")])

    assert not found.killed
    assert "nothing failed" in found.why


def test_what_another_statement_allows_too_is_spare() -> None:
    again = grant("Get", statement="T")
    (get, _again) = mutants([GET, again])

    found = verdict(get, [Killed((GET, again), "y", "raised")])

    assert not found.killed
    assert found.why == "another statement allows the same"


def test_what_is_never_asked_for_is_spare() -> None:
    (get,) = mutants([GET])

    assert verdict(get, []).why == NOT_ASKED
