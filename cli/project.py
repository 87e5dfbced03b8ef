"""Where this project lies on disk."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The folder with template.yaml; `make setup` installs the command in editable mode from there."""

SAM = ROOT / ".tools" / "sam" / "bin" / "sam"
"""AWS SAM CLI, in an environment of its own because of its exact pins."""

UV = ROOT / ".tools" / "uv" / "bin" / "uv"
"""The package installer that builds the layer, where the machine has none of its own."""
