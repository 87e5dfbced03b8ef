"""Who Glue is when it takes a role."""

PRINCIPAL = "glue.amazonaws.com"


def role_arn(role: str, account: str) -> str:
    """The role's ARN: Glue takes roles by name too."""
    return role if role.startswith("arn:") else f"arn:aws:iam::{account}:role/{role}"
