"""Unpacks the archives of functions and layers, each once, however many processes run them."""

import hashlib
import importlib.util
import io
import shutil
import tempfile
import threading
import zipfile
from pathlib import Path

SDK = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
"""What the Python runtimes of Lambda hold beside the standard library (docs: "Runtime-included SDK")."""


class Packages:
    """The unpacked archives below one folder, named by their content."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, threading.Lock()

    def unpack(self, archive: bytes) -> Path:
        """The folder that holds the files of a zip archive."""
        target = self._folder / hashlib.sha256(archive).hexdigest()[:24]
        with self._lock:
            if not target.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                staging = Path(tempfile.mkdtemp(dir=self._folder))
                _extract(archive, staging)
                staging.rename(target)
        return target

    def sdk(self) -> Path:
        """A folder with nothing but the SDK that the runtime itself offers to every function."""
        target = self._folder / "sdk"
        with self._lock:
            if not target.exists():
                target.mkdir(parents=True)
                for name in SDK:
                    source = _location(name)
                    (target / source.name).symlink_to(source)
        return target


def search_path(code: Path, layers: list[Path], sdk: Path) -> list[Path]:
    """Where Python looks, in Lambda's order: the function's code, its layers, the SDK."""
    found = [code]
    for layer in layers:
        found += sorted(layer.glob("python/lib/python3*/site-packages"))
        found.append(layer / "python")
    return [*found, sdk]


def _extract(archive: bytes, folder: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            for item in files.infolist():
                path = Path(files.extract(item, folder))
                if mode := (item.external_attr >> 16) & 0o777:
                    path.chmod(mode | 0o600 if path.is_file() else 0o700)
    except zipfile.BadZipFile:
        shutil.rmtree(folder)
        raise


def _location(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"{name}, which Lambda's runtime offers to functions, is not installed")
    origin = Path(spec.origin)
    return origin.parent if origin.name == "__init__.py" else origin
