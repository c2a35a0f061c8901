"""Rules of `abort`, put to what several workers report at different moments."""

import pytest

from scalecheck.model.histogram import Histogram, bucket
from scalecheck.model.load import Event, Generator, Happening, Key, LoadRecord, Part, Tally, Window
from scalecheck.model.profile import Profile
from scalecheck.swarm.aborting import Watch

CALL = Key(Part.CALL, "GET /api/menu")


def reported(worker: str, second: int, answered: int = 0, failed: int = 0, lag_s: float = 0.0) -> list[LoadRecord]:
    failures = {"timeout": failed} if failed else {}
    tally = Tally(answered + failed, answered + failed, answered=answered, failed=failures)
    lag = Histogram({bucket(round(lag_s * 1e6)): 1}, lag_s, lag_s)
    window = Window(0, worker, second, max(0, second - 1), {CALL: tally})
    return [window, Generator(0, worker, second, second, lag, 0.1, 1, 1, 1, 0, 0, 0, 0)]


def played(rule: dict[str, str], *records: list[LoadRecord]) -> list[tuple[float, str]]:
    watch = Watch(Profile.model_validate({"abort": [rule]}).abort)
    found = [watch(record) for each in records for record in each]
    return [(each.second, each.then) for each in found if each is not None]


ERRORS = {"when": "errors > 5%", "for": "2s", "then": "fail"}


@pytest.mark.parametrize(
    ("records", "stops"),
    [
        (
            [reported("a", second, 90, 10) for second in range(1, 6)],
            [(2, "fail"), (3, "fail"), (4, "fail"), (5, "fail")],
        ),
        ([reported("a", second, 95, 5) for second in range(1, 6)], []),
        ([reported("a", second, 90, 10 if second % 2 else 0) for second in range(1, 6)], []),
        (
            [each for second in range(1, 4) for each in (reported("a", second, 100), reported("b", second, 80, 20))],
            [(3, "fail")],
        ),
    ],
    ids=["long enough", "at the limit", "now and then", "one of two workers"],
)
def test_errors(records: list[list[LoadRecord]], stops: list[tuple[float, str]]) -> None:
    assert played(ERRORS, *records) == stops


def test_lag_is_that_of_the_worst_worker() -> None:
    rule = {"when": "generator lag > 250ms", "then": "inconclusive"}
    assert played(rule, reported("a", 1), reported("b", 1, lag_s=0.4), reported("a", 2)) == [(2, "inconclusive")]


def test_a_lost_worker_counts_at_once() -> None:
    rule = {"when": "workers lost > 0", "then": "inconclusive"}
    lost: LoadRecord = Event(0, 4.5, Happening.WORKER_LOST, "b/1")
    assert played(rule, reported("a", 4), [lost]) == [(4.5, "inconclusive")]
