"""Reports of Lighthouse, as the audited page would like them to be."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalecheck.gather.lighthouse_report import (
    AUDITS,
    LARGEST,
    METRICS,
    REQUESTS_AT_MOST,
    ROWS_AT_MOST,
    URL_LENGTH,
    WARNINGS_AT_MOST,
    NoReport,
    Reading,
    read_report,
)
from scalecheck.model.browsing import Fetched

PAINTED = {"first-contentful-paint": {"numericValue": 1000}}


def reading(audits: dict[str, Any], **report: Any) -> Reading:
    return read_report(json.dumps({"lighthouseVersion": "13.0.1", "audits": {**PAINTED, **audits}, **report}).encode())


def table(*rows: object) -> dict[str, Any]:
    return {"details": {"type": "table", "items": list(rows)}}


def test_every_figure_in_seconds_but_the_shift() -> None:
    audits = {audit: {"numericValue": 250} for audit, _ in METRICS.values()}
    expected = {name: 250.0 if name == "cls" else 0.25 for name in METRICS}
    assert reading(audits).metrics == expected


@pytest.mark.parametrize(
    "value",
    ["1000", None, True, [], {}, -1, -0.001, float("nan"), float("inf"), 1e300, 10**400, "NaN"],
    ids=lambda each: str(each)[:12],
)
def test_what_is_no_figure_is_left_out(value: object) -> None:
    assert "lcp_s" not in reading({"largest-contentful-paint": {"numericValue": value}}).metrics


@pytest.mark.parametrize("audit", [None, [], "text", 5, {}, {"numericValue": None, "errorMessage": "NO_LCP"}])
def test_an_audit_that_failed_is_left_out(audit: object) -> None:
    assert reading({"largest-contentful-paint": audit}).metrics == {"fcp_s": 1.0}


def test_requests() -> None:
    row = {
        "url": "https://shop.test/app.js",
        "resourceType": "Script",
        "statusCode": 200,
        "transferSize": 1200,
        "resourceSize": 4000,
        "networkRequestTime": 10.5,
        "networkEndTime": 40,
        "cache": "none",
    }
    expected = Fetched(
        "https://shop.test/app.js",
        "script",
        status=200,
        body_bytes=1200,
        decoded_bytes=4000,
        started_s=0.0105,
        ended_s=0.04,
    )
    assert reading({"network-requests": table(row)}).requests == (expected,)


@pytest.mark.parametrize("status", [-1, 0, 99, 600, "200", None, 1e9])
def test_a_request_without_a_status_had_no_answer(status: object) -> None:
    found = reading({"network-requests": table({"url": "https://ads.test/", "statusCode": status})}).requests[0]
    assert (found.status, found.failure) == (None, "no answer")


@pytest.mark.parametrize(
    "row",
    [None, 5, "x", [], {}, {"url": 5}, {"url": ""}, {"url": "data:text/html,x"}, {"url": "blob:https://shop.test/1"}],
)
def test_what_is_no_request_is_left_out(row: object) -> None:
    assert reading({"network-requests": table(row)}).requests == ()


@pytest.mark.parametrize("cache", ["disk", "memory", "service-worker"])
def test_what_came_from_a_cache_is_told(cache: str) -> None:
    assert reading({"network-requests": table({"url": "https://shop.test/", "cache": cache})}).requests[0].cached


@pytest.mark.parametrize("details", [None, [], "x", {"items": {}}, {"items": "x"}, {"items": None}])
def test_a_table_that_is_none(details: object) -> None:
    assert reading({"network-requests": {"details": details}}).requests == ()


@pytest.mark.parametrize("audit", ["legacy-javascript", "legacy-javascript-insight"])
def test_waste_under_either_name(audit: str) -> None:
    found = reading({audit: table({"url": "https://shop.test/a.js", "wastedBytes": 900.7})})
    assert found.waste == {"legacy-javascript": {"https://shop.test/a.js": 900}}


@pytest.mark.parametrize("wasted", [0, -5, None, "900", float("inf")])
def test_waste_of_nothing(wasted: object) -> None:
    assert reading({"unused-javascript": table({"url": "https://shop.test/a.js", "wastedBytes": wasted})}).waste == {}


@pytest.mark.parametrize("entity", ["Ads", {"text": "Ads", "type": "link", "url": "https://ads.test"}])
@pytest.mark.parametrize("audit", ["third-parties-insight", "third-party-summary"])
def test_third_parties_under_either_name(audit: str, entity: object) -> None:
    assert reading({audit: table({"entity": entity, "transferSize": 5000})}).third_parties == {"Ads": 5000}


@pytest.mark.slow
def test_everything_is_bounded() -> None:
    many = range(10 * REQUESTS_AT_MOST)
    found = reading(
        {
            "network-requests": table(*({"url": f"https://x.test/{n}", "statusCode": 200} for n in many)),
            "unused-javascript": table(*({"url": f"https://x.test/{n}", "wastedBytes": 5} for n in many)),
            "third-parties-insight": table(*({"entity": str(n), "transferSize": 5} for n in many)),
        },
        runWarnings=["w" * 100_000] * 1000,
    )
    assert len(found.requests) == REQUESTS_AT_MOST
    assert len(found.waste["unused-javascript"]) == len(found.third_parties) == ROWS_AT_MOST
    assert len(found.warnings) == WARNINGS_AT_MOST
    assert max(map(len, found.warnings)) < 300


def test_long_urls_are_cut_and_half_characters_replaced() -> None:
    rows = [{"url": "https://x.test/" + "a" * 1_000_000}, {"url": "https://x.test/\ud800"}]
    first, second = reading({"network-requests": table(*rows)}).requests
    assert len(first.url) == URL_LENGTH
    assert second.url == "https://x.test/?"


def test_warnings_are_harmless_lines() -> None:
    found = reading({}, runWarnings=["\x1b[2J::error::\nowned", 5, None, "the page was redirected"])
    assert found.warnings[0] == "\\x1b[2J::error:: owned"
    assert found.warnings[3] == "the page was redirected"


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (b"", "Lighthouse ended without a report"),
        (b"   ", "Lighthouse ended without a report"),
        (b"null", "other JSON"),
        (b'"text"', "other JSON"),
        (b"{}", "other JSON"),
        (b"{", "expected a report in JSON"),
        (b"\xff\xfe", "expected a report in JSON"),
        (b'{"audits": ' + b"[" * 200_000, "expected a report in JSON"),
        (b'{"audits": ' + b"1" * 5000 + b"}", "expected a report in JSON"),
        (b'{"audits": []}', "Lighthouse measured nothing"),
        (
            b'{"audits": {"largest-contentful-paint": {"errorMessage": "NO_LCP"}}}',
            "Lighthouse measured nothing: NO_LCP",
        ),
        (b'{"audits": {}, "runtimeError": {"code": "PAGE_HUNG", "message": 5}}', "PAGE_HUNG: no message"),
        (b'{"audits": {}, "runtimeError": {"message": "x"}}', "Lighthouse failed: no code: x"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_what_is_no_report(report: bytes, why: str) -> None:
    with pytest.raises(NoReport, match=why) as raised:
        read_report(report)
    assert len(str(raised.value)) < 500


def test_no_error_is_none() -> None:
    assert reading({}, runtimeError={"code": "NO_ERROR", "message": ""}).metrics == {"fcp_s": 1.0}


def test_figures_of_a_page_that_was_still_loading_do_not_count() -> None:
    slow = "The page loaded too slowly to finish within the time limit. Results may be incomplete."
    with pytest.raises(NoReport, match="still loading"):
        reading({}, runWarnings=[slow])


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (None, ""),
        ({"throttlingMethod": "provided"}, "provided"),
        ({"throttlingMethod": 5, "throttling": {}}, ""),
        (
            {
                "throttlingMethod": "devtools",
                "throttling": {"rttMs": 40, "throughputKbps": 10240, "cpuSlowdownMultiplier": 1},
            },
            "devtools: 40 ms, 10240 kbit/s, processor 1 times slower",
        ),
    ],
)
def test_throttling(settings: object, told: str) -> None:
    assert reading({}, configSettings=settings).throttling == told


def test_what_is_asked_for_is_named_once() -> None:
    assert len(set(AUDITS)) == len(AUDITS)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
row = st.dictionaries(
    st.sampled_from(["url", "statusCode", "transferSize", "wastedBytes", "entity", "resourceType", "networkEndTime"]),
    anything,
)
audit = st.fixed_dictionaries(
    {}, optional={"numericValue": anything, "details": st.fixed_dictionaries({"items": st.lists(row | anything)})}
)
PARTS = ("lighthouseVersion", "runWarnings", "runtimeError", "configSettings", "environment")
reports = st.fixed_dictionaries(
    {"audits": st.dictionaries(st.sampled_from(AUDITS), audit | anything)},
    optional=dict.fromkeys(
        ("lighthouseVersion", "runWarnings", "runtimeError", "configSettings", "environment"), anything
    ),
)


@pytest.mark.slow
@given(reports)
def test_any_report_is_read_or_refused(report: dict[str, Any]) -> None:
    with suppress(NoReport):
        found = read_report(json.dumps(report).encode())
        assert found.metrics
        assert all(0 <= value <= LARGEST for value in found.metrics.values())
