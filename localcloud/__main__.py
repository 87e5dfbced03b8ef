"""`python -m localcloud --state DIR --port N`: run a local cloud until it is told to stop."""

import argparse
import logging
import os
import sys
from pathlib import Path

from localcloud.config import CloudConfig
from localcloud.gateway import listen
from localcloud.ministack.environment import environment
from localcloud.record import CannotStart, exclusive


def main() -> int:
    """Run the cloud; 0 when it was stopped, 1 with a sentence when it could not run."""
    config = _config()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        with exclusive(config):
            _run(config)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(config: CloudConfig) -> None:
    listener = listen(config.port)
    config.scratch.mkdir()
    os.environ.pop("AWS_PROFILE", None)
    os.environ.update(environment(config))
    # Only now: MiniStack reads its settings when it is imported.
    from localcloud.server import serve  # noqa: PLC0415

    serve(config, listener)


def _config() -> CloudConfig:
    parser = argparse.ArgumentParser(prog="localcloud", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder of everything the cloud keeps")
    parser.add_argument("--port", type=int, default=4566, help="port on 127.0.0.1 (default: %(default)s)")
    parser.add_argument("--services", default=",".join(CloudConfig.services), help="packages to plug in")
    parser.add_argument("--parent", type=int, default=0, metavar="PID", help="end when this parent has ended")
    scale = "what a second of %s really takes (default: %%(default)s)"
    waits, pauses = scale % "Step Functions' waits and retries", scale % "back-off between deliveries"
    parser.add_argument("--wait-scale", type=float, default=CloudConfig.wait_scale, help=waits)
    parser.add_argument("--delivery-scale", type=float, default=CloudConfig.delivery_scale, help=pauses)
    options = parser.parse_args()
    services = tuple(filter(None, options.services.split(",")))
    return CloudConfig(
        state=options.state.resolve(),
        port=options.port,
        wait_scale=options.wait_scale,
        delivery_scale=options.delivery_scale,
        parent=options.parent,
        services=services,
    )


if __name__ == "__main__":
    status = main()
    # Threads of MiniStack may still wait for work that is gone; they must not keep the process.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
