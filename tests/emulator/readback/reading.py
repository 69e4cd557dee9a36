"""What the modules that read have in common."""

import datetime
import json
from urllib.parse import unquote

from botocore.exceptions import ClientError


def absent_as_none(call, *codes, **arguments):
    """The answer of a call, `None` when the service says that there is no such thing."""
    try:
        return call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in codes:
            return None
        raise


def document(answered):
    """A policy of IAM: boto3 decodes it, where the answer was what it should be."""
    return answered if isinstance(answered, dict) else json.loads(unquote(answered))


def seconds_after(zone, written, read):
    """`written` and `read` as the same text when they are the same instant, seen from the zone's `now`."""
    if written is None or read is None:
        return written, read
    read = read.astimezone(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
    return str(zone.time(written)), str(read)
