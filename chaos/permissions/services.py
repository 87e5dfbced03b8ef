"""The roles of Glue and SageMaker: the work is done again with one more permission, until it succeeds."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chaos.permissions import works
from chaos.permissions.grants import Grant
from chaos.permissions.traveller import Traveller
from chaos.permissions.verdicts import Killed, Mutant, Verdict

_TRUSTS_ANOTHER = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
)

Work = Callable[[Traveller], str]
"""Does a service's work once; says how it failed, "" if it did not."""


@dataclass(frozen=True)
class Service:
    """A role of a service by the end of its name, and the works that it needs its permissions for."""

    role: str
    works: tuple[Work, ...]
    logs: str
    """Start of the name of the log groups that tell of its work."""


def withheld_from(service: Service, traveller: Traveller, grants: list[Grant]) -> Iterator[Killed]:
    """Take everything from the role, and give it back one by one as it is missed."""
    cloud = traveller.stage.cloud
    role = next(grant.role for grant in grants if f"-{service.role}-" in grant.role)
    cloud.control("permissions", {"withhold": [g.as_json() for g in grants if g.role == role]})
    for work in service.works:
        yield from _until_it_works(work, role, traveller, service.logs)
    cloud.control("permissions", {"give_back": True})


def trusts(traveller: Traveller, grants: list[Grant]) -> Iterator[Verdict]:
    """Have each service do a work while its role trusts another one."""
    iam = traveller.stage.client("iam")
    for service in SERVICES:
        role = next(grant.role for grant in grants if f"-{service.role}-" in grant.role)
        trusted, work = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"], service.works[0]
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=_TRUSTS_ANOTHER)
        try:
            failed = work(traveller)
        finally:
            iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trusted))
        mutant = Mutant(role, "trust policy", "sts:AssumeRole", frozenset())
        yield Verdict(mutant, work.__name__, failed, "" if failed else "it was assumed all the same")


def _until_it_works(work: Work, role: str, traveller: Traveller, logs: str) -> Iterator[Killed]:
    while True:
        cloud, since = traveller.stage.cloud, time.time()
        failed = work(traveller) or _unlogged(traveller, logs, since)
        denied = cloud.control("permissions", {"denied": role})
        if not denied:
            return
        first = {name: denied[0][name] for name in ("role", "action", "resource")}
        given = [Grant(**grant) for grant in cloud.control("permissions", {"give": first})]
        yield Killed(tuple(given), work.__name__, failed)


def _unlogged(traveller: Traveller, prefix: str, since: float) -> str:
    """Say so if no line was written since (epoch seconds) to any log group whose name starts so."""
    logs, start = traveller.stage.client("logs"), int(since * 1000)
    prefix = prefix.format(traveller.stage.account.stage)
    groups = [g["logGroupName"] for g in logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]]
    lines = [logs.filter_log_events(logGroupName=group, startTime=start)["events"] for group in groups]
    return "" if any(lines) else f"nothing in the log {prefix}"


SERVICES = (
    Service("etl", (works.etl, works.etl_again), "/aws-glue/marquee-{}/"),
    Service("crawler", (works.crawl_raw, works.crawl_curated), "/aws-glue/crawlers"),
    Service("training", (works.training,), "/aws/sagemaker/TrainingJobs"),
    Service("model", (works.endpoint, works.transform), "/aws/sagemaker/TransformJobs"),
)
