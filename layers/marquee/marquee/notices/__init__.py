"""Notices: what a person is told when something of theirs came to an end."""

from marquee.notices.notify import notify, tell_untold, was_told
from marquee.notices.outcomes import Outcome, outcome_of

__all__ = ["Outcome", "notify", "outcome_of", "tell_untold", "was_told"]
