"""Plugs Glue in: job runs need no Spark, but for those that ask for it (CloudConfig.services)."""

from typing import TYPE_CHECKING

from chaos.compute.etl import FastEtl
from localcloud import glue
from localcloud.glue.job_runs import Work
from localcloud.glue.settings import GlueSettings
from localcloud.glue.spark_run import SparkRun
from localcloud.store import Document

if TYPE_CHECKING:
    from localcloud.cloud import Cloud

WITH_SPARK = "spark"
"""How the run_id of a job run begins that Spark works for."""


def register(cloud: "Cloud") -> None:
    """As localcloud.glue does."""
    glue.register(cloud, work=_work)


def _work(cloud: "Cloud", settings: GlueSettings, job: Document, run: Document) -> Work:
    work = SparkRun if run["Arguments"]["--run_id"].startswith(f"{WITH_SPARK}-") else FastEtl
    return work(cloud, settings, job, run)
