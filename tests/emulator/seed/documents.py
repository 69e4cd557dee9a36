"""Policy documents of the zone: objects, or text as it stands."""

import json


def text(document):
    return document if isinstance(document, str) else json.dumps(document)
