"""Puts a landing zone into the emulator through boto3, as its owner would into AWS.

One module per subject, each with a function `seed(zone, aws, backdoor)`: `zone` is the file, `aws` makes clients. The
backdoor is used only for what AWS decides by itself, and for states AWS leads to but does not let one put.
"""

from . import accounts, alerts, buckets, identities, keys, recorders, trails


class NotEmulated(Exception):
    """The zone says something the emulator cannot hold."""


def seed(zone, aws, backdoor):
    for unsupported in ("faults", "generated_accounts", "chain_flaws"):
        if zone[unsupported]:
            raise NotEmulated(f"the emulator has no `{unsupported}`")
    # Trails and access logging need buckets, buckets name keys; statuses of accounts come last, because nobody gets
    # into a suspended one, and the way in goes with them.
    accounts.seed(zone, aws, backdoor)
    for subject in (keys, buckets, identities, trails, recorders, alerts):
        subject.seed(zone, aws, backdoor)
    accounts.finish(zone, aws, backdoor)
    if not backdoor.all_ids_used():
        raise NotEmulated("something was created in another order than its ids were announced")
