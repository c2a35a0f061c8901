"""What collectors and Prometheus are shown of a swarm."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from scalecheck.cli.exit import UsageError
from scalecheck.cli.swarm_otlp import headers, metrics
from scalecheck.cli.swarm_telemetry import check_telemetry, shown_elsewhere
from scalecheck.cli.swarm_totals import BOUNDS_S, Totals, buckets
from scalecheck.model.histogram import Histogram, bucket
from scalecheck.model.load import Generator, Key, LoadRecord, Part, SwarmRun, Tally, Window
from tests.cli.watching import collector, points, samples
from tests.swarm.test_channel import free_port

MENU, HOME = Key(Part.CALL, 'GET /api/menu?q="a"\\n'), Key(Part.PAGE, "home")


def times(**counts: int) -> Histogram:
    """Return durations: `ms20=3` is three of 20 ms."""
    each = {int(name[2:]): count for name, count in counts.items()}
    total_s = sum(ms * count / 1000 for ms, count in each.items())
    return Histogram({bucket(ms * 1000): count for ms, count in each.items()}, total_s, max(each) / 1000)


def records() -> Iterator[LoadRecord]:
    yield SwarmRun("spike", 1.0, 10.0, (), 2, {HOME: 20}, 1)
    for number, worker in enumerate(("a/0", "b/1")):
        failed = {"timeout": 2, "status 503": 1} if number else {}
        menu = Tally(5, 5, 0, 5 - sum(failed.values()), failed, {}, 1000, {}, times(ms20=2, ms300=number))
        yield Window(0, worker, 1, 0, {MENU: menu, HOME: Tally(10, 10, 0, 10)})
        yield Generator(0, worker, 1, 1, times(ms1=10), 0.1, 1, 1, 1, 6, 6, 0, 20)


def totals() -> Totals:
    made = Totals()
    for record in records():
        made.take(record)
    return made


@pytest.mark.parametrize(
    ("ms", "place"),
    [(0.5, 0), (5, 0), (6, 1), (10, 1), (11, 2), (1000, 9), (1001, 9), (1100, 10), (9_999, 13), (11_000, 14)],
)
def test_a_duration_lies_in_its_bucket(ms: float, place: int) -> None:
    found = buckets(Histogram({bucket(round(ms * 1000)): 3}, 1.0, ms / 1000), BOUNDS_S)
    assert found == [3 if each == place else 0 for each in range(len(BOUNDS_S) + 1)]


def test_otlp_holds_what_was_counted() -> None:
    body = metrics(totals(), "https://shop.test", 1, 2)
    ended = {key: point["asInt"] for key, point in points(body, "scalecheck.requests", "sum").items()}
    menu = ("call", MENU.name)
    assert ended == {
        (*menu, "answered"): "7",
        (*menu, "timeout"): "2",
        (*menu, "status 503"): "1",
        ("page", "home", "answered"): "20",
    }
    latency = points(body, "scalecheck.latency", "histogram")[menu]
    assert (latency["count"], latency["sum"]) == ("5", pytest.approx(0.38))
    assert len(latency["bucketCounts"]) == len(latency["explicitBounds"]) + 1
    assert sum(map(int, latency["bucketCounts"])) == 5
    assert points(body, "scalecheck.visitors", "gauge")[()]["asInt"] == "40"
    assert json.loads(json.dumps(body)) == body


def test_headers_are_those_of_the_standard_variable() -> None:
    said = {"OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b, x=1,broken,=2"}
    assert headers(said) == {"api-key": "a b", "x": "1"}
    assert headers({}) == {}


def played(*, otlp: str | None = None, prometheus: str | None = None) -> list[str]:
    said: list[str] = []
    with shown_elsewhere(Totals(), "https://shop.test", said.append, otlp=otlp, prometheus=prometheus) as show:
        for record in records():
            show(record)
    return said


def test_a_collector_gets_everything_at_the_end() -> None:
    with collector(200) as (url, taken):
        assert played(otlp=url) == []
    path, body = taken[-1]
    assert path == "/v1/metrics"
    assert points(body, "scalecheck.planned", "sum")[("page", "home")]["asInt"] == "20"


def test_a_collector_that_does_not_take_it_is_said_to() -> None:
    with collector(401) as (url, _):
        assert played(otlp=url) == [f"--otlp: {url}/v1/metrics does not take the metrics: status 401"]
    said = played(otlp=f"http://127.0.0.1:{free_port()}")
    assert len(said) == 1
    assert "does not take the metrics: " in said[0]


def test_prometheus_reads_a_file(tmp_path: Path) -> None:
    file = tmp_path / "metrics/scalecheck.prom"
    assert played(prometheus=str(file)) == []
    found = samples(file.read_text())
    menu = [("part", "call"), ("route", MENU.name)]
    assert found[f"scalecheck_requests_total{[('outcome', 'timeout'), *menu]}"] == 2
    assert found[f"scalecheck_latency_seconds_bucket{[('le', '0.025'), *menu]}"] == 4
    assert found[f"scalecheck_latency_seconds_bucket{[('le', '+Inf'), *menu]}"] == 5
    assert found["scalecheck_visitors[]"] == 40


def test_prometheus_reads_a_port() -> None:
    port, texts = free_port(), []
    with shown_elsewhere(Totals(), "", lambda line: None, otlp=None, prometheus=str(port)) as show:
        for record in records():
            show(record)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            texts.append(answer.read().decode())
    assert samples(texts[0])["scalecheck_connections[]"] == 12


def test_what_cannot_be_shown(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="--prometheus"):
        played(prometheus=str(tmp_path / "file" / "below"))
    with pytest.raises(UsageError, match="expected the URL of a collector"):
        check_telemetry(otlp="ftp://collector", prometheus=None)
    check_telemetry(otlp="https://collector:4318", prometheus="9100")
