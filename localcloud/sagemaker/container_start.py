"""What the scikit-learn image does before it serves: `pip install -r requirements.txt`, if code/ has one.

A script (`python container_start.py ENVIRONMENTS REQUIREMENTS PROGRAM ARGUMENTS...`) on the standard library
alone. The image's containers are thrown away, this machine's interpreter is not: what is installed goes into
an environment on top of it, one for each content of requirements.txt, and the program runs in that.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

_MADE = ".made"


def environment(folder: Path, requirements: Path) -> Path:
    """Return the interpreter of the environment that has these requirements, made now if there is none."""
    digest = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:16]
    place = folder / digest
    python = place / "bin" / "python"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{digest}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / _MADE).exists():
            _make(place, python, requirements)
            (place / _MADE).touch()
    return python


def layer(place: Path) -> None:
    """Make an environment in which everything of this interpreter's can be imported, pip included."""
    venv.EnvBuilder(clear=True, symlinks=True).create(place)
    own = sysconfig.get_path("purelib")
    target = Path(sysconfig.get_path("purelib", vars={"base": str(place), "platbase": str(place)}))
    (target / "image.pth").write_text(f"import site; site.addsitedir({own!r})\n")


def _make(place: Path, python: Path, requirements: Path) -> None:
    layer(place)
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    subprocess.run([python, "-m", "pip", "install", *quiet, "-r", requirements], check=True)


def main() -> None:
    """Become the program in the environment that it needs."""
    folder, requirements, *program = sys.argv[1:]
    python = environment(Path(folder), Path(requirements))
    os.execv(python, [str(python), *program])  # noqa: S606 - the signals of the container are the program's


if __name__ == "__main__":
    main()
