"""Glue whose minutes are short, as a service of the cloud."""

from localcloud import glue
from localcloud.cloud import Cloud
from localcloud.glue.settings import GlueSettings


def register(cloud: Cloud) -> None:
    """Plug it in."""
    glue.register(cloud, GlueSettings(seconds_per_minute=1.0, stop_seconds=2.0))
