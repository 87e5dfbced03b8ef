"""`marquee dataset imdb`: from an archive on a server of our own, and every way that can fail."""

import csv
import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cli import imdb
from cli.errors import CommandError
from cli.terminal import Terminal

FILES = {
    "aclImdb/train/pos/0_9.txt": 'Fine, "really" <br />fine.',
    "aclImdb/train/pos/1_10.txt": "Grand.",
    "aclImdb/train/neg/0_1.txt": "Dire.",
    "aclImdb/train/neg/1_2.txt": "Dreary.",
    "aclImdb/train/unsup/0_0.txt": "Unsure.",
    "aclImdb/test/pos/0_10.txt": "Never to be trained on.",
    "aclImdb/train/urls_pos.txt": "http://example.org",
}


def archive() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in FILES.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    content = archive()
    monkeypatch.setattr(imdb, "SHA256", hashlib.sha256(content).hexdigest())

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            part = content[: len(content) // 2] if self.path == "/cut" else content
            self.send_response(200 if self.path in ("/whole", "/cut") else 404)
            self.end_headers()
            self.wfile.write(part)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def read(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["review"], row["sentiment"]) for row in csv.DictReader(file)]


def test_the_training_half_becomes_a_csv(url: str, tmp_path: Path, terminal: Terminal) -> None:
    out = tmp_path / "folder" / "imdb.csv"

    rows = imdb.write_imdb(out, terminal, url=f"{url}/whole")

    assert rows == 4
    assert sorted(read(out)) == [
        ("Dire.", "negative"),
        ("Dreary.", "negative"),
        ('Fine, "really" <br />fine.', "positive"),
        ("Grand.", "positive"),
    ]


def test_unlabelled_reviews_come_on_request(url: str, tmp_path: Path, terminal: Terminal) -> None:
    out = tmp_path / "imdb.csv"

    imdb.write_imdb(out, terminal, unlabelled=True, url=f"{url}/whole")

    assert ("Unsure.", "") in read(out)


def test_another_file_is_refused_and_nothing_is_written(url: str, tmp_path: Path, terminal: Terminal) -> None:
    out = tmp_path / "imdb.csv"

    with pytest.raises(CommandError, match="SHA-256"):
        imdb.write_imdb(out, terminal, url=f"{url}/cut")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["/absent", "offline"])
def test_no_download_is_told_with_a_way_on(
    url: str, address: str, tmp_path: Path, terminal: Terminal
) -> None:
    unreachable = "http://127.0.0.1:9/aclImdb_v1.tar.gz" if address == "offline" else url + address

    with pytest.raises(CommandError, match="cannot be downloaded") as failure:
        imdb.write_imdb(tmp_path / "imdb.csv", terminal, url=unreachable)

    assert "marquee dataset sample" in failure.value.next_step
