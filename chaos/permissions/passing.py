"""Nobody may hand SageMaker a role that is not meant for it."""

from chaos import uploads
from chaos.permissions.realtime import changed
from chaos.permissions.traveller import Traveller, WentWrong

_WRONG = (
    ("start-training", "StartTrainingRole", "TRAINING_ROLE_ARN", "MODEL_ROLE_ARN"),
    ("register-model", "RegisterModelRole", "MODEL_ROLE_ARN", "TRAINING_ROLE_ARN"),
)
"""Who passes a role, who it is to IAM, the variable that names the role, and that of one it must not pass."""


def other_roles_are_not_passed(traveller: Traveller) -> None:
    """Functions that are told to pass the other one's role are refused it, by IAM."""
    variables = _variables(traveller)
    for function, who, variable, other in _WRONG:
        wrong = variables[other]
        with changed(traveller, {variable: wrong}, function):
            name = f"good-{traveller.name}{variable[:1].lower()}.csv"
            traveller.stage.drop(name, uploads.reviews_csv(len(variable), rows=240))
            _await_refusal(traveller, who, wrong)


def _await_refusal(traveller: Traveller, who: str, role_arn: str) -> None:
    def look() -> bool | None:
        asked = traveller.stage.cloud.control("permissions", {"asked": "iam:PassRole"})
        of_it = [one for one in asked if one["resource"] == role_arn and who in one["role"]]
        allowed = {decision["allowed"] for decision in of_it}
        if True in allowed:
            raise WentWrong(f"{who} may pass {role_arn}")
        return bool(allowed) or None

    traveller.awaited(look, f"the refusal to let {who} pass {role_arn}")


def _variables(traveller: Traveller) -> dict[str, str]:
    name = f"marquee-{traveller.stage.account.stage}-start-training"
    functions = traveller.stage.client("lambda")
    found = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    return dict(found)
