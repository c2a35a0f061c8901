"""`scalecheck-report/1`: the report as JSON, written field by field.

Verdict, exit code and counts are written for whoever reads the file with other tools; reading derives them again.
"""

import json
from collections.abc import Mapping

from scalecheck.model.verdict import Finding, Measure, Outcome, Report
from scalecheck.report.json_reading import FORMAT, ReportError, read
from scalecheck.report.summary import started

__all__ = ["FORMAT", "ReportError", "dumped", "read", "render", "write"]


def write(report: Report) -> str:
    """Return the report as JSON; `read` gives it back, with the time to the microsecond."""
    return dumped(
        {
            "format": FORMAT,
            "tool": report.tool,
            "target": report.target,
            "profile": report.profile,
            "started": started(report),
            "seconds": report.seconds,
            "verdict": report.verdict,
            "exit_code": report.exit_code,
            "interrupted": report.interrupted,
            "counts": {str(verdict): count for verdict, count in report.counts.items()},
            "notes": list(report.notes),
            "outcomes": [_outcome(each) for each in report.outcomes],
            "measures": [_measure(each) for each in report.measures],
        }
    )


render = write


def dumped(value: object) -> str:
    """Return JSON in ASCII, so that no terminal acts on it, and without the `##[` that CI runners obey."""
    text = json.dumps(value, indent=1, allow_nan=False)
    return text.replace("##", "#\\u0023") + "\n"


def _outcome(outcome: Outcome) -> dict[str, object]:
    return {
        "check": outcome.check,
        "verdict": outcome.verdict,
        "title": outcome.title,
        "why": outcome.why,
        "fix": outcome.fix,
        "source": outcome.source,
        "findings": [_finding(each) for each in outcome.findings],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {"verdict": finding.verdict, "subject": finding.subject} | _present(
        {
            "route": finding.route,
            "expected": finding.expected,
            "observed": finding.observed,
            "reason": finding.reason,
            "evidence": finding.evidence,
            "profile_line": finding.profile_line,
            "reproduce": finding.reproduce,
            "left_to": finding.left_to,
        }
    )


def _measure(measure: Measure) -> dict[str, object]:
    figure = {"name": measure.name, "value": measure.value, "unit": measure.unit, "samples": measure.samples}
    return figure | _present({"low": measure.low, "high": measure.high, "route": measure.route, "stage": measure.stage})


def _present(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None and value != ""}
