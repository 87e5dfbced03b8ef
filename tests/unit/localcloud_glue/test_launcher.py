import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.glue import launcher


def _launch(folder: Path, script: str, *arguments: str) -> tuple[int, str, str]:
    """Exit status, what was printed, and the failure as written down."""
    failure, path = folder / "failure", folder / "job.py"
    path.write_text(script, encoding="utf-8")
    command = [sys.executable, launcher.__file__, str(failure), str(path), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, failure.read_text(encoding="utf-8") if failure.exists() else ""


def test_a_script_has_the_process_to_itself(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("WORD = 'found'", encoding="utf-8")
    script = "import sys, beside\nif __name__ == '__main__': print(beside.WORD, sys.argv[1:])"
    assert _launch(tmp_path, script, "--a", "1") == (0, "found ['--a', '1']\n", "")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("\nraise ValueError('too\\n few')", " Failed Line Number: 2; ValueError: too few"),
        ("def f():\n    raise OSError('x')\nf()", " Failed Line Number: 2; OSError: x"),
        ("import sys\nsys.exit('no rows')", " Failed Line Number: 2; SystemExit: no rows"),
    ],
)
def test_a_failure_is_written_as_glue_words_it(tmp_path: Path, script: str, message: str) -> None:
    status, _, failure = _launch(tmp_path, script)
    assert status != 0
    assert failure == f"Error Category: UNCLASSIFIED_ERROR;{message}"


def test_leaving_early_on_purpose_is_no_failure(tmp_path: Path) -> None:
    assert _launch(tmp_path, "import sys\nsys.exit(0)") == (0, "", "")
