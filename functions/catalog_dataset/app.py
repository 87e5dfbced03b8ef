"""A dataset is ready, or a crawl ended: let the crawler catalogue what it has not seen."""

from typing import Any

from marquee.catalogue import Catalogue
from marquee.crawls import FailedCrawls
from marquee.events.envelope import field_of
from marquee.hints import hint
from marquee.observability import logger, observed
from marquee.settings import CatalogDatasetSettings, load


@observed
@hint
def handler(event: dict[str, Any], _context: object) -> dict[str, bool]:
    """Handle `Glue Job State Change` and `Glue Crawler State Change`; whether a crawl was started.

    While another crawl is under way nothing is: its end comes here too, and what came meanwhile is in
    the ledger. A crawl that failed is told as well.
    """
    settings = load(CatalogDatasetSettings)
    catalogue = Catalogue.of(settings)
    if event.get("detail", {}).get("state") == "Failed":
        FailedCrawls.of(settings).tell()
    is_dataset = field_of(event, "detail-type") == "Glue Job State Change"
    started = catalogue.on_dataset() if is_dataset else catalogue.crawl()
    logger().info("asked the crawler", extra={"started": started, "event_id": event.get("id", "")})
    return {"started": started}
