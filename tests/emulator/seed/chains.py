"""What CloudTrail delivers to the bucket of an organization trail: digests, signed, and the log files they name.

Made from AWS's description of the format, independently of the program's own samples, with a key of this process.

See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
"""

import base64
import datetime
import functools
import gzip
import hashlib
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

HOUR = datetime.timedelta(hours=1)
# How long after the beginning of a digest's interval its log file is delivered.
DELIVERED = datetime.timedelta(minutes=20)
# How long ago the newest digest ended.
NEWEST = datetime.timedelta(minutes=49, seconds=40)
DEFAULT_HOURS = 24


@functools.cache
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.cache
def public_der():
    return key().public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


def public_keys():
    """The answer of ListPublicKeys."""
    return [
        {
            "Value": base64.b64encode(public_der()).decode(),
            "Fingerprint": fingerprint(),
            "ValidityStartTime": 1_577_836_800,
            "ValidityEndTime": 2_208_988_800,
        }
    ]


def fingerprint():
    return hashlib.md5(public_der()).hexdigest()


def iso(time):
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def seed(zone, s3, bucket, backdoor):
    """Puts the chains of every validated organization trail that delivers here."""
    owner = zone["buckets"][bucket]["account"]
    newest = zone.now - NEWEST
    for name, trail in zone["trails"].items():
        if trail["bucket"] != bucket or not (trail.get("log_file_validation") and trail.get("organization")):
            continue
        for account, region in places(zone, bucket):
            for object_key, (body, metadata) in Chain(zone, name, trail, account, region).objects().items():
                s3.put_object(Bucket=bucket, Key=object_key, Body=body, Metadata=metadata)
                backdoor.object_modified(owner, bucket, object_key, newest)


def places(zone, bucket):
    """Accounts that delivered something today, in every governed Region."""
    today = f"/{zone.now:%Y/%m/%d}/"
    delivered = [object_key for object_key in zone["buckets"][bucket].get("objects", {}) if today in object_key]
    accounts = {object_key.split("AWSLogs/")[1].split("/")[1] for object_key in delivered}
    return [(account, region) for account in sorted(accounts) for region in zone.regions]


class Chain:
    """Hourly digests of one account and Region, each with one log file."""

    def __init__(self, zone, name, trail, account, region):
        self.zone, self.name, self.trail, self.account, self.region = zone, name, trail, account, region
        prefix = [trail["prefix"]] if trail.get("prefix") else []
        self.root = "/".join([*prefix, "AWSLogs", zone["organization"]["id"], account])
        hours = zone.config.get("integrity", {}).get("window_hours", DEFAULT_HOURS)
        self.ends = [zone.now - NEWEST - back * HOUR for back in reversed(range(hours))]

    def digest_key(self, end):
        place = f"{self.root}/CloudTrail-Digest/{self.region}/{end:%Y/%m/%d}"
        stem = f"{self.account}_CloudTrail-Digest_{self.region}_{self.name}_{self.trail['region']}"
        return f"{place}/{stem}_{end:%Y%m%dT%H%M%SZ}.json.gz"

    def log_key(self, end):
        at = end - HOUR + DELIVERED
        unique = hashlib.sha256(f"{self.account}/{self.region}/{end}".encode()).hexdigest()[:16]
        place = f"{self.root}/CloudTrail/{self.region}/{at:%Y/%m/%d}"
        return f"{place}/{self.account}_CloudTrail_{self.region}_{at:%Y%m%dT%H%MZ}_{unique}.json.gz"

    def objects(self):
        made, previous = {}, None
        for end in self.ends:
            log = self.log(end)
            made[self.log_key(end)] = (gzip.compress(log), {})
            content = json.dumps(self.digest(end, log, previous)).encode()
            previous = self.signed(end, content, previous)
            metadata = {"signature": previous["signature"], "signature-algorithm": "SHA256withRSA"}
            made[previous["key"]] = (gzip.compress(content), metadata)
        return made

    def signed(self, end, content, previous):
        digest_hash, object_key = hashlib.sha256(content).hexdigest(), self.digest_key(end)
        last = previous["signature"] if previous else "null"
        message = f"{iso(end)}\n{self.trail['bucket']}/{object_key}\n{digest_hash}\n{last}".encode()
        signature = key().sign(message, padding.PKCS1v15(), hashes.SHA256()).hex()
        return {"key": object_key, "hash": digest_hash, "signature": signature}

    def log(self, end):
        record = {
            "eventVersion": "1.11",
            "eventTime": iso(end - HOUR),
            "eventSource": "sts.amazonaws.com",
            "eventName": "GetCallerIdentity",
            "awsRegion": self.region,
            "recipientAccountId": self.account,
        }
        return json.dumps({"Records": [record]}).encode()

    def digest(self, end, log, previous):
        bucket, start, known = self.trail["bucket"], iso(end - HOUR), previous or {}
        return {
            "awsAccountId": self.account,
            "digestStartTime": start,
            "digestEndTime": iso(end),
            "digestS3Bucket": bucket,
            "digestS3Object": self.digest_key(end),
            "digestPublicKeyFingerprint": fingerprint(),
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": start,
            "oldestEventTime": start,
            "previousDigestS3Bucket": bucket if previous else None,
            "previousDigestS3Object": known.get("key"),
            "previousDigestHashValue": known.get("hash"),
            "previousDigestHashAlgorithm": "SHA-256" if previous else None,
            "previousDigestSignature": known.get("signature"),
            "logFiles": [
                {
                    "s3Bucket": bucket,
                    "s3Object": self.log_key(end),
                    "hashValue": hashlib.sha256(log).hexdigest(),
                    "hashAlgorithm": "SHA-256",
                    "newestEventTime": start,
                    "oldestEventTime": start,
                }
            ],
        }
