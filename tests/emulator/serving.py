"""Serves moto over HTTP on a loopback port, in this process.

Owns the WSGI layer: counting requests, refusing what S3 refuses by bucket owner, the service and the protocol
moto lacks. Knows nothing of landing zones.
"""

import collections
import functools
import http
import json
import logging
import re
import threading

import access_analyzer
import cloudwatch_cbor
from moto.iam.models import get_account_id_from
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import make_server

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d{8}/([^/]*)/([^/]+)/aws4_request")

ACCESS_DENIED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<Error><Code>AccessDenied</Code><Message>Access Denied</Message>"
    "<RequestId>EMULATEDREQUEST1</RequestId><HostId>emulated</HostId></Error>"
)


# moto finds out for every request which service a host belongs to: it looks through its own folders and tries some two
# hundred patterns, under a lock. That is a quarter of what a check costs here.
DomainDispatcherApplication.get_backend_for_host = functools.cache(DomainDispatcherApplication.get_backend_for_host)


class Application:
    """moto's own application behind a counter and the ownership check of S3."""

    def __init__(self):
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.Lock()
        self.requests = collections.Counter()

    def __call__(self, environ, start_response):
        access_key, region, service = self._signer(environ)
        with self._lock:
            self.requests[service] += 1
        if service == "s3" and self._foreign_bucket(environ, access_key):
            body = b"" if environ["REQUEST_METHOD"] == "HEAD" else ACCESS_DENIED.encode()
            return answered(start_response, 403, "application/xml", body)
        if service == "access-analyzer":
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            asked = (environ["REQUEST_METHOD"], environ["PATH_INFO"].rstrip("/"), body)
            status, answer = access_analyzer.answer(*asked, get_account_id_from(access_key), region)
            return answered(start_response, status, "application/json", json.dumps(answer).encode())
        if cloudwatch_cbor.operation_of(environ):
            return cloudwatch_cbor.answer(self._moto, environ, start_response)
        return self._moto(environ, start_response)

    @staticmethod
    def _signer(environ):
        """Access key, Region and service of the request, from its signature."""
        found = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        if not found:
            return None, None, "unsigned"
        access_key, region, service = found.groups()
        if service == "s3" and environ.get("PATH_INFO", "").startswith("/v20180820/"):
            service = "s3control"
        return access_key, region, service

    @staticmethod
    def _foreign_bucket(environ, access_key):
        """Whether the bucket belongs to another account than the caller's, or than the expected one.

        moto lets any account read any bucket and ignores the expected owner. AWS refuses both, unless the bucket policy
        allows the caller; no bucket policy of the zones served here lets another account read its configuration.
        See: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
        """
        bucket = environ.get("PATH_INFO", "").lstrip("/").split("/", 1)[0]
        if bucket not in s3_backends.bucket_accounts:
            return False
        owner = s3_backends.bucket_accounts[bucket][1]
        expected = environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER", owner)
        return expected != owner or get_account_id_from(access_key) != owner


def answered(start_response, status, kind, body):
    start_response(
        f"{status} {http.HTTPStatus(status).phrase}", [("Content-Type", kind), ("Content-Length", str(len(body)))]
    )
    return [body]


class Server:
    """One listening server; `port` is where it listens."""

    def __init__(self, application, port=0):
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.application = application
        self._server = make_server("127.0.0.1", port, application, threaded=True, request_handler=MotoRequestHandler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def requests_since_start(self, reset=False):
        """How many requests were answered, or from when on to count."""
        if reset:
            self.application.requests.clear()
        return sum(self.application.requests.values())

    def abandon(self):
        """In a copy of the process: closes the listening socket that belongs to the original."""
        self._server.socket.close()
