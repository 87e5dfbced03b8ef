"""Job definitions: Create, Get, List, Update, Delete."""

from typing import Any

from localcloud.awsjson import Request, ServiceError, action
from localcloud.glue.listing import page
from localcloud.store import Document, Store, now

KIND = "Job"
_ALL = "arn:aws:glue:{region}:{account}:job/*"
CREATED = "arn:aws:glue:{region}:{account}:job/{Name}"
NAMED = "arn:aws:glue:{region}:{account}:job/{JobName}"
_DEFAULTS: Document = {
    "DefaultArguments": {},
    "ExecutionProperty": {"MaxConcurrentRuns": 1},
    "ExecutionClass": "STANDARD",
    "GlueVersion": "5.1",
    "JobRunQueuingEnabled": False,
    "MaxRetries": 0,
    "NumberOfWorkers": 10,
    "Timeout": 480,
    "WorkerType": "G.1X",
}
"""What AWS assumes (https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-job.html)."""


class Jobs:
    """Every job of the cloud."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @action("CreateJob", CREATED, passes=("Role",))
    def create(self, request: Request) -> dict[str, Any]:
        """Define a job."""
        asked = {name: value for name, value in request.parameters.items() if name != "Tags"}
        _check(asked)
        at = now()
        job = {**_DEFAULTS, **asked, "CreatedOn": at, "LastModifiedOn": at}
        if not self._store.add(KIND, job["Name"], job):
            raise ServiceError("AlreadyExistsException", f"Job with name: {job['Name']} already submitted")
        return {"Name": job["Name"]}

    @action("UpdateJob", NAMED, passes=("JobUpdate.Role",))
    def update(self, request: Request) -> dict[str, Any]:
        """Define a job anew: what the update leaves out falls back to its default, as on AWS."""
        name, asked = request.parameters["JobName"], request.parameters["JobUpdate"]
        _check(asked)
        created = self.find(name)["CreatedOn"]
        job = {**_DEFAULTS, **asked, "Name": name, "CreatedOn": created, "LastModifiedOn": now()}

        def replace(document: Document) -> None:
            document.clear()
            document.update(job)

        self._store.change(KIND, name, replace)
        return {"JobName": name}

    @action("GetJob", NAMED)
    def get(self, request: Request) -> dict[str, Any]:
        """A job's definition."""
        return {"Job": self.find(request.parameters["JobName"])}

    @action("GetJobs", _ALL)
    def get_all(self, request: Request) -> dict[str, Any]:
        """The definitions of all jobs."""
        return page(request, "Jobs", self._store.all(KIND))

    @action("ListJobs", _ALL)
    def list(self, request: Request) -> dict[str, Any]:
        """The names of all jobs."""
        return page(request, "JobNames", [job["Name"] for job in self._store.all(KIND)])

    @action("DeleteJob", NAMED)
    def delete(self, request: Request) -> dict[str, Any]:
        """Forget a job; there need be none."""
        self._store.remove(KIND, request.parameters["JobName"])
        return {"JobName": request.parameters["JobName"]}

    def find(self, name: str) -> Document:
        """The job of that name."""
        job = self._store.find(KIND, name)
        if job is None:
            raise ServiceError("EntityNotFoundException", f"Job {name} is not found.")
        return job


def _check(asked: Document) -> None:
    command = asked.get("Command", {})
    if command.get("Name") != "glueetl" or not command.get("ScriptLocation"):
        raise ServiceError(
            "InvalidInputException", "The local cloud runs Spark jobs (glueetl) with a script only."
        )
    if asked.get("MaxRetries"):
        raise ServiceError(
            "InvalidInputException", "The local cloud does not retry job runs: MaxRetries must be 0."
        )
