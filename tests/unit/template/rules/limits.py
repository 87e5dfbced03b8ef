"""Everything forgets, everything ends."""

from collections.abc import Iterator

from tests.unit.template.conftest import Stack

# lambda/latest/dg/lambda-runtimes.html; cfn-lint lets a misspelt one pass behind SAM's Globals.
RUNTIMES = {"python3.13", "python3.14"}


def every_log_group_forgets(stack: Stack) -> Iterator[str]:
    """After the days that the parameter says."""
    for name, group in stack.of_type("AWS::Logs::LogGroup"):
        if group.get("RetentionInDays") != stack.parameters["LogRetentionDays"]:
            yield f"{name}: keeps logs for ever"


def every_function_writes_to_a_log_group_of_its_own(stack: Stack) -> Iterator[str]:
    """Lambda would make one that never forgets."""
    groups = {group["LogGroupName"] for _, group in stack.of_type("AWS::Logs::LogGroup")}
    for name, function in stack.of_type("AWS::Lambda::Function"):
        group = function.get("LoggingConfig", {}).get("LogGroup")
        if group != f"/aws/lambda/{function['FunctionName']}" or group not in groups:
            yield f"{name}: logs where it should not"


def every_function_has_limits_and_tracing(stack: Stack) -> Iterator[str]:
    """Time, memory, a supported runtime."""
    for name, function in stack.of_type("AWS::Lambda::Function"):
        if not 3 < function.get("Timeout", 3) <= 900:  # 3 is Lambda's default: nobody chose it
            yield f"{name}: no time-out"
        if not 128 <= function.get("MemorySize", 0) <= 10_240:
            yield f"{name}: no memory size"
        if function.get("Runtime") not in RUNTIMES or function.get("Architectures") != ["arm64"]:
            yield f"{name}: runtime or architecture is out of support"
        if function.get("TracingConfig") != {"Mode": "Active"}:
            yield f"{name}: is not traced"


def every_job_ends(stack: Stack) -> Iterator[str]:
    """Glue's default is eight hours; retries are Marquee's own affair."""
    for name, job in stack.of_type("AWS::Glue::Job"):
        if "Timeout" not in job or job.get("MaxRetries") != 0:
            yield f"{name}: may run for hours, or twice"


def every_machine_logs(stack: Stack) -> Iterator[str]:
    """All of it, and traces."""
    for name, machine in stack.of_type("AWS::StepFunctions::StateMachine"):
        logged = machine.get("LoggingConfiguration", {}).get("Level") == "ALL"
        if not logged or machine.get("TracingConfiguration") != {"Enabled": True}:
            yield f"{name}: leaves no trace"
