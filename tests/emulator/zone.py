"""Reads a landing zone in the form of crates/zone/src/format: the file the mock serves is the file seeded here.

    zone.py ZONE          prints the zone's own configuration as a `logproof.toml`, then its instant as a comment
    zone.py ZONE FOLDER   also writes it there, with the owner's register beside it, as `logproof check` reads them

Understands variants too (`base: sample` with `patch`, `config` and `json_patch`), and fills in the defaults that zone.rs
gives. Knows no AWS calls.
"""

import copy
import datetime
import json
import pathlib
import re
import sys

import yaml

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "crates" / "zone" / "src" / "sample.yaml"


class Zone:
    """A landing zone. Items of the file by key; what the configuration calls them as attributes."""

    def __init__(self, content):
        self.content = content
        self.config = content["config"]
        organization, names = self.config["organization"], self.config["names"]
        self.management = content["organization"]["management_account"]
        self.log_archive = organization["log_archive_account"]
        self.home_region = organization["home_region"]
        self.regions = organization["governed_regions"]
        by_convention = f"aws-{names.get('prefix')}-log-storage-{self.log_archive}-{self.home_region}"
        self.log_bucket = names.get("bucket", by_convention)
        self.config_bucket = names.get("config_bucket", self.log_bucket)
        logging = self["buckets"].get(self.log_bucket, {}).get("logging") or {}
        self.access_log_bucket = logging.get("bucket")
        lock = self["buckets"].get(self.log_bucket, {}).get("object_lock") or {}
        self.lock_days = lock.get("days")
        self.key = names["key"]
        self.trail = names["trail"]
        self.admin_role = names.get("admin_role", "LogArchive-Administrator")
        self.audit_role = self.config.get("access", {}).get("role_name", "LogproofAudit")
        self.now = self.time(content["now"])

    @classmethod
    def read(cls, path):
        content = load(pathlib.Path(path).read_text(encoding="utf-8"))
        if "base" in content:
            content = variant(content, load(SAMPLE.read_text(encoding="utf-8")))
        return cls(content)

    def __getitem__(self, name):
        """What the file says under a key; an empty mapping when it says nothing."""
        return self.content.get(name) or {}

    def cells(self, name):
        """(account, Region, thing) for what is everywhere but for exceptions."""
        described = self[name]
        everywhere = {
            f"{account}/{region}": described.get("everywhere")
            for account in self["accounts"]
            for region in described.get("regions", [])
        }
        for place, thing in {**everywhere, **described.get("at", {})}.items():
            if thing is not None:
                account, region = place.split("/")
                yield account, region, in_account(thing, account)

    @staticmethod
    def time(written):
        """A time of the file, naive and in UTC; `None` for `None`.

        As written, not moved to today: names of log files, ends of grants and dates in policies belong to it. Whoever
        asks the emulator says which instant stands for "now" (`logproof check --as-of`).
        """
        if written is None:
            return None
        return datetime.datetime.fromisoformat(written.replace("Z", "+00:00")).replace(tzinfo=None)


def in_account(value, account):
    """`ACCOUNT` stands for the account's id in what exists in every account."""
    return json.loads(json.dumps(value).replace("ACCOUNT", account))


def load(text):
    """YAML without its own idea of dates, and with two words for truth: `on` is the name of a key."""

    class Loader(yaml.SafeLoader):
        pass

    own_ideas = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in own_ideas]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), "tf")
    return yaml.load(text, Loader)


def variant(changes, base):
    """A zone that begins from another one."""
    zone = merged(base, changes.get("patch", {}))
    zone["config"] = merged(zone["config"], changes.get("config", {}))
    zone["faults"] = changes.get("faults", [])
    for operation in changes.get("json_patch", []):
        patch(zone, operation)
    return zone


def merged(target, change):
    """See: https://www.rfc-editor.org/rfc/rfc7396"""
    if not isinstance(change, dict):
        return change
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in change.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def patch(zone, operation):
    """See: https://www.rfc-editor.org/rfc/rfc6902"""
    if operation["op"] == "test":
        if at(zone, operation["path"]) != operation["value"]:
            raise ValueError(f"json_patch: `{operation['path']}` is not what the test says")
        return
    value = operation.get("value")
    if operation["op"] in ("move", "copy"):
        value = at(zone, operation["from"])
    if operation["op"] == "move":
        remove(zone, operation["from"])
    if operation["op"] in ("remove", "replace"):
        remove(zone, operation["path"])
    if operation["op"] != "remove":
        add(zone, operation["path"], copy.deepcopy(value))


def steps(pointer):
    """See: https://www.rfc-editor.org/rfc/rfc6901"""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def at(value, pointer):
    return descend(value, steps(pointer))


def descend(value, parts):
    for part in parts:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def remove(zone, pointer):
    *parents, last = steps(pointer)
    parent = descend(zone, parents)
    del parent[int(last) if isinstance(parent, list) else last]


def add(zone, pointer, value):
    *parents, last = steps(pointer)
    parent = descend(zone, parents)
    if isinstance(parent, list):
        parent.insert(len(parent) if last == "-" else int(last), value)
    else:
        parent[last] = value


def toml(config):
    """The configuration as TOML: tables, and lists of tables, of texts, numbers, switches and lists."""
    lines = []
    for name, content in config.items():
        heading = f"[[{name}]]" if isinstance(content, list) else f"[{name}]"
        for table in content if isinstance(content, list) else [content]:
            # JSON writes these values as TOML does.
            lines += [heading, *(f"{key} = {json.dumps(value)}" for key, value in table.items() if value is not None)]
    return "\n".join(lines) + "\n"


# Name of the tables in each file of the register. See: crates/estate/src/register/parse.rs
TABLES = {
    "retention": "retention",
    "streams": "stream",
    "readers": "reader",
    "exceptions": "exception",
    "break-glass": "use",
    "waivers": "waiver",
    "attestations": "attestation",
}


def write(zone, folder):
    """The configuration and the register as files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "logproof.toml").write_text(toml(zone.config), encoding="utf-8")
    for name, content in zone["register"].items():
        # What is kept as evidence is a text by its path; everything else is a list of entries.
        files = content if name == "evidence" else {f"{name}.toml": toml({TABLES[name]: content})}
        for path, text in files.items():
            place = folder / "register" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    described = Zone.read(sys.argv[1])
    print(toml(described.config), end="")
    print(f"# now: {described.content['now']}")
    if len(sys.argv) > 2:
        write(described, pathlib.Path(sys.argv[2]))
