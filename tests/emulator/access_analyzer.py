"""IAM Access Analyzer, which moto lacks: analyzers are created through the API, findings come from the backdoor.

See: https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_Operations.html
"""

import json

# (account, Region) -> name -> analyzer; an analyzer's findings stand under `findings` and are not part of its answers.
ANALYZERS = {}


def answer(method, path, body, account, region):
    """Status and body of the answer to a request."""
    analyzers = ANALYZERS.setdefault((account, region), {})
    if (method, path) == ("PUT", "/analyzer"):
        return create(analyzers, json.loads(body), account, region)
    if (method, path) == ("GET", "/analyzer"):
        return 200, {"analyzers": [described(one) for one in analyzers.values()]}
    if method == "DELETE" and path.startswith("/analyzer/"):
        return 200, analyzers.pop(path.removeprefix("/analyzer/")) and {}
    if (method, path) == ("POST", "/findingv2"):
        arn = json.loads(body)["analyzerArn"]
        for one in analyzers.values():
            if one["arn"] == arn:
                return 200, {"findings": one["findings"]}
        return 404, {"message": f"Analyzer not found: {arn}", "resourceId": arn, "resourceType": "ANALYZER"}
    return 501, {"message": f"not emulated: {method} {path}"}


def create(analyzers, asked, account, region):
    name = asked["analyzerName"]
    arn = f"arn:aws:access-analyzer:{region}:{account}:analyzer/{name}"
    made = {"arn": arn, "name": name, "type": asked["type"], "status": "ACTIVE", "createdAt": "2024-01-01T00:00:00Z"}
    analyzers[name] = {**made, "findings": []}
    return 200, {"arn": arn}


def described(analyzer):
    return {key: value for key, value in analyzer.items() if key != "findings"}
