"""Whether pages got slower since an earlier run."""

from collections.abc import Iterable
from typing import Any

import pytest

from scalecheck.checks.vitals import not_regressed
from scalecheck.model.evidence import Failure, LabRun, Loss
from scalecheck.model.site import Site
from tests.checks.rows import FAIL, PASS, SKIP, UNKNOWN, WARN, Case, case, exchange, failure, judged, profile, site
from tests.checks.test_vitals import run, runs

STEADY = (0.97, 1.01, 1.0, 1.02, 0.99)
"""Factors of five runs on a quiet machine."""
SLOW_NETWORK = "simulate: 150 ms, 1638 kbit/s, processor 4 times slower"


def lcp(typical_s: float, factors: Iterable[float] = STEADY, **same: Any) -> tuple[LabRun, ...]:
    return runs("lcp_s", *(typical_s * factor for factor in factors), **same)


def before(*records: Any) -> Site:
    return site(exchange("/"), *records, asked=["lab_runs"])


def lost(detail: str = "no Lighthouse was found") -> Failure:
    return failure("/", Loss.BROWSER, probe="lab_runs", of=1, label="mobile 1", detail=detail)


CASES = [
    case("as before", not_regressed, PASS, exchange("/"), lcp(1.0), before=before(lcp(1.0))),
    case("faster", not_regressed, PASS, exchange("/"), lcp(0.5), before=before(lcp(1.0))),
    case(
        "less than 10 % slower, and surely so",
        not_regressed,
        PASS,
        exchange("/"),
        lcp(1.08),
        before=before(lcp(1.0)),
        observed="lcp 1.08 s, 80 ms more",
    ),
    case(
        "20 % slower",
        not_regressed,
        FAIL,
        exchange("/"),
        lcp(1.2),
        before=before(lcp(1.0)),
        observed="lcp 1.20 s, 200 ms more; chance of noise 0.4%",
    ),
    case(
        "20 % slower by runs that spread as much",
        not_regressed,
        UNKNOWN,
        exchange("/"),
        lcp(1.2, (0.7, 0.9, 1.0, 1.2, 1.1)),
        before=before(lcp(1.0, (0.85, 1.15, 1.0, 0.9, 1.1))),
        reason="of each would tell",
    ),
    case(
        "15 % slower by noise that spreads wider",
        not_regressed,
        PASS,
        exchange("/"),
        lcp(1.12, (0.7, 0.9, 1.0, 1.3, 1.1)),
        before=before(lcp(1.0, (0.75, 1.25, 1.0, 0.8, 1.2))),
    ),
    case(
        "twice as slow, and nobody feels it",
        not_regressed,
        PASS,
        exchange("/"),
        runs("tbt_s", *[0.002] * 5),
        before=before(runs("tbt_s", *[0.001] * 5)),
    ),
    case(
        "blocks where it did not",
        not_regressed,
        FAIL,
        exchange("/"),
        runs("tbt_s", *[0.19] * 5),
        before=before(runs("tbt_s", *[0.0] * 5)),
        observed="tbt 190 ms, 190 ms more; chance of noise 0.4%",
    ),
    case(
        "moves where it did not",
        not_regressed,
        FAIL,
        exchange("/"),
        runs("cls", *[0.09] * 5),
        before=before(runs("cls", *[0.0] * 5)),
    ),
    case(
        "moves a little more",
        not_regressed,
        PASS,
        exchange("/"),
        runs("cls", *[0.021] * 5),
        before=before(runs("cls", *[0.02] * 5)),
    ),
    case(
        "too slow for its target as well: that check says so",
        not_regressed,
        SKIP,
        exchange("/"),
        lcp(5.0),
        before=before(lcp(1.0)),
    ),
    case(
        "three runs each, one of them at odds",
        not_regressed,
        UNKNOWN,
        exchange("/"),
        lcp(1.3, (1.0, 1.0, 0.75)),
        before=before(lcp(1.0, STEADY[:3])),
        profile=profile(browser={"runs": "3"}),
        reason="would tell",
    ),
    case(
        "blocks 45 ms longer, which nobody feels",
        not_regressed,
        PASS,
        exchange("/"),
        runs("tbt_s", *[0.046] * 5),
        before=before(runs("tbt_s", *[0.001] * 5)),
    ),
    case(
        "paints 45 ms later, which is more than 10 % and nobody feels",
        not_regressed,
        PASS,
        exchange("/"),
        lcp(0.345),
        before=before(lcp(0.3)),
    ),
    case(
        "two runs each, as before",
        not_regressed,
        UNKNOWN,
        exchange("/"),
        lcp(1.0, STEADY[:2]),
        before=before(lcp(1.0, STEADY[:2])),
        reason="too few runs",
    ),
    case(
        "one run before",
        not_regressed,
        UNKNOWN,
        exchange("/"),
        lcp(1.0),
        before=before(lcp(1.0, [1.0])),
        reason="1 before, 5 now",
    ),
    case(
        "a machine so restless that nothing would show",
        not_regressed,
        WARN,
        exchange("/"),
        lcp(0.5, (0.3, 1.0, 3.0, 0.5, 2.0)),
        before=before(lcp(0.5, (3.0, 1.0, 0.4, 2.0, 0.5))),
    ),
    case(
        "another host, the same page",
        not_regressed,
        FAIL,
        exchange("/"),
        lcp(1.2),
        before=before(lcp(1.0, url="https://main.test/")),
    ),
    case(
        "another query is another page",
        not_regressed,
        UNKNOWN,
        exchange("/"),
        lcp(1.2),
        before=before(lcp(1.0, url="/?a=1")),
    ),
    case(
        "another device",
        not_regressed,
        UNKNOWN,
        exchange("/"),
        lcp(1.2),
        before=before(lcp(1.0, device="desktop")),
        reason="the earlier run opened none of these pages",
    ),
    case(
        "a page that is new beside one that is not",
        not_regressed,
        PASS,
        exchange("/"),
        exchange("/about"),
        lcp(1.0),
        lcp(1.2, url="/about"),
        before=before(lcp(1.0)),
    ),
    case(
        "another Lighthouse",
        not_regressed,
        UNKNOWN,
        exchange("/"),
        lcp(1.2),
        before=before(lcp(1.0, lighthouse="12.8.2")),
        reason="not comparable: Lighthouse 12 in the earlier run, 13 now",
    ),
    case(
        "a newer Lighthouse of the same major version",
        not_regressed,
        FAIL,
        exchange("/"),
        lcp(1.2),
        before=before(lcp(1.0, lighthouse="13.0.1")),
    ),
    case(
        "other throttling",
        not_regressed,
        UNKNOWN,
        exchange("/"),
        lcp(1.2, throttling=SLOW_NETWORK),
        before=before(lcp(1.0, throttling="provided")),
        reason="throttling",
    ),
    case(
        "the machine was slower",
        not_regressed,
        UNKNOWN,
        exchange("/"),
        lcp(1.2, benchmark=1000.0),
        before=before(lcp(1.0, benchmark=2000.0)),
        reason="2.0 times slower",
    ),
    case(
        "the machine was a little slower",
        not_regressed,
        FAIL,
        exchange("/"),
        lcp(1.2, benchmark=1000.0),
        before=before(lcp(1.0, benchmark=1500.0)),
    ),
    case(
        "the machine was slower and nothing else",
        not_regressed,
        PASS,
        exchange("/"),
        lcp(1.0, benchmark=1000.0),
        before=before(lcp(1.0, benchmark=2000.0)),
    ),
    case(
        "runs that followed in doubt do not count",
        not_regressed,
        FAIL,
        exchange("/"),
        lcp(1.2, (*STEADY, 0.5, 0.5, 0.5, 0.5)),
        before=before(lcp(1.0)),
    ),
    case("no earlier run", not_regressed, SKIP, exchange("/"), lcp(1.0), reason="--before"),
    case(
        "an earlier run without a browser",
        not_regressed,
        SKIP,
        exchange("/"),
        lcp(1.0),
        before=site(exchange("/")),
        reason="--before",
    ),
    case(
        "an earlier run whose browser was lost",
        not_regressed,
        UNKNOWN,
        exchange("/"),
        lcp(1.0),
        before=before(lost()),
        reason="the earlier run brought no figures: no Lighthouse was found",
    ),
    case(
        "this run's browser was lost",
        not_regressed,
        UNKNOWN,
        exchange("/"),
        lost("Chromium did not start"),
        before=before(lcp(1.0)),
        reason="Chromium did not start",
    ),
    case("no page was opened", not_regressed, SKIP, exchange("/"), before=before()),
]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()


def test_what_misses_its_target_is_left_to_that() -> None:
    known = site(exchange("/"), lcp(5.0), before=before(lcp(1.0)))
    assert judged(not_regressed, known).findings[0].left_to == "vitals.lcp"


def test_each_figure_of_each_page_has_its_finding() -> None:
    figures = {"lcp_s": 1.0, "fcp_s": 0.5, "cls": 0.0, "tbt_s": 0.01}
    now = [run(figures, number, device=device) for device in ("mobile", "desktop") for number in range(1, 6)]
    found = judged(not_regressed, site(exchange("/"), now, before=before(now))).findings
    assert [each.verdict for each in found] == [PASS] * 8
    assert {each.subject for each in found} == {
        f"GET https://shop.test/ ({device})" for device in ("mobile", "desktop")
    }
    assert found[0].expected == "lcp at most 1.10 s, where it was 1.00 s"
    assert found[0].observed == "lcp 1.00 s, 0 ms more"


def test_a_slower_page_is_found_among_many() -> None:
    pages = [f"/products/{number}" for number in range(8)]
    then = [lcp(1.0 + 0.1 * number, url=page) for number, page in enumerate(pages)]
    now = [lcp((1.0 + 0.1 * number) * (1.2 if number == 3 else 1.0), url=page) for number, page in enumerate(pages)]
    known = site(map(exchange, pages), *now, before=before(*then))
    failing = [each.subject for each in judged(not_regressed, known).findings if each.verdict is FAIL]
    assert failing == ["GET https://shop.test/products/3 (mobile)"]
