"""Which function answers which path."""

from __future__ import annotations

import re
from collections.abc import Callable

from marquee.serving.messages import Answer, Refusal, Request

View = Callable[..., Answer]


class Router:
    """Routes by path pattern and method; HEAD is answered as GET.

    >>> router = Router()
    >>> @router.route("GET", "/runs/{run_id}")
    ... def run(request: Request, run_id: str) -> Answer: ...
    """

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], View]] = []

    def route(self, method: str, path: str) -> Callable[[View], View]:
        """Register a view under a path, whose `{names}` become keyword arguments."""
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

        def register(view: View) -> View:
            self._routes.append((method, pattern, view))
            return view

        return register

    def dispatch(self, request: Request) -> Answer:
        """Answer a request; Refusal 404 for an unknown path and 405 for a method it does not have."""
        method = "GET" if request.method == "HEAD" else request.method
        allowed = set()
        for verb, pattern, view in self._routes:
            match = pattern.fullmatch(request.path)
            if match and verb == method:
                return view(request, **match.groupdict())
            if match:
                allowed.add(verb)
        raise self._refusal(request, allowed)

    def _refusal(self, request: Request, allowed: set[str]) -> Refusal:
        if not allowed:
            message = f"There is nothing at {request.path[:200]}. GET /docs shows what there is."
            return Refusal(404, "not_found", message)
        verbs = ", ".join(sorted(allowed | ({"HEAD"} if "GET" in allowed else set())))
        message = f"{request.path} answers {verbs}, not {request.method}."
        return Refusal(405, "method_not_allowed", message, {"Allow": verbs})
