"""The roles of Glue and SageMaker: the work is done again with one more permission, until it succeeds."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chaos.permissions import works
from chaos.permissions.grants import Grant
from chaos.permissions.traveller import Traveller
from chaos.permissions.verdicts import Killed, Mutant, Verdict, mutants, verdict

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

_LOGGED_SECONDS = 3.0
"""Within which lines are in the log that come there at all."""

Work = Callable[[Traveller], str]
"""Does a service's work once; says how it failed, "" if it did not."""


@dataclass(frozen=True)
class Task:
    """A work, and where its log group's name starts; "" if another one's logs are as good."""

    work: Work
    logs: str = ""


@dataclass(frozen=True)
class Service:
    """A role of a service by the end of its name, and what it needs its permissions for."""

    role: str
    tasks: tuple[Task, ...]


def withheld_from(service: Service, traveller: Traveller, grants: list[Grant]) -> list[Killed]:
    """Take everything from the role, and give it back one by one as it is missed.

    The right to have logs comes last, by itself: whoever lacks it works on.
    """
    cloud, found, proven = traveller.stage.cloud, list[Killed](), set[Grant]()
    held = [grant for grant in grants if f"-{service.role}-" in grant.role]
    for logging in (False, True):
        taken = [grant for grant in held if grant.action.startswith("logs:") is logging]
        cloud.control("permissions", {"withhold": [grant.as_json() for grant in taken]})
        for task in service.tasks:
            while (task.logs or not logging) and (killed := _missed(task, held[0].role, traveller)):
                found.append(killed)
                before, proven = proven, _proven(held, found)
                for grant in proven - before:
                    asked = {"role": grant.role, "action": grant.action, "resource": grant.resource}
                    cloud.control("permissions", {"give": asked})
        cloud.control("permissions", {"give_back": True})
    return found


def _proven(held: list[Grant], found: list[Killed]) -> set[Grant]:
    """What is in no mutant any more of which nobody has said that it is missed."""
    doubted = [mutant.grants for mutant in mutants(held) if not verdict(mutant, found).killed]
    return set(held) - set().union(*doubted)


def trusts(traveller: Traveller, grants: list[Grant]) -> Iterator[Verdict]:
    """Have each service do a work while its role trusts another one."""
    iam = traveller.stage.client("iam")
    for service in SERVICES:
        role = next(grant.role for grant in grants if f"-{service.role}-" in grant.role)
        trusted, work = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"], service.tasks[0].work
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=_TRUSTS_ANOTHER)
        try:
            failed = work(traveller)
        finally:
            iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trusted))
        mutant = Mutant(role, "trust policy", "sts:AssumeRole", frozenset())
        yield Verdict(mutant, work.__name__, failed, "" if failed else "it was assumed all the same")


def _missed(task: Task, role: str, traveller: Traveller) -> Killed | None:
    """Do the work once; what became of the first denial, which is given back; None without one."""
    cloud, since = traveller.stage.cloud, time.time()
    failed = task.work(traveller) or _unlogged(traveller, task.logs, since)
    denied = cloud.control("permissions", {"denied": role})
    if not denied:
        return None
    asked = [(one["role"], one["action"], one["resource"]) for one in denied]
    first = dict(zip(("role", "action", "resource"), asked[0], strict=True))
    given = [Grant(**grant) for grant in cloud.control("permissions", {"give": first})]
    # Who was denied two things failed of which?
    alone = all(any(grant.covers(*one) for grant in given) for one in asked)
    return Killed(tuple(given), task.work.__name__, failed if alone else "")


def _unlogged(traveller: Traveller, logs: str, since: float) -> str:
    """Say so if no line was written since (epoch seconds) to any log group whose name starts so."""
    client, start = traveller.stage.client("logs"), int(since * 1000)
    prefix = logs.format(traveller.stage.account.stage)

    def look() -> bool | None:
        groups = client.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
        names = [group["logGroupName"] for group in groups]
        found = (client.filter_log_events(logGroupName=name, startTime=start)["events"] for name in names)
        return any(found) or None

    missing = logs and traveller.soon(look, _LOGGED_SECONDS) is None
    return f"nothing in the log {prefix}" if missing else ""


SERVICES = (
    Service("etl", (Task(works.etl, "/aws-glue/marquee-{}/"), Task(works.etl_again))),
    Service("crawler", (Task(works.crawl_raw), Task(works.crawl_curated, "/aws-glue/crawlers"))),
    Service(
        "training",
        (Task(works.training, "/aws/sagemaker/TrainingJobs"), Task(works.training_from_a_base)),
    ),
    Service(
        "model",
        (
            Task(works.endpoint, "/aws/sagemaker/Endpoints/marquee-{}-probe"),
            Task(works.update),
            Task(works.transform, "/aws/sagemaker/TransformJobs"),
        ),
    ),
)
