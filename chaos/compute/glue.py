"""Plugs Glue in, with job runs that need no Spark."""

from typing import TYPE_CHECKING

from chaos.compute.etl import FastEtl
from localcloud import glue
from localcloud.glue.settings import GlueSettings

if TYPE_CHECKING:
    from localcloud.cloud import Cloud

_PARALLEL_RUNS = 8


def register(cloud: "Cloud") -> None:
    """As localcloud.glue does."""
    glue.register(cloud, GlueSettings(parallel_runs=_PARALLEL_RUNS), FastEtl)
