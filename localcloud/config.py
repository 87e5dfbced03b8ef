"""What one local cloud is: where it keeps its state, where it listens, how fast its clocks run."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class CloudConfig:
    """Everything that tells one local cloud from another."""

    state: Path
    port: int = 4566
    region: str = "us-east-1"
    account: str = "000000000000"
    access_key: str = "AKIALOCALCLOUD000000"
    secret_key: str = "local-cloud-root-secret"  # noqa: S105 - opens nothing but this machine's own emulator
    wait_scale: float = 0.1
    """Seconds that a Step Functions Wait or retry of one second really takes."""
    delivery_scale: float = 0.01
    """Seconds that one second of back-off between delivery attempts really takes."""

    parent: int = 0
    """Process that the cloud must not outlive, if any: a test run that is killed takes it along."""

    services: tuple[str, ...] = ("localcloud.glue", "localcloud.sagemaker")
    """Packages with a `register(cloud)`, plugged in in this order (see localcloud.cloud)."""

    @property
    def endpoint_url(self) -> str:
        """Where every AWS API of this cloud answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def objects(self) -> Path:
        """The bytes of S3, one folder per account and bucket."""
        return self.state / "s3"

    @property
    def logs(self) -> Path:
        """One log per process of the cloud."""
        return self.state / "logs"

    @property
    def scratch(self) -> Path:
        """Temporary files of the cloud and of everything that runs in it."""
        return self.state / "tmp"

    @property
    def record(self) -> Path:
        """The file that says which process is this cloud."""
        return self.state / "cloud.json"

    def environment(self) -> dict[str, str]:
        """What an AWS SDK or tool needs to speak to this cloud as the account's root."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }
