"""How the compute behaves for a run: the first word of its upload's name says so."""

from enum import StrEnum


class Behaviour(StrEnum):
    """What a run's jobs and its model do."""

    GOOD = "good"
    WORSE = "worse"
    """The model is right about half the time, and its evaluation says so."""
    LIAR = "liar"
    """The evaluation is a good model's, the served answers are the opposite."""
    CORRUPT = "corrupt"
    """The weights are not the ones whose digest training wrote down."""
    SLOW = "slow"
    """Every answer takes SLOW_SECONDS."""
    CRASHING = "crashing"
    """The container dies of every request."""
    UNSTARTABLE = "unstartable"
    """The container ends before it answers /ping."""
    ETL_FAILS = "etlfails"
    TRAINING_FAILS = "trainingfails"
    ETL_LINGERS = "etllingers"
    """The job run does not end before it is stopped, or LINGER_SECONDS are over."""
    TRAINING_LINGERS = "traininglingers"


SLOW_SECONDS = 4.0
LINGER_SECONDS = 60.0


def behaviour_of(run_id: str) -> Behaviour:
    """The behaviour that a run_id's first word names; GOOD for any other word."""
    word = run_id.partition("-")[0]
    return next((known for known in Behaviour if known == word), Behaviour.GOOD)
