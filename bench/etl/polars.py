"""`python -m bench.etl.polars CSV FOLDER REPORT`: the same dataset with polars."""

import hashlib
import os
import sys
import time
from pathlib import Path

from bench.etl.rules import BLANKS, ENTITY, NO_CONTENT, SENTIMENTS, TAG, TRAIN, VALIDATION, decoded
from bench.running import report
from localcloud.glue.settings import GlueSettings

os.environ["POLARS_MAX_THREADS"] = str(GlueSettings().cores)
import polars as pl  # not before: it reads the number of threads when it is imported


def main(upload: Path, folder: Path) -> None:
    """Prepare the upload; report the seconds of the work."""
    began = time.perf_counter()
    rows = pl.read_csv(upload, infer_schema=False, row_index_name="row").fill_null("")
    _write(_kept(_labelled(_cleaned(rows))), folder)
    report({"job": time.perf_counter() - began})


def _cleaned(rows: pl.DataFrame) -> pl.DataFrame:
    entities = rows["review"].str.extract_all(ENTITY).explode().drop_nulls().unique()
    known = decoded(entities)
    text = pl.col("review")
    if known:
        text = text.str.replace_many(list(known), list(known.values()))
    return rows.with_columns(text.str.replace_all(TAG, " ").str.replace_all(BLANKS, " ").str.strip_chars(" "))


def _labelled(rows: pl.DataFrame) -> pl.DataFrame:
    spelled = pl.col("sentiment").str.replace_all(BLANKS, " ").str.strip_chars(" ")
    label = spelled.str.to_lowercase().replace_strict(SENTIMENTS, default=None, return_dtype=pl.String)
    known = rows.with_columns(spelled.alias("spelling"), label.alias("label"))
    return known.filter(pl.col("review") != "", (pl.col("spelling") == "") | pl.col("label").is_not_null())


def _kept(rows: pl.DataFrame) -> pl.DataFrame:
    bare = pl.col("review").str.to_lowercase().str.replace_all(NO_CONTENT, "")
    told = rows.with_columns(pl.when(bare == "").then(pl.col("review")).otherwise(bare).alias("told"))
    keys = [hashlib.sha256(text.encode()).hexdigest() for text in told["told"]]
    keyed = told.drop("told").with_columns(pl.Series("key", keys))
    first = keyed.sort(pl.col("label").is_null(), "row").group_by("key", maintain_order=True)
    alone = first.agg(
        pl.col("review").first(),
        pl.col("label").first(),
        pl.col("label").drop_nulls().n_unique().alias("labels"),
    )
    return alone.filter(pl.col("labels") < 2).drop("labels")


def _write(rows: pl.DataFrame, folder: Path) -> None:
    percent = pl.col("key").str.slice(16, 8).str.to_integer(base=16, dtype=pl.Int64) % 100
    split = (
        pl.when(pl.col("label").is_null())
        .then(pl.lit("unlabelled"))
        .when(percent < TRAIN)
        .then(pl.lit("train"))
        .when(percent < VALIDATION)
        .then(pl.lit("validation"))
        .otherwise(pl.lit("test"))
    )
    ready = rows.with_columns(split.alias("split")).sort(pl.col("key").str.slice(32))
    for (name,), part in ready.partition_by("split", as_dict=True).items():
        place = folder / f"split={name}"
        place.mkdir(parents=True)
        columns = part.select(pl.col("key").str.slice(0, 16).alias("review_id"), "review", "label")
        columns.write_parquet(place / "part-0.parquet", compression="snappy")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
