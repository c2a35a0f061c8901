import pytest

from scalecheck.engine.exchange import Exchange
from scalecheck.engine.outgoing import Outgoing
from scalecheck.model.evidence import Loss
from scalecheck.model.histogram import bucket
from scalecheck.model.load import Key, Part
from scalecheck.swarm.ledger import UNSENT, Counter, Ledger, Times, failure_of

BEGINS_S = 1000.0
KEY = Key(Part.ROUTE, "GET /api/menu")
OUTGOING = Outgoing("GET", "/api/menu", "shop.test")


def exchange(
    due_s: float, took_s: float = 0.25, *, status: int = 200, loss: Loss | None = None, sent: bool = True
) -> Exchange:
    made = Exchange(OUTGOING, BEGINS_S + due_s, lambda each: None)
    made.sent_s = made.due_s + 0.001 if sent else 0.0
    made.first_s = made.due_s + took_s / 2
    made.ended_s = made.due_s + took_s
    made.status, made.loss, made.size = status, loss, 100
    return made


def counter() -> Counter:
    return Counter(KEY, BEGINS_S)


@pytest.mark.parametrize("seconds", [-1e-6, 0.0, 0.000_511, 0.000_512, 0.204, 1.502, 1e9])
def test_times_lie_in_the_buckets_of_the_model(seconds: float) -> None:
    times = Times()
    times.add(seconds)
    assert list(times.taken().counts) == [bucket(int(seconds * 1e6))]


def test_answers_count_for_the_second_of_their_intended_start() -> None:
    ledger = counter()
    for due_s, took_s in [(0.0, 0.25), (0.999, 5.0), (1.0, 0.25), (0.5, 0.25), (-0.001, 0.25)]:
        ledger.ended(exchange(due_s, took_s))
    taken = ledger.take()
    assert {second: tally.answered for second, tally in taken.items()} == {0: 4, 1: 1}
    assert taken[0].latency.max_s == pytest.approx(5.0)
    assert taken[0].size == 400


def test_failures_are_apart_from_answers() -> None:
    ledger = counter()
    for _ in range(91):
        ledger.ended(exchange(0.1, 0.001, status=503), "status 503")
    for _ in range(9):
        ledger.ended(exchange(0.1, 0.9))
    tally = ledger.take()[0]
    assert (tally.answered, tally.failed, tally.statuses) == (9, {"status 503": 91}, {503: 91, 200: 9})
    assert tally.latency.quantile_s(0.5) == pytest.approx(0.9, rel=0.01)
    assert tally.failures.quantile_s(0.5) == pytest.approx(0.001, rel=0.01)
    assert tally.first_byte.count == 9


def test_what_never_went_out_is_not_sent() -> None:
    ledger = counter()
    ledger.ended(exchange(0.1, status=0, loss=Loss.TIMEOUT, sent=False), "timeout")
    ledger.planned(BEGINS_S + 0.1, 3)
    ledger.late(BEGINS_S + 0.1)
    ledger.unsent(BEGINS_S + 0.1, 2)
    tally = ledger.take()[0]
    assert (tally.planned, tally.sent, tally.late, tally.answered) == (5, 0, 3, 0)
    assert tally.failed == {"timeout": 1, UNSENT: 2}
    assert tally.failures.count == 1


def test_differences_add_up_to_everything_exactly_once() -> None:
    ledger = Ledger(BEGINS_S)
    whole = 0
    for step in range(10):
        ledger.counter(KEY).ended(exchange(step / 4))
        whole += sum(tally.answered for tallies in ledger.take().values() for tally in tallies.values())
    assert whole == 10
    assert ledger.take() == {}


def test_views_are_cold_or_warm() -> None:
    ledger = counter()
    ledger.viewed(BEGINS_S, BEGINS_S + 2.0, 900_000, cold=True)
    ledger.viewed(BEGINS_S, BEGINS_S + 0.5, 60_000, cold=False)
    ledger.viewed(BEGINS_S, BEGINS_S + 0.5, 100, cold=False, failure="status 500")
    tally = ledger.take()[0]
    assert (tally.cold, tally.cold_size, tally.warm, tally.warm_size) == (1, 900_000, 2, 60_100)
    assert (tally.answered, tally.lost, tally.size, tally.sent) == (2, 1, 960_100, 3)


@pytest.mark.parametrize(
    ("status", "loss", "statuses", "expected"),
    [
        (199, None, None, "status 199"),
        (200, None, None, None),
        (304, None, None, None),
        (400, None, None, "status 400"),
        (404, None, frozenset({404}), None),
        (200, None, frozenset({201}), "status 200"),
        (0, Loss.CUT, frozenset({0}), "cut"),
    ],
)
def test_failures(status: int, loss: Loss | None, statuses: frozenset[int] | None, expected: str | None) -> None:
    assert failure_of(exchange(0, status=status, loss=loss), statuses) == expected


def test_what_was_due_before_the_beginning_is_not_lost_between_two_reports() -> None:
    ledger = counter()
    for _ in range(2):
        ledger.planned(BEGINS_S - 1.5)
        assert {second: tally.planned for second, tally in ledger.take().items()} == {0: 1}
        ledger.ended(exchange(-1.5))
        assert {second: tally.answered for second, tally in ledger.take().items()} == {0: 1}
