"""Service levels under load: near misses first."""

from typing import Any

import pytest

from scalecheck.checks.load import bytes as transfer
from scalecheck.checks.load import (
    errors,
    headroom,
    hit_ratio,
    latency,
    page_time,
    recovers,
    survives_spike,
    throughput,
)
from scalecheck.model.load import Key, Part
from tests.checks.rows import FAIL, PASS, SKIP, UNKNOWN, Case
from tests.checks.swarms import case, course, hold, ramp
from tests.model.loads import ASSETS, HOME, HOME_HTML, MENU, SEARCH, tally

FAST = {MENU: tally((1000, 0.05))}
SLOW = {MENU: tally((750, 0.05), (250, 0.5))}
P95 = {"all": ["p95 < 300ms"]}
PAGES = {"home": {"share": "100%", "get": "/"}}
TWO_PAGES = {"home": {"share": "50%", "get": "/"}, "blog": {"share": "50%", "get": "/blog"}}


def failing(count: int, of: int = 1000, why: str = "status 503") -> dict[Key, Any]:
    return {MENU: tally((of - count, 0.05), failed={why: count} if count else None)}


def cached(hits: int, misses: int, silent: int = 0) -> dict[Key, Any]:
    states = {name: count for name, count in (("hit", hits), ("miss", misses), ("none", silent)) if count}
    return {ASSETS: tally((hits + misses + silent, 0.02), states=states)}


def visits(cold_size: int, warm_size: int, cold: int = 10) -> dict[Key, Any]:
    seen: dict[str, Any] = {"cold": cold, "cold_size": cold * cold_size, "warm": 10, "warm_size": 10 * warm_size}
    return {HOME: tally((cold + 10, 0.2), **seen)}


SPIKE: dict[str, Any] = {"shape": "spike"}
SPIKED: dict[str, Any] = {"all": ["errors < 0.1%", "p95 < 300ms"], "during": {"spike": ["errors < 2%", "p95 < 1s"]}}
RECOVERY: dict[str, Any] = {"all": ["p95 < 300ms"], "during": {"recovery": ["p95 < 300ms within 5s"]}}

CASES = [
    # errors
    case("one in a thousand, at the limit", errors, UNKNOWN, hold(1, 20, failing(1)), slo={"all": ["errors < 0.1%"]}),
    case("none of 2,994", errors, UNKNOWN, hold(1, 2, failing(0, 1497)), reason="2,995 would prove it"),
    case("none of 2,996", errors, PASS, hold(1, 2, failing(0, 1498))),
    case(
        "half a percent", errors, FAIL, hold(1, 20, failing(5)), observed="errors 0.5%, 100 of 20,000 (status 503: 100)"
    ),
    case("half a percent, one is allowed", errors, PASS, hold(1, 20, failing(5)), slo={"all": ["errors < 1%"]}),
    case("half a percent, by target", errors, PASS, hold(1, 20, failing(5)), keys={"targets": {"error_rate": "1%"}}),
    case("nothing allowed, nothing failed", errors, PASS, hold(1, 2, failing(0)), slo={"all": ["errors <= 0%"]}),
    case("nothing allowed, one failed", errors, FAIL, hold(1, 2, failing(1)), slo={"all": ["errors <= 0%"]}),
    case("what the generator gave up is no error", errors, PASS, hold(1, 20, failing(50, why="unsent"))),
    case("91 % fast 503s", errors, FAIL, hold(1, 20, failing(910))),
    case(
        "one stage fails, and is named",
        errors,
        FAIL,
        hold(1, 20, failing(0)),
        hold(2, 5, failing(9)),
        slo={"all": ["errors < 0.5%"]},
        observed="errors 0.9%, 45 of 5,000 (status 503: 45)",
    ),
    case(
        "a small route fails altogether",
        errors,
        FAIL,
        hold(1, 20, {**failing(0, 5000), SEARCH: tally(failed={"timeout": 1})}),
        observed="none of 20 (timeout: 20)",
    ),
    case(
        "a route of its own level",
        errors,
        FAIL,
        hold(1, 20, {**failing(0, 5000), SEARCH: tally((99, 0.1), failed={"cut": 1})}),
        slo={"routes": {"GET /api/search": ["errors < 0.5%"]}},
        observed="errors 1%, 20 of 2,000 (cut: 20)",
    ),
    case(
        "views of a page fail where their requests do not",
        errors,
        FAIL,
        hold(1, 20, {HOME: tally((90, 0.2), failed={"expected": 10}), HOME_HTML: tally((1000, 0.1))}),
        slo={"pages": {"home": ["errors < 1%"]}},
    ),
    case("10 5xx a second", errors, FAIL, hold(1, 20, failing(10)), slo={"all": ["errors < 2%", "status 5xx < 10/s"]}),
    case("9 5xx a second", errors, PASS, hold(1, 20, failing(9)), slo={"all": ["errors < 2%", "status 5xx < 10/s"]}),
    case("nothing came to an end", errors, UNKNOWN, hold(1, 5), reason="nothing was sent"),
    case("spikes are judged by another check", errors, SKIP, hold(10, 5, failing(9)), scale=1.0),
    # latency
    case("at the 94th of 100", latency, FAIL, hold(1, 20, {MENU: tally((93, 0.1), (7, 0.4))}), slo=P95),
    case("at the 95th of 100", latency, UNKNOWN, hold(1, 20, {MENU: tally((95, 0.1), (5, 0.4))}), slo=P95),
    case("at the 96th of 100", latency, PASS, hold(1, 20, {MENU: tally((97, 0.1), (3, 0.4))}), slo=P95),
    case("58 of 58", latency, UNKNOWN, hold(1, 1, {MENU: tally((58, 0.1))}), slo=P95, reason="59 would prove it"),
    case("59 of 59", latency, PASS, hold(1, 1, {MENU: tally((59, 0.1))}), slo=P95, observed="p95 99.97ms of 59"),
    case("p99 of 30", latency, UNKNOWN, hold(1, 1, {MENU: tally((30, 0.1))}), slo={"all": ["p99 < 1s"]}, reason="299"),
    case(
        "91 % fast 503s improve nothing",
        latency,
        FAIL,
        hold(1, 20, {MENU: tally((50, 0.05), (40, 0.5), failed={"status 503": 910})}),
        slo=P95,
        observed="p95 500ms of 1,800, without 18,200 that failed (91%)",
    ),
    case("all fail", latency, UNKNOWN, hold(1, 5, failing(1000)), slo=P95, reason="none was answered as expected"),
    case("the longest", latency, FAIL, hold(1, 5, {MENU: tally((99, 0.1), (1, 3.0))}), slo={"all": ["max < 2s"]}),
    case("the longest of two", latency, PASS, hold(1, 1, {MENU: tally((2, 0.1))}), slo={"all": ["max < 2s"]}),
    case("first bytes by target", latency, FAIL, hold(1, 20, {MENU: tally((100, 0.9))})),
    case("first bytes by target, in time", latency, PASS, hold(1, 20, {MENU: tally((100, 0.7))})),
    case(
        "one slow stage among many fast ones",
        latency,
        FAIL,
        hold(1, 60, FAST),
        hold(2, 2, SLOW),
        hold(1, 60, FAST),
        slo=P95,
    ),
    case(
        "a slow route among fast ones",
        latency,
        FAIL,
        hold(1, 20, {MENU: tally((5000, 0.05)), SEARCH: tally((100, 0.25))}),
        slo={"all": ["p95 < 300ms"], "routes": {"GET /api/search": ["p95 < 200ms"]}},
        observed="p95 250ms of 2,000",
    ),
    case(
        "a route that is a page's document",
        latency,
        FAIL,
        hold(1, 20, {HOME_HTML: tally((100, 0.25))}),
        slo={"routes": {"GET /": ["p95 < 200ms"]}},
        keys={"traffic": {"pages": PAGES}},
    ),
    case(
        "a route nobody asked for",
        latency,
        UNKNOWN,
        hold(1, 20, FAST),
        slo={"all": ["p95 < 300ms"], "routes": {"GET /api/search": ["p95 < 200ms"]}},
        reason="nothing was sent",
    ),
    case("assets", latency, FAIL, hold(1, 20, {ASSETS: tally((100, 0.2))}), slo={"assets": ["p95 < 120ms"]}),
    case(
        "what a stage may replaces what all may",
        latency,
        PASS,
        hold(1, 20, FAST),
        hold(2, 20, SLOW, "sale"),
        slo={"all": ["p95 < 300ms"], "during": {"sale": ["p95 < 1s"]}},
    ),
    case(
        "of that metric only",
        latency,
        FAIL,
        hold(1, 20, FAST),
        hold(2, 20, SLOW, "sale"),
        slo={"all": ["p95 < 300ms"], "during": {"sale": ["p99 < 1s"]}},
    ),
    case(
        "a stage says more than its shape",
        latency,
        FAIL,
        hold(1, 20, FAST),
        hold(2, 20, SLOW, "sale"),
        slo={"during": {"steady": ["p95 < 1s"], "sale": ["p95 < 300ms"]}},
    ),
    case("what is said of other shapes", latency, PASS, hold(1, 20, FAST), slo={"during": {"soak": ["p95 < 1ms"]}}),
    case("only a spike was played", latency, SKIP, hold(10, 20, SLOW), slo=P95),
    # page_time
    case("no page", page_time, SKIP, hold(1, 20, FAST), slo={"all": ["page p95 < 1s"]}, reason="has no pages"),
    case(
        "a page is as late as its last request",
        page_time,
        FAIL,
        hold(1, 20, {HOME: tally((100, 1.2))}),
        slo={"pages": {"home": ["page p95 < 1s"]}},
    ),
    case(
        "a page in time",
        page_time,
        PASS,
        hold(1, 20, {HOME: tally((100, 0.9))}),
        slo={"pages": {"home": ["page p95 < 1s"]}},
    ),
    case(
        "another page",
        page_time,
        UNKNOWN,
        hold(1, 20, {Key(Part.PAGE, "cart"): tally((100, 0.9))}),
        slo={"pages": {"home": ["page p95 < 1s"]}},
    ),
    case("nothing is said of pages", page_time, SKIP, hold(1, 20, {HOME: tally((100, 9.0))}), slo=P95),
    # throughput
    case(
        "one short",
        throughput,
        UNKNOWN,
        hold(1, 20, failing(0, 999)),
        slo={"all": ["requests >= 1000/s"]},
        reason="no more than 999/s were asked for",
    ),
    case("as many as declared", throughput, PASS, hold(1, 20, failing(0)), slo={"all": ["requests >= 1000/s"]}),
    case(
        "one fails",
        throughput,
        FAIL,
        hold(1, 20, failing(1)),
        slo={"all": ["requests >= 1000/s"]},
        observed="999/s over 20s",
    ),
    case(
        "in the stage that asks for most",
        throughput,
        PASS,
        ramp(1, 20, failing(0, 500)),
        hold(1, 9, failing(0)),
        slo={"all": ["requests >= 1000/s"]},
    ),
    case(
        "pages",
        throughput,
        FAIL,
        hold(1, 5, {HOME: tally((9, 1.0), failed={"cut": 1})}),
        slo={"all": ["pages >= 10/s"]},
    ),
    case("more than it may be", throughput, FAIL, hold(1, 5, failing(0)), slo={"all": ["requests < 1000/s"]}),
    case("nothing is said of it", throughput, SKIP, hold(1, 20, failing(0)), slo=P95),
    # hit_ratio
    case("94 of 100", hit_ratio, FAIL, hold(1, 20, cached(93, 7)), slo={"assets": ["hit ratio > 95%"]}),
    case("95 of 100", hit_ratio, UNKNOWN, hold(1, 20, cached(95, 5)), slo={"assets": ["hit ratio > 95%"]}),
    case("97 of 100", hit_ratio, PASS, hold(1, 20, cached(97, 3)), slo={"assets": ["hit ratio > 95%"]}),
    case(
        "who says nothing is no miss",
        hit_ratio,
        PASS,
        hold(1, 20, cached(97, 3, silent=100)),
        slo={"assets": ["hit ratio > 95%"]},
    ),
    case(
        "nobody says",
        hit_ratio,
        UNKNOWN,
        hold(1, 20, cached(0, 0, silent=100)),
        slo={"assets": ["hit ratio > 95%"]},
        reason="no cache on the way says",
    ),
    case("nobody says, and nobody asked", hit_ratio, SKIP, hold(1, 20, cached(0, 0, silent=100))),
    case("by target", hit_ratio, FAIL, hold(1, 20, cached(90, 10))),
    case(
        "pages that shared caches may keep, by target",
        hit_ratio,
        FAIL,
        hold(1, 20, {HOME_HTML: tally((100, 0.1), states={"miss": 40, "hit": 60})}),
        keys={"traffic": {"pages": PAGES}},
    ),
    case(
        "pages of somebody",
        hit_ratio,
        SKIP,
        hold(1, 20, {HOME_HTML: tally((100, 0.1), states={"miss": 100})}),
        keys={"traffic": {"pages": {"home": {"share": "100%", "get": "/account"}}}},
    ),
    case("no page at all", hit_ratio, SKIP, hold(1, 20, FAST), slo={"assets": ["hit ratio > 95%"]}),
    case(
        "pages that load nothing",
        hit_ratio,
        SKIP,
        hold(1, 20, visits(9, 9)),
        slo={"assets": ["hit ratio > 95%"]},
        keys={"traffic": {"pages": {"home": {"share": "100%", "get": "/account", "assets": "none"}}}},
        reason="no page loads assets",
    ),
    case(
        "pages of which no asset was seen",
        hit_ratio,
        UNKNOWN,
        hold(1, 20, visits(9, 9)),
        slo={"assets": ["hit ratio > 95%"]},
        reason="nothing was sent",
    ),
    case(
        "pages of which one was seen to load no assets",
        hit_ratio,
        UNKNOWN,
        hold(1, 20, visits(9, 9)),
        slo={"assets": ["hit ratio > 95%"]},
        keys={"traffic": {"pages": TWO_PAGES}},
        bare=["home"],
        reason="nothing was sent",
    ),
    case(
        "pages that were all seen to load none",
        hit_ratio,
        SKIP,
        hold(1, 20, visits(9, 9)),
        slo={"assets": ["hit ratio > 95%"]},
        keys={"traffic": {"pages": TWO_PAGES}},
        bare=["home", "blog"],
        reason="no page loads assets",
    ),
    # bytes
    case(
        "at the limit",
        transfer,
        FAIL,
        hold(1, 5, visits(900_000, 60_000)),
        slo={"assets": ["bytes per first visit < 900KB"]},
        observed="bytes per first visit 900KB, 50 views",
    ),
    case(
        "below",
        transfer,
        PASS,
        hold(1, 5, visits(899_000, 59_000)),
        slo={"assets": ["bytes per first visit < 900KB", "bytes per repeat visit < 60KB"]},
    ),
    case(
        "repeat visits weigh as much",
        transfer,
        FAIL,
        hold(1, 5, visits(899_000, 899_000)),
        slo={"assets": ["bytes per first visit < 900KB", "bytes per repeat visit < 60KB"]},
    ),
    case(
        "nobody came for the first time",
        transfer,
        UNKNOWN,
        hold(1, 5, visits(0, 59_000, cold=0)),
        slo={"assets": ["bytes per first visit < 900KB"]},
        reason="no page was seen with an empty cache",
    ),
    case("nothing is said of it", transfer, SKIP, hold(1, 5, visits(9, 9)), slo=P95),
    # headroom
    case("2.9 times is no headroom", headroom, SKIP, hold(1, 20, FAST), hold(2.9, 20, SLOW), slo=P95),
    case("three times, slow", headroom, FAIL, hold(1, 20, FAST), hold(3, 20, SLOW), slo=P95),
    case("three times, fast", headroom, PASS, hold(1, 20, FAST), hold(3, 20, FAST), slo=P95),
    case("without a hold before it", headroom, FAIL, ramp(3, 20, FAST), hold(3, 20, SLOW), slo=P95),
    case("a hundredth of it", headroom, PASS, hold(0.01, 20, FAST), hold(0.03, 20, FAST), slo=P95, scale=0.01),
    case("errors", headroom, FAIL, hold(1, 20, FAST), hold(5, 20, failing(50)), slo=P95),
    # survives_spike
    case("nine times is no spike", survives_spike, SKIP, hold(1, 20, FAST), hold(9, 20, SLOW), slo=SPIKED, **SPIKE),
    case(
        "ten times, slower than may be",
        survives_spike,
        FAIL,
        hold(1, 20, FAST),
        ramp(10, 2, FAST),
        hold(10, 20, {MENU: tally((80, 0.1), (20, 1.2))}),
        slo=SPIKED,
        **SPIKE,
    ),
    case(
        "ten times, as slow as may be",
        survives_spike,
        PASS,
        hold(1, 20, FAST),
        ramp(10, 2, FAST),
        hold(10, 20, SLOW),
        slo=SPIKED,
        **SPIKE,
    ),
    case(
        "errors on the way up",
        survives_spike,
        FAIL,
        hold(1, 20, FAST),
        ramp(10, 20, failing(50)),
        hold(10, 20, FAST),
        slo=SPIKED,
        **SPIKE,
    ),
    case(
        "by what all may, where a spike may no more",
        survives_spike,
        FAIL,
        hold(1, 20, FAST),
        hold(10, 20, SLOW),
        slo=P95,
    ),
    case(
        "the spike never came",
        survives_spike,
        UNKNOWN,
        course(1, [FAST] * 20),
        hold(10, 0),
        slo=P95,
        reason="the run ended before",
    ),
    # recovers
    case("nothing to recover from", recovers, SKIP, hold(1, 20, FAST), hold(1, 20, FAST), slo=P95),
    case(
        "a second too late",
        recovers,
        FAIL,
        hold(1, 20, FAST),
        hold(10, 5, SLOW),
        course(1, [SLOW] * 12 + [FAST] * 8, "recovery"),
        slo=RECOVERY,
    ),
    case(
        "in time",
        recovers,
        PASS,
        hold(1, 20, FAST),
        hold(10, 5, SLOW),
        course(1, [SLOW] * 5 + [FAST] * 15, "recovery"),
        slo=RECOVERY,
    ),
    case(
        "half of a short stage, where nothing is said",
        recovers,
        PASS,
        hold(1, 20, FAST),
        hold(10, 5, SLOW),
        course(1, [SLOW] * 10 + [FAST] * 10),
        slo=P95,
    ),
    case("never", recovers, FAIL, hold(1, 20, FAST), hold(5, 5, SLOW), hold(1, 20, SLOW), slo=P95),
    case("load that is not back yet", recovers, SKIP, hold(1, 20, FAST), hold(5, 5, SLOW), hold(2, 20, SLOW), slo=P95),
]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
