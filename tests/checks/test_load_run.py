"""What a swarm says of itself, of soaks, and of how a site says no: near misses first."""

from typing import Any

import pytest

from scalecheck.checks.load import delivered, errors, latency, polite_refusals, slow_ratio, steady, throughput
from scalecheck.model.load import Event, Happening, Key
from tests.checks.rows import FAIL, PASS, SKIP, UNKNOWN, Case
from tests.checks.swarms import case, course, hold
from tests.model.loads import HOME, MENU, SEARCH, tally, took

FAST = {SEARCH: tally((100, 0.05))}
LATE = took((90, 0.0001), (10, 0.3))
STOPPED = Event(0, 3.0, Happening.STOPPED, "by hand")
LOST = Event(0, 3.0, Happening.WORKER_LOST, "vm/1")
GONE = Event(0, 3.0, Happening.MASTER_LOST)
P95 = {"all": ["p95 < 300ms"]}
GROWTH = {"all": ["p95 growth < 10% per 1m"]}


def behind(count: int, of: int = 1000) -> dict[Key, Any]:
    return {SEARCH: tally((of, 0.05), late=count)}


def growing(by_s: float, seconds: int = 120) -> list[dict[Key, Any]]:
    return [{SEARCH: tally((40, 0.1 + by_s * second))} for second in range(seconds)]


def refused(count: int, impolite: int, status: int = 503) -> dict[Key, Any]:
    return {SEARCH: tally((100, 0.05), failed={f"status {status}": count} if count else None, impolite=impolite)}


CASES = [
    # delivered
    case("all on time", delivered, PASS, hold(1, 20, behind(0))),
    case("one in a thousand late", delivered, PASS, hold(1, 20, behind(1))),
    case("one in a hundred late", delivered, UNKNOWN, hold(1, 20, behind(10)), reason="the generator was the limit"),
    case("planned and never reported", delivered, UNKNOWN, hold(1, 20, behind(0)), scheduled=30_000),
    case("a worker was lost", delivered, UNKNOWN, hold(1, 20, behind(0)), events=[LOST], workers=("a", "b")),
    case("the master was lost", delivered, UNKNOWN, hold(1, 20, behind(0)), events=[GONE]),
    case(
        "a report is missing",
        delivered,
        UNKNOWN,
        hold(1, 20, behind(0)),
        lost=[("a", 7)],
        observed="delivered 95%, 1,000 of 20,000 arrivals were not sent on time, 1,000 of them never reported",
    ),
    case("a worker never came", delivered, UNKNOWN, hold(1, 20, behind(0)), expected_workers=2),
    case("it was stopped", delivered, UNKNOWN, hold(1, 20, behind(0)), events=[STOPPED]),
    case(
        "a rule said that this is no measurement",
        delivered,
        UNKNOWN,
        hold(1, 20, behind(0)),
        events=[Event(0, 9.0, Happening.ABORTED, "generator lag > 250ms for 10s", "inconclusive")],
        lag=LATE,
    ),
    case(
        "a rule said that this is a failure",
        delivered,
        FAIL,
        hold(1, 20, behind(0)),
        events=[Event(0, 9.0, Happening.ABORTED, "workers lost > 0: 1", "fail")],
        keys={"abort": [{"when": "workers lost > 0", "then": "fail"}]},
    ),
    case("nothing was planned", delivered, SKIP, hold(1, 5)),
    # what a doubtful run does to the others
    case("late arrivals pass nothing", latency, UNKNOWN, hold(1, 20, behind(100)), slo=P95),
    case("a lost worker passes nothing", errors, UNKNOWN, hold(1, 20, FAST), events=[LOST], workers=("a", "b")),
    case(
        "what the server sent stays a failure",
        errors,
        FAIL,
        hold(1, 20, {SEARCH: tally((500, 0.05), failed={"status 500": 500}, late=100)}),
    ),
    case(
        "too few requests because of the generator",
        throughput,
        UNKNOWN,
        hold(1, 20, behind(500)),
        slo={"all": ["requests >= 2000/s"]},
    ),
    case(
        "a rule of abort that failed the run",
        errors,
        FAIL,
        hold(1, 20, FAST),
        events=[Event(0, 9.0, Happening.ABORTED, "errors > 5% for 15s", "fail")],
    ),
    # steady
    case("nothing is said, and no hold is long", steady, SKIP, hold(1, 20, FAST), slo=P95),
    case("a hold that is too short", steady, UNKNOWN, hold(1, 20, FAST), slo=GROWTH, reason="no stage held"),
    case("9 % a minute", steady, PASS, course(1, growing(0.00013)), slo=GROWTH),
    case("16 % a minute", steady, FAIL, course(1, growing(0.00030)), slo=GROWTH),
    case("the same all the time", steady, PASS, course(1, growing(0.0)), slo=GROWTH),
    case("faster and faster", steady, PASS, course(1, growing(-0.0003)), slo=GROWTH),
    case(
        "too few answers",
        steady,
        UNKNOWN,
        course(1, [{SEARCH: tally((2, 0.1))}] * 120),
        slo=GROWTH,
        reason="too few answers",
    ),
    # polite_refusals
    case("nobody was refused", polite_refusals, SKIP, hold(1, 20, FAST)),
    case("another status", polite_refusals, SKIP, hold(1, 20, refused(5, 0, 500))),
    case("all were told when", polite_refusals, PASS, hold(1, 20, refused(5, 0))),
    case("too many requests, all were told when", polite_refusals, PASS, hold(1, 20, refused(5, 0, 429))),
    case("one was not", polite_refusals, FAIL, course(1, [refused(5, 0)] * 19 + [refused(5, 1)])),
    # slow_ratio
    case("nothing came to an end", slow_ratio, SKIP, hold(1, 5)),
    case("nobody waits for long", slow_ratio, PASS, hold(1, 20, FAST)),
    case("half a percent", slow_ratio, PASS, hold(1, 20, {SEARCH: tally((1990, 0.05), (10, 2.0))})),
    case("two percent", slow_ratio, FAIL, hold(1, 20, {SEARCH: tally((980, 0.05), (20, 2.0))}), slo={"all": []}),
    case(
        "two percent give up after ten seconds, and latency does not see them",
        slow_ratio,
        FAIL,
        hold(1, 20, {SEARCH: tally((980, 0.05), failed={"timeout": 20}, failures=took((20, 10.0)))}),
        slo=P95,
    ),
    case(
        "two percent, of which latency speaks",
        slow_ratio,
        SKIP,
        hold(1, 20, {SEARCH: tally((980, 0.05), (20, 2.0))}),
        slo={"all": ["p99 < 1s"]},
    ),
    case("a page is no request", slow_ratio, SKIP, hold(1, 20, {HOME: tally((100, 9.0))})),
    case("two hundred answers leave it open", slow_ratio, UNKNOWN, hold(1, 1, {MENU: tally((200, 0.05))})),
]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
