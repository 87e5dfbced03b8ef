"""The Glue job succeeded: let the crawler catalogue what it wrote."""

from typing import Any

from marquee.observability import logger, observed
from marquee.services.glue import start_crawler
from marquee.settings import CatalogDatasetSettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, bool]:
    """Handle `Glue Job State Change`; answers whether the crawler was started by this event.

    One that is running already raises, so that the event comes again: it may have passed the new
    dataset's folder before the dataset was there.
    """
    name = load(CatalogDatasetSettings).curated_crawler_name
    start_crawler(name)
    logger().info("started", extra={"crawler": name, "event_id": event.get("id", "")})
    return {"started": True}
