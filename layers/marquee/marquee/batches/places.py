"""Where a batch's objects lie in the batch bucket, and what its transform job is called."""

_INPUT_PREFIX = "batch/in/"
_CSV = ".csv"


def is_batch_input(key: str) -> bool:
    """Whether an object is a file that somebody dropped, not a folder's marker."""
    return key.startswith(_INPUT_PREFIX) and not key.endswith("/")


def work_key(batch_id: str) -> str:
    """Key of the JSON lines that the transform job reads."""
    return f"batch/work/{batch_id}/input.jsonl"


def predictions_prefix(batch_id: str) -> str:
    """Key prefix under which the transform job writes."""
    return f"batch/work/{batch_id}/output"


def predictions_key(batch_id: str) -> str:
    """Key of the transform job's predictions: SageMaker adds `.out` to the input's name."""
    return f"{predictions_prefix(batch_id)}/input.jsonl.out"


def output_key(input_key: str) -> str:
    """Key of the finished CSV, folders below `batch/in/` kept; two inputs never have the same.

    >>> output_key("batch/in/2026/reviews.csv")
    'batch/out/2026/reviews.predictions.csv'
    >>> output_key("batch/in/2026/reviews.csv.gz")
    'batch/out/2026/reviews.csv.gz.predictions.csv'
    >>> output_key("batch/in/2026/reviews")
    'batch/out/2026/reviews/predictions.csv'
    """
    name = input_key.removeprefix(_INPUT_PREFIX)
    stem = name.removesuffix(_CSV)
    if "." not in _last(name):
        return f"batch/out/{name}/predictions.csv"  # not that of its namesake with `.csv`
    plain = stem if "." not in _last(stem) else name
    return f"batch/out/{plain}.predictions.csv"


def _last(name: str) -> str:
    return name.rpartition("/")[2]
