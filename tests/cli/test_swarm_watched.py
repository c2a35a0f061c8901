"""A real swarm on the lab, watched from elsewhere: what collectors and Prometheus are left with is the report's."""

import json
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scalecheck.lab.lab import Lab
from tests.cli.apart import started
from tests.cli.watching import collector, points, sampled
from tests.swarm.test_channel import free_port

pytestmark = pytest.mark.live

if TYPE_CHECKING:
    import subprocess

TRAFFIC = """\
traffic:
  routes: {GET /nowhere: {rate: 10/s}}
  shapes: {brief: [{hold: 1x, for: 3s}]}
"""
OUTCOMES = ("answered", "failed")
Figures = dict[str, Counter[str]]
"""By route, how many requests were answered, failed, and how many bytes came."""


@dataclass(frozen=True)
class Swarm:
    """How one swarm ended."""

    report: Mapping[str, Any]
    err: str
    seen: Sequence[str]
    """What a port showed meanwhile."""

    def figures(self) -> Figures:
        """Return the report's figures of each route and of all."""
        found: Figures = {}
        for each in self.report["measures"]:
            if each["name"] in {*OUTCOMES, "bytes"}:
                found.setdefault(each["route"], Counter())[each["name"]] += round(each["value"])
        return found


def swarmed(folder: Path, *words: object, port: int | None = None) -> Swarm:
    """Run the command line on the lab; read what it shows at a port for as long as it does."""
    with Lab() as lab:
        (folder / "lab.yaml").write_text(lab.profile + TRAFFIC, encoding="utf-8")
        command = ["-p", "lab.yaml", "-s", "brief", "--processes", "1", "--keep", "swarm.jsonl", "--format", "json"]
        with started(folder, "swarm", *command, *words) as process:
            seen = [] if port is None else list(_shown(port, process))
            out, err = process.communicate()
    return Swarm(json.loads(out), err, seen)


def _shown(port: int, process: "subprocess.Popen[str]") -> Iterator[str]:
    while process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=1) as answer:
            yield answer.read().decode()
        time.sleep(0.1)


def added(counts: Iterable[tuple[str, str, str, int]]) -> Figures:
    """Return the figures of counts by part, route and what they are: a page view is no request, the rest adds up."""
    found: Figures = {"*": Counter()}
    for part, route, name, count in counts:
        if part != "page":
            named = name if name in {"answered", "bytes"} else "failed"
            for each in (route, "*"):
                found.setdefault(each, Counter())[named] += count
    return found


def of_collector(body: dict[str, Any]) -> Figures:
    ended = points(body, "scalecheck.requests", "sum").items()
    sizes = points(body, "scalecheck.received", "sum").items()
    counts = [(part, route, outcome, int(each["asInt"])) for (part, route, outcome), each in ended]
    return added([*counts, *((part, route, "bytes", int(each["asInt"])) for (part, route), each in sizes)])


def of_prometheus(text: str) -> Figures:
    kinds = {"scalecheck_requests_total", "scalecheck_received_bytes_total"}
    return added(
        (labels["part"], labels["route"], labels.get("outcome", "bytes"), int(value))
        for name, labels, value in sampled(text)
        if name in kinds
    )


def test_both_are_left_with_the_figures_of_the_report(tmp_path: Path) -> None:
    with collector(200) as (url, taken):
        swarm = swarmed(tmp_path, "--otlp", url, "--prometheus", "scalecheck.prom", "-q")
    figures = swarm.figures()
    assert figures["GET /nowhere"]["failed"] > 0
    assert figures["home"]["answered"] > 0
    assert {path for path, _ in taken} == {"/v1/metrics"}
    assert of_collector(taken[-1][1]) == figures
    assert of_prometheus((tmp_path / "scalecheck.prom").read_text(encoding="utf-8")) == figures


def test_a_port_shows_what_has_come_so_far_and_a_lost_collector_is_said_once(tmp_path: Path) -> None:
    port, nobody = free_port(), free_port()
    swarm = swarmed(tmp_path, "--prometheus", port, "--otlp", f"http://127.0.0.1:{nobody}", port=port)
    ended = swarm.report["measures"]
    assert next(each["value"] for each in ended if each["name"] == "delivered_ratio") > 0
    answered = [of_prometheus(each)["*"]["answered"] for each in swarm.seen]
    assert answered == sorted(answered)
    assert 0 < answered[-1] <= swarm.figures()["*"]["answered"]
    assert swarm.err.count("--otlp: ") == 1, swarm.err
    assert f"http://127.0.0.1:{nobody}/v1/metrics does not take the metrics: " in swarm.err
