"""Runs a job's script and writes down how it failed, in Glue's own words.

Run as `python launcher.py FAILURE SCRIPT ARGUMENTS...`; it imports nothing of the cloud, for the script
has this process to itself.
"""

import runpy
import sys
import traceback
from pathlib import Path

_LONGEST = 2000
"""Characters of an error message that are kept: Spark puts its whole query plan into some."""


def main() -> None:
    """Run the script as `__main__`, with its own folder and arguments."""
    failure, script = Path(sys.argv[1]), sys.argv[2]
    sys.argv = sys.argv[2:]
    sys.path[0] = str(Path(script).parent)
    try:
        runpy.run_path(script, run_name="__main__")
    except BaseException as error:
        if isinstance(error, SystemExit) and not error.code:
            raise
        failure.write_text(describe(error, script), encoding="utf-8")
        raise


def describe(error: BaseException, script: str) -> str:
    """The ErrorMessage of a run that ended with `error`."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == script]
    where = f" Failed Line Number: {lines[-1]};" if lines else ""
    message = " ".join(str(error).split())[:_LONGEST]
    return f"Error Category: UNCLASSIFIED_ERROR;{where} {type(error).__name__}: {message}"


if __name__ == "__main__":
    main()
