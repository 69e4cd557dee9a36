"""Where moto answers otherwise than AWS, corrected: one module per service, one function per difference.

Each correction replaces something of moto by name and fails loudly when it is no longer there, so that a new version
of moto is noticed. Nothing here knows a landing zone; what AWS offers no call for is in `backdoor`.
"""

from . import cloudtrail, config, kms, logs, organizations, s3, sns, sts

MODULES = (cloudtrail, config, kms, logs, organizations, s3, sns, sts)


def apply():
    """Applies every correction, once per process and before the first request."""
    for module in MODULES:
        for correction in module.CORRECTIONS:
            correction()
