"""Permissions that AWS asks for by itself, or may ask for, which this cloud has nobody to ask for.

Nothing here is proven by a trial; tests/unit/template/test_service_roles.py holds the template to the
guides that are named beside them.
"""

from fnmatch import fnmatchcase

from chaos.permissions.grants import Grant
from chaos.permissions.verdicts import Mutant

_DOCUMENTED = (
    # (part of the role, action, end of the resource); Step Functions guide, "Logging using CloudWatch Logs".
    ("DatasetRole-", "logs:*", "*"),
    ("ModelRole-", "logs:*", "*"),
    # Some of AWS's policies have it on the group, some on its packages (SageMaker guide, "Model Registry"),
    # and who asks which of them is written nowhere; this cloud asks about the packages.
    ("Role-", "sagemaker:ListModelPackages", "*:model-package-group/*"),
    # AWSGlueServiceRole; SageMaker guide, "SageMaker Roles". Containers here come from no registry.
    ("", "cloudwatch:PutMetricData", "*"),
    ("", "ecr:*", "*"),
    ("", "logs:DescribeLogStreams", "*"),
    ("", "logs:CreateLogGroup", "*"),
    ("-model-", "s3:ListBucket", "*-models-*"),
    # Hadoop 3.4, "Working with IAM Assumed Roles"; an upload that is broken off is S3's own work to forget.
    ("", "s3:GetBucketLocation", "*"),
    ("", "s3:ListBucketMultipartUploads", "*"),
    ("", "s3:ListMultipartUploadParts", "*"),
    ("", "s3:AbortMultipartUpload", "*"),
    ("-etl-", "s3:ListBucket", "*-raw-*"),
    ("-etl-", "s3:ListBucket", "*-models-*"),
    # AWSGlueServiceRole gives a crawler glue:*, and no page says which calls it makes: crawls here make
    # partitions in batches, and need no list of tables.
    ("-crawler-", "glue:BatchGetPartition", "*"),
    ("-crawler-", "glue:BatchUpdatePartition", "*"),
    ("-crawler-", "glue:CreatePartition", "*"),
    ("-crawler-", "glue:GetDatabase", "*"),
    ("-crawler-", "glue:GetPartition", "*"),
    ("-crawler-", "glue:GetTables", "*"),
    ("-crawler-", "glue:UpdatePartition", "*"),
)


def documented(mutant: Mutant) -> bool:
    """Whether the guide is the only one who says that this is needed."""
    return all(map(_documented, mutant.grants))


def _documented(grant: Grant) -> bool:
    return any(
        role in grant.role and fnmatchcase(grant.action, action) and fnmatchcase(grant.resource, resource)
        for role, action, resource in _DOCUMENTED
    )
