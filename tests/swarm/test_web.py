"""Locust's web UI over a swarm: it shows the run, plays another one where nobody records it, and stops it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from scalecheck.cli.swarm_process import locustfile
from scalecheck.gather.record import read_evidence
from scalecheck.lab.lab import Lab
from scalecheck.model.load import Happening, Part
from scalecheck.model.load_run import Played
from tests.cli.apart import ROOT, started
from tests.swarm.test_channel import free_port

pytestmark = pytest.mark.live

WAIT_S = 60.0
PAGES = ("/", "/stats/requests", "/stats/report", "/stats/requests/csv", "/exceptions", "/tasks")
RUNNING, OVER = {"spawning", "running"}, {"ready", "stopped"}


class Web:
    """A process with Locust's web UI."""

    def __init__(self, port: int, process: "subprocess.Popen[str]", requests: Callable[[], int]) -> None:
        self._port, self.process, self.asked = port, process, requests

    def get(self, path: str, data: bytes | None = None) -> bytes:
        """Ask for a page, or press a button where there are data."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", data, timeout=WAIT_S) as answer:
            return bytes(answer.read())

    def figures(self) -> tuple[str, int]:
        """Return how the run stands, and how many requests it has made."""
        found = json.loads(self.get("/stats/requests"))
        return found["state"], sum(each["num_requests"] for each in found["stats"] if each["name"] == "Aggregated")

    def wait(self, states: set[str], requests: int = 0) -> int:
        """Wait until the run stands so, with so many requests at least; return how many there are."""
        ends_s = time.monotonic() + WAIT_S
        while self.process.poll() is None and time.monotonic() < ends_s:
            with suppress(OSError):
                state, count = self.figures()
                if state in states and count >= requests:
                    return count
            time.sleep(0.1)
        raise AssertionError(f"it never came to {states}; exit code {self.process.poll()}")

    def start(self) -> None:
        """Press `New test`, again where the last one is still being stopped: then Locust does nothing."""
        ends_s = time.monotonic() + WAIT_S
        while self.figures()[0] in OVER and time.monotonic() < ends_s:
            self.get("/swarm", b"user_count=1&spawn_rate=1")
            time.sleep(0.5)


@contextmanager
def swarm(folder: Path, seconds: int, *, script: bool = False) -> Iterator[Web]:
    """Run the command line with --web on the lab; with `script`, Locust itself on what the command line wrote."""
    port = free_port()
    with Lab() as lab:
        shapes = f"traffic: {{shapes: {{brief: [{{hold: 1x, for: {seconds}s}}]}}}}\n"
        (folder / "lab.yaml").write_text(lab.profile + shapes, encoding="utf-8")
        words = ["swarm", "-p", "lab.yaml", "-s", "brief", "--keep", "swarm.jsonl", "--format", "json=report.json"]
        log = (folder / "log").open("w", encoding="utf-8")
        if script:
            with started(folder, *words, "--script", "script.json", stdout=None, stderr=None) as writing:
                assert writing.wait(WAIT_S) == 0
            process = _locust(folder, port, log.fileno())
        else:
            more = ["--processes", 1, "--web", "--locust", f"--web-port {port} --html locust.html"]
            process = started(folder, *words, *more, stdout=log.fileno(), stderr=log.fileno())
        with log, process:
            try:
                yield Web(port, process, lambda: lab.requests)
            finally:
                process.kill()


def _locust(folder: Path, port: int, log: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "locust", "-f", str(locustfile()), "--scalecheck-script", "script.json"]
    web = ["--web-host", "127.0.0.1", "--web-port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([*command, *web], cwd=folder, text=True, stdout=log, stderr=log, env=environment)


def kept(folder: Path) -> tuple[int, list[Happening], dict[str, Any]]:
    """Return of the evidence how many requests were made and what happened, and the report."""
    load = read_evidence(folder / "swarm.jsonl").load
    assert load is not None
    played = Played(load)
    count = sum(played.total(key).answered + played.total(key).lost for key in played.keys if key.part is not Part.PAGE)
    return count, [each.what for each in load.events], json.loads((folder / "report.json").read_text())


def test_it_shows_the_run_and_another_one_is_not_played(tmp_path: Path) -> None:
    with swarm(tmp_path, 4) as web:
        web.wait(RUNNING, requests=1)
        assert all(web.get(page) for page in PAGES)
        shown = web.wait(OVER)
        asked = web.asked()
        web.get("/swarm", b"user_count=1&spawn_rate=1")
        code = web.process.wait(WAIT_S)
        assert web.asked() == asked
    count, events, report = kept(tmp_path)
    assert (code, shown, events) == (report["exit_code"], count, [Happening.ENDED])
    assert "/api/products/1" in (tmp_path / "locust.html").read_text(encoding="utf-8")


def test_ctrl_c_ends_and_reports_what_was_played(tmp_path: Path) -> None:
    with swarm(tmp_path, 60) as web:
        web.wait(RUNNING, requests=1)
        web.process.send_signal(signal.SIGINT)
        assert web.process.wait(WAIT_S) == 130
    count, events, report = kept(tmp_path)
    assert count > 0
    assert events == [Happening.STOPPED]
    assert report["interrupted"]


def test_locust_itself_plays_a_script_again_and_stops_it(tmp_path: Path) -> None:
    with swarm(tmp_path, 3, script=True) as web:
        web.wait(OVER)
        runs = []
        for _ in range(2):
            web.start()
            web.wait(RUNNING, requests=1)
            runs.append(web.wait(OVER))
        assert runs[0] == runs[1] > 0
        web.start()
        web.wait(RUNNING)
        web.get("/stop", b"x")
        assert web.wait(OVER) < runs[0]
        web.process.send_signal(signal.SIGINT)
        assert web.process.wait(WAIT_S) == 0
