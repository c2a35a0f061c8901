"""What visitors wait for: first bytes by the client, the rest by Lighthouse."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from scalecheck.checks.check import Check
from scalecheck.checks.vitals import cls, fcp, inp_proxy, lcp, ttfb
from scalecheck.model.evidence import Ask, Exchange, Failure, LabRun, Loss, Request, Timings
from scalecheck.model.site import Site
from scalecheck.model.verdict import Measure
from tests.checks.rows import (
    FAIL,
    PASS,
    SKIP,
    STARTED_AT,
    UNKNOWN,
    Case,
    absolute,
    case,
    exchange,
    failure,
    judged,
    profile,
    site,
)

PAGE = {"cache-control": "public, max-age=0, s-maxage=3600"}
PRIVATE = {"cache-control": "private, no-store"}
HIT, MISS = {**PAGE, "x-cache-status": "HIT"}, {**PAGE, "x-cache-status": "MISS"}
CHROME = "Chromium 140.0.7339.80"


def run(
    metrics: Mapping[str, float], number: int = 1, *, device: str = "mobile", url: str = "/", **keys: Any
) -> LabRun:
    """Return one run of Lighthouse."""
    ask = Ask(Request(absolute(url)), 1, f"{device} {number}")
    version = keys.pop("lighthouse", "13.5.0")
    return LabRun(0, "lab_runs", ask, version, CHROME, STARTED_AT, STARTED_AT + 6, metrics, **keys)


def runs(name: str, *values: float, device: str = "mobile", url: str = "/", **same: Any) -> tuple[LabRun, ...]:
    """Return one run for each of these values of a figure."""
    return tuple(run({name: value}, number, device=device, url=url, **same) for number, value in enumerate(values, 1))


def both(fcp_s: Sequence[float], lcp_s: Sequence[float], ttfb_s: float = 0.1) -> tuple[LabRun, ...]:
    """Return runs with both paints."""
    figures = ({"fcp_s": one, "lcp_s": other, "ttfb_s": ttfb_s} for one, other in zip(fcp_s, lcp_s, strict=True))
    return tuple(run(each, number) for number, each in enumerate(figures, 1))


def lost(detail: str = "no Lighthouse was found", *, number: int = 1, device: str = "mobile") -> Failure:
    return failure("/", Loss.BROWSER, probe="lab_runs", of=1, label=f"{device} {number}", detail=detail)


def page(url: str = "/") -> Exchange:
    return exchange(url, HIT)


def taking(seconds: float, fields: Mapping[str, str] = PRIVATE, url: str = "/live", **keys: Any) -> Exchange:
    """Return an answer whose first byte took so long, its connection not counted."""
    return exchange(url, fields, timings=Timings(seconds + 1.3, seconds + 1.2, 0.2, 0.4, 0.6), **keys)


def again(
    *times_s: float, fields: Mapping[str, str] = PRIVATE, url: str = "/live", probe: str = "again"
) -> tuple[Exchange, ...]:
    """Return repeats of the first answer that took so long."""
    return tuple(
        taking(seconds, fields, url, probe=probe, of=1, label=str(number)) for number, seconds in enumerate(times_s, 1)
    )


def few(count: int) -> Any:
    """Return a profile that asks for so many runs."""
    return profile(browser={"runs": str(count)})


LCP = [
    case("all five within", lcp, PASS, page(), runs("lcp_s", 2.1, 2.2, 2.3, 2.4, 2.5)),
    case("one of five a little over", lcp, UNKNOWN, page(), runs("lcp_s", 2.1, 2.2, 2.3, 2.4, 2.51)),
    case(
        "one of nine over",
        lcp,
        PASS,
        page(),
        runs("lcp_s", *[2.1] * 8, 9.0),
        observed=None,
    ),
    case("two of nine over", lcp, UNKNOWN, page(), runs("lcp_s", *[2.1] * 7, 9.0, 9.0), reason="13 runs would decide"),
    case(
        "three of five over",
        lcp,
        UNKNOWN,
        page(),
        runs("lcp_s", 2.1, 2.2, 2.6, 2.7, 2.8),
        observed="2.60 s (2.10 s to 2.80 s in 5 runs)",
        reason="3 of 5 runs are above it; 13 runs would decide",
    ),
    case("all five over", lcp, FAIL, page(), runs("lcp_s", 2.51, 2.52, 2.53, 2.54, 2.55)),
    case(
        "three runs, as asked, all within",
        lcp,
        PASS,
        page(),
        runs("lcp_s", 1, 1, 1),
        profile=few(3),
        observed="1.00 s (1.00 s to 1.00 s in 3 runs, 88% sure)",
    ),
    case("three runs, as asked, at odds", lcp, UNKNOWN, page(), runs("lcp_s", 1, 1, 3), profile=few(3)),
    case("one run, as asked", lcp, FAIL, page(), runs("lcp_s", 3), profile=few(1), observed="3.00 s (1 run)"),
    case(
        "a run was lost",
        lcp,
        UNKNOWN,
        page(),
        runs("lcp_s", 1, 1, 1, 1),
        lost("Lighthouse did not end within 90 s", number=5),
        reason="1 of 5 runs were lost: Lighthouse did not end within 90 s",
    ),
    case("a run of ten was lost", lcp, PASS, page(), runs("lcp_s", *[1.0] * 9), lost(number=10)),
    case("all runs were lost", lcp, UNKNOWN, page(), lost(), lost(number=2), reason="no Lighthouse was found"),
    case("of one device all were lost", lcp, UNKNOWN, page(), runs("lcp_s", *[1.0] * 5), lost(device="desktop")),
    case("no largest paint was measured", lcp, UNKNOWN, page(), runs("fcp_s", *[1.0] * 5), reason="took no lcp"),
    case(
        "well on mobile, late on desktop",
        lcp,
        FAIL,
        page(),
        runs("lcp_s", *[1.0] * 5),
        runs("lcp_s", *[4.0] * 5, device="desktop"),
    ),
    case("another target", lcp, FAIL, page(), runs("lcp_s", *[1.0] * 5), profile=profile(targets={"lcp": "900ms"})),
    case("no page was opened", lcp, SKIP, page()),
    case("late because the first paint is", lcp, SKIP, page(), both([2.0] * 5, [2.6] * 5)),
    case("later than the first paint is to blame for", lcp, FAIL, page(), both([2.0] * 5, [2.8] * 5)),
    case("the first paint in time", lcp, FAIL, page(), both([1.8] * 5, [2.51] * 5)),
]
FCP = [
    case("in time", fcp, PASS, page(), runs("fcp_s", *[1.8] * 5), observed="1.80 s (1.80 s to 1.80 s in 5 runs)"),
    case("late", fcp, FAIL, page(), runs("fcp_s", *[1.81] * 5)),
    case("at odds", fcp, UNKNOWN, page(), runs("fcp_s", 1.8, 1.8, 1.8, 1.8, 1.9)),
    case("lost", fcp, UNKNOWN, page(), lost("Chromium did not start"), reason="Chromium did not start"),
    case("no page was opened", fcp, SKIP, page()),
    case(
        "late, since the server is",
        fcp,
        SKIP,
        taking(1.0, MISS, "/"),
        again(1.0, 1.0, 1.0, fields=MISS, url="/"),
        both([2.0] * 5, [2.1] * 5, ttfb_s=1.05),
    ),
    case(
        "later than the server is to blame for",
        fcp,
        FAIL,
        taking(1.0, MISS, "/"),
        again(1.0, 1.0, 1.0, fields=MISS, url="/"),
        both([2.1] * 5, [2.1] * 5, ttfb_s=1.05),
    ),
    case("late, and Lighthouse met a slow moment", fcp, FAIL, page(), both([2.0] * 5, [2.1] * 5, ttfb_s=1.05)),
]
CLS = [
    case("nothing moves", cls, PASS, page(), runs("cls", *[0.0] * 5), observed="0 (0 to 0 in 5 runs)"),
    case("at the limit", cls, PASS, page(), runs("cls", *[0.1] * 5)),
    case("past it", cls, FAIL, page(), runs("cls", *[0.101] * 5), observed="0.101 (0.101 to 0.101 in 5 runs)"),
    case("now and then", cls, UNKNOWN, page(), runs("cls", 0, 0, 0, 0.3, 0.3)),
    case("lost", cls, UNKNOWN, page(), lost()),
    case("no page was opened", cls, SKIP, page()),
]
TBT = [
    case(
        "at the limit",
        inp_proxy,
        PASS,
        page(),
        runs("tbt_s", *[0.2] * 5),
        observed="200 ms (200 ms to 200 ms in 5 runs)",
    ),
    case("past it", inp_proxy, FAIL, page(), runs("tbt_s", *[0.201] * 5)),
    case("at odds", inp_proxy, UNKNOWN, page(), runs("tbt_s", 0, 0, 0.3, 0.3, 0.3)),
    case("lost", inp_proxy, UNKNOWN, page(), lost()),
    case("no page was opened", inp_proxy, SKIP, page()),
]
TTFB = [
    case("computed, at the limit", ttfb, PASS, taking(0.8), again(0.8, 0.8)),
    case("computed, one of four past it", ttfb, PASS, taking(0.9), again(0.1, 0.1, 0.1)),
    case(
        "computed, all three past it",
        ttfb,
        FAIL,
        taking(0.81),
        again(0.82, 0.83),
        observed="75% within 830 ms (half within 820 ms, 95% within 830 ms, of 3)",
    ),
    case("computed, one alone past it", ttfb, UNKNOWN, taking(3.0), reason="too few answers"),
    case("computed, two of four past it", ttfb, UNKNOWN, taking(0.9), again(0.9, 0.1, 0.1)),
    case("computed, five of eight past it", ttfb, FAIL, taking(0.9), again(*[0.9] * 4, 0.1, 0.1, 0.1)),
    case(
        "an API",
        ttfb,
        FAIL,
        *(taking(1, url="/api/cart", of=None if n == 0 else 1, probe="first" if n == 0 else "again") for n in range(3)),
    ),
    case("hits, at the limit", ttfb, PASS, taking(0.2, HIT, "/"), again(0.2, fields=HIT, url="/")),
    case(
        "hits, their median in time and their slowest third not",
        ttfb,
        FAIL,
        taking(0.1, HIT, "/"),
        again(*[0.1] * 10, *[0.3] * 9, fields=HIT, url="/"),
    ),
    case("hits that are late by their median", ttfb, SKIP, taking(0.3, HIT, "/"), again(0.3, 0.3, fields=HIT, url="/")),
    case(
        "hits in time, misses late",
        ttfb,
        FAIL,
        taking(0.9, MISS, "/"),
        again(0.9, 0.9, fields=MISS, url="/"),
        again(0.1, 0.1, 0.1, fields=HIT, url="/"),
    ),
    case(
        "an edge that says nothing counts as the application",
        ttfb,
        PASS,
        taking(0.5, PAGE, "/"),
        again(0.5, 0.5, fields=PAGE, url="/"),
    ),
    case(
        "computed, late among others and in time alone",
        ttfb,
        PASS,
        taking(0.9),
        again(0.9, 0.9),
        again(0.1, 0.1, 0.1, probe="timed"),
        observed="75% within 100 ms (half within 100 ms, 95% within 100 ms, of 3)",
    ),
    case(
        "computed, late among others and alone",
        ttfb,
        FAIL,
        taking(0.9),
        again(0.1, 0.1),
        again(0.9, 0.9, 0.9, probe="timed"),
    ),
    case("an error is no answer in time", ttfb, SKIP, taking(0.1, PRIVATE, "/live", status=500)),
    case("assets are the edge's", ttfb, SKIP, taking(2.0, MISS, "/_next/static/a.js")),
    case("lost", ttfb, UNKNOWN, failure("/")),
    case("nothing was asked", ttfb, SKIP),
]
CASES = [*LCP, *FCP, *CLS, *TBT, *TTFB]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()


def test_late_paints_name_who_speaks_of_them() -> None:
    first = judged(lcp, site(page(), both([2.0] * 5, [2.6] * 5))).findings[0]
    server = site(
        taking(1.0, MISS, "/"), again(1.0, 1.0, 1.0, fields=MISS, url="/"), both([2.0] * 5, [2.6] * 5, ttfb_s=1.05)
    )
    assert first.left_to == "vitals.fcp"
    assert judged(fcp, server).findings[0].left_to == "vitals.ttfb"
    assert judged(lcp, server).findings[0].left_to == "vitals.ttfb"
    late = site(taking(0.3, HIT, "/"), again(0.3, 0.3, fields=HIT, url="/"))
    assert judged(ttfb, late).findings[0].left_to == "cdn.hits_are_fast"


def test_a_finding_names_the_device_and_a_command() -> None:
    late = site(page(), runs("lcp_s", *[1.0] * 5), runs("lcp_s", *[4.0] * 5, device="desktop"))
    worst, best = judged(lcp, late).findings
    assert worst.subject == "GET https://shop.test/ (desktop)"
    assert worst.reproduce == "lighthouse https://shop.test/ --preset=desktop --only-categories=performance"
    assert worst.route == "home"
    assert worst.evidence == 7
    assert (best.subject, best.reproduce) == ("GET https://shop.test/ (mobile)", "")


def test_the_command_is_quoted() -> None:
    known = site(page("/?q=a b&c"), runs("cls", *[1.0] * 5, url="/?q=a b&c"))
    assert "'https://shop.test/?q=a b&c'" in judged(cls, known).findings[0].reproduce


def measured(check: Check, known: Site) -> list[Measure]:
    return [each for each in check.judge(known) if isinstance(each, Measure)]


def test_measures_are_of_a_route_and_a_device() -> None:
    known = site(
        page(),
        page("/products/1"),
        page("/products/2"),
        runs("lcp_s", 1, 2, 3, 4, 5),
        runs("lcp_s", 1, 1, 1, 1, 1, url="/products/1"),
        runs("lcp_s", 2, 2, 2, 2, 3, url="/products/2", device="desktop"),
        runs("lcp_s", 1, 1, 1, 1, 1, url="/products/1", device="desktop"),
    )
    assert measured(lcp, known) == [
        Measure("lcp", 3, "seconds", 5, 1, 5, "home", "mobile"),
        Measure("lcp", 1, "seconds", 5, 1, 1, "product", "mobile"),
        Measure("lcp", 2, "seconds", 5, 2, 3, "product", "desktop"),
    ]


def test_one_run_has_no_interval() -> None:
    found = measured(cls, site(page(), runs("cls", 0.05)))
    assert found == [Measure("cls", 0.05, "", 1, None, None, "home", "mobile")]


def test_first_bytes_are_measured_by_route_and_place() -> None:
    known = site(taking(0.1, MISS, "/"), again(0.02, 0.01, fields=HIT, url="/"))
    assert {(each.name, each.route, each.stage): each.value for each in measured(ttfb, known)} == {
        ("ttfb_p75", "home", "computed"): pytest.approx(0.1),
        ("ttfb_p75", "home", "hits"): pytest.approx(0.02),
    }
