"""template.yaml as CloudFormation gets it: what SAM makes of it, roles and rules included.

`python -m scripts.expand_template FILE` writes it, for scanners that know no SAM.
"""

import json
import sys
from pathlib import Path
from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).parents[1] / "template.yaml"
_FOLDERS = {"CodeUri", "ContentUri", "DefinitionUri"}


class _Session:
    """All that the translator asks of boto3."""

    region_name = "us-east-1"


def expand(fragment: dict[str, Any]) -> dict[str, Any]:
    """Return a parsed template, every parameter at its default, expanded; the argument is changed."""
    for resource in fragment["Resources"].values():
        properties = resource.get("Properties", {})
        for key in _FOLDERS & set(properties):
            properties[key] = f"s3://package/{properties[key]}"
    defaults = {name: parameter["Default"] for name, parameter in fragment["Parameters"].items()}
    expanded: dict[str, Any] = Translator({}, Parser(), boto_session=_Session()).translate(fragment, defaults)
    return expanded


def main(path: str) -> None:
    """Write template.yaml, expanded, as JSON."""
    fragment = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(expand(fragment), indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
