"""What a peer has written, in a form that can be compared."""

import hashlib
from pathlib import Path

import pyarrow.parquet as pq


def outcome(folder: Path) -> tuple[int, str]:
    """Number of rows, and a digest of (split, id, review, label) that does not depend on their order."""
    rows, folded = 0, 0
    for path in sorted(folder.rglob("*.parquet")):
        split = path.parent.name
        for batch in pq.ParquetFile(path).iter_batches(columns=["review_id", "review", "label"]):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                folded ^= int.from_bytes(hashlib.sha256(repr((split, *row)).encode()).digest())
                rows += 1
    return rows, f"{folded:064x}"
