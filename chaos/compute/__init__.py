"""Compute that takes milliseconds, for the chaos suite alone; everything around it is the real thing.

`glue.py` and `sagemaker.py` plug it into a local cloud (CloudConfig.services): a job run, a training job
and a container each do real work on the real inputs, under the real roles, and write every output that
docs/architecture.md promises, but in the cloud's own process and with a model of counted words.
What the training code does beside learning is done by the training code itself.
"""

import sys
from pathlib import Path

_TRAINING = str(Path(__file__).parents[2] / "training")
if _TRAINING not in sys.path:
    sys.path.append(_TRAINING)
