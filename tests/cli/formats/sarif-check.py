# SPDX-License-Identifier: GPL-2.0
"""sarif-check.py - is stdin what SARIF 2.1.0 asks of a log with rules, results, stacks?

In our own words from the standard: required members, members that exist, the
values they may have, and that indices point where they say. Prints the results.
"""
import json
import re
import sys

TEXT = {"text": str}
LOGICAL = {"name": str, "fullyQualifiedName": str, "kind": str}
LOCATION = {"message?": TEXT, "logicalLocations?": [LOGICAL]}
SHAPE = {
    "$schema": str, "version": str,
    "runs": [{
        "tool": {"driver": {
            "name": str, "version": str,
            "rules": [{"id": str, "shortDescription": TEXT, "defaultConfiguration": {"level": str}}],
        }},
        "invocations": [{"executionSuccessful": bool, "exitCode": int,
                         "toolExecutionNotifications": [{"level": str, "message": TEXT}]}],
        "results": [{
            "ruleId": str, "ruleIndex": int, "kind": str, "level": str, "message": TEXT,
            "locations?": [LOCATION], "partialFingerprints": {"hmmtraceSignature/v1": str},
            "stacks?": [{"message": TEXT, "frames": [{"location": LOCATION}]}],
            "baselineState?": str, "suppressions?": [{"kind": str}],
        }],
    }],
}
LEVELS = {"none", "note", "warning", "error"}


def check(v, shape, path):
    if isinstance(shape, list):
        assert isinstance(v, list), f"{path} is no array"
        for i, e in enumerate(v):
            check(e, shape[0], f"{path}[{i}]")
    elif isinstance(shape, dict):
        assert isinstance(v, dict), f"{path} is no object"
        known = {k.rstrip("?"): s for k, s in shape.items()}
        for k in shape:
            assert k.endswith("?") or k in v, f"{path} lacks {k}"
        for k in v:
            assert k in known, f"{path} has {k}"
            check(v[k], known[k], f"{path}.{k}")
    else:
        assert type(v) is shape, f"{path} is {v!r}"


log = json.load(sys.stdin)
check(log, SHAPE, "log")
assert log["version"] == "2.1.0" and log["$schema"].startswith("https://docs.oasis-open.org/sarif/")
for run in log["runs"]:
    rules = run["tool"]["driver"]["rules"]
    assert len({r["id"] for r in rules}) == len(rules), "an id twice"
    assert all(r["defaultConfiguration"]["level"] in LEVELS for r in rules)
    for r in run["results"]:
        assert rules[r["ruleIndex"]]["id"] == r["ruleId"], "ruleIndex points elsewhere"
        assert r["kind"] in {"pass", "open", "informational", "notApplicable", "review", "fail"}
        assert r["level"] in LEVELS and (r["kind"] == "fail" or r["level"] == "none")
        assert r.get("baselineState", "new") in {"new", "unchanged", "updated", "absent"}
        assert all(s["kind"] in {"inSource", "external"} for s in r.get("suppressions", []))
        assert re.fullmatch("[0-9a-f]{16}", r["partialFingerprints"]["hmmtraceSignature/v1"])
        assert r["message"]["text"]
        print(r["kind"], r["level"], r["ruleId"], r.get("baselineState", "-"),
              "suppressed" if r.get("suppressions") else "-")
    for i in run["invocations"]:
        print("exit", i["exitCode"], [n["level"] for n in i["toolExecutionNotifications"]])
