"""Two runs of `make bench` beside each other.

.venv/bin/python -m bench.compare BEFORE.json AFTER.json
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.figures import Row, Table, ratio, table_of
from bench.printing import aligned, number


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what both runs measured."""
    parser = argparse.ArgumentParser(prog="bench.compare", description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    options = parser.parse_args(arguments)
    lines = list(compared(_tables(options.before), _tables(options.after)))
    if not lines:
        print("The two runs have no figure in common.", file=sys.stderr)
        return 1
    print(*aligned([["", "peer", "before", "after", "after / before"], *lines]), sep="\n")
    return 0


def compared(before: Sequence[Table], after: Sequence[Table]) -> Iterator[list[str]]:
    """A line for each figure of each peer that both runs have."""
    earlier = dict(_rows(before))
    for key, row in _rows(after):
        for peer in row.values:
            old, new = earlier[key].median(peer) if key in earlier else None, row.median(peer)
            if old is not None and new is not None:
                times = ratio(new, old)
                label = f"{key[0]}: {row.name}" + (f", {row.unit}" if row.unit else "")
                yield [label, peer, number(old), number(new), "" if times is None else f"{times:.2f}"]


def _rows(tables: Sequence[Table]) -> Iterator[tuple[tuple[str, str], Row]]:
    return (((table.subject, row.name), row) for table in tables for row in table.rows)


def _tables(path: Path) -> list[Table]:
    return [table_of(document) for document in json.loads(path.read_text())["tables"]]


if __name__ == "__main__":
    sys.exit(main())
