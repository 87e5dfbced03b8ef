"""First state of release_model: is the candidate good enough?"""

from typing import Any

from marquee.events import Step
from marquee.observability import observed
from marquee.releases.judging import JudgeCandidate
from marquee.settings import JudgeSettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the verdict; `waiting` while another release is under way."""
    step = Step.parse(event)
    verdict = JudgeCandidate.of(load(JudgeSettings)).judge(step.attempt)
    if verdict is None:
        return step.answer(status="waiting", accepted=False, reasons=[])
    return step.answer(status="judged", accepted=verdict.accepted, reasons=list(verdict.reasons))
