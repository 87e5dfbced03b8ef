"""Pages of Glue's lists."""

from collections.abc import Sequence
from typing import Any

from localcloud.awsjson import Request, ServiceError

_MOST = 100


def page(request: Request, member: str, items: Sequence[Any]) -> dict[str, Any]:
    """One page of `items` under the name `member`; the token is the place where the next page begins."""
    token = request.parameters.get("NextToken") or "0"
    if not token.isdigit():
        raise ServiceError("InvalidInputException", "Invalid pagination token")
    start, size = int(token), request.parameters.get("MaxResults", _MOST)
    rest = str(start + size) if len(items) > start + size else None
    return {member: list(items[start : start + size]), "NextToken": rest}
