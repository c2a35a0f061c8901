"""What a report of Lighthouse says. All of it comes from the audited page: nothing in it is believed unchecked.

Names of audits changed between versions 11 and 13; each figure is taken under whichever name the report has it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scalecheck.model.browsing import Fetched
from scalecheck.wire.escape import plain

METRICS = {
    "lcp_s": ("largest-contentful-paint", 1000.0),
    "fcp_s": ("first-contentful-paint", 1000.0),
    "tbt_s": ("total-blocking-time", 1000.0),
    "ttfb_s": ("server-response-time", 1000.0),
    "speed_index_s": ("speed-index", 1000.0),
    "cls": ("cumulative-layout-shift", 1.0),
}
"""The audit each figure comes from, and by what its number is divided."""
WASTE = {
    "unused-javascript": ("unused-javascript",),
    "unused-css": ("unused-css-rules",),
    "legacy-javascript": ("legacy-javascript-insight", "legacy-javascript"),
    "duplicated-javascript": ("duplicated-javascript-insight", "duplicated-javascript"),
}
THIRD_PARTIES = ("third-parties-insight", "third-party-summary")
REQUESTS = "network-requests"
AUDITS = (
    *(audit for audit, _ in METRICS.values()),
    *(audit for audits in WASTE.values() for audit in audits),
    *THIRD_PARTIES,
    REQUESTS,
)
"""All that is asked of Lighthouse; an audit that a version does not know is left out by it."""

LARGEST = 1e10
"""No figure is larger: as milliseconds that is four months, as bytes 10 GB."""
REQUESTS_AT_MOST = 2000
ROWS_AT_MOST = 200
WARNINGS_AT_MOST = 10
URL_LENGTH = 2000
TEXT_LENGTH = 200
NOTHING = "Lighthouse ended without a report"
INCOMPLETE = "Results may be incomplete"
"""What Lighthouse warns of where the page was still loading when its time was up."""


class NoReport(Exception):  # noqa: N818  its message is a finding's reason
    """The run brought no figures: why, in one line."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A report, read."""

    version: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    requests: tuple[Fetched, ...] = ()
    waste: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    third_parties: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    throttling: str = ""
    benchmark: float | None = None


def read_report(text: bytes) -> Reading:
    """Return what a report says; NoReport where it is none, or says that the run failed."""
    report = _parsed(text)
    error = _mapping(report.get("runtimeError"))
    if error and (code := _text(error.get("code"))) != "NO_ERROR":
        raise NoReport(f"Lighthouse failed: {code or 'no code'}: {_text(error.get('message')) or 'no message'}")
    warnings = tuple(_text(each) for each in _list(report.get("runWarnings"))[:WARNINGS_AT_MOST])
    if any(INCOMPLETE in each for each in warnings):
        raise NoReport("the page was still loading when Lighthouse stopped waiting for it")
    audits = _mapping(report.get("audits"))
    metrics = dict(_metrics(audits))
    if not metrics:
        raise NoReport(f"Lighthouse measured nothing: {_why(audits) or 'its report holds no figures'}")
    return Reading(
        _text(report.get("lighthouseVersion")),
        metrics,
        tuple(_requests(audits)),
        {kind: found for kind, names in WASTE.items() if (found := dict(_wasted(_rows(audits, names))))},
        dict(_third_parties(_rows(audits, THIRD_PARTIES))),
        warnings,
        _throttling(_mapping(report.get("configSettings"))),
        _number(_mapping(report.get("environment")).get("benchmarkIndex")),
    )


def _parsed(text: bytes) -> Mapping[str, Any]:
    try:
        report = json.loads(text)
    except (ValueError, RecursionError):
        begin = plain(" ".join(text[:200].decode("utf-8", "replace").split()), 60)
        raise NoReport(f"expected a report in JSON, Lighthouse printed {begin!r}" if begin else NOTHING) from None
    if not isinstance(report, dict) or "audits" not in report:
        raise NoReport("expected a report with audits, Lighthouse printed other JSON")
    return report


def _metrics(audits: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for name, (audit, divisor) in METRICS.items():
        value = _number(_mapping(audits.get(audit)).get("numericValue"))
        if value is not None:
            yield name, value / divisor


def _why(audits: Mapping[str, Any]) -> str:
    """Return the first reason that an audit gives for having no figure."""
    said = (_text(_mapping(audits.get(audit)).get("errorMessage")) for audit, _ in METRICS.values())
    return next((each for each in said if each), "")


def _requests(audits: Mapping[str, Any]) -> Iterator[Fetched]:
    """Yield the requests; Lighthouse counts a header and its body together, as transferred."""
    for row in _rows(audits, (REQUESTS,))[:REQUESTS_AT_MOST]:
        status = _whole(row.get("statusCode"))
        answered = status is not None and 100 <= status <= 599
        ended = _number(row.get("networkEndTime"))
        if (url := _url(row.get("url"))).startswith(("http:", "https:")):
            yield Fetched(
                url=url,
                use=_text(row.get("resourceType")).lower(),
                status=status if answered else None,
                failure="" if answered else "no answer",
                body_bytes=_whole(row.get("transferSize")) or 0,
                decoded_bytes=_whole(row.get("resourceSize")) or 0,
                started_s=(_number(row.get("networkRequestTime")) or 0.0) / 1000,
                ended_s=None if ended is None else ended / 1000,
                cached=row.get("cache") in {"disk", "memory", "service-worker"} or row.get("fromServiceWorker") is True,
            )


def _wasted(rows: list[Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    for row in rows[:ROWS_AT_MOST]:
        name, wasted = _url(row.get("url")) or _url(row.get("source")), _whole(row.get("wastedBytes"))
        if name and wasted:
            yield name, wasted


def _third_parties(rows: list[Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    for row in rows[:ROWS_AT_MOST]:
        entity = row.get("entity")
        name = _text(entity.get("text") if isinstance(entity, dict) else entity)
        if name and (transferred := _whole(row.get("transferSize"))) is not None:
            yield name, transferred


def _throttling(settings: Mapping[str, Any]) -> str:
    """Return under which conditions the figures were taken; empty where the report does not say."""
    method, said = _text(settings.get("throttlingMethod")), _mapping(settings.get("throttling"))
    names = ("rttMs", "throughputKbps", "cpuSlowdownMultiplier")
    rtt, rate, slowdown = (_number(said.get(name)) for name in names)
    if not method or rtt is None or rate is None or slowdown is None:
        return method
    return f"{method}: {rtt:g} ms, {rate:g} kbit/s, processor {slowdown:g} times slower"


def _rows(audits: Mapping[str, Any], names: tuple[str, ...]) -> list[Mapping[str, Any]]:
    """Return the rows of the table of the first of these audits that has one."""
    for name in names:
        items = _list(_mapping(_mapping(audits.get(name)).get("details")).get("items"))
        if items:
            return [row for row in items[:REQUESTS_AT_MOST] if isinstance(row, dict)]
    return []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    """Return text as one short harmless line; empty for what is no text."""
    return plain(" ".join(value[: 4 * TEXT_LENGTH].split()), TEXT_LENGTH) if isinstance(value, str) else ""


def _url(value: object) -> str:
    """Return the URL of something that was fetched, cut where it is longer than any server takes."""
    if not isinstance(value, str) or value.startswith("data:"):
        return ""
    return value[:URL_LENGTH].encode("utf-8", "replace").decode()  # JSON can hold halves of characters


def _number(value: object) -> float | None:
    """Return a figure; None for what is none: text, truth, infinite, negative or absurd."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= LARGEST else None


def _whole(value: object) -> int | None:
    number = _number(value)
    return None if number is None else int(number)
