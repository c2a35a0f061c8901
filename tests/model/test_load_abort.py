"""When a swarm stops at once: a rule holds for as long as it says, and what nobody knows decides nothing."""

from typing import Any

import pytest

from scalecheck.model.histogram import Histogram
from scalecheck.model.load import Event, Happening, Key, Tally
from scalecheck.model.load_abort import AbortRules
from scalecheck.model.profile_slo import Abort
from tests.model.loads import HOME, HOME_HTML, MENU, SEARCH, tally, took

Second = dict[Key, Tally]
GOOD: Second = {MENU: tally((100, 0.02))}
NOTHING: Second = {}


def bad(*, failed: int = 10, why: str = "status 503") -> Second:
    return {MENU: tally((100 - failed, 0.02), failed={why: failed})}


def slow(*, failures: int = 0, after_s: float = 0.0) -> Second:
    """Return a second in which nothing but so many failures came to an end."""
    return {MENU: tally(failed={"timeout": failures}, failures=took((failures, after_s)))}


def rule(when: str, lasting: str | None = None, then: str = "fail") -> Abort:
    return Abort.model_validate({"when": when, "then": then, **({"for": lasting} if lasting else {})})


def stopped(rules: list[Abort], *seconds: Second, lags: list[float] | None = None, lost: int = 0) -> float | None:
    """Return the second in which one of the rules stops a run that goes like this."""
    fold = AbortRules(rules)
    histograms = [took((1000, each)) for each in lags or []]
    for number, tallies in enumerate(seconds, 1):
        mine = histograms[number - 1 : number] if lags else ()
        if (fired := fold.step(number, tallies, mine, lost)) is not None:
            return fired.second
    return None


ROWS: list[tuple[str, Abort, list[Second], float | None]] = [
    ("at the limit", rule("errors > 10%"), [bad(failed=10)], None),
    ("one past it, once is enough", rule("errors > 10%"), [GOOD, bad(failed=11)], 2),
    ("a second short", rule("errors > 5%", "3s"), [bad(), bad(), GOOD, bad(), bad()], None),
    ("as long as it says", rule("errors > 5%", "3s"), [GOOD, bad(), bad(), bad()], 4),
    ("a gap in which nothing ended", rule("errors > 5%", "3s"), [bad(), NOTHING, bad()], 3),
    ("nothing ever ended", rule("errors > 5%"), [NOTHING] * 5, None),
    ("nothing was served", rule("requests < 1/s", "2s"), [GOOD, NOTHING, NOTHING], 3),
    ("what we gave up is no error", rule("errors > 5%"), [bad(failed=50, why="unsent")], None),
    ("10 a second", rule("status 5xx > 10/s"), [bad(failed=10)], None),
    ("11 a second", rule("status 5xx > 10/s"), [bad(failed=11)], 1),
    ("another class", rule("status 4xx > 10/s"), [bad(failed=50)], None),
    ("one status", rule("status 503 > 10%"), [bad(failed=11)], 1),
    ("at the 99th of 100", rule("p99 > 1s"), [{MENU: tally((99, 0.02), (1, 2.0))}], None),
    ("at the 98th of 100", rule("p99 > 1s"), [{MENU: tally((98, 0.02), (2, 2.0))}], 1),
    ("pages are no requests", rule("p99 > 1s"), [{HOME: tally((98, 0.02), (2, 2.0))}], None),
    ("pages", rule("page p99 > 1s"), [{HOME: tally((98, 0.02), (2, 2.0))}], 1),
    ("who waits for nothing has waited", rule("p99 > 5s"), [slow(failures=3, after_s=10.0)], 1),
    ("who fails fast has not", rule("p99 > 5s"), [slow(failures=3, after_s=0.01)], None),
    ("fast failures hide no slow answers", rule("p50 > 1s"), [{MENU: tally((9, 2.0), failed={"status 503": 91})}], 1),
    (
        "views do not fail twice",
        rule("errors > 5%"),
        [{HOME: tally(failed={"cut": 9}), HOME_HTML: tally((9, 0.1))}],
        None,
    ),
    ("one in a hundred late", rule("delivered < 99%"), [{SEARCH: tally((100, 0.1), late=1)}], None),
    ("two late", rule("delivered < 99%"), [{SEARCH: tally((100, 0.1), late=2)}], 1),
    ("what pages cause is no arrival", rule("delivered < 99%"), [{MENU: tally((100, 0.1), late=9)}], None),
]


@pytest.mark.parametrize(("when", "seconds", "second"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_it_stops_when_a_rule_holds(when: Abort, seconds: list[Second], second: float | None) -> None:
    assert stopped([when], *seconds) == second


@pytest.mark.parametrize(
    ("lags", "second"),
    [([0.249, 0.25, 0.2], None), ([0.3, 0.1, 0.3], None), ([0.1, 0.3, 0.3], 3)],
    ids=["at the limit", "not for long enough", "for two seconds"],
)
def test_lag_of_the_generator(lags: list[float], second: float | None) -> None:
    assert stopped([rule("generator lag > 251ms", "2s")], GOOD, GOOD, GOOD, lags=lags) == second


def test_lag_is_what_all_but_one_in_a_hundred_stay_below() -> None:
    rules, lag = [rule("generator lag > 250ms")], took((990, 0.001), (10, 0.5))
    assert AbortRules(rules).step(1, GOOD, [lag]) is None
    assert AbortRules(rules).step(1, GOOD, [lag, took((1, 0.5))]) is not None


@pytest.mark.parametrize(("lost", "second"), [(0, None), (1, 1)])
def test_workers_that_are_lost(lost: int, second: float | None) -> None:
    assert stopped([rule("workers lost > 0", then="inconclusive")], GOOD, lost=lost) == second


def test_a_report_of_two_seconds_counts_as_two() -> None:
    fold = AbortRules([rule("status 5xx > 10/s")])
    assert fold.step(2, bad(failed=20)) is None
    assert fold.step(4, bad(failed=21)) is not None


def test_of_several_rules_the_first_of_the_profile_stops_it() -> None:
    fold = AbortRules([rule("p99 > 1s", "2s"), rule("errors > 5%"), rule("status 5xx > 1/s", then="inconclusive")])
    fired = fold.step(1.5, bad())
    assert fired is not None
    assert fired.event == Event(0, 1.5, Happening.ABORTED, "errors > 5%: 10%", "fail")


def test_what_it_says_of_a_rule_that_had_to_last() -> None:
    fold = AbortRules([rule("generator lag > 250ms", "2s", "inconclusive")])
    fired = [fold.step(second, GOOD, [Histogram({0: 1}), took((99, 0.4))]) for second in (1, 2)][-1]
    assert fired is not None
    assert fired.detail == "generator lag > 250ms for 2s: 399.9ms"


@pytest.mark.parametrize("rules", [[], [rule("hit ratio < 50%")]])
def test_no_rule_and_no_figure(rules: list[Any]) -> None:
    assert stopped(rules, GOOD, bad()) is None
