"""GitLab's code quality report: one entry for each check and route that needs a look."""

from scalecheck.model.verdict import Report, Verdict
from scalecheck.report.cases import Case, cases, place
from scalecheck.report.json import dumped

_SEVERITIES = {Verdict.FAIL: "critical", Verdict.UNKNOWN: "major", Verdict.WARN: "minor"}


def render(report: Report) -> str:
    """Return the report as a JSON array; fingerprints are those of check and route, so branches can be compared."""
    return dumped([_entry(case, report) for case in cases(report) if case.verdict in _SEVERITIES])


def _entry(case: Case, report: Report) -> dict[str, object]:
    path, line = place(case, report)
    said = "could not be judged: " if case.verdict is Verdict.UNKNOWN else ""
    return {
        "description": f"{case.name}: {said}{case.message}",
        "check_name": case.check,
        "fingerprint": case.fingerprint,
        "severity": _SEVERITIES[case.verdict],
        "location": {"path": path, "lines": {"begin": max(1, line or 1)}},
    }
