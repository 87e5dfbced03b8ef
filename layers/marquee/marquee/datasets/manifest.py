"""What the ETL job says about the dataset it made."""

from typing import Any

from marquee.services.glue import EtlJobRun


def facts_of(manifest: dict[str, Any], job_run: EtlJobRun) -> dict[str, Any]:
    """Return the flat facts of a dataset: rows, and the seconds Glue bills."""
    splits = {f"rows_{split}": rows for split, rows in manifest["rows_out"].items()}
    return {
        **splits,
        "rows": manifest["rows_in"],
        "rows_refused": sum(manifest["rows_refused"].values()),
        "dataset_digest": manifest["dataset_digest"],
        "etl_job_run_id": job_run.job_run_id,
        "etl_seconds": job_run.seconds,
        "etl_dpus": job_run.dpus,
    }


def channels_of(manifest: dict[str, Any]) -> list[str]:
    """Return the splits a training job is given: the three labelled ones, and unlabelled if it has rows."""
    unlabelled = ["unlabelled"] if manifest["rows_out"].get("unlabelled") else []
    return ["train", "validation", "test", *unlabelled]
