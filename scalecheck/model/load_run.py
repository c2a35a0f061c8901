"""A swarm's windows by stage and route, and what makes its figures doubtful.

Every tally is looked at once: it is added to its stage, and what spans several stages adds those up. A second belongs
to the stage in which its middle lies.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from scalecheck.model.histogram import Histogram, merged
from scalecheck.model.load import BY_HAND, Event, Generator, Happening, Key, Load, Part, StageRun, Tally, Window
from scalecheck.model.load_totals import ARRIVALS, Slice, added, sliced

MISSING_NAMED = 3
"""Gaps in the reports that a doubt names; the others are counted."""
OVER = frozenset({Happening.ENDED, Happening.ABORTED, Happening.STOPPED})
"""Happenings after which nothing more is sent."""
_LONGEST_S = 1e9
_PARTS = tuple(Part)
Chosen = Callable[[Key], bool]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why figures of a run do not prove that all is well."""

    reason: str
    overload: bool = False
    """Whether the generator itself was too slow, which makes answers look slow."""
    missing: bool = False
    """Whether reports are missing, which makes everything look less than it was."""


class Played:
    """What was played of a swarm, by stage."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.run = load.run
        self.stages: tuple[StageRun, ...] = load.run.stages or (StageRun("all", 0.0, _LONGEST_S, 1.0, 1.0),)
        self._begins_s = [stage.begins_s for stage in self.stages]
        self._sums: dict[tuple[int, Key], Tally] = {}

    def stage_of(self, second: int) -> int:
        """Return the number of the stage to which a second belongs."""
        return stage_at(self._begins_s, second)

    @cached_property
    def ended_s(self) -> float:
        """Up to when arrivals were due: the end of the run, or the moment it was cut short."""
        over = [event.second for event in self.load.events if event.what in OVER - {Happening.ENDED}]
        known = [event.what is Happening.ENDED for event in self.load.events]
        if over:
            return min(over)
        if any(known):
            return self.stages[-1].ends_s
        reported = [*(each.second + 1 for each in self.load.windows), *(each.second for each in self.load.generators)]
        return float(max(reported, default=0))

    def seconds_of(self, stage: int) -> range:
        """Return the seconds that were played of a stage."""
        begins_s, ends_s = self.stages[stage].begins_s, min(self.stages[stage].ends_s, self.ended_s)
        first = first_second(begins_s)
        return range(first, max(first, first_second(ends_s)))

    @cached_property
    def _by_stage(self) -> Mapping[int, Mapping[Key, list[Tally]]]:
        stages: dict[int, dict[Key, list[Tally]]] = {number: {} for number in range(len(self.stages))}
        for window in self.load.windows:
            found = stages[self.stage_of(window.second)]
            for key, tally in window.tallies.items():
                found.setdefault(key, []).append(tally)
        return stages

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Everything that was planned or reported, in the order of their parts and names."""
        keys = {*self.run.planned, *(key for stage in self._by_stage.values() for key in stage)}
        return tuple(sorted(keys, key=lambda key: (_PARTS.index(key.part), key.name)))

    def tally(self, stage: int, key: Key) -> Tally:
        """Return what came of one key in one stage."""
        if (stage, key) not in self._sums:
            self._sums[stage, key] = added(self._by_stage[stage].get(key, ()))
        return self._sums[stage, key]

    def total(self, key: Key) -> Tally:
        """Return what came of one key in the whole run."""
        return added(self.tally(number, key) for number in range(len(self.stages)))

    def slice(self, stages: Iterable[int], chosen: Chosen, since_s: float = 0.0, until_s: float | None = None) -> Slice:
        """Return what came of the chosen keys in some stages, from so many seconds after each begins."""
        numbers = tuple(stages)
        if since_s or until_s is not None:
            return self._within(numbers, chosen, since_s, until_s)
        keys = [key for key in self.keys if chosen(key)]
        sums = {key: added(self.tally(number, key) for number in numbers) for key in keys}
        seconds = sum(len(self.seconds_of(number)) for number in numbers)
        return sliced(sums, max(1, seconds), self._lag(numbers), self.workers_lost)

    def _within(self, stages: tuple[int, ...], chosen: Chosen, since_s: float, until_s: float | None) -> Slice:
        """Return a stretch of stages, read from the windows themselves."""
        wanted = {second for number in stages for second in self.seconds_of(number)[round(since_s) :]}
        if until_s is not None:
            wanted &= {s for number in stages for s in self.seconds_of(number)[: round(until_s)]}
        found: dict[Key, list[Tally]] = {}
        for window in self.load.windows:
            if window.second in wanted:
                for key, tally in window.tallies.items():
                    if chosen(key):
                        found.setdefault(key, []).append(tally)
        sums = {key: added(tallies) for key, tallies in found.items()}
        return sliced(sums, max(1, len(wanted)), self._lag(stages), self.workers_lost)

    def _lag(self, stages: tuple[int, ...]) -> Histogram:
        among = set(stages)
        return merged(each.lag for each in self.load.generators if self.stage_of(each.second) in among)

    def series(self, stage: int, chosen: Chosen, width_s: int) -> tuple[Slice, ...]:
        """Return a stage in pieces of so many seconds each; what is left at its end is no piece."""
        seconds = self.seconds_of(stage)
        pieces: list[dict[Key, list[Tally]]] = [{} for _ in range(len(seconds) // width_s)]
        for window in self.load.windows:
            number = (window.second - seconds.start) // width_s
            if window.second in seconds and number < len(pieces):
                for key, tally in window.tallies.items():
                    if chosen(key):
                        pieces[number].setdefault(key, []).append(tally)
        return tuple(sliced({key: added(each) for key, each in piece.items()}, width_s) for piece in pieces)

    def line(self, stages: Iterable[int], chosen: Chosen) -> int | None:
        """Return the first line of evidence of the chosen keys in some stages; None without any."""
        among = set(stages)
        return next(
            (
                window.number
                for window in self.load.windows
                if self.stage_of(window.second) in among and any(chosen(key) for key in window.tallies)
            ),
            None,
        )

    @cached_property
    def workers_lost(self) -> int:
        """Workers that stopped reporting, or never began."""
        gone = (Happening.WORKER_LOST, Happening.WORKER_LEFT_OUT)
        told = sum(event.what in gone for event in self.load.events)
        return max(told, self.run.workers - len(self._reports) if self._reports else 0)

    @cached_property
    def _reports(self) -> Mapping[str, set[int]]:
        """Numbers of the reports that came, by worker."""
        reports = {worker: set(numbers) for worker, numbers in self.load.reports.items()}
        reporting: tuple[Window | Generator, ...] = (*self.load.windows, *self.load.generators)
        for each in reporting:
            reports.setdefault(each.worker, set()).add(each.sequence)
        return reports

    @cached_property
    def arrivals(self) -> Slice:
        """Everything that was due, by what the workers report."""
        return self.slice(range(len(self.stages)), lambda key: key.part in ARRIVALS)

    @cached_property
    def scheduled(self) -> int:
        """Arrivals that the schedule held for what was played; what the workers report of a run that was cut short."""
        whole = any(event.what is Happening.ENDED for event in self.load.events)
        held = sum(count for key, count in self.run.planned.items() if key.part in ARRIVALS)
        return max(held, self.arrivals.planned) if whole and not self.stopped else self.arrivals.planned

    @cached_property
    def stopped(self) -> Event | None:
        """What cut the run short; None where nothing did."""
        return next((e for e in self.load.events if e.what in OVER - {Happening.ENDED}), None)

    @cached_property
    def by_hand(self) -> bool:
        """Whether somebody interrupted the run."""
        return self.stopped is not None and self.stopped.detail.startswith(BY_HAND)

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """Everything that makes the figures doubtful, lateness apart."""
        return (*self._gaps(), *self._happened(), *self._unfinished())

    def _gaps(self) -> Iterator[Doubt]:
        """Yield workers that did not report, and reports that are missing among those of the others."""
        left = self.run.workers - len(self._reports)
        if left > 0:
            yield Doubt(f"{left} of {self.run.workers} workers reported nothing", missing=True)
        for worker, numbers in sorted(self._reports.items()):
            gaps = [number for number in range(1, max(numbers)) if number not in numbers]
            if gaps:
                yield Doubt(f"worker {worker}'s reports {_ranges(gaps)} are missing", missing=True)

    def _happened(self) -> Iterator[Doubt]:
        for event in self.load.events:
            told = f"{event.what} after {event.second:.0f} s{f': {event.detail}' if event.detail else ''}"
            if event.what in {Happening.WORKER_LOST, Happening.WORKER_LEFT_OUT, Happening.MASTER_LOST}:
                yield Doubt(told, missing=True)
            elif event.what is Happening.REFUSED:
                yield Doubt(told)

    def _unfinished(self) -> Iterator[Doubt]:
        lasts_s = self.run.duration_s
        if self.stopped is not None:
            why = f"{self.stopped.what}{f': {self.stopped.detail}' if self.stopped.detail else ''}"
            yield Doubt(f"the run ended after {self.stopped.second:.0f} of {lasts_s:.0f} s ({why})")
        elif not any(event.what is Happening.ENDED for event in self.load.events):
            yield Doubt(f"the evidence ends after {self.ended_s:.0f} of {lasts_s:.0f} s", missing=True)


def stage_at(begins_s: Sequence[float], second: int) -> int:
    """Return the number of the stage to which a second belongs, by when each begins."""
    return max(0, bisect_right(begins_s, second + 0.5) - 1)


def first_second(moment_s: float) -> int:
    """Return the first second whose middle does not lie before a moment."""
    return ceil(moment_s - 0.5)


def _ranges(numbers: list[int]) -> str:
    """Return numbers as ranges: `3, 14 to 20`."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    named = [str(low) if low == high else f"{low} to {high}" for low, high in ranges[:MISSING_NAMED]]
    more = [f"{len(ranges) - MISSING_NAMED} more gaps"] if len(ranges) > MISSING_NAMED else []
    return ", ".join([*named, *more])
