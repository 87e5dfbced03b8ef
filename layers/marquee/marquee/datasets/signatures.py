"""What a file is by its first bytes, whatever its name says."""

from marquee.datasets.file_names import format_of

GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
LONGEST = 8
_FOREIGN = {
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"\xd0\xcf\x11\xe0": "a spreadsheet or document of an old Office",
    b"PARE": "a Parquet file whose footer is encrypted",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"Obj\x01": "an Avro file",
    b"ORC": "an ORC file",
    b"SQLite": "a SQLite database",
    b"%PDF": "a PDF document",
}


def signature_problem(head: bytes, key: str) -> str:
    """Return how a file's first bytes contradict its name, "" if they do not."""
    suffix, packed = format_of(key)
    if foreign := _foreign(head):
        return foreign
    if packed != head.startswith(GZIP):
        is_not = "the file is no gzip file" if packed else "the file is a gzip file: name it .gz"
        return f"The name {'ends' if packed else 'does not end'} in .gz, but {is_not}."
    if packed and suffix == "parquet":
        return "A Parquet file cannot be packed with gzip; upload it as it is."
    if (suffix == "parquet") != head.startswith(PARQUET):
        is_not = "is no" if suffix == "parquet" else "is a"
        return f"The name says {suffix}, but the file {is_not} Parquet file."
    return ""


def content_problem(head: bytes) -> str:
    """Return why what was unpacked cannot be text, "" if it may be."""
    if head.startswith(GZIP):
        return "The file is packed with gzip twice; pack it once, or not at all."
    if head.startswith(PARQUET):
        return "The .gz holds a Parquet file; upload it unpacked, named .parquet."
    return _foreign(head)


def _foreign(head: bytes) -> str:
    kind = next((name for magic, name in _FOREIGN.items() if head.startswith(magic)), "")
    return f"The file is {kind}; save it as CSV and upload it again." if kind else ""
