"""Whether a site stays as fast as it is while its load stays the same."""

from collections.abc import Iterator
from dataclasses import replace

from scalecheck.checks.check import Findings, check
from scalecheck.checks.load.doubt import NO_SWARM, Seen, seen, trusted
from scalecheck.checks.load.stated import finding, never_began
from scalecheck.model.load_growth import Growth, growth, width_s
from scalecheck.model.load_levels import CLOSE, Level
from scalecheck.model.load_verdict import Judged
from scalecheck.model.sentence import Sentence
from scalecheck.model.site import Site
from scalecheck.model.verdict import Verdict
from scalecheck.probes.swarm import swarm
from scalecheck.wire.units import show_seconds


@check(
    needs=[swarm],
    source="Theil 1950, Sen 1968: the median of slopes; profile: slo.during",
    declared_by="slo",
    opt_in=NO_SWARM,
)
def steady(site: Site) -> Findings:
    """Times do not grow while the load stays the same.

    A leak shows after hours: memory, connections, files, a table without an index that fills. What grows by a tenth in
    an hour is slow by night. Judged are stages that hold one load for at least as long as the sentence says
    (`p95 growth < 10% per 1h`); where no sentence speaks of growth, holds of half an hour and more.

    Fix: watch memory, connections and file descriptors over the same time; restart one instance, and see whether it is
    fast again.
    """
    run = seen(site)
    if run is None:
        yield never_began()
        return
    for level in run.levels:
        if level.check == "load.steady":
            yield from _level(run, level)


def _level(run: Seen, level: Level) -> Findings:
    """Yield the growth in each hold that is long enough."""
    holds = tuple(_holds(run, level))
    if not holds:
        window = show_seconds(level.sentence.window_s)
        yield finding(run, level, Judged(Verdict.UNKNOWN, "nothing", f"no stage held one load for {window}"))
    for number in holds:
        held = replace(level, stages=(number,))
        yield finding(run, held, trusted(run, level.sentence.metric.measure, _judged(run, held)))


def _holds(run: Seen, level: Level) -> Iterator[int]:
    for number in level.stages:
        stage = run.played.stages[number]
        lasted = len(run.played.seconds_of(number))
        if abs(stage.start - stage.end) < CLOSE and lasted + 1 >= level.sentence.window_s:
            yield number


def _judged(run: Seen, level: Level) -> Judged:
    """Return how much a time grew in a hold."""
    number, sentence = level.stages[0], level.sentence
    piece_s = width_s(len(run.played.seconds_of(number)))
    found = growth(sentence, run.played.series(number, level.scope.holds, piece_s), piece_s)
    if found is None:
        return Judged(Verdict.UNKNOWN, "nothing", "too few answers to tell growth from noise")
    verdict = found.judged(sentence)
    reason = "" if verdict is not Verdict.UNKNOWN else "too much noise to tell: hold for longer, or at more load"
    return Judged(verdict, _shown(sentence, found), reason)


def _shown(sentence: Sentence, found: Growth) -> str:
    value, low, high = (sentence.shown(each) for each in (found.value, found.low, found.high))
    return f"{sentence.metric} {value} per {show_seconds(sentence.window_s)} ({low} to {high})"
