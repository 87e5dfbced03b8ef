"""The page, the OpenAPI page and what they load: files, never templates."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from marquee.serving.messages import Answer, Request

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
# Nothing inline and nothing from elsewhere: a review or a file name can never become code.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGES = {"index.html": "/", "docs.html": "/docs"}
_SWAGGER = {
    "/swagger-ui.min.css": "swagger-ui.min.css",
    "/swagger-ui-bundle.min.js": "swagger-ui-bundle.min.js",
}


def pages(folder: Path) -> Mapping[str, Path]:
    """Return the file behind each path."""
    return {_PAGES.get(file.name, f"/{file.name}"): file for file in sorted(folder.iterdir())}


def swagger() -> Mapping[str, Path]:
    """Return the Swagger UI that Powertools brings along, found without importing Powertools (0.2 s)."""
    spec = find_spec("aws_lambda_powertools")
    root = Path(next(iter(spec.submodule_search_locations or []))) if spec else Path()
    return {path: root / "event_handler/openapi/swagger_ui" / name for path, name in _SWAGGER.items()}


def serve(file: Path, _request: Request) -> Answer:
    """Answer with a text file, its type taken from its name."""
    headers = {"Cache-Control": "public, max-age=300", "Content-Security-Policy": _POLICY}
    return Answer(200, file.read_text(encoding="utf-8"), _TYPES[file.suffix], headers)
