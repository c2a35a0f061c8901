"""What a doubtful run shows: what was not sent, or never reported, proves nothing; and what changed since the last."""

from typing import Any

import pytest

from scalecheck.checks.load import delivered, errors, latency, slow_ratio, steady, throughput
from scalecheck.model.load import Event, Happening, Key
from scalecheck.model.verdict import Measure
from tests.checks.rows import FAIL, PASS, SKIP, UNKNOWN, Case, judged
from tests.checks.swarms import ENDED, Second, case, course, hold, load, swarmed
from tests.model.loads import MENU, SEARCH, tally, took

GOOD: Second = {SEARCH: tally((1000, 0.05))}
SLOW: Second = {SEARCH: tally((1000, 0.5))}
P95 = {"all": ["p95 < 300ms"]}
ABORT = [{"when": "errors > 5%", "for": "5s", "then": "fail"}, {"when": "delivered < 90%", "then": "fail"}]


def late(count: int, took_s: float = 0.05) -> Second:
    return {SEARCH: tally((1000, took_s), late=count)}


def failing(why: str, count: int = 100, late: int = 0) -> Second:
    return {SEARCH: tally((1000 - count, 0.05), failed={why: count}, late=late)}


def happened(what: Happening, detail: str = "", then: str = "") -> Event:
    return Event(99, 5.0, what, detail, then)


ABORTED = happened(Happening.ABORTED, "errors > 5% for 5s: 12%", "fail")
LOST = [happened(Happening.WORKER_LOST, "b"), ENDED]


def growing(by: float, seconds: int = 60) -> list[dict[Key, Any]]:
    """Return seconds in which everything gets slower by such a share from the first to the last."""
    return [{MENU: tally((100, 0.1 * (1 + by * second / seconds)))} for second in range(seconds)]


def jumpy(seconds: int = 60) -> list[dict[Key, Any]]:
    return [{MENU: tally((100, 0.1 if second % 3 else 0.2 + second % 7 / 10))} for second in range(seconds)]


GROWTH = {"during": {"soak": ["p95 growth < 10% per 1m"]}}
SOAK: dict[str, Any] = {"slo": GROWTH, "shape": "soak"}


def waiting(slow: int, failures: int) -> Second:
    """Return a second with slow answers, and with failures that came after ten seconds."""
    answered = tally((1000 - slow - failures, 0.05), (slow, 2.0), failed={"timeout": failures} if failures else None)
    return {
        SEARCH: tally(
            (1000 - slow - failures, 0.05), (slow, 2.0), failed=dict(answered.failed), failures=took((failures, 10.0))
        )
    }


def before(name: str, value: float, low: float, high: float, unit: str = "seconds", route: str = "*") -> Measure:
    return Measure(name, value, unit, 1000, low, high, route)


BASELINE: dict[str, Any] = {"baseline": {"fail": ["p95 up 10%"], "ignore_below": "5ms"}}

CASES = [
    # delivered
    case("half a percent late, at the limit", delivered, PASS, hold(1, 20, late(5))),
    case(
        "one more",
        delivered,
        UNKNOWN,
        hold(1, 20, late(6)),
        reason="the generator was the limit",
        observed="delivered 99.4%, 120 of 20,000 arrivals were not sent on time",
    ),
    case("as the profile says", delivered, PASS, hold(1, 20, late(6)), slo={"all": ["delivered > 99%"]}),
    case(
        "in one stage, as the profile says",
        delivered,
        UNKNOWN,
        hold(1, 20, GOOD),
        hold(1, 5, late(20), "sale"),
        slo={"all": ["delivered > 90%"], "during": {"sale": ["delivered > 99%"]}},
    ),
    case(
        "a report is missing",
        delivered,
        UNKNOWN,
        hold(1, 20, GOOD),
        lost=[("a", n) for n in (3, 14, 15, 16)],
        reason="the schedule holds more than was reported",
    ),
    case("a worker is lost", delivered, UNKNOWN, hold(1, 20, GOOD), events=LOST, reason="worker lost after 5 s: b"),
    case("two workers", delivered, PASS, hold(1, 20, GOOD), workers=("a", "b")),
    case("the master is lost", delivered, UNKNOWN, hold(1, 20, GOOD), events=[happened(Happening.MASTER_LOST)]),
    case("the evidence is cut off", delivered, UNKNOWN, hold(1, 20, GOOD), events=[], reason="the evidence ends"),
    case(
        "stopped by hand",
        delivered,
        UNKNOWN,
        hold(1, 20, GOOD),
        events=[happened(Happening.STOPPED, "by hand")],
        reason="the run ended after 5 of 20 s (stopped: by hand)",
    ),
    case(
        "the generator lags",
        delivered,
        UNKNOWN,
        hold(1, 20, GOOD),
        lag=took((98, 0.001), (2, 0.5)),
        slo={"all": ["generator lag < 250ms"]},
    ),
    case(
        "not yet",
        delivered,
        PASS,
        hold(1, 20, GOOD),
        lag=took((99, 0.001), (1, 0.5)),
        slo={"all": ["generator lag < 250ms"]},
    ),
    case("workers may be lost", delivered, UNKNOWN, hold(1, 20, GOOD), events=LOST, slo={"all": ["workers lost < 1"]}),
    case(
        "a rule of the profile stopped it",
        delivered,
        FAIL,
        hold(1, 20, late(200)),
        keys={"abort": ABORT},
        events=[happened(Happening.ABORTED, "delivered < 90%: 80%", "fail")],
        observed="80%",
    ),
    case("nothing but a team's own tasks", delivered, SKIP, hold(1, 20, {MENU: tally((100, 0.1))})),
    case("it never began", delivered, UNKNOWN, reason="the swarm never began"),
    # what a doubtful run shows
    case("good, but late", latency, UNKNOWN, hold(1, 20, late(100)), slo=P95, reason="see load.delivered"),
    case("slow, and late: whose fault is it", latency, UNKNOWN, hold(1, 20, late(100, 0.5)), slo=P95),
    case("slow, and a worker is lost", latency, FAIL, hold(1, 20, SLOW), events=LOST, slo=P95),
    case("fast, and a worker is lost", latency, UNKNOWN, hold(1, 20, GOOD), events=LOST, slo=P95),
    case("the server's errors, and late", errors, FAIL, hold(1, 20, failing("status 503", late=100))),
    case("timeouts, and late", errors, UNKNOWN, hold(1, 20, failing("timeout", late=100))),
    case("timeouts, and a worker is lost", errors, FAIL, hold(1, 20, failing("timeout")), events=LOST),
    case("none answered, and late", errors, UNKNOWN, hold(1, 2, {SEARCH: tally(failed={"timeout": 9}, late=9)})),
    case(
        "less than declared, and a report is missing",
        throughput,
        UNKNOWN,
        hold(1, 20, failing("cut")),
        lost=[("a", 9)],
        slo={"all": ["requests >= 1000/s"]},
    ),
    case("aborted: errors", errors, FAIL, hold(1, 20, GOOD), events=[ABORTED], keys={"abort": ABORT}, observed="12%"),
    case(
        "aborted: not the fault of latency",
        latency,
        UNKNOWN,
        hold(1, 20, GOOD),
        events=[ABORTED],
        keys={"abort": ABORT},
        slo=P95,
    ),
    case(
        "aborted, and inconclusive",
        errors,
        UNKNOWN,
        hold(1, 20, GOOD),
        events=[happened(Happening.ABORTED, "generator lag > 250ms for 10s: 300ms", "inconclusive")],
    ),
    # since the earlier run
    case(
        "10 % slower, at the limit",
        latency,
        PASS,
        hold(1, 20, {SEARCH: tally((1000, 0.11))}),
        slo=BASELINE,
        baseline=(before("p95", 0.1, 0.099, 0.101),),
    ),
    case(
        "20 % slower",
        latency,
        FAIL,
        hold(1, 20, {SEARCH: tally((1000, 0.12))}),
        slo=BASELINE,
        baseline=(before("p95", 0.1, 0.099, 0.101),),
        observed="119.9ms",
    ),
    case(
        "20 % slower, within noise",
        latency,
        UNKNOWN,
        hold(1, 20, {SEARCH: tally((1000, 0.12))}),
        slo=BASELINE,
        baseline=(before("p95", 0.1, 0.05, 0.15),),
    ),
    case(
        "3 ms are nothing",
        latency,
        PASS,
        hold(1, 20, {SEARCH: tally((1000, 0.005))}),
        slo=BASELINE,
        baseline=(before("p95", 0.002, 0.002, 0.002),),
    ),
    case(
        "one route",
        latency,
        FAIL,
        hold(1, 20, {SEARCH: tally((10, 0.5)), MENU: tally((1000, 0.1))}),
        slo=BASELINE,
        baseline=(before("p95", 0.1, 0.1, 0.1), before("p95", 0.1, 0.1, 0.1, route="GET /api/search")),
    ),
    case(
        "errors, by points",
        errors,
        FAIL,
        hold(1, 20, failing("cut", 2)),
        slo={"all": ["errors < 1%"], "baseline": {"fail": ["errors up 0.05pp"]}},
        baseline=(before("error_ratio", 0.001, 0.0009, 0.0011, "ratio"),),
    ),
    case(
        "requests went down",
        throughput,
        FAIL,
        hold(1, 20, {SEARCH: tally((500, 0.1))}),
        slo={"baseline": {"fail": ["requests down 10%"]}},
        baseline=(before("rate", 1000, 990, 1010, "per second"),),
    ),
    case("no earlier run", throughput, SKIP, hold(1, 20, GOOD), slo={"baseline": {"fail": ["requests down 10%"]}}),
    # steady
    case("a second too short", steady, UNKNOWN, course(1, growing(0.0, 58)), **SOAK, reason="no stage held one load"),
    case("by 5 % in a minute", steady, PASS, course(1, growing(0.05)), **SOAK),
    case("by 20 % in a minute", steady, FAIL, course(1, growing(0.2)), **SOAK),
    case(
        "a few bad seconds",
        steady,
        PASS,
        course(1, [*growing(0.0, 50), *[{MENU: tally((100, 3.0))}] * 4, *growing(0.0, 6)]),
        **SOAK,
    ),
    case("too much noise", steady, UNKNOWN, course(1, jumpy()), **SOAK, reason="too much noise"),
    case("half an hour, where nothing is said", steady, FAIL, course(1, growing(0.5, 1800)), slo=P95),
    case("less than that", steady, SKIP, course(1, growing(0.5, 900)), slo=P95),
    # slow_ratio
    case("at the limit", slow_ratio, UNKNOWN, hold(1, 20, waiting(0, 10))),
    case(
        "who waits in vain has waited",
        slow_ratio,
        FAIL,
        hold(1, 20, waiting(4, 10)),
        observed="1.4%: 80 answers and 200 failures of 20,000 took longer",
    ),
    case(
        "slow, and no level says so",
        slow_ratio,
        FAIL,
        hold(1, 20, waiting(20, 0)),
        slo={"all": ["p50 < 1s"]},
    ),
    case("spikes may be slow", slow_ratio, SKIP, hold(10, 20, waiting(20, 20))),
]


def test_what_is_missing_is_named() -> None:
    known = swarmed(load(hold(1, 20, GOOD), lost=[("a", number) for number in (3, 14, 15, 16, 18)]))
    reasons = {each.reason for each in judged(delivered, known).findings}
    assert "worker a's reports 3, 14 to 16, 18 are missing" in reasons


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
