"""The catalogue is MiniStack's; who may use it is asked here, for the resources as AWS names them.

https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html: a call needs the permission
on the catalogue, on the database and on the table it is about.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from localcloud.awsjson import Authorize, Handler, Headers, Permission, Response, ServiceError


def authorised(authorize: Authorize, handler: Handler) -> Handler:
    """`handler`, which answers only callers whom IAM allows what they ask."""

    async def handle(
        method: str, path: str, headers: Headers, body: bytes, query: Mapping[str, list[str]]
    ) -> Response:
        action = headers.get("x-amz-target", "").rpartition(".")[2]
        try:
            account, region = authorize(headers, ())
            names = resources(action, json.loads(body or b"{}"))
            root = f"arn:aws:glue:{region}:{account}"
            authorize(headers, [Permission(f"glue:{action}", f"{root}:{name}") for name in names])
        except ServiceError as error:
            return error.response()
        return await handler(method, path, headers, body, query)

    return handle


def resources(action: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    """What follows arn:aws:glue:region:account: of everything an action touches."""
    if arn := parameters.get("ResourceArn"):
        yield str(arn).split(":", 5)[-1]
        return
    yield "catalog"
    about_table = "Table" in action or "Partition" in action
    given = parameters.get("DatabaseInput", {}).get("Name") or parameters.get("Name")
    database = parameters.get("DatabaseName") if about_table else given
    if database:
        yield f"database/{database}"
    if database and about_table:
        named = parameters.get("TableName") or parameters.get("Name")
        yield f"table/{database}/{named or parameters.get('TableInput', {}).get('Name') or '*'}"
