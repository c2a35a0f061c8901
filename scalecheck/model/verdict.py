"""Verdicts, findings, outcomes and the report; the exit code follows from the verdict."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """The result of a finding, a check or a report."""

    SKIP = "skip"
    PASS = "pass"
    WAIVED = "waived"
    WARN = "warn"
    UNKNOWN = "unknown"
    FAIL = "fail"

    @property
    def badness(self) -> int:
        """Position from best (0, skip) to worst."""
        return _BADNESS[self]


_BADNESS = {verdict: position for position, verdict in enumerate(Verdict)}


def worst(verdicts: "tuple[Verdict, ...]") -> Verdict:
    """Return the worst of these; skip when there are none."""
    return max(verdicts, key=lambda verdict: verdict.badness, default=Verdict.SKIP)


GUARDS = frozenset({"site.answers", "site.routes_seen"})
"""Checks that are part of every run: without them it could be green for having seen nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was expected, what was observed, of what, and where in the evidence it stands."""

    verdict: Verdict
    subject: str
    """What it is about: `GET https://…`, a route's name, or a page and what it loads."""
    expected: str = ""
    observed: str = ""
    route: str | None = None
    evidence: int | None = None
    """Line of the evidence file."""
    profile_line: int | None = None
    """Line of the profile that asks for it."""
    reproduce: str = ""
    """A command that shows it."""
    reason: str = ""
    """Why it was skipped, could not be judged, or is waived."""
    left_to: str = ""
    """Id of the more specific check that speaks of this mistake; where that one is not run, this is unknown."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check's findings."""

    check: str
    verdict: Verdict
    title: str
    why: str
    fix: str
    source: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that a check or the swarm took."""

    name: str
    value: float
    unit: str
    samples: int
    low: float | None = None
    """Lower end of the 95 % interval, where one is known."""
    high: float | None = None
    route: str | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one run."""

    tool: str
    target: str
    profile: str | None
    """Path of the profile; None when it was inferred."""
    started_at: float
    seconds: float
    outcomes: tuple[Outcome, ...]
    measures: tuple[Measure, ...] = ()
    notes: tuple[str, ...] = ()
    """What a reader must know of the whole run: kinds that were inferred, a budget used up, an interruption."""
    interrupted: bool = False

    @property
    def verdict(self) -> Verdict:
        """The worst outcome; unknown where no check came to one."""
        found = worst(tuple(outcome.verdict for outcome in self.outcomes))
        return found if self.judged else worst((found, Verdict.UNKNOWN))

    @property
    def counts(self) -> dict[Verdict, int]:
        """Number of checks by verdict."""
        return {v: sum(outcome.verdict is v for outcome in self.outcomes) for v in Verdict}

    @property
    def exit_code(self) -> int:
        """0 may ship, 1 must not ship, 3 could not be judged, 130 interrupted."""
        if self.interrupted:
            return 130
        return {Verdict.FAIL: 1, Verdict.UNKNOWN: 3}.get(self.verdict, 0)

    @property
    def judged(self) -> bool:
        """Whether any check came to a verdict; a report of nothing but skips proves nothing.

        The guards count only where nothing else was asked for: that a site answers says nothing of its assets.
        """
        asked = tuple(outcome for outcome in self.outcomes if outcome.check not in GUARDS) or self.outcomes
        return any(outcome.verdict is not Verdict.SKIP for outcome in asked)
