"""What a cold start of predict waits for."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
_IMPORT = "import sys; sys.modules.update(dict.fromkeys({missing}, None)); import app"


def test_it_starts_without_the_libraries_that_cost_a_start_its_time() -> None:
    missing = ["boto3", "botocore", "pydantic", "aws_lambda_powertools"]
    path = os.pathsep.join(map(str, (ROOT / "layers" / "marquee", ROOT / "functions" / "predict")))

    started = subprocess.run(
        [sys.executable, "-c", _IMPORT.format(missing=missing)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode == 0, started.stderr
