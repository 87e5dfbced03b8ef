"""The settings of MiniStack that make it this cloud."""

from localcloud.config import CloudConfig


def environment(config: CloudConfig) -> dict[str, str]:
    """Variables that MiniStack, and the functions it starts, find in their environment."""
    return {
        **config.environment(),
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(config.port),
        "MINISTACK_REGION": config.region,
        "MINISTACK_ACCOUNT_ID": config.account,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(config.objects),
        "STATE_DIR": str(config.scratch),
        "TMPDIR": str(config.scratch),
        "SFN_WAIT_SCALE": str(config.wait_scale),
        "LAMBDA_EXECUTOR": "local",
        # Never look for a Docker daemon: this cloud does not use one.
        "DOCKER_HOST": f"unix://{config.scratch / 'no-docker.sock'}",
    }
