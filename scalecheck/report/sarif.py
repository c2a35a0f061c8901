"""SARIF 2.1.0 for GitHub code scanning: each result points at the line of the profile that asks for what is missing."""

import re
from typing import Any
from urllib.parse import quote, urlsplit

from scalecheck.model.verdict import Report, Verdict
from scalecheck.report.alike import wrong
from scalecheck.report.cases import Case, cases, place
from scalecheck.report.inert import NAME, SUBJECT, inert, inert_lines
from scalecheck.report.json import dumped
from scalecheck.report.markdown import prose
from scalecheck.report.summary import group, started

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RESULTS_AT_MOST = 25_000
"""Results a run may have before GitHub refuses the file."""

_LEVELS = {Verdict.FAIL: "error", Verdict.UNKNOWN: "warning", Verdict.WARN: "warning", Verdict.WAIVED: "note"}


def render(report: Report) -> str:
    """Return the report as a SARIF log of one run, with a result for each check and route that needs a look."""
    shown = [case for case in cases(report) if case.verdict in _LEVELS]
    shown.sort(key=lambda case: -case.verdict.badness)
    rules = {case.check: case for case in shown}
    indices = {check: at for at, check in enumerate(rules)}
    name, _, version = inert(report.tool, NAME).partition(" ")
    driver = {"name": name or "scalecheck", "version": version, "rules": [_rule(each) for each in rules.values()]}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"scalecheck/{_environment(report)}/"},
        "invocations": [
            {
                "executionSuccessful": not report.interrupted,
                "exitCode": report.exit_code,
                "startTimeUtc": started(report),
            }
        ],
        "results": [_result(each, indices[each.check], report) for each in shown[:RESULTS_AT_MOST]],
        "columnKind": "unicodeCodePoints",
    }
    return dumped({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(case: Case) -> dict[str, Any]:
    outcome = case.outcome
    fix = inert_lines(outcome.fix)
    help_text = "\n\n".join((*inert_lines(outcome.why), *(f"Fix: {line}" for line in fix)))
    return {
        "id": case.check,
        "shortDescription": {"text": inert(outcome.title) or case.check},
        "help": {"text": help_text or case.check, "markdown": _markdown(outcome.why, outcome.fix) or case.check},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": [inert(group(outcome.check), NAME)], "source": inert(outcome.source, NAME)},
    }


def _markdown(why: str, fix: str) -> str:
    reasons = [prose(line) for line in why.split("\n") if line]
    return "\n\n".join((*reasons, *(f"**Fix** {prose(line)}" for line in fix.split("\n") if line)))


def _result(case: Case, rule: int, report: Report) -> dict[str, Any]:
    said = "could not be judged: " if case.verdict is Verdict.UNKNOWN else ""
    path, line = place(case, report)
    subjects = [inert(each.subject, SUBJECT) for each in wrong(case.findings) or case.findings]
    result: dict[str, Any] = {
        "ruleId": case.check,
        "ruleIndex": rule,
        "level": _LEVELS[case.verdict],
        "message": {"text": f"{said}{_unlinked(case.message)}\n" + "\n".join(map(_unlinked, case.account))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(path)},
                    "region": {"startLine": max(1, line or 1)},
                }
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": f"{case.fingerprint[:32]}:1"},
        "properties": {"verdict": case.verdict, "route": inert(case.route or "", NAME), "subjects": subjects[:100]},
    }
    if case.verdict is Verdict.WAIVED:
        result["suppressions"] = [{"kind": "external", "justification": case.message}]
    return result


def _unlinked(text: str) -> str:
    """Return text without the embedded links `[text](target)` of SARIF messages (section 3.11.6)."""
    return text.replace("](", "] (")


def _environment(report: Report) -> str:
    """Return the target's host as a name, so that two environments do not close each other's alerts."""
    try:
        host = urlsplit(report.target).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return re.sub(r"[^A-Za-z0-9.-]", "-", host[:NAME]) or "site"
