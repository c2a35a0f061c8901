"""What makes arrivals happen: at each one's moment its handler is called, whatever became of those before.

How late that was is the generator's own lag, and it is counted: a generator that is behind measures itself. What is
late is sent all the same, and its latency counts from the moment it was meant for; what is too late is given up and
counts as failed, so that nothing that was planned goes missing.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from scalecheck.model.histogram import Histogram, merged
from scalecheck.model.load import LATE_S
from scalecheck.swarm.collector import Collector
from scalecheck.swarm.ledger import Counter, Times
from scalecheck.swarm.schedule import Schedule

GIVE_UP_S = 10.0
"""An arrival that is later than this is not sent any more."""
MOST = 256
"""Arrivals that are sent before the loop reads answers again."""
ENOUGH_S = 0.002
"""Time after which it does so anyway."""
ROUNDING_S = 1e-9
"""What a sum of moments may be off by: without it, a clock that rings just in time would ring again."""

Handler = Callable[[float], None]
"""Sends one arrival; gets its intended start, on the clock of `time.perf_counter`."""


class Waking(Protocol):
    """Something that calls back at a moment: `engine.clock.Clock`."""

    def start(self, at_s: float) -> None:
        """Call back at a moment, at once where it has passed."""

    def close(self) -> None:
        """Call back no more."""


class Arrivals:
    """Plays a schedule: calls the handler of each arrival's stream, counts what was planned and how late it was sent.

    `handlers` and `counters` are in the order of the schedule's streams. `clock` makes what calls back, such as
    `functools.partial(Clock, loop)`; `ended` is called once after the last arrival.
    """

    def __init__(
        self,
        schedule: Schedule,
        handlers: Sequence[Handler],
        counters: Sequence[Counter],
        clock: Callable[[Callable[[], None]], Waking],
        *,
        now: Callable[[], float] = time.perf_counter,
        ended: Callable[[], None] | None = None,
    ) -> None:
        self._schedule = schedule
        self._streams = tuple(zip(handlers, counters, strict=True))
        self._clock = clock(self._wake)
        self._now = now
        self._ended = ended
        self._begins_s = 0.0
        self._due: deque[tuple[float, int]] = deque()
        self._over = False
        self._collector = Collector()
        self._lags: dict[int, Times] = {}
        self._taken: Histogram = Histogram()

    @property
    def over(self) -> bool:
        """Whether no more will come: the last one was sent, or it was stopped."""
        return self._over

    @property
    def lag(self) -> Histogram:
        """How late all arrivals so far were turned to."""
        return merged((self._taken, *(each.taken() for each in self._lags.values())))

    def take_lag(self) -> Mapping[int, Histogram]:
        """Return how late arrivals were turned to since the last time, by the second of their intended start."""
        lags, self._lags = {second: each.taken() for second, each in self._lags.items()}, {}
        self._taken = merged((self._taken, *lags.values()))
        return lags

    def start(self, begins_s: float) -> None:
        """Begin: the schedule's 0 is this moment of `time.perf_counter`."""
        self._begins_s = begins_s
        self._collector.quiet()
        self._rest()

    def stop(self) -> None:
        """Send no more; what was due more than LATE_S ago, and not sent, is counted as unsent."""
        if not self._over:
            self._over = True
            until_s = self._now() - self._begins_s - LATE_S
            unsent = (each for each in (*self._due, *self._schedule.due(until_s)) if each[0] <= until_s)
            for due_s, index in unsent:
                self._streams[index][1].unsent(self._begins_s + due_s)
        self._due.clear()
        self._clock.close()
        self._collector.restore()

    def _wake(self) -> None:
        """Send what is due, some of it at a time."""
        begins_s, due, began_s = self._begins_s, self._due, self._now()
        if not due:
            due.extend(self._schedule.due(began_s - begins_s + ROUNDING_S, MOST))
        try:
            while due and not self._over:
                due_s, index = due.popleft()
                turned_s = self._now()
                self._turn_to(due_s, index, turned_s)
                if turned_s - began_s > ENOUGH_S:
                    break
        finally:
            self._rest()

    def _turn_to(self, due_s: float, index: int, turned_s: float) -> None:
        handler, counter = self._streams[index]
        lags = self._lags.get(int(due_s))
        if lags is None:
            lags = self._lags[int(due_s)] = Times()
        due_s += self._begins_s
        late_s = turned_s - due_s
        lags.add(late_s)
        if late_s > GIVE_UP_S:
            counter.unsent(due_s)
            return
        counter.planned(due_s)
        if late_s > LATE_S:
            counter.late(due_s)
        handler(due_s)

    def _rest(self) -> None:
        """Wait for the next arrival, if there is one."""
        if self._over:
            return
        next_s = self._due[0][0] if self._due else self._schedule.next_s
        if next_s is not None:
            self._clock.start(self._begins_s + next_s)
            return
        self._over = True
        if self._ended is not None:
            self._ended()
