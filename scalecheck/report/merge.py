"""Several reports as one: those of separate jobs, or of several environments."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from scalecheck.model.verdict import Finding, Measure, Outcome, Report, Verdict, worst

UNJUDGED = "site.answers"
"""The check that speaks for a report in which no check came to a verdict."""


def merge(reports: Sequence[Report]) -> Report:
    """Return one report with the findings of all; ValueError without any.

    A check that several of them hold is one outcome with its worst verdict. Seconds are added up: jobs run beside each
    other or days apart. A part that judged nothing is unknown, so that the whole is no better than its parts.
    """
    if not reports:
        raise ValueError("expected at least one report")
    if len(reports) == 1:
        return reports[0]
    several = len({report.target for report in reports}) > 1
    return Report(
        tool=_joined(report.tool for report in reports),
        target=_joined(report.target for report in reports),
        profile=_joined(report.profile or "" for report in reports) or None,
        started_at=min(report.started_at for report in reports),
        seconds=sum(report.seconds for report in reports),
        outcomes=_outcomes(reports, several=several),
        measures=tuple(dict.fromkeys(_measure(each, of, several=several) for of in reports for each in of.measures)),
        notes=tuple(dict.fromkeys(note for report in reports for note in report.notes)),
        interrupted=any(report.interrupted for report in reports),
    )


def _outcomes(reports: Sequence[Report], *, several: bool) -> tuple[Outcome, ...]:
    """Return one outcome for each check, in order of first appearance."""
    merged: dict[str, Outcome] = {}
    for report in reports:
        for outcome in (*report.outcomes, *_unjudged(report)):
            findings = tuple(_at(each, report, several=several) for each in outcome.findings)
            known = merged.get(outcome.check)
            if known is None:
                merged[outcome.check] = replace(outcome, findings=findings)
            else:
                verdict = worst((known.verdict, outcome.verdict))
                both = tuple(dict.fromkeys((*known.findings, *findings)))
                said = known if known.verdict.badness >= outcome.verdict.badness else outcome
                merged[outcome.check] = replace(said, verdict=verdict, findings=both)
    return tuple(merged.values())


def _unjudged(report: Report) -> tuple[Outcome, ...]:
    """Return the outcome that keeps a report without a verdict from vanishing among others."""
    if report.judged:
        return ()
    finding = Finding(Verdict.UNKNOWN, report.target, reason="no check of this run came to a verdict")
    why = "A run in which every check was skipped proves nothing."
    fix = "look at the skipped checks' reasons; was the right site asked, and with the right profile?"
    return (Outcome(UNJUDGED, Verdict.UNKNOWN, "Every merged run judged something.", why, fix, "", (finding,)),)


def _at(finding: Finding, report: Report, *, several: bool) -> Finding:
    """Return a finding whose subject says which target it is of, where there are several."""
    if not several or "://" in finding.subject:
        return finding
    return replace(finding, subject=f"{finding.subject} at {report.target}".strip())


def _measure(measure: Measure, report: Report, *, several: bool) -> Measure:
    """Return a measure whose stage says which target it is of, where there are several."""
    if not several:
        return measure
    try:
        host = urlsplit(report.target).netloc or report.target
    except ValueError:
        host = report.target
    return replace(measure, stage=f"{measure.stage} at {host}" if measure.stage else f"at {host}")


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(text for text in texts if text))
