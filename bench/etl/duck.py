"""`python -m bench.etl.duck CSV FOLDER REPORT`: the same dataset with DuckDB."""

import sys
import time
from pathlib import Path

import duckdb

from bench.etl.rules import BLANKS, ENTITY, NO_CONTENT, SENTIMENTS, TAG, TRAIN, VALIDATION, decoded
from bench.running import report
from localcloud.glue.settings import GlueSettings

_READ = (
    "CREATE TABLE upload AS SELECT row_number() OVER () AS place, * FROM read_csv($csv, all_varchar = true)"
)
_ENTITIES = "SELECT DISTINCT unnest(regexp_extract_all(review, $entity)) FROM upload"
_CLEAN = """
    CREATE TABLE cleaned AS
    WITH texts AS (
        SELECT place,
               trim(regexp_replace({untagged}, $blanks, ' ', 'g'), ' ') AS review,
               trim(regexp_replace(coalesce(sentiment, ''), $blanks, ' ', 'g'), ' ') AS spelling
        FROM upload
    ), labelled AS (
        SELECT *, $labels[list_position($spelled, lower(spelling))] AS label FROM texts WHERE review <> ''
    )
    SELECT place, review, label, regexp_replace(lower(review), $no_content, '', 'g') AS bare
    FROM labelled WHERE spelling = '' OR label IS NOT NULL
"""
_KEPT = """
    CREATE TABLE kept AS
    WITH keyed AS (
        SELECT *, sha256(CASE WHEN bare = '' THEN review ELSE bare END) AS key FROM cleaned
    ), groups AS (
        SELECT *, min(label) OVER same AS least, max(label) OVER same AS most, row_number() OVER best AS nth
        FROM keyed
        WINDOW same AS (PARTITION BY key), best AS (PARTITION BY key ORDER BY label IS NULL, place)
    )
    SELECT key, review, label, ('0x' || key[17:24])::BIGINT % 100 AS percent FROM groups
    WHERE nth = 1 AND (least IS NULL OR least = most)
"""
_WRITE = """
    COPY (
        SELECT key[1:16] AS review_id, review, label, CASE
            WHEN label IS NULL THEN 'unlabelled' WHEN percent < {train} THEN 'train'
            WHEN percent < {validation} THEN 'validation' ELSE 'test' END AS split
        FROM kept ORDER BY key[33:]
    ) TO '{folder}' (FORMAT parquet, PARTITION_BY (split))
"""


def main(upload: Path, folder: Path) -> None:
    """Prepare the upload; report the seconds of the work."""
    folder.mkdir(parents=True)
    began = time.perf_counter()
    with duckdb.connect(str(folder.parent / "duck.db"), config={"threads": GlueSettings().cores}) as database:
        database.execute(_READ, {"csv": str(upload)})
        entities = decoded(name for (name,) in database.execute(_ENTITIES, {"entity": ENTITY}).fetchall())
        database.execute(_CLEAN.format(untagged=_untagged(entities)), _patterns())
        database.execute(_KEPT)
        database.execute(_WRITE.format(train=TRAIN, validation=VALIDATION, folder=folder))
    report({"job": time.perf_counter() - began})


def _patterns() -> dict[str, object]:
    sentiments = {"spelled": list(SENTIMENTS), "labels": list(SENTIMENTS.values())}
    return {"tag": TAG, "blanks": BLANKS, "no_content": NO_CONTENT, **sentiments}


def _untagged(entities: dict[str, str]) -> str:
    """SQL of a text without tags; entities one after the other, for no replacement takes a function."""
    text = "coalesce(review, '')"
    for entity, stands_for in entities.items():
        quoted = stands_for.replace("'", "''")
        text = f"replace({text}, '{entity}', '{quoted}')"
    decoded = f"CASE WHEN contains(review, '&') THEN {text} ELSE coalesce(review, '') END"
    return f"regexp_replace({decoded}, $tag, ' ', 'g')"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
