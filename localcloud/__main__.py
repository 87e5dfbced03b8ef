"""`python -m localcloud --state DIR --port N`: run a local cloud until it is told to stop."""

import argparse
import os
import sys
from pathlib import Path

from localcloud.config import CloudConfig
from localcloud.ministack.environment import environment


def main() -> int:
    """Run the cloud; 0 when it was stopped, 1 with a sentence when it could not run."""
    parser = argparse.ArgumentParser(prog="localcloud", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder of everything the cloud keeps")
    parser.add_argument("--port", type=int, default=4566, help="port on 127.0.0.1 (default: %(default)s)")
    parser.add_argument("--services", default=",".join(CloudConfig.services), help="packages to plug in")
    options = parser.parse_args()
    services = tuple(filter(None, options.services.split(",")))
    config = CloudConfig(state=options.state.resolve(), port=options.port, services=services)
    config.scratch.mkdir(parents=True, exist_ok=True)
    os.environ.pop("AWS_PROFILE", None)
    os.environ.update(environment(config))
    # Only now: MiniStack reads its settings when it is imported.
    from localcloud.server import CannotStart, serve  # noqa: PLC0415

    try:
        serve(config)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
