"""What a CI system tracks from run to run: one case for each check and route.

A URL or a figure in a case's name would start a new history with every deploy, so neither is part of it.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath, PureWindowsPath

from scalecheck.model.verdict import Finding, Outcome, Report, Verdict, worst
from scalecheck.report.alike import alike
from scalecheck.report.inert import COMMAND, NAME, PROSE, VALUE, inert, inert_lines

SUBJECTS_SHOWN = 10
UNDECLARED = "scalecheck.yaml"
"""The file that would declare what no profile declares."""


@dataclass(frozen=True, slots=True)
class Case:
    """What one check found on one route, or on the site where a finding has no route."""

    outcome: Outcome
    route: str | None
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst finding; the outcome's where there is none."""
        return worst(tuple(each.verdict for each in self.findings)) if self.findings else self.outcome.verdict

    @property
    def check(self) -> str:
        """The check's id, harmless."""
        return inert(self.outcome.check, NAME)

    @property
    def name(self) -> str:
        """A name that stays the same from run to run: check and route."""
        return f"{self.check} on {inert(self.route, NAME)}" if self.route else self.check

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of check and route: the same in every run and on every target."""
        return sha256(f"{self.outcome.check}\0{self.route or ''}".encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def profile_line(self) -> int | None:
        """The first line of the profile that asks for it."""
        return next((each.profile_line for each in self._speaking if each.profile_line is not None), None)

    @property
    def message(self) -> str:
        """What is wrong in one line; the reason where nothing was judged."""
        first = next(iter(self._speaking), None)
        if first is None:
            return inert(self.outcome.title)
        more = f" and {len(self._speaking) - 1} more" if len(self._speaking) > 1 else ""
        subject = f"{inert(first.subject, VALUE)}{more}: " if first.subject else ""
        said = _said(first) if first.expected or first.observed else (inert(first.reason, PROSE),)
        return f"{subject}{'; '.join(said)}"

    @property
    def account(self) -> tuple[str, ...]:
        """Everything there is to say, line by line: what, of what, how to see it, why, how to mend it."""
        lines = [inert(self.outcome.title, PROSE)]
        for each in alike(self._speaking):
            lines += [line for line in _said(each.first, each.observed) if line]
            lines += [f"where {subject}" for subject in each.subjects(SUBJECTS_SHOWN)]
            lines += [f"reproduce {inert(each.reproduce, COMMAND)}"] if each.reproduce else []
        lines += [f"why {line}" for line in inert_lines(self.outcome.why)]
        lines += [f"fix {line}" for line in inert_lines(self.outcome.fix)]
        return (*lines, f"source {inert(self.outcome.source, NAME)}") if self.outcome.source else tuple(lines)

    @property
    def _speaking(self) -> tuple[Finding, ...]:
        """The findings that decided the verdict, and the other ones a reader must see."""
        verdict = self.verdict
        return tuple(
            each for each in self.findings if each.verdict is verdict or each.verdict.badness > Verdict.WAIVED.badness
        )


def cases(report: Report) -> tuple[Case, ...]:
    """Return the cases of every outcome, in the report's order."""
    return tuple(case for outcome in report.outcomes for case in _of(outcome))


def profile_path(report: Report) -> str:
    """Return the profile's path as CI systems want it, relative with forward slashes; of an absolute one the name.

    Without one profile of one's own (none, a built-in one, several merged) it is the file that would declare it.
    """
    if not report.profile or ", " in report.profile:
        return UNDECLARED
    path = PureWindowsPath(report.profile)  # reads both kinds of slash
    relative = not path.drive and not path.root and ".." not in path.parts
    shown = PurePosixPath(*path.parts) if relative else PurePosixPath(path.name)
    name = inert(str(shown), 4 * NAME)
    return name if PurePosixPath(name).suffix in {".yaml", ".yml"} else UNDECLARED


def place(case: Case, report: Report) -> tuple[str, int | None]:
    """Return the profile's path and the line that asks for a case; no line where no such file was read."""
    path = profile_path(report)
    return path, case.profile_line if path != UNDECLARED or report.profile == UNDECLARED else None


def _of(outcome: Outcome) -> tuple[Case, ...]:
    """Return a case for each route; passes without one are left out where others have one, as they only count."""
    routes: dict[str | None, list[Finding]] = {}
    for finding in outcome.findings:
        routes.setdefault(finding.route, []).append(finding)
    rest = routes.get(None, [])
    if len(routes) > 1 and all(each.verdict.badness <= Verdict.PASS.badness for each in rest):
        routes.pop(None, None)
    if not routes:
        return (Case(outcome, None, ()),)
    return tuple(Case(outcome, route, tuple(found)) for route, found in routes.items())


def _said(finding: Finding, observed: str | None = None) -> tuple[str, ...]:
    """Return expectation, observation and reason, each where there is one."""
    seen = inert(finding.observed) if observed is None else observed
    words = (("expected", inert(finding.expected)), ("observed", seen), ("because", inert(finding.reason, PROSE)))
    return tuple(f"{word} {text}" for word, text in words if text)
