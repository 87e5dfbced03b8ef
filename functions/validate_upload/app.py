"""First state of prepare_dataset: can this file work at all?"""

from typing import Any

from marquee.datasets.validation import ValidateUpload
from marquee.events import Step
from marquee.observability import observed
from marquee.settings import ValidateUploadSettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer every problem of the upload in words, none if it can be used."""
    step = Step.parse(event)
    problems = ValidateUpload.of(load(ValidateUploadSettings)).problems(step.attempt)
    return step.answer(problems=problems)
