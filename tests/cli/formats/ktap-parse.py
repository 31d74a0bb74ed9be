# SPDX-License-Identifier: GPL-2.0
"""ktap-parse.py - reads KTAP version 1 on stdin, strictly; prints totals, fails on any slip.

Knows nothing of the program that wrote it: version line, plan, results in
order, nesting by two blanks with the parent's result behind its children.
"""
import re
import sys

RESULT = re.compile(r"(not )?ok (\d+)(?: (?:- )?([^#]*?))?(?: # (SKIP|TODO|XFAIL|TIMEOUT|ERROR)(?: (.*))?)?$")
lines = sys.stdin.read().split("\n")
if lines.pop() != "":
    sys.exit("the last line does not end")
totals = {"pass": 0, "fail": 0, "skip": 0, "error": 0}
at = 0


def peek(indent):
    return lines[at][len(indent):] if at < len(lines) and lines[at].startswith(indent) else None


def fail(why):
    sys.exit(f"line {at + 1}: {why}: {lines[at] if at < len(lines) else 'end'}")


def result(line, number, nested):
    m = RESULT.match(line)
    if not m or int(m[2]) != number or not (m[3] or "").strip():
        fail(f"result {number} expected")
    bad, directive = bool(m[1]), m[4]
    if directive == "SKIP" and bad:
        fail("skipped and not ok")
    if nested is not None and nested != bad:
        fail("the parent's result is not its children's")
    if nested is None:
        totals["skip" if directive == "SKIP" else "error" if directive == "ERROR"
               else "fail" if bad else "pass"] += 1
    return bad


def block(indent):
    """One level. Returns whether anything in it failed."""
    global at
    if peek(indent) != "KTAP version 1":
        fail("no version line")
    at += 1
    plan, number, bad, nested = None, 0, False, None
    while (line := peek(indent)) is not None:
        if line.startswith("  KTAP version"):
            if nested is not None:
                fail("two nested blocks in front of one result")
            nested = block(indent + "  ")
            continue
        if line.startswith("  "):
            fail("wrong nesting")
        if m := re.match(r"1\.\.(\d+)$", line):
            if plan is not None or number:
                fail("a plan too many, or too late")
            plan = int(m[1])
        elif line.startswith(("ok", "not ok")):
            if plan is None:
                fail("a result without a plan")
            number += 1
            bad |= result(line, number, nested)
            nested = None
        elif not line.startswith("#"):
            if indent and number == plan:
                break
            fail("neither result nor diagnostic")
        at += 1
        if indent and number == plan and not (peek(indent) or "").startswith("#"):
            break
    if number != plan or nested is not None:
        fail(f"{number} results, plan {plan}")
    return bad


block("")
if at != len(lines):
    fail("something behind the end")
print(" ".join(f"{k}:{v}" for k, v in totals.items()))
