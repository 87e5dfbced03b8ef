"""What a service does on a role's behalf, it does with the role's credentials: IAM checks it too."""

from collections.abc import Callable
from dataclasses import dataclass

import boto3
import botocore.session
from botocore.loaders import Loader

from localcloud.config import CloudConfig


@dataclass(frozen=True)
class Credentials:
    """Temporary credentials of an assumed role."""

    access_key: str
    secret_key: str
    token: str


class _Descriptions(Loader):
    """Descriptions of services, for all sessions: each would read the same 0.1 s of JSON again."""

    @property
    def search_paths(self) -> list[str]:
        """A copy: every session of boto3 appends its folder of resources, which nothing here uses."""
        return list(super().search_paths)


Assume = Callable[[str, str], Credentials]
"""(role ARN, service principal such as "glue.amazonaws.com") -> credentials; raises ServiceError when the
role does not exist or does not trust the service."""


class Roles:
    """Sessions under the roles of the cloud's account."""

    def __init__(self, config: CloudConfig, assume: Assume) -> None:
        self._config, self._assume = config, assume
        self._loader = _Descriptions()

    def session(self, role_arn: str, service: str) -> boto3.Session:
        """A boto3 session of `service` ("glue.amazonaws.com") under the role.

        Its clients speak to this cloud, because AWS_ENDPOINT_URL is set in the cloud's own process.
        """
        credentials = self._assume(role_arn, service)
        core = botocore.session.Session()
        core.register_component("data_loader", self._loader)
        return boto3.Session(
            botocore_session=core,
            aws_access_key_id=credentials.access_key,
            aws_secret_access_key=credentials.secret_key,
            aws_session_token=credentials.token,
            region_name=self._config.region,
        )

    def environment(self, role_arn: str, service: str) -> dict[str, str]:
        """The same for a process: what an SDK in it needs to act as the role against this cloud."""
        credentials = self._assume(role_arn, service)
        return {
            **self._config.environment(),
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
            "AWS_SESSION_TOKEN": credentials.token,
        }
