"""What a worker counts: one cell for each route and second, filled as answers come, handed over as differences.

The hot path of a swarm: every answer passes through `Counter.ended` once.
"""

from typing import TYPE_CHECKING

from scalecheck.model.histogram import BITS, LINEAR_US, LONGEST_US, Histogram, merged
from scalecheck.model.load import Key, Tally

if TYPE_CHECKING:
    from scalecheck.engine.exchange import Exchange

SHIFTED = BITS + 1
REFUSALS = frozenset({429, 503})
"""Statuses that say `not now`, and are to say when (RFC 9110 section 10.2.3)."""
NO_SECOND = -(1 << 40)
"""No second of any run, were it counted from before its beginning."""
UNSENT = "unsent"
"""Why an arrival failed that was never sent: the generator was too far behind."""
WITHHELD = "told to wait"
"""Why one was not sent although it could have been: the server had asked for less (Retry-After)."""


class Times:
    """Durations that are being counted."""

    __slots__ = ("counts", "max_s", "total_s")

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.total_s = 0.0
        self.max_s = 0.0

    def add(self, seconds: float) -> None:
        """Count one duration."""
        us = int(seconds * 1e6)
        if us >= LINEAR_US:  # model.histogram.bucket, written out: a call would cost more than the counting
            if us > LONGEST_US:
                us = LONGEST_US
            shift = us.bit_length() - SHIFTED
            us = (shift << BITS) + (us >> shift)
        elif us < 0:
            us = 0
        counts = self.counts
        counts[us] = counts.get(us, 0) + 1
        self.total_s += seconds
        if seconds > self.max_s:
            self.max_s = seconds

    def taken(self) -> Histogram:
        """Return what was counted; the counting goes on elsewhere."""
        return Histogram(self.counts, self.total_s, self.max_s)


class Cell:
    """What was counted of one route for one second."""

    __slots__ = (
        "answered",
        "cold",
        "cold_size",
        "failed",
        "failures",
        "first_byte",
        "impolite",
        "kept",
        "late",
        "latency",
        "messages",
        "planned",
        "renewed",
        "retried",
        "sent",
        "size",
        "states",
        "statuses",
        "warm",
        "warm_size",
        "whole",
    )

    def __init__(self) -> None:
        self.planned = self.sent = self.late = self.answered = self.size = 0
        self.cold = self.cold_size = self.warm = self.warm_size = 0
        self.kept = self.renewed = self.retried = self.messages = self.impolite = 0
        self.failed: dict[str, int] = {}
        self.statuses: dict[int, int] = {}
        self.states: dict[str, int] = {}
        self.latency = Times()
        self.failures = Times()
        self.first_byte = Times()
        self.whole = Times()
        """Latencies of answers that came in one piece, as most do: they are times to the first byte as well."""

    def taken(self) -> Tally:
        """Return what was counted."""
        whole = self.whole.taken()
        return Tally(
            planned=self.planned,
            sent=self.sent,
            late=self.late,
            answered=self.answered,
            failed=self.failed,
            statuses=self.statuses,
            size=self.size,
            states=self.states,
            latency=merged((self.latency.taken(), whole)),
            failures=self.failures.taken(),
            first_byte=merged((self.first_byte.taken(), whole)),
            cold=self.cold,
            cold_size=self.cold_size,
            warm=self.warm,
            warm_size=self.warm_size,
            kept=self.kept,
            renewed=self.renewed,
            retried=self.retried,
            messages=self.messages,
            impolite=self.impolite,
        )


class Counter:
    """Counts for one route; moments are those of `time.perf_counter`."""

    __slots__ = ("_begins_s", "_cell", "_cells", "_second", "key")

    def __init__(self, key: Key, begins_s: float) -> None:
        self.key = key
        self._begins_s = begins_s
        self._cells: dict[int, Cell] = {}
        self._second = NO_SECOND
        self._cell = Cell()

    def begin(self, at_s: float) -> None:
        """Count seconds from this moment on; nothing has been counted yet."""
        self._begins_s = at_s

    def _at(self, due_s: float) -> Cell:
        """Return the cell of an intended start; those before the run's beginning count for its first second."""
        second = int(due_s - self._begins_s)
        if second != self._second:
            self._second = second
            second = max(second, 0)
            found = self._cells.get(second)
            self._cell = found if found is not None else self._cells.setdefault(second, Cell())
        return self._cell

    def planned(self, due_s: float, count: int = 1) -> None:
        """Count intended starts that have come."""
        cell = self._cell if int(due_s - self._begins_s) == self._second else self._at(due_s)
        cell.planned += count

    def late(self, due_s: float) -> None:
        """Count one that the generator turned to late."""
        self._at(due_s).late += 1

    def unsent(self, due_s: float, count: int = 1) -> None:
        """Count intended starts that were given up: planned, late, and failed."""
        cell = self._at(due_s)
        cell.planned += count
        cell.late += count
        cell.failed[UNSENT] = cell.failed.get(UNSENT, 0) + count

    def given_up(self, due_s: float) -> None:
        """Count one that was planned already and is not sent after all."""
        cell = self._at(due_s)
        cell.late += 1
        cell.failed[UNSENT] = cell.failed.get(UNSENT, 0) + 1

    def withheld(self, due_s: float) -> None:
        """Count one that was not sent, since the server had asked for less."""
        cell = self._at(due_s)
        cell.failed[WITHHELD] = cell.failed.get(WITHHELD, 0) + 1

    def kept(self, due_s: float, count: int = 1) -> None:
        """Count requests that the visitor's own cache answered."""
        self._at(due_s).kept += count

    def renewed(self, due_s: float) -> None:
        """Count a 304 by which the visitor's own cache keeps what it had."""
        self._at(due_s).renewed += 1

    def came(self, at_s: float, messages: int, size: int) -> None:
        """Count what a held connection brought, for the second in which it came."""
        cell = self._at(at_s)
        cell.messages += messages
        cell.size += size

    def ended(self, exchange: "Exchange", failure: str | None = None, state: str | None = None) -> None:
        """Count a request that was sent, by why it failed if it did, and by what a shared cache said it did.

        Without a failure it was answered as expected: its latency counts.
        """
        due_s = exchange.due_s
        cell = self._cell if int(due_s - self._begins_s) == self._second else self._at(due_s)
        if exchange.sent_s:
            cell.sent += 1
        if exchange.retried:
            cell.retried += 1
        cell.size += exchange.size
        if status := exchange.status:
            cell.statuses[status] = cell.statuses.get(status, 0) + 1
        if state is not None:
            cell.states[state] = cell.states.get(state, 0) + 1
        if failure is None:
            cell.answered += 1
            ended_s, first_s = exchange.ended_s, exchange.first_s
            if first_s == ended_s:
                cell.whole.add(ended_s - due_s)
            else:
                cell.latency.add(ended_s - due_s)
                cell.first_byte.add(first_s - due_s)
        else:
            cell.failed[failure] = cell.failed.get(failure, 0) + 1
            cell.failures.add(exchange.ended_s - due_s)
            if status in REFUSALS and exchange.head is not None and "retry-after" not in exchange.head.fields:
                cell.impolite += 1

    def viewed(self, due_s: float, ended_s: float, size: int, *, cold: bool, failure: str | None = None) -> None:
        """Count a page view that is over: it failed where its document did, or anything that it needed."""
        cell = self._at(due_s)
        cell.sent += 1
        cell.size += size
        if cold:
            cell.cold += 1
            cell.cold_size += size
        else:
            cell.warm += 1
            cell.warm_size += size
        if failure is None:
            cell.answered += 1
            cell.latency.add(ended_s - due_s)
        else:
            cell.failed[failure] = cell.failed.get(failure, 0) + 1
            cell.failures.add(ended_s - due_s)

    def take(self) -> dict[int, Tally]:
        """Return what was counted since the last time, by second."""
        cells, self._cells, self._second = self._cells, {}, NO_SECOND
        return {second: cell.taken() for second, cell in cells.items()}


class Ledger:
    """The counters of one worker."""

    def __init__(self, begins_s: float) -> None:
        self._begins_s = begins_s
        self._counters: dict[Key, Counter] = {}

    def begin(self, at_s: float) -> None:
        """Count seconds from this moment on; nothing has been counted yet."""
        self._begins_s = at_s
        for counter in self._counters.values():
            counter.begin(at_s)

    def counter(self, key: Key) -> Counter:
        """Return the counter of a route, always the same one."""
        found = self._counters.get(key)
        if found is None:
            found = self._counters[key] = Counter(key, self._begins_s)
        return found

    def take(self) -> dict[int, dict[Key, Tally]]:
        """Return what was counted since the last time, by second: differences, to be added to what was taken before."""
        taken: dict[int, dict[Key, Tally]] = {}
        for key, counter in self._counters.items():
            for second, tally in counter.take().items():
                taken.setdefault(second, {})[key] = tally
        return taken


def failure_of(exchange: "Exchange", statuses: frozenset[int] | None = None) -> str | None:
    """Return why a request failed; None where it was answered with one of these statuses, else with 2xx or 3xx."""
    if exchange.loss is not None:
        return exchange.loss.value
    status = exchange.status
    if (200 <= status < 400) if statuses is None else status in statuses:
        return None
    return f"status {status}"
