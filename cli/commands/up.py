"""`marquee up`: start the local cloud and deploy to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cli.account import LOCAL, find_cloud
from cli.bringing_up import brought_up
from cli.errors import CommandError
from cli.fault_plans import follow, planned
from cli.hints import hint

if TYPE_CHECKING:
    import argparse

    from cli.account import Account
    from cli.terminal import Terminal


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Bring the local stage up and say where everything is."""
    require_local(arguments, "up")
    plan = planned(arguments.faults)
    given = parameters(arguments.parameter)
    with brought_up(arguments.state, arguments.port, terminal, given) as account:
        if plan is not None and (cloud := find_cloud(arguments.state)):
            follow(cloud, plan)
            terminal.note(f"✔ {len(plan.faults)} faults are planned; {hint(arguments, 'faults')} shows them")
        terminal.show(addresses(account), lambda: addresses_text(account, arguments))
    return 0


def parameters(given: list[str]) -> dict[str, str]:
    """The template's parameters that were given as NAME=VALUE; a CommandError for what is none."""
    if wrong := [text for text in given if not re.fullmatch(r"\w+=.*", text)]:
        raise CommandError(
            f"{wrong[0]!r} is not NAME=VALUE.",
            "For example `marquee up --parameter EndpointType=realtime`; docs/aws.md lists the parameters.",
        )
    return dict(text.split("=", 1) for text in given)


def require_local(arguments: argparse.Namespace, command: str) -> None:
    """Refuse a command that only makes sense on this machine for another stage."""
    if arguments.stage != LOCAL:
        raise CommandError(
            f"`marquee {command}` is for the local stage.",
            f"Run `make deploy STAGE={arguments.stage}` for AWS.",
        )


def addresses(account: Account) -> dict[str, Any]:
    """Where the stage answers."""
    return {
        "stage": account.stage,
        "endpoint_url": account.endpoint_url,
        "address": account.address,
        "outputs": dict(account.outputs),
    }


def addresses_text(account: Account, arguments: argparse.Namespace) -> str:
    """Where the stage answers, for a person."""
    return "\n".join(
        (
            f"AWS APIs    {account.endpoint_url}",
            f"Page, API   {account.address}",
            f"Drop CSVs   s3://{account.outputs['RawBucketName']}/raw/",
            f"            {hint(arguments, 'upload FILE --wait')}",
            f"Stop        {hint(arguments, 'down')}",
        )
    )
