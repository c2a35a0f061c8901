"""What got worse, beyond noise."""

from dataclasses import replace

import pytest

from scalecheck.model.verdict import Finding, Measure, Report, Verdict
from scalecheck.report.compare import compare, render
from tests.report.example import CLEAN, EXAMPLE, SITE, chunk, outcome

FAIL, PASS, SKIP, UNKNOWN, WAIVED, WARN = (
    Verdict(each) for each in ("fail", "pass", "skip", "unknown", "waived", "warn")
)


def report(*findings: Finding, target: str = SITE) -> Report:
    return replace(CLEAN, target=target, outcomes=(outcome("a.b", *findings, title="T."),), measures=())


def one(verdict: Verdict | None) -> Report:
    return report(Finding(verdict, "GET /")) if verdict else replace(report(), outcomes=())


@pytest.mark.parametrize(
    ("base", "head", "sign"),
    [
        (PASS, PASS, 0), (PASS, WAIVED, 0), (PASS, WARN, 1), (PASS, UNKNOWN, 1), (PASS, FAIL, 1),
        (PASS, SKIP, 1), (PASS, None, 1), (WAIVED, FAIL, 1), (WARN, UNKNOWN, 1), (UNKNOWN, FAIL, 1),
        (FAIL, PASS, -1), (FAIL, UNKNOWN, -1), (FAIL, FAIL, 0), (FAIL, SKIP, 0), (FAIL, None, 0),
        (SKIP, SKIP, 0), (SKIP, PASS, 0), (SKIP, FAIL, 1), (None, PASS, 0), (None, FAIL, 1), (None, SKIP, 0),
    ],
)  # fmt: skip
def test_verdicts(base: Verdict | None, head: Verdict | None, sign: int) -> None:
    found = compare(one(base), one(head))
    assert (len(found.worse), len(found.better), found.same) == (sign == 1, sign == -1, sign == 0)


@pytest.mark.parametrize(
    ("name", "base", "head", "new"),
    [
        ("the same URL", (chunk("a.js", 1),), (chunk("a.js", 9),), 0),
        ("another URL of the route, in the same way", (chunk("a.js", 1),), (chunk("a.js", 1), chunk("b.js", 2)), 0),
        ("the same URL in another way", (chunk("a.js", 1),), (chunk("a.js", 1, "max-age=60"),), 0),
        ("another URL in another way", (chunk("a.js", 1),), (chunk("a.js", 1), chunk("b.js", 2, "nothing")), 1),
        ("another route", (chunk("a.js", 1),), (chunk("a.js", 1), Finding(FAIL, "GET /", route="home")), 1),
        ("worse than before", (Finding(WARN, "x"), chunk("a.js", 1)), (Finding(FAIL, "x"), chunk("a.js", 1)), 1),
        ("one passes", (chunk("a.js", 1), chunk("b.js", 2)), (chunk("a.js", 1), Finding(PASS, "b")), 0),
    ],
)  # fmt: skip
def test_new_subjects(name: str, base: tuple[Finding, ...], head: tuple[Finding, ...], new: int) -> None:
    found = compare(report(*base), report(*head))
    assert sum(len(change.findings) for change in found.worse) == new, name


def test_a_preview_is_compared_by_path() -> None:
    there = Finding(FAIL, "GET https://preview.test/a", observed="other")
    assert not compare(report(Finding(FAIL, f"GET {SITE}/a")), report(there, target="https://preview.test")).worse


@pytest.mark.parametrize(
    ("name", "before", "after", "sign"),
    [
        ("static_hit_ratio", (0.9, 0.99), (0.5, 0.89), 1),
        ("static_hit_ratio", (0.9, 0.99), (0.5, 0.9), 0),
        ("static_hit_ratio", (0.5, 0.89), (0.9, 0.99), -1),
        ("ttfb_hit", (0.1, 0.2), (0.21, 0.3), 1),
        ("ttfb_hit", (0.21, 0.3), (0.1, 0.2), -1),
        ("rate", (100, 110), (50, 90), 1),
        ("ttfb_hit", (None, None), (9.0, 9.1), 0),
        ("ttfb_hit", (0.1, 0.2), (9.0, None), 0),
    ],
)
def test_measures(
    name: str, before: tuple[float | None, float | None], after: tuple[float | None, float | None], sign: int
) -> None:
    base, head = (replace(CLEAN, measures=(Measure(name, 0.5, "ratio", 9, *ends),)) for ends in (before, after))
    found = compare(base, head)
    assert (len(found.worse), len(found.better)) == (sign == 1, sign == -1)


@pytest.mark.parametrize(
    ("unit", "before", "after", "sign"),
    [
        ("bytes", 100_000, 105_000, 0),
        ("bytes", 100_000, 105_001, 1),
        ("bytes", 105_001, 100_000, 0),
        ("bytes", 105_300, 100_000, -1),
        ("bytes", 500, 1_500, 0),
        ("bytes", 500, 1_501, 1),
        ("requests", 10, 12, 0),
        ("requests", 10, 13, 1),
        ("domains", 1, 2, 1),
    ],
)
def test_sizes_of_pages(unit: str, before: int, after: int, sign: int) -> None:
    base, head = (
        replace(CLEAN, measures=(Measure("initial_js", size, unit, 9, size, size, "home"),)) for size in (before, after)
    )
    found = compare(base, head)
    assert (len(found.worse), len(found.better)) == (sign == 1, sign == -1)


@pytest.mark.parametrize(
    ("name", "unit", "before", "after", "sign"),
    [
        ("p95", "seconds", 0.1, 0.1099, 0),
        ("p95", "seconds", 0.1, 0.1101, 1),
        ("p95", "seconds", 0.1101, 0.1, 0),
        ("p95", "seconds", 0.1112, 0.1, -1),
        ("page_p99", "seconds", 0.002, 0.0069, 0),
        ("page_p99", "seconds", 0.002, 0.0071, 1),
        ("hit_ratio", "ratio", 0.95, 0.941, 0),
        ("hit_ratio", "ratio", 0.95, 0.939, 1),
        ("error_ratio", "ratio", 0.0, 0.0004, 0),
        ("error_ratio", "ratio", 0.0, 0.0006, 1),
        ("delivered_ratio", "ratio", 1.0, 0.99, 1),
    ],
)
def test_what_a_million_requests_make_certain_is_not_worse_yet(
    name: str, unit: str, before: float, after: float, sign: int
) -> None:
    base, head = (
        replace(CLEAN, measures=(Measure(name, each, unit, 10**6, each, each, "*"),)) for each in (before, after)
    )
    found = compare(base, head)
    assert (len(found.worse), len(found.better)) == (sign == 1, sign == -1)


COUNTED = ("planned", "sent", "answered", "failed")


def test_a_longer_run_is_no_worse() -> None:
    base, head = (
        replace(CLEAN, measures=tuple(Measure(name, each, "requests", each, route="*") for name in COUNTED))
        for each in (1000, 2000)
    )
    assert compare(base, head).same == len(base.outcomes) + len(COUNTED)


@pytest.mark.parametrize(
    ("name", "before", "after", "sign"),
    [
        ("lcp", (2.0, 2.1, 2.2), (2.21, 2.4, 2.5), 1),
        ("lcp", (2.0, 2.1, 2.2), (2.21, 2.3, 2.5), 0),
        ("lcp", (2.0, 2.1, 2.2), (2.2, 2.5, 2.6), 0),
        ("lcp", (2.21, 2.4, 2.5), (2.0, 2.1, 2.2), -1),
        ("fcp", (0.2, 0.2, 0.2), (0.24, 0.24, 0.24), 0),
        ("tbt", (0.0, 0.0, 0.0), (0.04, 0.05, 0.06), 0),
        ("tbt", (0.0, 0.0, 0.0), (0.04, 0.051, 0.06), 1),
        ("cls", (0.0, 0.0, 0.0), (0.02, 0.02, 0.02), 0),
        ("cls", (0.0, 0.0, 0.0), (0.02, 0.03, 0.04), 1),
    ],
)
def test_what_visitors_wait_for(
    name: str, before: tuple[float, float, float], after: tuple[float, float, float], sign: int
) -> None:
    base, head = (
        replace(CLEAN, measures=(Measure(name, value, "", 5, low, high, "home", "mobile"),))
        for low, value, high in (before, after)
    )
    found = compare(base, head)
    assert (len(found.worse), len(found.better)) == (sign == 1, sign == -1)


def test_other_routes_measures_are_not_compared() -> None:
    base, head = (
        replace(CLEAN, measures=(Measure("ttfb", v, "seconds", 9, v, v, route),))
        for v, route in ((0.1, "a"), (9.0, "b"))
    )
    assert not compare(base, head).worse


def test_it_reads_as_text() -> None:
    text = render(compare(CLEAN, EXAMPLE))
    assert text.startswith("WORSE: 4 worse, 0 better, ")
    assert "worse  assets.immutable: not run -> fail" in text
    assert "observed public, max-age=3600" in text
    assert "and 2 more" in text
    assert render(compare(EXAMPLE, EXAMPLE)).startswith("NOT WORSE: 0 worse, 0 better, ")
