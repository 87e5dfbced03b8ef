"""The subjects of the table: each tries one class of faults and yields rows (chaos.rows.Subject)."""

import importlib
from typing import cast

from chaos.rows import Subject

SUBJECTS = {
    "events": "chaos.subjects.events:rows",
    "calls": "chaos.subjects.calls:rows",
    "realtime": "chaos.subjects.realtime:rows",
    "schedules": "chaos.subjects.schedules:rows",
    "burst": "chaos.subjects.burst:rows",
    "releases": "chaos.subjects.releases:rows",
    "processes": "chaos.subjects.processes:rows",
    "permissions": "chaos.permissions.subject:rows",
    "inputs": "chaos.inputs.subject:rows",
    "requests": "chaos.requests.subject:rows",
}
"""Name to `module:function`, in the order of the table."""
ALONE = ("realtime",)
"""Tried only when asked for by name: all of them together must end within 25 minutes."""


def subject(name: str) -> Subject:
    """The subject of a name, imported only now: some bring libraries of their own."""
    module, _, function = SUBJECTS[name].partition(":")
    return cast(Subject, getattr(importlib.import_module(module), function))
