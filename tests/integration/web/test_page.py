"""The page in a real browser, under a sub-path: hostile names and labels are shown, never run."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from functions.predict import app
from marquee.ledger import Champion, Change, Run, Stage, Upload

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
GOLDEN = Path(__file__).parents[3] / "events/function_url_get_page.json"
PREFIX = "/_aws/lambda-url/abc"
HOSTILE = "<img src=x onerror=\"document.title='run'\">"
AT = "2026-11-22T17:49:01.123Z"


class HostileLedger:
    """A ledger whose every text is an attack."""

    run = Run(
        "reviews-0000000001",
        Upload("bucket", f"raw/{HOSTILE}.csv", "etag"),
        AT,
        AT,
        stage=Stage.FAILED,
        facts={"labels": [HOSTILE, "b"], "confusion_matrix": [[1, 0], [0, 1]], "algorithm": HOSTILE},
        reason=HOSTILE,
        history=(Change("RECEIVED", AT, HOSTILE), Change("FAILED", AT, HOSTILE)),
    )

    def runs(self, limit: int) -> list[Run]:
        return [self.run][:limit]

    def get(self, _run_id: str) -> Run:
        return self.run

    def champion(self) -> Champion:
        return Champion(self.run.run_id, self.run.run_id, HOSTILE, "config", 0.5, AT)


class Gateway(BaseHTTPRequestHandler):
    """Calls the function as its URL does."""

    def do_GET(self) -> None:
        event: dict[str, Any] = json.loads(GOLDEN.read_text())
        event["rawPath"] = self.path.removeprefix(PREFIX)
        answer = app.handler(event, None)
        self.send_response(answer["statusCode"])
        for name, value in answer["headers"].items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer["body"].encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(app, "_ledger", HostileLedger)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{PREFIX}/"
    server.shutdown()
    server.server_close()


def rendered(address: str, profile: Path) -> str:
    options = [*OPTIONS, f"--user-data-dir={profile}", "--virtual-time-budget=4000", "--dump-dom"]
    done = subprocess.run([str(CHROMIUM), *options, address], capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)")
def test_hostile_texts_are_shown_and_never_run(address: str, tmp_path: Path) -> None:
    page = rendered(address, tmp_path)

    assert "<title>Marquee</title>" in page
    assert page.count("&lt;img src=x") >= 6
    assert page.count("<img") == 1  # the page's own picture
    assert "version &lt;img" in page


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)")
def test_the_documentation_is_drawn_from_the_document_without_the_network(
    address: str, tmp_path: Path
) -> None:
    page = rendered(f"{address}docs", tmp_path)

    assert "operations-predictions-predict" in page
    assert "Judge reviews" in page
