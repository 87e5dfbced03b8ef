"""Every journey that is made, in an order in which each finds what it needs."""

from collections.abc import Collection

from chaos.permissions import (
    crawls,
    deployment,
    endpoints,
    journeys,
    losses,
    passing,
    realtime,
    taking_back,
    waits,
)
from chaos.permissions.alone import Journey

QUICK: tuple[Journey, ...] = (journeys.live, journeys.reads, journeys.refused)
JOURNEYS: tuple[Journey, ...] = (
    journeys.live,
    journeys.live_again,
    journeys.reads,
    journeys.refused,
    journeys.rejected,
    journeys.etl_failed,
    journeys.not_catalogued,
    crawls.crawl_failed,
    journeys.training_failed,
    journeys.release_failed,
    journeys.rerun,
    journeys.duplicate,
    journeys.batch,
    journeys.batch_refused,
    losses.nothing_lost,
    losses.dataset_event_lost,
    losses.model_event_lost,
    losses.etl_failure_lost,
    losses.training_failure_lost,
    losses.never_prepared,
    losses.never_released,
    losses.past_its_deadline,
    losses.training_past_its_deadline,
    losses.batch_events_lost,
    losses.batch_never_started,
    losses.batch_past_its_deadline,
    waits.batch_waits,
    losses.crawl_lost,
    endpoints.over_a_failed_endpoint,
    endpoints.rolled_back,
    endpoints.rolled_back_without_endpoint,
    endpoints.rolled_back_over_a_failed_endpoint,
    endpoints.endpoint_put_back,
    endpoints.endpoint_replaced,
    taking_back.taken_back,
    taking_back.taken_back_without_endpoint,
    taking_back.taken_back_over_a_failed_endpoint,
    taking_back.taken_back_with_its_trial,
    taking_back.trial_left_behind,
    taking_back.judged_too_late,
    losses.changes_left_half_done,
    losses.uploads_lost,
    losses.orphans_left,
    deployment.code_published,
    endpoints.shares,
    endpoints.scaled,
    passing.other_roles_are_not_passed,
    realtime.swept_away,
    realtime.realtime,
)


def named(names: Collection[str]) -> tuple[Journey, ...]:
    """The journeys of these names, and the one that makes the champion that the others start from."""
    return tuple(one for one in JOURNEYS if one.__name__ in {journeys.live.__name__, *names})
