"""Computes the ids of the exchanges of a bundle from nothing but its lines, as reports/README.md describes it.

    python3 tests/evidence/ids.py BUNDLE

Ends with 1 when a line has another id than the computed one, or an exchange that the assessment names is not at its line.
"""

import base64
import glob
import gzip
import hashlib
import json
import pathlib
import sys


def identity(exchange):
    request, path = exchange["request"], exchange["request"]["path"]
    bucket, found, _ = request["host"].partition(".s3")
    if exchange["service"] == "s3" and found and bucket:
        path = f"/{bucket}{path}"
    body = exchange["body"].encode() if "body" in exchange else base64.b64decode(exchange.get("body_base64", ""))
    texts = [exchange[name] for name in ("account", "region", "service", "operation")]
    texts += [request["method"], path.replace("/?", "?", 1), request["body"]]
    texts.append("" if exchange["status"] is None else str(exchange["status"]))
    texts += [text for header in exchange["headers"] for text in header]
    texts += [hashlib.sha256(body).hexdigest(), exchange.get("failure") or ""]
    digest = hashlib.sha256()
    for text in (text.encode() for text in texts):
        digest.update(len(text).to_bytes(8, "big") + text)
    return digest.hexdigest()


def lines(bundle):
    for file in sorted(glob.glob(str(bundle / "exchanges*.jsonl*"))):
        with gzip.open(file) if file.endswith(".gz") else open(file, "rb") as recording:
            yield from (json.loads(line) for line in recording)


def main(bundle):
    assessment = json.loads((bundle / "assessment.json").read_text(encoding="utf-8"))
    named = {one["number"]: one["sha256"] for one in assessment["exchanges"]}
    computed = {number: (exchange.get("id"), identity(exchange)) for number, exchange in enumerate(lines(bundle), 1)}
    wrong = [number for number, (said, found) in computed.items() if said not in (None, found)]
    wrong += [number for number, wanted in named.items() if computed.get(number, (None, None))[1] != wanted]
    print(f"{len(computed)} exchanges, {len(named)} named, {len(wrong)} wrong")
    return 1 if wrong or not named else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
