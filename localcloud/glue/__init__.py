"""Glue with real work behind it: crawlers read the objects, job runs run their script with Spark.

The catalogue (databases, tables, partitions) is MiniStack's, and so is every action not defined here.
"""

from collections.abc import Callable

from localcloud.awsjson import JsonService
from localcloud.clients import Clients
from localcloud.cloud import Cloud
from localcloud.glue import resource_types
from localcloud.glue.catalogue import authorised
from localcloud.glue.classifiers import Classifiers
from localcloud.glue.crawl import Crawl
from localcloud.glue.crawlers import Crawlers
from localcloud.glue.events import Events
from localcloud.glue.job_runs import JobRuns, Work
from localcloud.glue.jobs import Jobs
from localcloud.glue.settings import GlueSettings
from localcloud.glue.spark_run import SparkRun
from localcloud.store import Document, Store

__all__ = ["register"]

MakeWork = Callable[[Cloud, GlueSettings, Document, Document], Work]
"""(cloud, settings, job, job run) -> the work of that run, not begun yet"""


def register(cloud: Cloud, settings: GlueSettings | None = None, work: MakeWork = SparkRun) -> None:
    """Plug Glue into the cloud; `work` makes what a job run does."""
    bounds = settings or GlueSettings()
    store = Store()
    events = Events(cloud.stack.emit_event, cloud.config.account, cloud.config.region)
    jobs, classifiers = Jobs(store), Classifiers(store)
    catalogue = authorised(cloud.stack.authorize, cloud.stack.service("glue"))
    service = JsonService("glue", cloud.stack.authorize, fallback=catalogue, tag_action="TagResource")
    service.add(jobs)
    service.add(classifiers)
    service.add(JobRuns(store, jobs, events, bounds, lambda job, run: work(cloud, bounds, job, run)))
    service.add(Crawlers(store, events, lambda crawler: Crawl(cloud, classifiers, crawler)))
    cloud.stack.add_service("glue", service.handle)
    resource_types.register(cloud.stack, Clients(cloud.config))
