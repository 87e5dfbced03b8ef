"""train.py as a process: by SM_* variables alone, and through AWS's own script-mode toolkit."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "training"
ASK = """
import json, sys, inference
model = inference.model_fn(sys.argv[1])
question = '{"reviews": [{"id": "1", "text": "a superb and moving film"}]}'
request = inference.input_fn(question, "application/json")
body, _ = inference.output_fn(inference.predict_fn(request, model), "application/json")
print(json.dumps([json.loads(body), sorted(sys.modules)]))
"""


def run_script(base: Path) -> subprocess.CompletedProcess[str]:
    """Start train.py with the variables that SageMaker's toolkit sets."""
    folders = {"MODEL_DIR": "model", "OUTPUT_DIR": "output", "OUTPUT_DATA_DIR": "output/data"}
    variables = {f"SM_{name}": str(base / folder) for name, folder in folders.items()}
    variables["SM_INPUT_CONFIG_DIR"] = str(base / "input/config")
    for channel in (base / "input/data").iterdir():
        variables[f"SM_CHANNEL_{channel.name.upper()}"] = str(channel)
    command = [sys.executable, str(SOURCE / "train.py")]
    return subprocess.run(
        command,
        env={**os.environ, **variables},
        cwd=base,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def run_toolkit(base: Path) -> subprocess.CompletedProcess[str]:
    """Start the job as a training image does: the toolkit finds the source in place."""
    config = base / "input/config"
    shutil.copytree(SOURCE, base / "code", ignore=shutil.ignore_patterns("__pycache__"))
    given = json.loads((config / "hyperparameters.json").read_text())
    own = {"sagemaker_program": "train.py", "sagemaker_submit_directory": str(base / "code")}
    (config / "hyperparameters.json").write_text(json.dumps({**given, **own, "sagemaker_job_name": "job-1"}))
    (config / "resourceconfig.json").write_text('{"current_host": "localhost", "hosts": ["localhost"]}')
    channels = {folder.name: {"TrainingInputMode": "File"} for folder in (base / "input/data").iterdir()}
    (config / "inputdataconfig.json").write_text(json.dumps(channels))
    command = [sys.executable, "-m", "sagemaker_training.cli.train"]
    return run(command, base, {"SAGEMAKER_BASE_DIR": str(base)})


def run(command: list[str], cwd: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, env=environment, cwd=cwd, capture_output=True, text=True, check=False, timeout=240
    )


def test_an_archive_serves_itself_with_its_own_code(opt_ml: Callable[..., Path], tmp_path: Path) -> None:
    base = opt_ml()

    finished = run_script(base)

    assert finished.returncode == 0, finished.stderr
    assert "test:accuracy=" in finished.stdout
    assert json.loads((base / "model/model.json").read_text())["code_version"] == "12e4567"
    variables = {"PYTHONPATH": str(base / "model/code")}
    served = run([sys.executable, "-P", "-c", ASK, str(base / "model")], tmp_path, variables)
    answer, modules = json.loads(served.stdout)
    assert answer["predictions"][0]["label"] == "positive"
    assert not {"scipy", "sklearn", "pyarrow"} & set(modules)


def test_two_jobs_over_the_same_rows_write_the_same_weights(opt_ml: Callable[..., Path]) -> None:
    base = opt_ml()

    assert run_script(base).returncode == 0
    first = (base / "model/weights.npz").read_bytes()
    shutil.rmtree(base / "model")
    (base / "model").mkdir()
    assert run_script(base).returncode == 0

    assert (base / "model/weights.npz").read_bytes() == first


def test_the_real_toolkit_runs_the_job(opt_ml: Callable[..., Path]) -> None:
    base = opt_ml()

    finished = run_toolkit(base)

    assert finished.returncode == 0, finished.stdout + finished.stderr
    model = json.loads((base / "model/model.json").read_text())
    assert (model["version"], model["code_version"]) == ("job-1", "12e4567")
    assert (base / "output/data/test.jsonl").is_file()


def test_the_reason_of_a_failure_survives_the_toolkit(opt_ml: Callable[..., Path]) -> None:
    base = opt_ml()
    shutil.rmtree(base / "input/data/validation")

    finished = run_toolkit(base)

    assert finished.returncode == 1
    sentence = "Channel 'validation' holds no Parquet file; each split needs one folder of them."
    assert (base / "output/failure").read_text() == sentence
