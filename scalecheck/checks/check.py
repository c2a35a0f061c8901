"""What a check is: a pure function from evidence to findings, with its explanation."""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from scalecheck.model.evidence import LabRun, Record, View
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Measure, Verdict
from scalecheck.probes.probe import Probe

Findings = Iterator[Finding | Measure]

REMEDY = re.compile(r"^On (?P<server>[A-Z][\w. ]*|nginx): ")


@dataclass(frozen=True, eq=False)
class Check:
    """A promise, why it matters, how to keep it, and the function that judges it."""

    id: str
    title: str
    why: str
    fix: str
    source: str
    judge: Callable[[Site], Findings]
    needs: tuple[Probe, ...]
    remedies: Mapping[str, str] = field(default_factory=dict)
    """The remedy in the words of a server or CDN, by its name."""
    declared_by: str = "routes.{route}"
    """The profile's key that asks for it, dotted; `{route}` is the finding's route."""
    opt_in: str = ""
    """How to ask for it, where it is not part of an ordinary audit: it writes, or it needs an earlier run."""
    reads: tuple[Probe, ...] = ()
    """Probes that tell it more where they were asked; it can be judged without them."""

    @property
    def probes(self) -> frozenset[Probe]:
        """All that must have been asked: needs and what they follow."""
        return frozenset().union(*(probe.with_ancestors for probe in self.needs))

    @property
    def readable(self) -> frozenset[str]:
        """Names of the probes whose answers it may read."""
        return frozenset(probe.name for probe in (*self.probes, *self.reads))


def check(
    *,
    needs: Iterable[Probe],
    source: str,
    declared_by: str = "routes.{route}",
    opt_in: str = "",
    reads: Iterable[Probe] = (),
) -> Callable[[Callable[[Site], Findings]], Check]:
    """Declare a check; id, title, why, fix and remedies come from the function's module, name and docstring.

    The docstring's first line is the title, a promise. Then comes why, then a paragraph that begins with `Fix: `, then
    one paragraph for each server or CDN whose own words are known, beginning with its name: `On nginx: …`.
    """

    def declared(judge: Callable[[Site], Findings]) -> Check:
        title, why, fix, remedies = _explained(inspect.getdoc(judge) or "")
        group = judge.__module__.removeprefix("scalecheck.checks.").partition(".")[0]
        name = f"{group}.{judge.__name__}"
        needed, read = tuple(needs), tuple(reads)
        return Check(name, title, why, fix, source, judge, needed, remedies, declared_by, opt_in, read)

    return declared


def _explained(doc: str) -> tuple[str, str, str, dict[str, str]]:
    """Return title, why, fix and remedies of a docstring."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in doc.split("\n\n")]
    why, fix, remedies = [], "", {}
    for paragraph in paragraphs[1:]:
        if paragraph.startswith("Fix: "):
            fix = paragraph.removeprefix("Fix: ")
        elif named := REMEDY.match(paragraph):
            remedies[named["server"]] = paragraph[named.end() :]
        else:
            why.append(paragraph)
    return paragraphs[0], "\n\n".join(why), fix, remedies


def expect(
    met: bool, about: Record, *, expected: object, observed: object, otherwise: Verdict = Verdict.FAIL
) -> Finding:
    """Return a pass when met, else `otherwise`; expected and observed stand in the same unit."""
    verdict = Verdict.PASS if met else otherwise
    return Finding(verdict, subject(about), shown(expected), shown(observed), evidence=about.number)


def undecided(about: Record, reason: str, *, expected: object = "", observed: object = "") -> Finding:
    """Return an unknown with its reason."""
    return Finding(
        Verdict.UNKNOWN, subject(about), shown(expected), shown(observed), evidence=about.number, reason=reason
    )


def skipped(reason: str, about: Record | None = None) -> Finding:
    """Return a skip with its reason, of one subject or of the whole check."""
    if about is None:
        return Finding(Verdict.SKIP, "", reason=reason)
    return Finding(Verdict.SKIP, subject(about), evidence=about.number, reason=reason)


def left(about: Record, to: str) -> Finding:
    """Return a skip of a subject of which a more specific check speaks: one mistake, one failure.

    Where that check is not among those run, judging turns it into an unknown: it must not pass for lack of a speaker.
    """
    return Finding(Verdict.SKIP, subject(about), evidence=about.number, reason=f"left to {to}", left_to=to)


def subject(about: Record) -> str:
    """Return what a finding about this record is called: method and URL, and what was different about it."""
    request = about.request
    name = f"{request.method} {request.url}"
    if isinstance(about, View | LabRun):
        return f"{name} ({about.ask.label})"
    return f"{name} as {request.identity}" if request.identity else name


def shown(value: object) -> str:
    """Return a value as findings show it; nothing is called `nothing`, not an empty string."""
    return "nothing" if value is None or value == "" else str(value)
