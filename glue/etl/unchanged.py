"""Whether the upload is still the one that the run was made for."""

import boto3
from botocore.exceptions import ClientError

from etl.errors import DatasetRefused
from etl.job import Job

_GONE = ("404", "NoSuchKey")


def check_unchanged(job: Job) -> None:
    """Do nothing if the object has the ETag of the upload's event; DatasetRefused if it is another by now.

    S3 is strongly consistent, so an object that is the same before the first and after the last read was
    the same in between, unless somebody put it back meanwhile.
    """
    if not job.raw_etag:
        return
    try:
        etag = boto3.client("s3").head_object(Bucket=job.raw_bucket, Key=job.raw_key)["ETag"].strip('"')
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            message = "The file was removed before it was read to its end."
            raise DatasetRefused(message) from error
        raise
    if etag != job.raw_etag:
        message = "The file was replaced before it was read to its end; what replaced it is a run of its own."
        raise DatasetRefused(message)
