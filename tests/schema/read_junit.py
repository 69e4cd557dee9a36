"""Validates a strict JUnit file by our schema and reads both dialects with a parser that is not ours.

Usage: read_junit.py SCHEMA STRICT RICH. Prints what was read as JSON.
"""

import json
import sys

import xmlschema
from junitparser import Error, Failure, JUnitXml, Skipped

KINDS = {Failure: "failure", Error: "error", Skipped: "skipped"}


def read(path):
    suites = []
    for suite in JUnitXml.fromfile(path):
        cases = []
        for case in suite:
            results = [(KINDS[type(one)], one.message or "", one.text or "") for one in case.result]
            cases.append({"classname": case.classname, "name": case.name, "time": case.time, "results": results,
                          "properties": {one.get("name"): one.get("value") for one in case._elem.iterfind("properties/property")},
                          "output": case.system_out or ""})
        suites.append({"name": suite.name, "tests": suite.tests, "failures": suite.failures, "errors": suite.errors,
                       "skipped": suite.skipped, "cases": cases,
                       "properties": {one.name: one.value for one in suite.properties()}})
    return suites


def main():
    schema, strict, rich = sys.argv[1:]
    problems = [f"{one.path}: {one.reason}" for one in xmlschema.XMLSchema(schema).iter_errors(strict)]
    json.dump({"problems": problems, "strict": read(strict), "rich": read(rich)}, sys.stdout)


main()
