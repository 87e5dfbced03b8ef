"""Where metrics of endpoints go: to CloudWatch, if the execution role may put them there."""

import logging
from typing import TYPE_CHECKING, Any

from localcloud.awsjson import Permission, ServiceError
from localcloud.clients import Clients
from localcloud.sagemaker.container_process import SERVICE

if TYPE_CHECKING:
    from localcloud.cloud import Cloud

NAMESPACE = "AWS/SageMaker"

log = logging.getLogger(__name__)


class MetricsSink:
    """Asks IAM about the role with the condition key that MiniStack's CloudWatch does not give."""

    def __init__(self, cloud: "Cloud", clients: Clients) -> None:
        self._cloud, self._clients = cloud, clients
        self._keys: dict[str, str] = {}

    def put(self, role: str, data: list[dict[str, Any]]) -> None:
        """Put the data, in the role's name."""
        context = {"cloudwatch:namespace": NAMESPACE}
        try:
            headers = self._headers(role)
            with self._cloud.stack.scope():
                permission = Permission("cloudwatch:PutMetricData", "*", context)
                self._cloud.stack.authorize(headers, [permission])
        except ServiceError as error:
            log.warning("an endpoint has no metrics: %s", error.message)
            return
        self._clients.client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data)

    def _headers(self, role: str) -> dict[str, str]:
        """What a request under the role is signed with, as far as IAM reads it."""
        if role not in self._keys:
            credentials = self._cloud.roles.session(role, SERVICE).get_credentials()
            self._keys[role] = credentials.access_key if credentials else ""
        scope = f"{self._keys[role]}/20000101/{self._cloud.config.region}/monitoring/aws4_request"
        return {"authorization": f"AWS4-HMAC-SHA256 Credential={scope}"}
