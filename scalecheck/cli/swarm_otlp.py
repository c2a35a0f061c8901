"""A swarm's totals for OpenTelemetry: OTLP over HTTP, in JSON, pushed every few seconds and once at the end.

Not by OpenTelemetry's SDK: its histograms take single values, and a swarm's are counted already, by its workers; its
exporter brings protobuf and requests along. What follows is all that would be left for it to do.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from scalecheck import __version__
from scalecheck.cli.swarm_totals import Durations, Totals
from scalecheck.model.load import Key

PATH = "/v1/metrics"
EVERY_S = 5.0
TIMEOUT_S = 5.0
CUMULATIVE = 2
"""AGGREGATION_TEMPORALITY_CUMULATIVE of opentelemetry-proto, metrics.proto."""
Attributes = list[dict[str, Any]]


class Otlp:
    """Pushes to a collector from a thread of its own; that it does not answer never holds up a swarm."""

    def __init__(self, endpoint: str, totals: Totals, target: str, say: Callable[[str], None]) -> None:
        self._url = endpoint if endpoint.endswith(PATH) else endpoint.rstrip("/") + PATH
        self._totals, self._target, self._say = totals, target, say
        self._began_ns = time.time_ns()
        self._over = threading.Event()
        self._failed = ""
        self._thread = threading.Thread(target=self._push, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(2 * TIMEOUT_S)

    def _push(self) -> None:
        import httpx

        over = False
        with httpx.Client(timeout=TIMEOUT_S, headers=headers(os.environ)) as client:
            while not over:
                over = self._over.wait(EVERY_S)
                with self._totals.lock:
                    body = metrics(self._totals, self._target, self._began_ns, time.time_ns())
                try:
                    answer = client.post(self._url, json=body)
                    problem = "" if answer.is_success else f"status {answer.status_code}"
                except httpx.HTTPError as error:
                    problem = str(error) or type(error).__name__
                if problem and not self._failed:
                    self._say(f"--otlp: {self._url} does not take the metrics: {problem}")
                self._failed = problem


def headers(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what OTEL_EXPORTER_OTLP_HEADERS says: `name=value,name=value`, values percent-encoded."""
    pairs = (each.partition("=") for each in environment.get("OTEL_EXPORTER_OTLP_HEADERS", "").split(","))
    return {name.strip(): unquote(value.strip()) for name, equals, value in pairs if equals and name.strip()}


def metrics(totals: Totals, target: str, began_ns: int, now_ns: int) -> dict[str, Any]:
    """Return the body of a request (opentelemetry-proto, ExportMetricsServiceRequest in JSON)."""
    times = {"startTimeUnixNano": str(began_ns), "timeUnixNano": str(now_ns)}
    named: dict[str, Any] = {"service.name": "scalecheck", "service.version": __version__, "scalecheck.target": target}
    if totals.run is not None:
        named["scalecheck.shape"] = totals.run.shape
    keys = totals.keys.items()
    ended = [_count(count, _of(key, end), times) for key, end, count in totals.outcomes()]
    found = [
        _sum("scalecheck.planned", "{arrival}", [_count(total.planned, _of(key), times) for key, total in keys]),
        _sum("scalecheck.requests", "{request}", ended),
        _sum("scalecheck.received", "By", [_count(total.size, _of(key), times) for key, total in keys]),
        _times("scalecheck.latency", [_durations(total.latency, _of(key), times) for key, total in keys]),
        _times("scalecheck.generator.lag", [_durations(totals.lag, [], times)]),
        _gauge("scalecheck.visitors", "{visitor}", totals.visitors, times),
        _gauge("scalecheck.connections", "{connection}", totals.connections, times),
    ]
    scope = {"name": "scalecheck", "version": __version__}
    scoped = [{"scope": scope, "metrics": found}]
    return {"resourceMetrics": [{"resource": {"attributes": _attributes(named)}, "scopeMetrics": scoped}]}


def _attributes(named: Mapping[str, str]) -> Attributes:
    return [{"key": name, "value": {"stringValue": value}} for name, value in named.items()]


def _of(key: Key, outcome: str | None = None) -> Attributes:
    named = {"part": key.part.value, "route": key.name}
    return _attributes(named if outcome is None else {**named, "outcome": outcome})


def _count(value: int, of: Attributes, times: Mapping[str, str]) -> dict[str, Any]:
    return {"attributes": of, **times, "asInt": str(value)}


def _durations(found: Durations, of: Attributes, times: Mapping[str, str]) -> dict[str, Any]:
    return {
        "attributes": of,
        **times,
        "count": str(found.count),
        "sum": found.total_s,
        "max": found.max_s,
        "explicitBounds": list(found.bounds_s),
        "bucketCounts": [str(each) for each in found.counts],
    }


def _sum(name: str, unit: str, points: list[dict[str, Any]]) -> dict[str, Any]:
    data = {"dataPoints": points, "aggregationTemporality": CUMULATIVE, "isMonotonic": True}
    return {"name": name, "unit": unit, "sum": data}


def _times(name: str, points: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "unit": "s", "histogram": {"dataPoints": points, "aggregationTemporality": CUMULATIVE}}


def _gauge(name: str, unit: str, value: int, times: Mapping[str, str]) -> dict[str, Any]:
    return {"name": name, "unit": unit, "gauge": {"dataPoints": [_count(value, [], times)]}}
