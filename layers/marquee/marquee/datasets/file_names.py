"""What the name of an upload says, and why one is refused."""

import re

FORMATS = ("csv", "json", "jsonl", "ndjson", "parquet")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


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
    rules = {
        "holds a control character or a line break": bool(_CONTROL.search(key)),
        "holds a colon, which no path of Hadoop may": ":" in key,
        "has an empty folder, `.` or `..` between its slashes": bool({"", ".", ".."} & set(folders)),
        "begins with `_` or `.`, which Spark takes for a hidden file": name.startswith(("_", ".")),
        "ends in a .gz that is not in lower case": format_of(key)[1] and not name.endswith(".gz"),
    }
    broken = next((rule for rule, is_broken in rules.items() if is_broken), "")
    return f"The name {broken}; rename the file." if broken else ""
