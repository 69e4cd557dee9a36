"""Amazon CloudWatch over Smithy RPC v2 CBOR, which the Rust SDK speaks and moto does not.

Turns such a request into the JSON one that moto understands, and its answer into CBOR by the SDK's own description of
the service. Knows no CloudWatch operation.

See: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
"""

import functools
import io
import json
import re

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer

PATH = re.compile(r"/service/(GraniteServiceVersion20100801)/operation/([A-Za-z]+)")
HEADERS = [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]


class Serializer(RpcV2CBORSerializer):
    """Times are doubles, whole seconds too: the Rust SDK reads nothing else."""

    def _convert_timestamp_to_str(self, value, timestamp_format=None):
        return float(super()._convert_timestamp_to_str(value, timestamp_format))


def operation_of(environ):
    """Target and operation of a CBOR request; `None` when it is none."""
    found = PATH.fullmatch(environ.get("PATH_INFO", ""))
    return found and found.groups()


def answer(application, environ, start_response):
    """What the application answers to the request in JSON, as CBOR."""
    target, operation = operation_of(environ)
    body = json.dumps(decoded(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))).encode()
    asked = {
        **environ,
        "PATH_INFO": "/",
        "RAW_URI": "/",
        "REQUEST_URI": "/",
        "HTTP_X_AMZ_TARGET": f"{target}.{operation}",
        "CONTENT_TYPE": "application/x-amz-json-1.0",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    told = {}
    parts = application(asked, lambda status, _headers, _error=None: told.update(status=status))
    said = json.loads(b"".join(parts) or b"{}")
    encoded = in_cbor(operation, said) if told["status"].startswith("200") else text_map(said)
    start_response(told["status"], [*HEADERS, ("Content-Length", str(len(encoded)))])
    return [encoded]


def decoded(body):
    parser = RpcV2CBORParser()
    return parser.parse_data_item(parser.get_peekable_stream_from_bytes(body)) if body else {}


@functools.cache
def service():
    return ServiceModel(Loader().load_service_model("cloudwatch", "service-2"))


def in_cbor(operation, said):
    """The answer by the shape of the operation's output; what it does not describe is left out, as an SDK would."""
    shape = service().operation_model(operation).output_shape
    serialized = bytearray()
    Serializer()._serialize_data_item(serialized, described(said, shape), shape)
    return bytes(serialized)


def described(value, shape):
    if shape.type_name == "structure":
        members = shape.members
        return {
            name: described(one, members[name]) for name, one in value.items() if name in members and one is not None
        }
    if shape.type_name == "list":
        return [described(one, shape.member) for one in value]
    return value


def text_map(said):
    """An error: a map of texts."""
    serializer, serialized = Serializer(), bytearray()
    texts = {key: str(value) for key, value in said.items()}
    serialized.extend(serializer._get_initial_byte(serializer.MAP_MAJOR_TYPE, len(texts)))
    for pair in texts.items():
        for text in pair:
            serializer._serialize_type_string(serialized, text, None, None)
    return bytes(serialized)
