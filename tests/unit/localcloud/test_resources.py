from typing import Any

from localcloud import resources
from localcloud.constraints import service_model


class Api:
    """An API that answers and remembers."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def client(self, service: str) -> Any:
        return self

    def __getattr__(self, action: str) -> Any:
        def call(**parameters: Any) -> dict[str, Any]:
            self.calls.append((action, parameters))
            return {"NamedQueryId": "q-1", "ResponseMetadata": {}}

        return call


class Stack:
    def __init__(self) -> None:
        self.types: dict[str, tuple[Any, Any]] = {}
        self.completed: dict[str, Any] = {}

    def add_resource_type(self, resource_type: str, create: Any, delete: Any) -> None:
        self.types[resource_type] = (create, delete)

    def complete_resource_type(self, resource_type: str, complete: Any) -> None:
        self.completed[resource_type] = complete


def registered() -> tuple[Stack, Api]:
    stack, api = Stack(), Api()
    resources.register(stack, api)  # type: ignore[arg-type]
    return stack, api


def test_a_type_is_made_and_deleted_through_its_api() -> None:
    stack, api = registered()
    create, delete = stack.types["AWS::Athena::NamedQuery"]
    properties = {"Name": "labels", "Database": "d", "QueryString": "SELECT 1"}

    physical_id, attributes = create("Query", properties, "stack")
    delete(physical_id, properties)

    assert (physical_id, attributes) == ("q-1", {**properties, "NamedQueryId": "q-1"})
    assert api.calls == [("create_named_query", properties), ("delete_named_query", {"NamedQueryId": "q-1"})]


def test_a_function_gets_its_dead_letter_queue() -> None:
    stack, api = registered()

    stack.completed["AWS::Lambda::Function"]("f", {"DeadLetterConfig": {"TargetArn": "q"}})
    stack.completed["AWS::Lambda::Function"]("g", {})

    assert api.calls == [
        ("update_function_configuration", {"FunctionName": "f", "DeadLetterConfig": {"TargetArn": "q"}})
    ]


def test_texts_of_a_template_become_what_the_api_takes() -> None:
    shape = service_model("sagemaker").operation_model("CreateTrainingJob").input_shape
    given = {
        "EnableManagedSpotTraining": "true",
        "ResourceConfig": {"InstanceCount": "2"},
        "InputDataConfig": [{"ChannelName": "train"}],
    }

    assert resources.typed(shape, given) == {
        "EnableManagedSpotTraining": True,
        "ResourceConfig": {"InstanceCount": 2},
        "InputDataConfig": [{"ChannelName": "train"}],
    }
