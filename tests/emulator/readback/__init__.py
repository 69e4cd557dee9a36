"""Reads a zone back from the emulator through boto3 and compares it with the file it was seeded from.

Each module reads some sections into the form of the file. Times are compared to the second, counted from the zone's
`now`; policies as JSON where they are JSON.
"""

import json

from . import accounts, alerts, buckets, identities, keys, trails

MODULES = (accounts, keys, buckets, identities, trails, alerts)


def differences(zone, aws):
    """Lines that say where the emulator does not hold what the file says; empty when it holds all of it."""
    for module in MODULES:
        for section, expected, read in module.sections(zone, aws):
            yield from differ(section, normal(expected), normal(read))


def normal(value):
    """Policies are compared as what they say; what is empty, false or absent is all the same to the file's form."""
    if isinstance(value, dict):
        return {str(key): normal(one) for key, one in value.items() if one not in (None, False, "", [], {}, ())}
    if isinstance(value, (list, tuple)):
        return [normal(one) for one in value]
    if isinstance(value, str) and value.startswith("{"):
        try:
            return normal(json.loads(value))
        except ValueError:
            return value
    return value


def differ(place, expected, found):
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted({*expected, *found}):
            yield from differ(f"{place} / {key}", expected.get(key), found.get(key))
    elif expected != found:
        yield f"{place}: written {json.dumps(expected)}, read {json.dumps(found, default=str)}"
