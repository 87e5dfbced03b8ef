"""What the name of an upload says, and why one is refused."""

import re

FORMATS = ("csv", "json", "jsonl", "ndjson", "parquet")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def format_of(key: str) -> tuple[str, bool]:
    """Return the format that a key's ending names, and whether it says .gz."""
    name = key.lower()
    return name.removesuffix(".gz").rpartition(".")[2], name.endswith(".gz")


def name_problem(key: str) -> str:
    """Return why no job can be given this key, "" if one can.

    Hadoop's paths are no S3 keys: `a/../b` is `b` to them and `a//b` is `a/b` (org.apache.hadoop.fs.Path),
    so another object would be read; files that begin with `_` or `.` are hidden from Spark, and only a
    lower-case .gz is unpacked.
    """
    *folders, name = key.split("/")
    if format_of(key)[0] not in FORMATS:
        return f"The name must end in one of {', '.join(f'.{kind}' for kind in FORMATS)} (.gz allowed)."
    if _CONTROL.search(key):
        return "The name holds a control character or a line break; rename the file."
    if {"", ".", ".."} & set(folders):
        return "The name has an empty folder, `.` or `..` between its slashes; rename the file."
    if name.startswith(("_", ".")):
        return "The name begins with `_` or `.`, which Spark takes for a hidden file; rename it."
    if name.lower().endswith(".gz") and not name.endswith(".gz"):
        return "The ending .gz must be in lower case; rename the file."
    return ""
