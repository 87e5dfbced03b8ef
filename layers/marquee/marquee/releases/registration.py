"""Registering a judged candidate: a version in the model registry, and the model that serves it."""

from dataclasses import dataclass
from typing import Any

from marquee import names
from marquee.identity import Attempt
from marquee.ledger import Ledger, Run, Stage
from marquee.services.registry import Registry, version_of
from marquee.settings import RegistrySettings
from marquee.stages import standing_at
from marquee.training.request import tags

_CONTENT_TYPES = ["application/json", "application/jsonlines"]
_METADATA = ("accuracy", "f1", "auc", "log_loss", "ece", "rows_train", "rows_test", "dataset_digest")


@dataclass(frozen=True)
class RegisterModel:
    """Registers an attempt's model, once."""

    settings: RegistrySettings
    ledger: Ledger
    registry: Registry

    @classmethod
    def of(cls, settings: RegistrySettings) -> "RegisterModel":
        """Wire it to AWS."""
        return cls(settings, Ledger(settings.ledger_table), Registry(settings.model_package_group))

    def register(self, attempt: Attempt) -> Run:
        """Register a candidate that may be tried and make its model; RunMoved if it is past that."""
        run = standing_at(self.ledger, attempt, Stage.JUDGING, Stage.RELEASING)
        package = self.package(run, "PendingManualApproval")
        version = version_of(package)
        self.registry.create_model(self._model_request(run, version))
        facts = {"model_version": version, "model_package_arn": package, "model_name": self._name(attempt)}
        self.ledger.record(run, facts)
        return self.ledger.get(run.run_id)

    def package(self, run: Run, status: str) -> str:
        """Return the ARN of the attempt's model package, registered now if it was not."""
        description = f"Attempt {run.attempt_id}"
        return self.registry.find(description) or self.registry.create(
            {
                "ClientToken": run.attempt_id,
                "ModelPackageDescription": description,
                "ModelApprovalStatus": status,
                "InferenceSpecification": self._inference(run.current),
                "ModelMetrics": {"ModelQuality": {"Statistics": self._statistics(run.current)}},
                "CustomerMetadataProperties": _metadata(run),
            }
        )

    def _name(self, attempt: Attempt) -> str:
        return names.attempt_name(self.settings.stage, attempt.id)

    def _uri(self, key: str) -> str:
        return f"s3://{self.settings.model_bucket}/{key}"

    def _statistics(self, attempt: Attempt) -> dict[str, str]:
        return {
            "ContentType": "application/json",
            "S3Uri": self._uri(names.evaluation_key(self._name(attempt))),
        }

    def _inference(self, attempt: Attempt) -> dict[str, Any]:
        return {
            "Containers": [self._container(attempt)],
            "SupportedContentTypes": _CONTENT_TYPES,
            "SupportedResponseMIMETypes": _CONTENT_TYPES,
            "SupportedTransformInstanceTypes": [self.settings.transform_instance_type],
            "SupportedRealtimeInferenceInstanceTypes": [self.settings.endpoint_instance_type],
        }

    def _container(self, attempt: Attempt, **environment: str) -> dict[str, Any]:
        return {
            "Image": self.settings.inference_image_uri,
            "ModelDataUrl": self._uri(names.model_archive_key(self._name(attempt))),
            "Environment": {
                # How SageMaker's framework images find the code in the archive (SageMaker inference toolkit).
                "SAGEMAKER_PROGRAM": "inference.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
                "SAGEMAKER_CONTAINER_LOG_LEVEL": "20",
                **environment,
            },
        }

    def _model_request(self, run: Run, version: str) -> dict[str, Any]:
        attempt = run.current
        container = self._container(
            attempt,
            MODEL_VERSION=version,
            RUN_ID=attempt.run_id,
            ATTEMPT_ID=attempt.id,
            # What the archive said of itself when it was judged: training/inference.py serves no other.
            MODEL_DIGEST=run.facts["model_digest"],
        )
        return {
            "ModelName": self._name(attempt),
            "ExecutionRoleArn": self.settings.model_role_arn,
            "PrimaryContainer": container,
            "Tags": tags(attempt, self.settings.stage),
        }


def _metadata(run: Run) -> dict[str, str]:
    known = {name: str(run.facts[name]) for name in _METADATA if run.facts.get(name) is not None}
    return {"run_id": run.run_id, "attempt_id": run.attempt_id, **known}
