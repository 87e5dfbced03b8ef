"""SageMaker and Glue in memory, behind real boto3 clients.

botocore checks every parameter against its own model before a double sees it, and errors come back
through botocore as AWS words them.
"""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import UTC, datetime
from typing import Any, Self

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

Parameters = dict[str, Any]
Model = Callable[[str], dict[str, float]]
ACCOUNT = "arn:aws:sagemaker:us-east-1:123456789012"


class Refused(Exception):
    """The service answers with an error."""

    def __init__(self, code: str, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.code = code
        self.fields = fields


class Double:
    """Answers a client's operations with the methods of the same name; keeps what was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Parameters]] = []
        self.refuse_next: dict[str, Refused] = {}

    @contextmanager
    def answering(self, *clients: Any) -> Iterator[Self]:
        """Answer these clients instead of the network, as long as the context lasts."""
        hooks = [(client.meta.events, hook) for client in clients for hook in self._hooks(client)]
        for events, hook in hooks:
            events.register(*hook)
        yield self
        for events, hook in hooks:
            events.unregister(*hook)

    def _hooks(self, client: Any) -> list[tuple[str, Callable[..., Any]]]:
        service = client.meta.service_model.service_id.hyphenize()
        return [
            (f"provide-client-params.{service}.*", self._remember),
            (f"before-call.{service}.*", self._answer),
        ]

    def asked(self, operation: str) -> list[Parameters]:
        return [parameters for name, parameters in self.calls if name == operation]

    def _remember(self, params: Parameters, context: Any, **_: Any) -> None:
        context["asked"] = params

    def _answer(self, model: Any, context: Any, **_: Any) -> tuple[AWSResponse, Parameters]:
        self.calls.append((model.name, context["asked"]))
        try:
            if model.name in self.refuse_next:
                raise self.refuse_next.pop(model.name)
            answer = copy(getattr(self, model.name)(**context["asked"]))  # botocore changes what it is given
            return AWSResponse("", 200, HTTPHeaders(), None), answer
        except Refused as error:
            told = {"Code": error.code, "Message": str(error)}
            return AWSResponse("", 400, HTTPHeaders(), None), {
                "Error": told,
                "ResponseMetadata": {},
                **error.fields,
            }


@contextmanager
def refusing(client: Any, operation: str, refusal: Refused) -> Iterator[None]:
    """A client's operation answers with an error as long as the context lasts; nothing is done."""

    def refuse(**_: Any) -> tuple[AWSResponse, Parameters]:
        body = {"Error": {"Code": refusal.code, "Message": str(refusal)}, "ResponseMetadata": {}}
        return AWSResponse("", 400, HTTPHeaders(), None), body

    hook = f"before-call.{client.meta.service_model.service_id.hyphenize()}.{operation}", refuse
    client.meta.events.register(*hook)
    try:
        yield
    finally:
        client.meta.events.unregister(*hook)


class GlueDouble(Double):
    """One job and its runs; `limit` concurrent runs."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[Parameters] = []
        self.limit = 3
        self.last_crawls: dict[str, Parameters] = {}

    def StartJobRun(self, JobName: str, Arguments: dict[str, str]) -> Parameters:
        if sum(run["JobRunState"] == "RUNNING" for run in self.runs) >= self.limit:
            raise Refused("ConcurrentRunsExceededException", "Concurrent runs exceeded")
        run = {
            "Id": f"jr_{len(self.runs)}",
            "JobRunState": "RUNNING",
            "Arguments": Arguments,
            "MaxCapacity": 2.0,
            "StartedOn": datetime.now(UTC),
        }
        self.runs.insert(0, run)
        return {"JobRunId": run["Id"]}

    def GetJobRun(self, JobName: str, RunId: str) -> Parameters:
        return {"JobRun": next(run for run in self.runs if run["Id"] == RunId)}

    def GetJobRuns(self, JobName: str, **_: Any) -> Parameters:
        return {"JobRuns": [*self.runs]}

    def BatchStopJobRun(self, JobName: str, JobRunIds: list[str]) -> Parameters:
        for run in self.runs:
            if run["Id"] in JobRunIds and run["JobRunState"] == "RUNNING":
                run["JobRunState"] = "STOPPING"
        return {"SuccessfulSubmissions": []}

    def StartCrawler(self, Name: str) -> Parameters:
        return {}

    def GetCrawler(self, Name: str) -> Parameters:
        return {"Crawler": {"Name": Name, "State": "READY", "LastCrawl": self.last_crawls.get(Name, {})}}

    def finish(self, job_run_id: str, state: str, error: str = "") -> None:
        run = next(run for run in self.runs if run["Id"] == job_run_id)
        run |= {"JobRunState": state, "ErrorMessage": error, "ExecutionTime": 90}


class LambdaDouble(Double):
    """Functions that are invoked asynchronously; `sent` are the function names and their events."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, Parameters]] = []

    def Invoke(self, FunctionName: str, InvocationType: str, Payload: str) -> Parameters:
        assert InvocationType == "Event"
        self.sent.append((FunctionName, json.loads(Payload)))
        return {"StatusCode": 202}


class SageMakerDouble(Double):
    """Training jobs, the registry, models, and one endpoint at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: dict[str, Parameters] = {}
        self.limit = 10
        self.transforms: dict[str, Parameters] = {}
        self.packages: list[Parameters] = []
        self.models: dict[str, Parameters] = {}
        self.configs: dict[str, Parameters] = {}
        self.endpoint: Parameters | None = None
        self.trial: Parameters | None = None
        self.answers: dict[str, Model] = {}

    # ---------------------------------------------------------------------------------- training
    def CreateTrainingJob(self, TrainingJobName: str, **request: Any) -> Parameters:
        arn = f"{ACCOUNT}:training-job/{TrainingJobName}"
        if TrainingJobName in self.jobs:
            raise Refused("ResourceInUse", f"Training job names must be unique: {arn} exists")
        if len(self._at_work(self.jobs, "TrainingJob")) >= self.limit:
            message = f"The account-level service limit 'x' is {self.limit} Instances"
            raise Refused("ResourceLimitExceeded", message)
        self.jobs[TrainingJobName] = {
            "TrainingJobName": TrainingJobName,
            "TrainingJobStatus": "InProgress",
            **request,
        }
        return {"TrainingJobArn": arn}

    def DescribeTrainingJob(self, TrainingJobName: str) -> Parameters:
        if TrainingJobName not in self.jobs:
            raise Refused("ValidationException", "Requested resource not found.")
        return self.jobs[TrainingJobName]

    def StopTrainingJob(self, TrainingJobName: str) -> Parameters:
        if self.jobs.get(TrainingJobName, {}).get("TrainingJobStatus") != "InProgress":
            raise Refused("ValidationException", "The request was rejected because of the job's status.")
        self.jobs[TrainingJobName]["TrainingJobStatus"] = "Stopping"
        return {}

    def ListTrainingJobs(self, **_: Any) -> Parameters:
        return {"TrainingJobSummaries": self._at_work(self.jobs, "TrainingJob")}

    def ListTransformJobs(self, **_: Any) -> Parameters:
        return {"TransformJobSummaries": self._at_work(self.transforms, "TransformJob")}

    def ListEndpointConfigs(self, **_: Any) -> Parameters:
        return {"EndpointConfigs": [{"EndpointConfigName": name} for name in self.configs]}

    def ListModels(self, **_: Any) -> Parameters:
        return {"Models": [{"ModelName": name} for name in self.models]}

    def _at_work(self, jobs: dict[str, Parameters], kind: str) -> list[Parameters]:
        return [{f"{kind}Name": name} for name, job in jobs.items() if job[f"{kind}Status"] == "InProgress"]

    def finish_job(self, name: str, status: str = "Completed", failure: str = "") -> None:
        times = {"TrainingTimeInSeconds": 300, "BillableTimeInSeconds": 120}
        self.jobs[name] |= {"TrainingJobStatus": status, "FailureReason": failure, **times}

    # --------------------------------------------------------------------------------- transform
    def CreateTransformJob(self, TransformJobName: str, **request: Any) -> Parameters:
        job = {"TransformJobName": TransformJobName, "TransformJobStatus": "InProgress", **request}
        self.transforms[TransformJobName] = job
        return {"TransformJobArn": f"{ACCOUNT}:transform-job/{TransformJobName}"}

    def DescribeTransformJob(self, TransformJobName: str) -> Parameters:
        if TransformJobName not in self.transforms:
            raise Refused("ValidationException", "Could not find the requested transform job.")
        return self.transforms[TransformJobName]

    def StopTransformJob(self, TransformJobName: str) -> Parameters:
        if TransformJobName not in self.transforms:
            raise Refused("ResourceNotFound", "Could not find the requested transform job.")
        if self.transforms[TransformJobName]["TransformJobStatus"] != "InProgress":
            raise Refused("ValidationException", "The request was rejected because of the job's status.")
        self.transforms[TransformJobName]["TransformJobStatus"] = "Stopping"
        return {}

    # ---------------------------------------------------------------------------------- registry
    def CreateModelPackage(self, **request: Any) -> Parameters:
        arn = f"{ACCOUNT}:model-package/{request['ModelPackageGroupName']}/{len(self.packages) + 1}"
        self.packages.insert(0, {"ModelPackageArn": arn, **request})
        return {"ModelPackageArn": arn}

    def ListModelPackages(self, **_: Any) -> Parameters:
        return {"ModelPackageSummaryList": [*self.packages]}

    def UpdateModelPackage(self, ModelPackageArn: str, **change: Any) -> Parameters:
        next(p for p in self.packages if p["ModelPackageArn"] == ModelPackageArn).update(change)
        return {"ModelPackageArn": ModelPackageArn}

    def CreateModel(self, ModelName: str, **request: Any) -> Parameters:
        if ModelName in self.models:
            raise Refused("ValidationException", f'Cannot create already existing model "{ModelName}".')
        self.models[ModelName] = request
        return {"ModelArn": f"{ACCOUNT}:model/{ModelName}"}

    # ---------------------------------------------------------------------------------- endpoint
    def CreateEndpointConfig(self, EndpointConfigName: str, **request: Any) -> Parameters:
        if EndpointConfigName in self.configs:
            message = f'Cannot create already existing endpoint configuration "{EndpointConfigName}".'
            raise Refused("ValidationException", message)
        self.configs[EndpointConfigName] = request
        return {"EndpointConfigArn": f"{ACCOUNT}:endpoint-config/{EndpointConfigName}"}

    def CreateEndpoint(self, EndpointName: str, EndpointConfigName: str, **_: Any) -> Parameters:
        if self._endpoint(EndpointName):
            raise Refused("ValidationException", f'Cannot create already existing endpoint "{EndpointName}".')
        made = {"EndpointStatus": "Creating", "EndpointConfigName": EndpointConfigName}
        self._set_endpoint(EndpointName, made)
        return {"EndpointArn": f"{ACCOUNT}:endpoint/{EndpointName}"}

    def DescribeEndpoint(self, EndpointName: str) -> Parameters:
        endpoint = self._endpoint(EndpointName)
        if endpoint is None:
            raise Refused("ValidationException", f'Could not find endpoint "{EndpointName}".')
        variants = self.configs.get(endpoint["EndpointConfigName"], {}).get("ProductionVariants", [])
        shown = [
            {"VariantName": v["VariantName"], "CurrentWeight": v["InitialVariantWeight"]}
            | ({"DesiredInstanceCount": v["InitialInstanceCount"]} if "InitialInstanceCount" in v else {})
            for v in variants
        ]
        return {"LastModifiedTime": datetime.now(UTC), "ProductionVariants": shown, **endpoint}

    def UpdateEndpoint(self, EndpointName: str, EndpointConfigName: str, **how: Any) -> Parameters:
        if self.endpoint is None or self.endpoint["EndpointStatus"] != "InService":
            raise Refused("ValidationException", "Cannot update in-progress endpoint.")
        names = [self._variants(self.endpoint["EndpointConfigName"]), self._variants(EndpointConfigName)]
        if "DeploymentConfig" in how and names[0] != names[1]:
            raise Refused("ValidationException", "must have the same variant names as the old one")
        pending = {"EndpointConfigName": EndpointConfigName}
        self.endpoint |= {"EndpointStatus": "Updating", "PendingDeploymentSummary": pending}
        return {"EndpointArn": f"{ACCOUNT}:endpoint/{EndpointName}"}

    def UpdateEndpointWeightsAndCapacities(
        self, EndpointName: str, DesiredWeightsAndCapacities: list[Parameters]
    ) -> Parameters:
        assert self.endpoint
        desired = {one["VariantName"]: one["DesiredWeight"] for one in DesiredWeightsAndCapacities}
        for variant in self.configs[self.endpoint["EndpointConfigName"]]["ProductionVariants"]:
            variant["InitialVariantWeight"] = desired[variant["VariantName"]]
        return {"EndpointArn": f"{ACCOUNT}:endpoint/{EndpointName}"}

    def DeleteEndpoint(self, EndpointName: str) -> Parameters:
        self._set_endpoint(EndpointName, None)
        return {}

    def DeleteEndpointConfig(self, EndpointConfigName: str) -> Parameters:
        if self.configs.pop(EndpointConfigName, None) is None:
            message = f'Could not find endpoint configuration "{EndpointConfigName}".'
            raise Refused("ValidationException", message)
        return {}

    def DeleteModel(self, ModelName: str) -> Parameters:
        if self.models.pop(ModelName, None) is None:
            raise Refused("ValidationException", f'Could not find model "{ModelName}".')
        return {}

    def _variants(self, config: str) -> list[str]:
        variants = self.configs.get(config, {}).get("ProductionVariants", [])
        return [variant["VariantName"] for variant in variants]

    def _endpoint(self, name: str) -> Parameters | None:
        return self.trial if name.endswith("-trial") else self.endpoint

    def _set_endpoint(self, name: str, endpoint: Parameters | None) -> None:
        if name.endswith("-trial"):
            self.trial = endpoint
        else:
            self.endpoint = endpoint

    def settle_trial(self, failure: str = "") -> None:
        """End the start of the trial endpoint."""
        assert self.trial
        status = "Failed" if failure else "InService"
        self.trial |= {"EndpointStatus": status, "FailureReason": failure}

    def serve(self, name: str, version: str, model: Model) -> None:
        """Have a registered model on the endpoint, alone."""
        self.packages.insert(0, {"ModelPackageArn": f"{ACCOUNT}:model-package/marquee-dev/{version}"})
        self.models[name] = {"PrimaryContainer": {"Environment": {"MODEL_VERSION": version}}}
        variant = {"VariantName": "live", "ModelName": name, "InitialVariantWeight": 1.0}
        self.configs[name] = {"ProductionVariants": [variant]}
        self.endpoint = {"EndpointStatus": "InService", "EndpointConfigName": name}
        self.answers[name] = model

    def settle(self, roll_back: bool = False) -> None:
        """End what the endpoint is doing; a roll back is silent, as SageMaker's may be."""
        assert self.endpoint
        pending = self.endpoint.pop("PendingDeploymentSummary", None)
        self.endpoint["EndpointStatus"] = "InService"
        if pending and not roll_back:
            self.endpoint["EndpointConfigName"] = pending["EndpointConfigName"]

    # --------------------------------------------------------------------------------- invocation
    def InvokeEndpoint(self, EndpointName: str, Body: str, TargetVariant: str = "", **_: Any) -> Parameters:
        endpoint = self._endpoint(EndpointName)
        if endpoint is None:
            raise Refused("ValidationError", f"Endpoint {EndpointName} of account 123456789012 not found.")
        variants = self.configs[endpoint["EndpointConfigName"]]["ProductionVariants"]
        variant = next((v for v in variants if v["VariantName"] == TargetVariant), variants[0])
        container = self.models[variant["ModelName"]]["PrimaryContainer"]
        answer = self.answers[variant["ModelName"]]
        predictions = [_prediction(review, answer) for review in json.loads(Body)["reviews"]]
        content = {
            "model": {"version": container["Environment"]["MODEL_VERSION"]},
            "predictions": predictions,
        }
        return {"Body": io.BytesIO(json.dumps(content).encode()), "ContentType": "application/json"}


def _prediction(review: dict[str, str], answer: Model) -> Parameters:
    scores = answer(review["text"])
    label = max(scores, key=lambda name: scores[name])
    return {"id": review["id"], "label": label, "confidence": scores[label], "scores": scores}
