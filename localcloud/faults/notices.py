"""Which notice a request to SNS publishes: a fault beside it may make that one come twice."""

import re
from urllib.parse import parse_qs

_NAME = re.compile(r"MessageAttributes\.entry\.\d+\.Name")


def notice_of(body: bytes | str) -> str:
    """Outcome and run among the attributes of an sns:Publish, "live good-1-0123456789"; "" without them."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else body
    form = {key: values[0] for key, values in parse_qs(text).items()}
    held = {
        name: form.get(f"{key.removesuffix('Name')}Value.StringValue", "")
        for key, name in form.items()
        if _NAME.fullmatch(key)
    }
    return " ".join(filter(None, (held.get("outcome", ""), held.get("run_id", ""))))
