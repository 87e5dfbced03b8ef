"""The environment of the two batch functions."""

from pydantic import Field

from marquee.settings import NoticeSettings


class StartTransformSettings(NoticeSettings):
    """Of start_transform."""

    transform_instance_type: str = Field(pattern=r"^ml\.")


class FinishTransformSettings(NoticeSettings):
    """Of finish_transform."""

    start_transform_function: str = Field(min_length=1)
