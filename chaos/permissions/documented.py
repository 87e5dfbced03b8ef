"""Permissions that AWS's services ask for by themselves, which this cloud has nobody to ask for.

Nothing here is proven by a trial; tests/unit/template/test_service_roles.py holds the template to the
guides that are named beside them.
"""

from fnmatch import fnmatchcase

from chaos.permissions.verdicts import Mutant

_DOCUMENTED = {
    # Step Functions guide, "Logging using CloudWatch Logs".
    "logs:*LogDelivery*": "Role-",
    "logs:*LogDeliveries": "Role-",
    "logs:*ResourcePolic*": "Role-",
    "logs:DescribeLogGroups": "Role-",
    # AWSGlueServiceRole; SageMaker guide, "SageMaker Roles". Containers here come from no registry.
    "cloudwatch:PutMetricData": "",
    "ecr:*": "",
    "logs:DescribeLogStreams": "",
    "logs:CreateLogGroup": "",
    # Hadoop 3.4, "Working with IAM Assumed Roles"; an upload that is broken off is S3's own work to forget.
    "s3:GetBucketLocation": "",
    "s3:ListBucketMultipartUploads": "",
    "s3:ListMultipartUploadParts": "",
    "s3:AbortMultipartUpload": "",
}


def documented(mutant: Mutant) -> bool:
    """Whether the guide is the only one who says that this is needed."""
    actions = {grant.action for grant in mutant.grants}
    return all(
        any(fnmatchcase(action, pattern) and part in mutant.role for pattern, part in _DOCUMENTED.items())
        for action in actions
    )
