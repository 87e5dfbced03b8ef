"""An object was dropped under raw/: record the run and start its preparation."""

from typing import Any

from marquee.events import UploadEvent
from marquee.observability import observed
from marquee.settings import ReceiveUploadSettings, load
from marquee.uploads import ReceiveUpload


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Handle S3 `Object Created`; answers the run, nothing for a folder's marker."""
    run = ReceiveUpload.of(load(ReceiveUploadSettings)).on(UploadEvent.parse(event))
    return {"run_id": run.run_id, "stage": run.stage} if run else {}
