"""Custom classifiers, of which this cloud knows the CSV ones: Create, Get, Update, Delete."""

from typing import Any

from localcloud.awsjson import Request, ServiceError, action
from localcloud.store import Document, Store, now

KIND = "Classifier"
_ALL = "*"


class Classifiers:
    """Every classifier of the cloud. IAM knows no resources for them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @action("CreateClassifier", _ALL)
    def create(self, request: Request) -> dict[str, Any]:
        """Define a classifier."""
        classifier = {**_csv(request), "CreationTime": now(), "LastUpdated": now(), "Version": 1}
        if not self._store.add(KIND, classifier["Name"], classifier):
            raise ServiceError("AlreadyExistsException", f"Classifier {classifier['Name']} already exists.")
        return {}

    @action("UpdateClassifier", _ALL)
    def update(self, request: Request) -> dict[str, Any]:
        """Change what the request names."""
        changes = _csv(request)

        def edit(classifier: Document) -> None:
            classifier.update(changes, LastUpdated=now(), Version=classifier["Version"] + 1)

        if self._store.change(KIND, changes["Name"], edit) is None:
            raise _missing(changes["Name"])
        return {}

    @action("GetClassifier", _ALL)
    def get(self, request: Request) -> dict[str, Any]:
        """A classifier."""
        return {"Classifier": {"CsvClassifier": self.find(request.parameters["Name"])}}

    @action("GetClassifiers", _ALL)
    def get_all(self, _request: Request) -> dict[str, Any]:
        """All classifiers."""
        return {"Classifiers": [{"CsvClassifier": classifier} for classifier in self._store.all(KIND)]}

    @action("DeleteClassifier", _ALL)
    def delete(self, request: Request) -> dict[str, Any]:
        """Forget a classifier."""
        if self._store.remove(KIND, request.parameters["Name"]) is None:
            raise _missing(request.parameters["Name"])
        return {}

    def find(self, name: str) -> Document:
        """The CSV classifier of that name."""
        classifier = self._store.find(KIND, name)
        if classifier is None:
            raise _missing(name)
        return classifier


def _csv(request: Request) -> Document:
    classifier: Document | None = request.parameters.get("CsvClassifier")
    if classifier is None:
        raise ServiceError("InvalidInputException", "The local cloud knows CSV classifiers only.")
    return classifier


def _missing(name: str) -> ServiceError:
    return ServiceError("EntityNotFoundException", f"Classifier {name} is not found.")
