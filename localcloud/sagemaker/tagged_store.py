"""What exists in this SageMaker."""

from localcloud.sagemaker.tags import Tags
from localcloud.store import Store


class TaggedStore(Store):
    """SageMaker's resources, and the tags of each."""

    def __init__(self) -> None:
        super().__init__()
        self.tags = Tags()
