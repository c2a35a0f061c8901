"""Running the audit as a user does, and reading its report."""

import json
import os
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from tests.cli.running import caught, exit_code


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """What one audit said: its exit code and its findings."""

    exit_code: int
    verdicts: dict[str, str]
    """By check, its verdict."""
    findings: tuple[str, ...]
    """Those that are worse than a warning, one line each, for the message of a failing test."""
    output: str

    def checks(self, *verdicts: str) -> set[str]:
        """Return the checks that came to one of these verdicts."""
        return {check for check, verdict in self.verdicts.items() if verdict in verdicts}

    def __repr__(self) -> str:
        return "\n".join((f"exit code {self.exit_code}", *self.findings)) + ("" if self.verdicts else self.output)


def audit(
    url: str, profile: Path | str, folder: Path, *options: str, environment: dict[str, str] | None = None
) -> Told:
    """Audit a site with a profile, and return what the report says."""
    return _told(folder, environment, "audit", url, "--profile", str(profile), "--quiet", *options)


def judge(evidence: Path, folder: Path) -> Told:
    """Judge recorded evidence by its own profile, and return what the report says."""
    return _told(folder, None, "judge", str(evidence))


def _told(folder: Path, environment: dict[str, str] | None, *words: str) -> Told:
    report = folder / "report.json"
    command = ["scalecheck", *words, f"--format=json={report}"]
    with chdir(folder), patch.dict(os.environ, environment or {}), patch("sys.argv", command), caught() as (out, err):
        code = exit_code()
    outcomes = json.loads(report.read_text())["outcomes"] if report.exists() else []
    return Told(
        code,
        {outcome["check"]: outcome["verdict"] for outcome in outcomes},
        tuple(line for outcome in outcomes for line in _lines(outcome)),
        out.getvalue() + err.getvalue(),
    )


def _lines(outcome: dict[str, object]) -> list[str]:
    findings = outcome["findings"]
    assert isinstance(findings, list)
    return [
        f"{finding['verdict']} {outcome['check']} {finding['subject']}: expected {finding.get('expected')!r}, "
        f"observed {finding.get('observed')!r} {finding.get('reason', '')}"
        for finding in findings
        if finding["verdict"] in {"fail", "unknown"}
    ]
