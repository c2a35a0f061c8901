"""Arrivals: each is sent once and in order, what is late is said, and what is too late is given up, not forgotten."""

import gc
import math
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Literal

import gevent
import pytest
from gevent.event import Event

from scalecheck.engine.clock import Clock
from scalecheck.model.load import Key, Part, Tally
from scalecheck.plan.courses import Course, Piece
from scalecheck.swarm.arrivals import ENOUGH_S, MOST, Arrivals, Handler
from scalecheck.swarm.collector import NEVER, YOUNG
from scalecheck.swarm.ledger import Ledger
from scalecheck.swarm.schedule import Schedule
from scalecheck.swarm.streams import Stream

BEGINS_S = 1000.0


class Hands:
    """A clock that only moves when it is told to, and that calls back when it comes to the moment that was set."""

    def __init__(self) -> None:
        self.now_s = BEGINS_S - 1
        self.at_s: float | None = None
        self.closed = False
        self.wake: Callable[[], None] = lambda: None

    def made(self, wake: Callable[[], None]) -> "Hands":
        self.wake = wake
        return self

    def start(self, at_s: float) -> None:
        assert not self.closed
        self.at_s = at_s

    def close(self) -> None:
        self.closed, self.at_s = True, None

    def ring(self) -> None:
        """Call back, as much later as it is by now."""
        assert self.at_s is not None
        self.now_s, self.at_s = max(self.now_s, self.at_s), None
        self.wake()

    def run(self, until_s: float = math.inf) -> None:
        """Call back whenever it was asked for, until a moment of the run."""
        while self.at_s is not None and self.at_s <= BEGINS_S + until_s:
            self.ring()

    def stall(self, until_s: float) -> None:
        """Do nothing until a moment of the run."""
        self.now_s = BEGINS_S + until_s


class Played:
    """Four seconds of arrivals at even rates, and what became of them."""

    def __init__(
        self,
        *rates: float,
        spacing: Literal["random", "even"] = "even",
        then: Handler | None = None,
    ) -> None:
        self.streams = [
            Stream(Key(Part.ROUTE, str(number)), rate, Course((Piece(4, 1, 1),))) for number, rate in enumerate(rates)
        ]
        self.hands = Hands()
        self.ledger = Ledger(BEGINS_S)
        self.sent: list[tuple[float, int]] = []
        self.ended = 0
        self.takes_s = 0.0
        self.then = then
        self.schedule = Schedule(self.streams, spacing, 1)
        self.arrivals = Arrivals(
            self.schedule,
            [partial(self.send, number) for number in range(len(rates))],
            [self.ledger.counter(each.key) for each in self.streams],
            self.hands.made,
            now=lambda: self.hands.now_s,
            ended=self.end,
        )
        self.arrivals.start(BEGINS_S)

    def send(self, index: int, due_s: float) -> None:
        self.sent.append((due_s - BEGINS_S, index))
        self.hands.now_s += self.takes_s
        if self.then is not None:
            self.then(due_s)

    def end(self) -> None:
        self.ended += 1

    def tallies(self, index: int = 0) -> dict[int, Tally]:
        taken = self.ledger.take()
        return {second: found[self.streams[index].key] for second, found in taken.items()}


Play = Callable[..., Played]


@pytest.fixture
def play() -> Iterator[Play]:
    """Play what a test asks for, and stop it when the test is over."""
    made: list[Played] = []

    def play(*rates: float, **options: Any) -> Played:
        made.append(Played(*rates, **options))
        return made[-1]

    yield play
    for each in made:
        each.arrivals.stop()


def test_every_arrival_is_sent_once_in_order_to_its_own_handler(play: Play) -> None:
    played = play(50, 7, spacing="random")
    played.hands.run()
    expected = Schedule(played.streams, "random", 1).due(math.inf)
    assert [index for _, index in played.sent] == [index for _, index in expected]
    assert [due_s for due_s, _ in played.sent] == pytest.approx([due_s for due_s, _ in expected])
    assert (played.ended, played.arrivals.over, played.hands.at_s) == (1, True, None)
    assert sum(each.planned for each in played.tallies(1).values()) == played.schedule.total(played.streams[1].key)


def test_on_time_there_is_no_lag_and_nothing_is_late(play: Play) -> None:
    played = play(10)
    played.hands.run()
    assert {second: (each.planned, each.late, each.lost) for second, each in played.tallies().items()} == dict.fromkeys(
        range(4), (10, 0, 0)
    )
    assert played.arrivals.lag.count == 40
    assert played.arrivals.lag.max_s == pytest.approx(0, abs=1e-9)


LATE = [
    ("just in time", 0.0999, 0),
    ("just late", 0.1001, 1),
    ("half a second", 0.5, 5),
    ("ten seconds, to the last moment", 9.9999, 40),
]


@pytest.mark.slow
@pytest.mark.parametrize(("until_s", "late"), [each[1:] for each in LATE], ids=[each[0] for each in LATE])
def test_what_is_late_is_sent_all_the_same_and_said(play: Play, until_s: float, late: int) -> None:
    """Ten a second, and nothing happens until a moment: everything meant for more than 100 ms before it is late."""
    played = play(10)
    played.hands.stall(until_s)
    played.hands.run()
    tallies = played.tallies().values()
    assert len(played.sent) == sum(each.planned for each in tallies) == 40
    assert sum(each.late for each in tallies) == late
    assert sum(each.lost for each in tallies) == 0


def test_what_is_later_than_ten_seconds_is_given_up(play: Play) -> None:
    """Stalled until 11.05 s, those of the first 1.05 s are given up; the others are late."""
    played = play(10)
    played.hands.stall(11.05)
    played.hands.run()
    assert [due_s for due_s, _ in played.sent] == pytest.approx([1.1 + number / 10 for number in range(29)])
    found = {second: (each.planned, each.late, dict(each.failed)) for second, each in played.tallies().items()}
    assert found == {0: (10, 10, {"unsent": 10}), 1: (10, 10, {"unsent": 1}), 2: (10, 10, {}), 3: (10, 10, {})}
    assert (played.ended, played.arrivals.lag.count) == (1, 40)


def test_lag_is_counted_by_second_and_in_all(play: Play) -> None:
    played = play(10)
    played.hands.run(0.95)
    played.hands.stall(1.25)
    played.hands.run(1.95)
    first = played.arrivals.take_lag()
    assert {second: each.count for second, each in first.items()} == {0: 10, 1: 10}
    assert (first[0].max_s, first[1].max_s) == pytest.approx((0, 0.25), abs=1e-9)
    assert played.arrivals.take_lag() == {}
    played.hands.run()
    assert {second: each.count for second, each in played.arrivals.take_lag().items()} == {2: 10, 3: 10}
    assert played.arrivals.lag.count == 40
    assert played.arrivals.lag.max_s == pytest.approx(0.25)
    assert played.arrivals.lag.total_s == pytest.approx(0.25 + 0.15 + 0.05)


def test_between_batches_the_loop_gets_its_turn(play: Play) -> None:
    played = play(10_000)
    played.hands.stall(1)
    played.hands.ring()
    assert len(played.sent) == MOST
    played.hands.ring()
    assert len(played.sent) == 2 * MOST


def test_a_batch_ends_early_where_handlers_take_long(play: Play) -> None:
    played = play(10_000)
    played.takes_s = ENOUGH_S / 4
    played.hands.stall(1)
    turns = []
    for _ in range(5):
        before = len(played.sent)
        played.hands.ring()
        turns.append(len(played.sent) - before)
    assert set(turns) <= {5, 6}
    played.takes_s = 0
    played.hands.run()
    assert len(played.sent) == 40_000
    assert [due_s for due_s, _ in played.sent] == sorted(due_s for due_s, _ in played.sent)


def test_stopped_on_time_it_leaves_nothing_behind(play: Play) -> None:
    played = play(10)
    played.hands.run(1.95)
    played.arrivals.stop()
    played.arrivals.stop()
    assert (len(played.sent), played.hands.closed, played.arrivals.over, played.ended) == (20, True, True, 0)
    assert sum(each.planned for each in played.tallies().values()) == 20


def test_stopped_behind_it_says_what_was_not_sent(play: Play) -> None:
    """At a stop 1.05 s behind, what was due more than 100 ms before it is unsent, the rest was not due yet."""
    played = play(10)
    played.hands.run(0.95)
    played.hands.stall(2.05)
    played.arrivals.stop()
    found = {second: (each.planned, each.late, each.lost) for second, each in played.tallies().items()}
    assert found == {0: (10, 0, 0), 1: (10, 10, 10)}


def test_stopped_by_a_handler_it_sends_no_more(play: Play) -> None:
    def stop_at_the_seventh(_: float) -> None:
        if len(played.sent) == 7:
            played.arrivals.stop()

    played = play(1000, then=stop_at_the_seventh)
    played.hands.stall(0.05)
    played.hands.run()
    assert len(played.sent) == 7


def test_a_handler_that_fails_does_not_stop_the_others(play: Play) -> None:
    def fail(_: float) -> None:
        raise LookupError

    played = play(10, then=fail)
    for _ in range(40):
        with pytest.raises(LookupError):
            played.hands.ring()
    assert (len(played.sent), played.arrivals.over) == (40, True)


def test_without_any_arrival_it_is_over_at_once(play: Play) -> None:
    played = play(0)
    assert (played.ended, played.arrivals.over) == (1, True)
    played.arrivals.stop()


def test_the_garbage_collector_is_quiet_until_the_end(play: Play) -> None:
    before = gc.get_threshold()
    played = play(10)
    assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == (YOUNG, NEVER, NEVER)
    assert before != (YOUNG, NEVER, NEVER)
    played.hands.run()
    played.arrivals.stop()
    assert (gc.get_freeze_count(), gc.get_threshold()) == (0, before)


def test_on_the_loop_arrivals_happen_at_their_moments_and_not_before() -> None:
    """A real clock: nothing is early, and what the histogram says is what the handlers saw."""
    streams = [Stream(Key(Part.ROUTE, "each"), 2000, Course((Piece(0.1, 1, 1), Piece(0.1, 10, 10))))]
    begins_s = time.perf_counter() + 0.02
    ledger, over, seen_s = Ledger(begins_s), Event(), list[float]()
    arrivals = Arrivals(
        Schedule(streams, "random", 7),
        [lambda due_s: seen_s.append(time.perf_counter() - due_s)],
        [ledger.counter(streams[0].key)],
        partial(Clock, gevent.get_hub().loop),
        ended=over.set,
    )
    arrivals.start(begins_s)
    assert over.wait(20)
    arrivals.stop()
    assert len(seen_s) == Schedule(streams, "random", 7).total(streams[0].key) == arrivals.lag.count
    assert min(seen_s) >= 0
    assert arrivals.lag.total_s <= sum(seen_s)
