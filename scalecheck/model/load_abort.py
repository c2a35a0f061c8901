"""The rules by which a swarm stops at once, as a fold over what is reported second by second.

Live, a second is judged by what came to an end in it, whenever that had been meant to start: what was sent during a
stall is known only after it. A request that fails after a long wait has waited, so the times of failures beyond a
limit count against it; failures that come fast do not make it look any better.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scalecheck.model.histogram import Histogram, merged
from scalecheck.model.load import Event, Happening, Key, Tally
from scalecheck.model.load_totals import Slice, reading, sliced
from scalecheck.model.sentence import Measure, Sentence
from scalecheck.wire import units

if TYPE_CHECKING:
    from scalecheck.model.profile_slo import Abort

TIMES = frozenset({Measure.LATENCY, Measure.TTFB, Measure.PAGE})


@dataclass(frozen=True, slots=True)
class Aborted:
    """A rule that held for as long as it says."""

    rule: "Abort"
    second: float
    """When, counted from the beginning of the run."""
    value: float
    """What its metric came to in the last second, in the sentence's own unit."""

    @property
    def detail(self) -> str:
        """The rule as the profile says it, for how long it held, and the figure."""
        lasting = f" for {units.show_seconds(self.rule.lasting_s)}" if self.rule.lasting_s else ""
        return f"{self.rule.when}{lasting}: {self.rule.when.shown(self.value)}"

    @property
    def event(self) -> Event:
        """The line of evidence that says so; its number is that of the line it gets."""
        return Event(0, self.second, Happening.ABORTED, self.detail, self.rule.then)


class AbortRules:
    """All rules of a profile, and since when each of them has held."""

    def __init__(self, rules: Sequence["Abort"]) -> None:
        self._rules = tuple(rules)
        self._since: dict[int, float] = {}
        self._last_s = 0.0

    def step(
        self, second: float, tallies: Mapping[Key, Tally], lags: Iterable[Histogram] = (), workers_lost: int = 0
    ) -> Aborted | None:
        """Return the rule that stops the run now, the profile's first one of several; None where none does.

        `tallies` and `lags` are what all workers reported since the last step, added up by key; `second` is the
        moment up to which they did, counted from the beginning of the run; `workers_lost` how many are lost by now.
        A second in which nothing tells neither begins nor breaks the time for which a rule has held.
        """
        seconds = max(second - self._last_s, 1e-3)
        of = sliced(tallies, seconds, merged(lags), workers_lost)
        begun_s, self._last_s = self._last_s, second
        fired = [self._judged(number, rule, of, begun_s) for number, rule in enumerate(self._rules)]
        return next((each for each in fired if each is not None), None)

    def _judged(self, number: int, rule: "Abort", of: Slice, begun_s: float) -> Aborted | None:
        """Return the rule where it has held long enough; a second counts from its beginning."""
        value = live(rule.when, of)
        if value is None:
            return None
        if not rule.when.holds(value):
            self._since.pop(number, None)
            return None
        since_s = self._since.setdefault(number, begun_s)
        if self._last_s - since_s + 1e-6 < (rule.lasting_s or 0.0):
            return None
        return Aborted(rule, self._last_s, value)


def live(sentence: Sentence, of: Slice) -> float | None:
    """Return what a sentence's metric comes to in what just ended; None where nothing tells."""
    if sentence.metric.measure in TIMES:
        of = _with_long_failures(of, sentence.value)
    found = reading(sentence.metric, sentence.unit, of)
    return None if found is None else found.value


def _with_long_failures(of: Slice, limit_s: float) -> Slice:
    """Return the slice with what failed later than a limit among what was answered."""
    return replace(of, requests=_long(of.requests, limit_s), pages=_long(of.pages, limit_s))


def _long(tally: Tally, limit_s: float) -> Tally:
    if not (beyond := tally.failures.above(limit_s)).counts:
        return tally
    latency, first_byte = (merged((each, beyond)) for each in (tally.latency, tally.first_byte))
    return replace(tally, latency=latency, first_byte=first_byte)
