"""A swarm as checks read it, and the one rule of what may be said of a run that is in doubt.

A run is in doubt where arrivals were not sent on time, where reports of workers are missing, where it was cut short,
or where the evidence ends before it did. `load.delivered` names every doubt and is `unknown`. Then

- nothing else passes: what would have, is `unknown`;
- a time, or a rate, that fails while the generator itself was late is `unknown` too: the lag may be what was measured;
  so is a rate where reports are missing;
- errors count as far as the server sent them: statuses, and answers that are not what was expected. Where those alone
  fail, it fails; what a late generator may have caused by itself (timeouts, connections) does not;
- every other failure stays one: what is missing cannot undo what was seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from scalecheck.checks.load.measures import figures
from scalecheck.model.load import Tally
from scalecheck.model.load_levels import EVERYTHING, Level, Role, levels, roles
from scalecheck.model.load_run import Doubt, Played
from scalecheck.model.load_totals import Slice
from scalecheck.model.load_verdict import TIMES, Judged, judged
from scalecheck.model.sentence import Measure, Metric, Operator, Sentence, Unit
from scalecheck.model.site import Site
from scalecheck.model.verdict import Measure as Figure
from scalecheck.model.verdict import Verdict

DELIVERED = Sentence(Metric(Measure.DELIVERED), Operator.AT_LEAST, 0.995, Unit.SHARE)
"""Arrivals to be sent on time where the profile does not say."""
NO_SWARM = "a swarm was not run (scalecheck swarm)"
"""Why none of this is part of an audit."""
LIMITED = "the generator was the limit"
UNREPORTED = "the schedule holds more than was reported"
LOST = "workers were lost"
RATES = frozenset({Measure.REQUESTS, Measure.PAGES})


@dataclass(frozen=True)
class Seen:
    """A swarm, and what the profile asks of it."""

    site: Site
    played: Played
    levels: tuple[Level, ...]
    doubts: tuple[Doubt, ...]
    roles: tuple[Role, ...]
    tolerated: float
    """Share of errors that the profile allows everywhere."""

    def slice(self, level: Level, stages: tuple[int, ...] | None = None) -> Slice:
        """Return what a level is asked of, or some of its stages."""
        of = self.played.slice(level.stages if stages is None else stages, level.scope.holds, level.since_s)
        return replace(of, of_page=level.scope.of_page)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure of the run, by route and stage."""
        return tuple(figures(self.played))

    @property
    def overloaded(self) -> bool:
        """Whether the generator itself was too slow."""
        return any(doubt.overload for doubt in self.doubts)

    @property
    def incomplete(self) -> bool:
        """Whether reports are missing."""
        return any(doubt.missing for doubt in self.doubts)


def seen(site: Site) -> Seen | None:
    """Return the swarm of a site; None where it never began."""
    if site.load is None:
        return None
    if "load" not in site.remembered:
        site.remembered["load"] = _seen(site, Played(site.load))
    found: Seen = site.remembered["load"]
    return found


def _seen(site: Site, played: Played) -> Seen:
    asked = levels(site.profile, replace(played.run, stages=played.stages))
    said = [
        each.sentence for each in asked if each.scope == EVERYTHING and each.sentence.metric.measure is Measure.ERRORS
    ]
    tolerated = min((each.value for each in said), default=site.profile.targets.error_rate)
    shown = roles(played.stages, played.run.scale)
    bare = Seen(site, played, asked, (), shown, tolerated)
    return replace(bare, doubts=(*played.doubts, *_late(bare)))


def _late(run: Seen) -> Iterator[Doubt]:
    """Yield that the generator could not keep to the schedule, by the profile's own measure; tasks have none."""
    if not run.played.scheduled:
        return
    for level in delivery(run):
        found = delivered_as(run, level)
        if found.reason == LIMITED:
            yield Doubt(f"{found.observed} where {level.sentence} is needed", overload=True)
        elif found.reason == UNREPORTED:
            yield Doubt(f"{found.observed} where {level.sentence} is needed", missing=True)


def delivery(run: Seen) -> tuple[Level, ...]:
    """Return the levels of the generator itself, with one of arrivals among them."""
    said = tuple(level for level in run.levels if level.check == "load.delivered")
    if any(level.sentence.metric.measure is Measure.DELIVERED for level in said):
        return said
    every = tuple(range(len(run.played.stages)))
    return (Level(DELIVERED, ("slo", "all"), EVERYTHING, every, "load.delivered"), *said)


def delivered_as(run: Seen, level: Level) -> Judged:
    """Return whether a level of the generator itself holds; what does not is unknown, as it says nothing of the site.

    Of the whole run the schedule says what was due; what it holds and nobody reported was not shown to be sent.
    """
    of, delivery_ = run.slice(level), level.sentence.metric.measure is Measure.DELIVERED
    found = judged(level.sentence, of)
    if delivery_ and len(level.stages) == len(run.played.stages):
        unreported = max(0, run.played.scheduled - of.planned)
        with_them = replace(of, planned=of.planned + unreported, late=of.late + unreported)
        all_due = judged(level.sentence, with_them)
    else:
        unreported, with_them, all_due = 0, of, found
    reason = LIMITED if found.verdict is Verdict.FAIL else UNREPORTED if all_due.verdict is Verdict.FAIL else ""
    if level.sentence.metric.measure is Measure.WORKERS_LOST:
        reason = LOST if reason else ""
    observed = f"{all_due.observed}{_counted(with_them, unreported) if delivery_ and with_them.planned else ''}"
    return Judged(Verdict.UNKNOWN if reason else all_due.verdict, observed, reason or all_due.reason)


def _counted(of: Slice, unreported: int) -> str:
    missing = f", {unreported:,} of them never reported" if unreported else ""
    late = f", {of.late:,} of {of.planned:,} arrivals were not sent on time{missing}"
    return late if of.late else f", all of {of.planned:,} arrivals"


def trusted(run: Seen, measure: Measure | None, found: Judged) -> Judged:
    """Return a verdict as far as the run can be trusted: the rule of this module."""
    if found.verdict is Verdict.PASS and run.doubts:
        return in_doubt(found)
    if found.verdict is Verdict.FAIL:
        slowed = run.overloaded and measure in TIMES | RATES
        if slowed or (run.incomplete and measure in RATES):
            return in_doubt(found)
    return found


def in_doubt(found: Judged) -> Judged:
    """Return a verdict that the run does not bear out."""
    return Judged(Verdict.UNKNOWN, found.observed, "the run itself is in doubt, see load.delivered")


def served(tally: Tally) -> Tally:
    """Return a tally with only those failures that the server sent."""
    failed = {why: count for why, count in tally.failed.items() if why.startswith(("status ", "expected"))}
    return replace(tally, failed=failed)
