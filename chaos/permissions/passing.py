"""Nobody may hand SageMaker a role that is not meant for it."""

from chaos.permissions.letters import letters
from chaos.permissions.realtime import changed
from chaos.permissions.traveller import Traveller, WentWrong
from marquee.ledger import Stage as At


def other_roles_are_not_passed(traveller: Traveller) -> None:
    """Functions that are told to pass the other one's role are refused it, by IAM."""
    variables = _variables(traveller)
    training, model = variables["TRAINING_ROLE_ARN"], variables["MODEL_ROLE_ARN"]
    with changed(traveller, {"TRAINING_ROLE_ARN": model}, "start-training"):
        run_id = traveller.drop("good")
        _await_refusal(traveller, "StartTrainingRole", model)
        # A function that works on keeps what it was told; its last try is over once there is a letter.
        traveller.awaited(lambda: _letter(traveller, run_id), f"the dead letter of {run_id}")
    traveller.invoke("fail-run", {"run_id": run_id, "attempt_id": run_id, "reason": "by hand"})
    with changed(traveller, {"MODEL_ROLE_ARN": training}, "register-model"):
        run_id = traveller.named(f"{traveller.name}too").drop("good")
        _await_refusal(traveller, "RegisterModelRole", training)
        traveller.stands(run_id, At.FAILED)


def _letter(traveller: Traveller, run_id: str) -> bool | None:
    """Whether the event of the run's dataset, which only knows Glue's id, is a letter now."""
    job_run = str(traveller.ledger.get(run_id).facts.get("etl_job_run_id", "no job run yet"))
    return any(job_run in letter.body for letter in letters(traveller, "failed-events")) or None


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
