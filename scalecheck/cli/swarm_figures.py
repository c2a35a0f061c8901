"""What a swarm has come to so far, from its records: the figures of the live view. Pure.

Seconds are those of the intended start; what is shown of the latest ones is of those whose answers have mostly come.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scalecheck.model.histogram import Histogram, merged
from scalecheck.model.load import Event, Generator, Key, LoadRecord, Part, StageRun, SwarmRun, Tally, Window
from scalecheck.model.load_abort import live
from scalecheck.model.load_totals import ARRIVALS, Slice, added, finished, hits, lost, sliced
from scalecheck.model.profile import Profile
from scalecheck.model.sentence import Sentence, Unit
from scalecheck.wire import units

SHOWN_S = 5
"""Seconds of which the figures are."""
KEPT_S = 60
"""Seconds that are remembered, for the curves."""


@dataclass(frozen=True, slots=True)
class Now:
    """The figures of a moment."""

    second: int
    duration_s: float
    stage: str
    level: float
    """In multiples of `normal`."""
    pages_per_s: float
    planned_per_s: float
    requests_per_s: float
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None
    errors: float
    """0 to 1."""
    hit_ratio: float | None
    delivered: float | None
    lag_s: float | None
    """Its 99th percentile."""
    visitors: int
    connections: int
    cpu: float
    """Of the busiest worker."""
    size_per_s: float
    failed: Mapping[str, int]
    """Of the whole run, by why."""
    nearest: "tuple[Nearness, ...]"
    aborting: tuple[str, ...]
    """Rules of `abort` that hold now, each with how long until it stops the run."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a sentence is to its limit."""

    sentence: str
    value: str
    used: float
    """Share of what it allows that is used up; more than 1 does not hold."""


@dataclass
class Figures:
    """A fold over the records of one run."""

    profile: Profile
    run: SwarmRun | None = None
    events: list[Event] = field(default_factory=list)
    answered: int = 0
    lost: int = 0
    _seconds: dict[int, dict[Key, list[Tally]]] = field(default_factory=lambda: defaultdict(dict))
    _lags: dict[int, list[Histogram]] = field(default_factory=lambda: defaultdict(list))
    _latest: dict[str, Generator] = field(default_factory=dict)
    _failed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _requests: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    _holding: dict[int, int] = field(default_factory=dict)
    """The second since which a rule of `abort` holds, by its number."""

    def take(self, record: LoadRecord) -> None:
        """Count a record."""
        if isinstance(record, SwarmRun):
            self.run = record
        elif isinstance(record, Window):
            self._window(record)
        elif isinstance(record, Generator):
            before = self.second
            self._latest[record.worker] = record
            self._lags[record.second].append(record.lag)
            if self.second > before:
                self._weigh_rules(self._slice(range(before, self.second)), before)
        else:
            self.events.append(record)
        for kept in (self._seconds, self._lags, self._requests):
            for old in [second for second in kept if second < self.second - KEPT_S]:
                del kept[old]

    @property
    def second(self) -> int:
        """The last second that every worker has reported."""
        return min((each.second for each in self._latest.values()), default=0)

    def curve(self) -> tuple[int, ...]:
        """Return the requests of each of the last seconds, the oldest first."""
        return tuple(self._requests.get(each, 0) for each in range(max(0, self.second - KEPT_S), self.second))

    def now(self) -> Now | None:
        """Return the figures of the last seconds; None before there are any."""
        if self.run is None or not self._latest:
            return None
        until = self.second
        wanted = range(max(0, until - SHOWN_S), max(1, until))
        of = self._slice(wanted)
        stage = _stage(self.run, until)
        share = min(1.0, max(0.0, (until - stage.begins_s) / max(1e-9, stage.ends_s - stage.begins_s)))
        quantiles = [of.requests.latency.quantile_s(each) for each in (0.5, 0.95, 0.99)]
        ended, served = finished(of.requests), hits(of.requests)
        generators = self._latest.values()
        return Now(
            second=until,
            duration_s=self.run.duration_s,
            stage=stage.name,
            level=stage.start + (stage.end - stage.start) * share,
            pages_per_s=of.pages.sent / of.seconds,
            planned_per_s=of.planned / of.seconds,
            requests_per_s=of.requests.sent / of.seconds,
            p50_s=quantiles[0],
            p95_s=quantiles[1],
            p99_s=quantiles[2],
            errors=lost(of.requests) / ended if ended else 0.0,
            hit_ratio=served[0] / served[1] if served[1] else None,
            delivered=1 - of.late / of.planned if of.planned else None,
            lag_s=of.lag.quantile_s(0.99),
            visitors=sum(each.visitors for each in generators),
            connections=sum(each.connections for each in generators),
            cpu=max(each.cpu for each in generators),
            size_per_s=of.requests.size / of.seconds,
            failed=dict(self._failed),
            nearest=self._nearest(of, stage.name),
            aborting=tuple(self._aborting(until)),
        )

    def _window(self, window: Window) -> None:
        for key, tally in window.tallies.items():
            self._seconds[window.second].setdefault(key, []).append(tally)
            if key.part is not Part.PAGE:
                self._requests[window.second] += tally.sent
                self.answered += tally.answered
                self.lost += tally.lost
                for why, count in tally.failed.items():
                    self._failed[why] += count
            elif key.part in ARRIVALS and "unsent" in tally.failed:
                self._failed["unsent"] += tally.failed["unsent"]

    def _slice(self, seconds: range) -> Slice:
        tallies: dict[Key, list[Tally]] = defaultdict(list)
        for second in seconds:
            for key, each in self._seconds.get(second, {}).items():
                tallies[key] += each
        lags = [lag for second in seconds for lag in self._lags.get(second, ())]
        totals = {key: added(each) for key, each in tallies.items()}
        return sliced(totals, float(len(seconds)), merged(lags))

    def _weigh_rules(self, of: Slice, since: int) -> None:
        """Note which rules of `abort` hold; the master decides by the same figures."""
        for number, rule in enumerate(self.profile.abort):
            value = live(rule.when, of)
            if value is not None and rule.when.holds(value):
                self._holding.setdefault(number, since)
            elif value is not None:
                self._holding.pop(number, None)

    def _aborting(self, until: int) -> Iterator[str]:
        for number, since in sorted(self._holding.items()):
            rule = self.profile.abort[number]
            left_s = max(0.0, (rule.lasting_s or 0.0) - (until - since))
            yield f"{rule.when} holds; stops the run in {units.show_seconds(left_s)}"

    def _nearest(self, of: Slice, stage: str) -> tuple[Nearness, ...]:
        """Return the sentences about everything that are nearest to their limits, the nearest first."""
        during = self.profile.slo.during.get(stage) or self.profile.slo.during.get(self.run.shape if self.run else "")
        metrics = {each.metric for each in during or ()}
        sentences = (*(during or ()), *(each for each in self.profile.slo.all if each.metric not in metrics))
        found = (near(sentence, of) for sentence in sentences if not sentence.metric.growth)
        return tuple(sorted(filter(None, found), key=lambda each: -each.used))[:3]


def _stage(run: SwarmRun, second: int) -> StageRun:
    """Return the stage of a moment; a run whose load Locust's users make has one, which is all of it."""
    whole = StageRun(run.shape, 0.0, run.duration_s, 0.0, 0.0)
    return next((each for each in run.stages if each.ends_s > second), run.stages[-1] if run.stages else whole)


def near(sentence: Sentence, of: Slice) -> Nearness | None:
    """Return how near a sentence is to its limit; None where nothing tells."""
    value = live(sentence, of)
    if value is None:
        return None
    if sentence.operator.upwards and sentence.unit is Unit.SHARE:
        used = (1 - value) / max(1e-9, 1 - sentence.value)
    elif sentence.operator.upwards:
        used = sentence.value / max(1e-9, value)
    else:
        used = value / max(1e-9, sentence.value)
    return Nearness(str(sentence), sentence.shown(value), used)
