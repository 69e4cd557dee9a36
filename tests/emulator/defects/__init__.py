"""Single changes to the compliant zone, each with the controls that must fail, and no other.

A defect is a function of the zone, its clients and the backdoor, applied to a copy of the emulator; its name is the
function's with hyphens. Some changes are harmless and make nothing fail: they stand here because they look alike.
"""

import dataclasses
import json
from typing import Callable

DEFECTS = {}


@dataclasses.dataclass(frozen=True)
class Defect:
    """One entry of the table.

    `fails` maps control ids to part of the ARN of a subject that the control must name; `errors` lists controls that
    cannot be assessed; `config` is merged into the configuration the zone is checked with.
    """

    what: str
    function: Callable
    fails: dict
    errors: tuple
    config: dict

    def apply(self, zone, aws, backdoor):
        self.function(zone, aws, backdoor)

    def described(self):
        return {"what": self.what, "fails": self.fails, "errors": self.errors, "config": self.config}


def defect(fails, errors=(), config=None):
    """Decorator: enters a function in the table."""

    def enter(function):
        name = function.__name__.replace("_", "-")
        DEFECTS[name] = Defect(function.__doc__, function, fails, tuple(errors), config or {})
        return function

    return enter


def harmless(function):
    """Decorator: enters a change that makes nothing fail."""
    return defect({})(function)


def table():
    return json.dumps({name: entry.described() for name, entry in DEFECTS.items()})


# Modules enter their defects on import, which needs the names above.
from . import accounts, alerts, bucket, chains, guards, key, place, policies, protection, recorder, trail  # noqa: E402,F401
