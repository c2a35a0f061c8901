"""Sentences judged by what was counted: pass and fail only as far as the samples prove it.

A quantile is judged by the share of requests beyond its limit, and that, as errors and every other sampled share, by
its one-sided 95 % bound. What was counted rather than sampled (arrivals, workers, requests per second, the maximum, a
limit of nothing at all) is compared as it is.
"""

from dataclasses import dataclass

from scalecheck.model.load_totals import Slice, finished, lost, reading, shares
from scalecheck.model.ratio import Ratio, samples_needed
from scalecheck.model.sentence import Measure, Sentence, Unit
from scalecheck.model.verdict import Verdict
from scalecheck.wire.units import show_ratio, show_seconds

TIMES = frozenset({Measure.LATENCY, Measure.TTFB, Measure.PAGE})
MOST_NEEDED = 1_000_000
"""More samples than these are not asked for: the figure lies too near its limit."""
COUNTED = frozenset({Measure.DELIVERED, Measure.WORKERS_LOST})


@dataclass(frozen=True, slots=True)
class Judged:
    """What a sentence comes to."""

    verdict: Verdict
    observed: str
    reason: str = ""


def judged(sentence: Sentence, of: Slice, tolerated: float = 0.0) -> Judged:
    """Return whether a sentence holds of a slice; `tolerated` is the share of errors that the profile allows."""
    metric = sentence.metric
    found = reading(metric, sentence.unit, of)
    if found is None or not found.samples:
        return Judged(Verdict.UNKNOWN, "nothing", _nothing(sentence, of))
    if metric.measure in TIMES or metric.measure is Measure.LAG:
        verdict = _quantile(sentence, of)
        observed = f"{metric} {sentence.shown(found.value)} of {found.samples:,}{_left_out(sentence, of, tolerated)}"
        return Judged(verdict[0], observed, verdict[1])
    if sentence.unit is Unit.SHARE and metric.measure not in COUNTED:
        part, whole = shares(metric, of)
        shown = f"{metric} {sentence.shown(part / whole)}, {part:,} of {whole:,}"
        verdict = _share(sentence, part, whole)
        return Judged(verdict[0], f"{shown}{_kinds(sentence, of)}", verdict[1])
    if sentence.unit is Unit.RATE and metric.measure is not Measure.STATUS:
        return _rate(sentence, of, found.value)
    held = sentence.holds(found.value)
    observed = f"{metric} {sentence.shown(found.value)}{_counted(sentence, found.samples)}"
    return Judged(Verdict.PASS if held else Verdict.FAIL, observed)


def _nothing(sentence: Sentence, of: Slice) -> str:
    """Return why nothing can be said."""
    measure = sentence.metric.measure
    tally = of.pages if measure in {Measure.PAGE, Measure.PAGES} else of.requests
    if measure is Measure.HIT_RATIO and finished(of.requests):
        return "no cache on the way says what it did"
    if measure is Measure.FIRST_BYTES:
        return "no page was seen with an empty cache"
    if measure is Measure.REPEAT_BYTES:
        return "no page was seen with a warm cache"
    if measure in TIMES and lost(tally):
        return f"none was answered as expected: {lost(tally):,} failed, see load.errors"
    return "nothing was sent" if not tally.sent else "nothing came to an end"


def _quantile(sentence: Sentence, of: Slice) -> tuple[Verdict, str]:
    """Return verdict and reason of a limit of time."""
    durations = of.timed(sentence.metric.measure)
    share = sentence.metric.quantile or 0.99
    beyond, count = durations.beyond(sentence.value), durations.count
    if share == 1.0 or sentence.metric.measure is Measure.LAG:
        value = durations.quantile_s(share) or 0.0
        return (Verdict.PASS if sentence.holds(value) else Verdict.FAIL), ""
    if sentence.operator.upwards:
        return _bounded(beyond, count, 1 - share)
    return _bounded(count - beyond, count, share)


def _share(sentence: Sentence, part: int, whole: int) -> tuple[Verdict, str]:
    """Return verdict and reason of a limit of a share."""
    if sentence.operator.upwards:
        return _bounded(part, whole, sentence.value)
    if not sentence.value:
        return (Verdict.FAIL if part else Verdict.PASS), ""
    return _bounded(whole - part, whole, 1 - sentence.value)


def judged_share(part: int, whole: int, most: float, observed: str) -> Judged:
    """Return whether so many of so many are no more than a share, as far as they prove it."""
    if not most:
        return Judged(Verdict.FAIL if part else Verdict.PASS, observed)
    verdict, reason = _bounded(whole - part, whole, 1 - most)
    return Judged(verdict, observed, reason)


def _bounded(met: int, count: int, target: float) -> tuple[Verdict, str]:
    """Return whether so many of so many prove a share of at least the target, and else how many would."""
    verdict = Ratio(met, count).judged(target)
    if verdict is not Verdict.UNKNOWN:
        return verdict, ""
    needed = samples_needed(target, count - met)
    if needed >= MOST_NEEDED or met < target * count:
        return verdict, f"{count:,} samples leave it open: too near the limit"
    return verdict, f"{count:,} samples leave it open; {needed:,} would prove it if no more miss"


def _rate(sentence: Sentence, of: Slice, value: float) -> Judged:
    """Return whether a rate was reached; where so much was never asked for, nobody knows."""
    metric = sentence.metric
    tally = of.pages if metric.measure is Measure.PAGES else of.requests
    if not sentence.operator.upwards:
        value = tally.sent / of.seconds
    observed = f"{sentence.shown(value)} over {show_seconds(of.seconds)}"
    if sentence.holds(value):
        return Judged(Verdict.PASS, observed)
    planned = tally.planned / of.seconds
    if sentence.operator.upwards and not sentence.holds(planned):
        return Judged(Verdict.UNKNOWN, observed, f"no more than {sentence.shown(planned)} were asked for")
    return Judged(Verdict.FAIL, observed)


def _left_out(sentence: Sentence, of: Slice, tolerated: float) -> str:
    """Return how many failures a quantile leaves out, where that is more than the profile allows."""
    if sentence.metric.measure is Measure.LAG:
        return ""
    tally = of.pages if sentence.metric.measure is Measure.PAGE else of.requests
    count = lost(tally)
    if not count or count / finished(tally) <= tolerated:
        return ""
    return f", without {count:,} that failed ({show_ratio(float(f'{count / finished(tally):.3g}'))})"


def _kinds(sentence: Sentence, of: Slice) -> str:
    """Return why requests failed, most frequent first."""
    if sentence.metric.measure is not Measure.ERRORS:
        return ""
    failed = sorted(((count, why) for why, count in of.failing.failed.items() if why != "unsent"), reverse=True)
    named = ", ".join(f"{why}: {count:,}" for count, why in failed[:3])
    return f" ({named})" if named else ""


def _counted(sentence: Sentence, samples: int) -> str:
    """Return what a mean is of."""
    measure = sentence.metric.measure
    return f", {samples:,} views" if measure in {Measure.FIRST_BYTES, Measure.REPEAT_BYTES} else ""
