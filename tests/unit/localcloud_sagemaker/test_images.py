"""Which interpreter plays an image, and what is installed on top of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.sagemaker import container_start
from localcloud.sagemaker.images import PROJECT, NoEnvironment, interpreter

REGISTRY = "763104351884.dkr.ecr.us-east-1.amazonaws.com"


@pytest.mark.parametrize("repository", ["pytorch", "pytorch-training"])
def test_the_repository_chooses_the_interpreter(repository: str) -> None:
    played = {"pytorch": Path(sys.executable)}

    assert interpreter(f"{REGISTRY}/{repository}:2.13-cu133-amzn2023-sagemaker", played) == played["pytorch"]
    assert interpreter(f"{REGISTRY}/sagemaker-scikit-learn:1.4-2-cpu-py3", played) == PROJECT


def test_an_environment_that_was_not_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoEnvironment, match=r"plays the image pytorch: `make torch` makes .*/bin/python"):
        interpreter(f"{REGISTRY}/pytorch:2.13", {"pytorch": tmp_path / "bin/python"})


def test_requirements_go_on_top_of_the_interpreter_once(tmp_path: Path) -> None:
    needs = tmp_path / "requirements.txt"
    needs.write_text("numpy>=1\n")  # which is there: pip needs no network to find that out
    script = [sys.executable, container_start.__file__, str(tmp_path / "environments"), str(needs)]
    see = ["-c", "import sys, numpy, pyarrow; print(sys.prefix)"]

    first, second = (
        subprocess.run([*script, *see], check=True, capture_output=True, text=True) for _ in range(2)
    )

    assert first.stdout == second.stdout
    assert Path(first.stdout.strip()).parent == tmp_path / "environments"


def test_what_cannot_be_installed_ends_the_container(tmp_path: Path) -> None:
    needs = tmp_path / "requirements.txt"
    needs.write_text("marquee-has-no-such-library==1.0\n")
    place = str(tmp_path / "environments")
    script = [sys.executable, container_start.__file__, place, str(needs), "-c", "print('up')"]

    ended = subprocess.run(
        script, check=False, capture_output=True, text=True, env={"PIP_NO_INDEX": "1", "PATH": "/usr/bin"}
    )

    assert ended.returncode != 0
    assert "up" not in ended.stdout
    assert "marquee-has-no-such-library" in ended.stderr
