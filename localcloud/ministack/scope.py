"""The account and region that MiniStack acts in."""

from contextlib import AbstractContextManager

from ministack.core import responses

from localcloud.config import CloudConfig


class Scoped:
    """Something that acts in the cloud's account and region."""

    def __init__(self, config: CloudConfig) -> None:
        self._config = config

    def scope(self) -> AbstractContextManager[None]:
        """The account and region of the cloud, for work that no request has begun."""
        scope: AbstractContextManager[None] = responses.request_scope(
            self._config.account, self._config.region
        )
        return scope
