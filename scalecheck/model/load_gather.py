"""A swarm's reports taken one by one, and added up as they come where a stage is long: a soak of eight hours fits.

A stage of up to SLOTS seconds stays as it is reported. A longer one is kept in SLOTS stretches of whole seconds, each
with what all workers reported of it, on the line of the first report; which reports came is kept apart.
"""

from dataclasses import replace
from math import ceil

from scalecheck.model.histogram import merged
from scalecheck.model.load import Event, Generator, Key, Load, LoadRecord, SwarmRun, Tally, Window
from scalecheck.model.load_run import first_second, stage_at
from scalecheck.model.load_totals import added

SLOTS = 1200
"""Stretches in which a stage is kept, at most."""
WAITING = 16
"""Tallies of one key that wait to be added up."""


class Gathering:
    """What a swarm reported so far."""

    def __init__(self, run: SwarmRun) -> None:
        self._run = run
        self._begins_s = [stage.begins_s for stage in run.stages]
        self._widths_s = [max(1, ceil((stage.ends_s - stage.begins_s) / SLOTS)) for stage in run.stages]
        self._windows: list[Window] = []
        self._slots: dict[int, _Slot] = {}
        self._generators: dict[tuple[str, int], Generator] = {}
        self._events: list[Event] = []
        self._reports: dict[str, set[int]] = {}

    def add(self, record: LoadRecord) -> None:
        """Take one report."""
        if isinstance(record, Event):
            self._events.append(record)
        elif not isinstance(record, SwarmRun):
            self._reports.setdefault(record.worker, set()).add(record.sequence)
            self._take(record)

    def _take(self, record: Window | Generator) -> None:
        begin, width_s = self._slot(record.second)
        if isinstance(record, Generator):
            slot = (record.worker, record.sequence if width_s == 1 else -1 - begin)
            before = self._generators.get(slot)
            self._generators[slot] = record if before is None else _later(before, record)
        elif width_s == 1:
            self._windows.append(record)
        else:
            self._slots.setdefault(begin, _Slot(replace(record, second=begin, tallies={}))).add(record)

    def _slot(self, second: int) -> tuple[int, int]:
        """Return the second at which a stretch begins, and how many it has."""
        if not self._begins_s:
            return second, 1
        stage = stage_at(self._begins_s, second)
        first, width_s = first_second(self._begins_s[stage]), self._widths_s[stage]
        return first + (second - first) // width_s * width_s, width_s

    def load(self) -> Load:
        """Return all of it, in the order of its lines."""
        windows = [*self._windows, *(slot.window() for slot in self._slots.values())]
        return Load(
            self._run,
            tuple(sorted(windows, key=lambda each: each.number)),
            tuple(sorted(self._generators.values(), key=lambda each: each.number)),
            tuple(self._events),
            {worker: frozenset(numbers) for worker, numbers in self._reports.items()},
        )


class _Slot:
    """What was reported of one stretch of a long stage."""

    def __init__(self, first: Window) -> None:
        self._first = first
        self._waiting: dict[Key, list[Tally]] = {}

    def add(self, window: Window) -> None:
        for key, tally in window.tallies.items():
            waiting = self._waiting.setdefault(key, [])
            waiting.append(tally)
            if len(waiting) >= WAITING:
                self._waiting[key] = [added(waiting)]

    def window(self) -> Window:
        return replace(self._first, tallies={key: added(waiting) for key, waiting in self._waiting.items()})


def _later(before: Generator, after: Generator) -> Generator:
    """Return two reports of one worker as one: counts and lags add up, of what rises and falls the later one stands."""
    return replace(
        after,
        number=before.number,
        lag=merged((before.lag, after.lag)),
        cpu=max(before.cpu, after.cpu),
        opened=before.opened + after.opened,
        messages=before.messages + after.messages,
    )
