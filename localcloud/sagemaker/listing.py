"""What every List action of SageMaker does with its filters, its order and its pages."""

from collections.abc import Sequence
from typing import Any

from localcloud.awsjson import Request, ServiceError
from localcloud.store import Document

_DEFAULT_PAGE = 10
_OLDEST_FIRST = ("TrainingJob", "ModelPackage", "ModelPackageGroup")
"""The kinds whose SortOrder is Ascending when it is not given (API reference of each List action)."""


def page(
    request: Request, key: str, kind: str, documents: Sequence[Document], members: Sequence[str]
) -> dict[str, Any]:
    """One page of `documents` under `key`, each cut down to `members`; `kind` prefixes Name and Status."""
    wanted = request.parameters
    found = [document for document in documents if _matches(document, kind, wanted)]
    order = {"Name": f"{kind}Name", "Status": f"{kind}Status"}.get(wanted.get("SortBy", ""), "CreationTime")
    default = "Ascending" if kind in _OLDEST_FIRST else "Descending"
    descending = wanted.get("SortOrder", default) == "Descending"
    found.sort(key=lambda document: document.get(order, 0), reverse=descending)
    start = _offset(wanted.get("NextToken"))
    end = start + wanted.get("MaxResults", _DEFAULT_PAGE)
    shown = [{name: item[name] for name in members if name in item} for item in found[start:end]]
    return {key: shown, "NextToken": str(end) if end < len(found) else None}


def _matches(document: Document, kind: str, wanted: dict[str, Any]) -> bool:
    return (
        wanted.get("NameContains", "").lower() in str(document.get(f"{kind}Name", "")).lower()
        and wanted.get("StatusEquals") in (None, document.get(f"{kind}Status"))
        and wanted.get("ModelApprovalStatus") in (None, document.get("ModelApprovalStatus"))
        and _within(document, "CreationTime", wanted)
        and _within(document, "LastModifiedTime", wanted)
    )


def _within(document: Document, name: str, wanted: dict[str, Any]) -> bool:
    at: float = document.get(name, 0.0)
    return bool(wanted.get(f"{name}After", at) <= at <= wanted.get(f"{name}Before", at))


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    if not token.isdigit():
        raise ServiceError("ValidationException", f"Invalid pagination token given: {token}")
    return int(token)
