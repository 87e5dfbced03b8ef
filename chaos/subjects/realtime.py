"""What differs on a real-time endpoint: guarded updates, scaling, two versions side by side."""

from collections.abc import Iterator
from dataclasses import replace

from chaos.errands import scale_the_endpoint, share_and_end
from chaos.journeys import GOOD
from chaos.rows import Options, Row
from chaos.stage import deployed
from chaos.subjects.calls import Course, taken
from chaos.waves import Waves

_PARAMETERS = {
    "EndpointType": "realtime",
    "MinInstances": "2",
    "MaxInstances": "3",
    "TrafficShifting": "canary",
    "ShiftPercent": "50",
    "ShiftSeconds": "5",
    "BakeSeconds": "5",
}
_CHANGERS = ("-deploy-model", "-scale-endpoint", "-share-traffic")
"""The functions whose calls are others than on a serverless endpoint."""
_COURSE = Course(
    ((GOOD,),), (scale_the_endpoint, share_and_end), most_waves=20, functions=_CHANGERS, setting=", realtime"
)


def rows(options: Options) -> Iterator[Row]:
    """A row per function and kind of fault."""
    with deployed(options.terminal, parameters=_PARAMETERS) as stage:
        course = replace(_COURSE, most_waves=1, is_part=True) if options.quick else _COURSE
        yield from taken(Waves(stage), course, "realtime", options.seed)
