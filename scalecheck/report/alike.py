"""Findings that say the same of several subjects, told once."""

from collections.abc import Iterable
from dataclasses import dataclass

from scalecheck.model.verdict import Finding, Verdict
from scalecheck.report.inert import NAME, SUBJECT, VALUE, inert

ROUTES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Alike:
    """Findings of one check with the same verdict, expectation and reason; never empty."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The one that speaks for all."""
        return self.findings[0]

    @property
    def observed(self) -> str:
        """What was observed, where it is the same of all; else empty."""
        values = {finding.observed for finding in self.findings}
        return inert(self.first.observed, VALUE) if len(values) == 1 else ""

    def asked_by(self, profile: str | None) -> str:
        """Return the lines of the profile that ask for it, and their routes; empty when none does."""
        named = dict.fromkeys((finding.profile_line, finding.route) for finding in self.findings)
        places = [_place(profile or "the profile", *each) for each in named if any(each)]
        more = f" and {len(places) - ROUTES_SHOWN} more" if len(places) > ROUTES_SHOWN else ""
        return ", ".join(places[:ROUTES_SHOWN]) + more

    @property
    def reproduce(self) -> str:
        """The first command that shows one of them; empty when none has any."""
        return next((finding.reproduce for finding in self.findings if finding.reproduce), "")

    def subjects(self, most: int, within: str = "") -> tuple[str, ...]:
        """Return at most this many subjects, each with its line of evidence, and how many more there are.

        URLs of the site `within` are told by their path.
        """
        same = bool(self.observed)
        named = (_subject(finding, within, same=same) for finding in self.findings[:most])
        shown = tuple(name for name in named if name)
        return (*shown, f"and {len(self.findings) - most} more") if len(self.findings) > most else shown


def alike(findings: Iterable[Finding]) -> tuple[Alike, ...]:
    """Return the findings gathered by what they say, worst first, otherwise in the order given."""
    gathered: dict[tuple[object, ...], list[Finding]] = {}
    for each in findings:
        key = (each.verdict, each.expected, each.reason)
        gathered.setdefault(key, []).append(each)
    return tuple(Alike(tuple(each)) for each in sorted(gathered.values(), key=lambda each: -each[0].verdict.badness))


def wrong(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that a reader must see: all but skips, passes and waived ones."""
    return tuple(finding for finding in findings if finding.verdict.badness > Verdict.WAIVED.badness)


def on_site(subject: str, site: str) -> str:
    """Return a subject with a URL of the site told by its path."""
    origin = site.rstrip("/")
    return subject.replace(f"{origin}/", "/", 1) if origin else subject


def _place(profile: str, line: int | None, route: str | None) -> str:
    """Return `shop.yaml:12 (home)`, or only the half of it that is known."""
    place = f"{inert(profile, SUBJECT)}:{line}" if line is not None else ""
    name = inert(route, NAME) if route else ""
    return f"{place} ({name})" if place and name else place or f"route {name}"


def _subject(finding: Finding, within: str, *, same: bool) -> str:
    """Return a subject, with what was observed of it where that is not the same of all."""
    name = inert(on_site(finding.subject, within), SUBJECT)
    where = f"(evidence:{finding.evidence})" if finding.evidence is not None else ""
    seen = "" if same or not finding.observed else f"{inert(finding.observed, VALUE)}:"
    return " ".join(part for part in (seen, name, where) if part)
