"""What can go wrong while a swarm runs: each ends with the right verdict, and nothing that was measured is lost.

The command line runs in a process of its own against small servers on loopback; every run takes seconds.
"""

import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from scalecheck.gather.record import read_evidence
from scalecheck.model.load import Happening, Load
from tests.swarm.targets import Target, certificate

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
PER_S = 100


@dataclass
class Ran:
    """One run of the command."""

    process: "subprocess.Popen[str]"
    evidence: Path
    code: int = -1
    report: dict[str, Any] = field(default_factory=dict)
    err: str = ""

    @property
    def workers(self) -> list[int]:
        """Process ids of the workers: children of Locust's master."""
        return [each for master in self.masters for each in children(master)]

    @property
    def masters(self) -> list[int]:
        """Locust's master."""
        return children(self.process.pid)

    def load(self) -> Load:
        load = read_evidence(self.evidence).load
        assert load is not None
        return load

    def verdict(self, check: str) -> str:
        found: str = next(each["verdict"] for each in self.report["outcomes"] if each["check"] == check)
        return found

    def wait_for_answers(self, count: int) -> None:
        """Wait until so many answers stand in the evidence."""
        for _ in range(400):
            if self.evidence.exists() and answered(self.evidence) >= count:
                return
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.05)
        raise AssertionError("no answers came")


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=,stat=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(each.split()[0]) for each in listed.stdout.splitlines() if not each.split()[1].startswith("Z")]


def answered(evidence: Path) -> int:
    found = 0
    for line in evidence.read_text().splitlines(keepends=True):
        if line.endswith("\n") and "window" in (data := json.loads(line)):
            found += sum(each.get("answered", 0) for each in data["window"].get("tallies", []))
    return found


def failed(load: Load) -> dict[str, int]:
    kinds: dict[str, int] = {}
    for window in load.windows:
        for key, tally in window.tallies.items():
            if key.part.value == "document":
                for why, count in tally.failed.items():
                    kinds[why] = kinds.get(why, 0) + count
    return kinds


def profile(site: str, seconds: int = 4, delivered: str = "50%", **more: Any) -> str:
    """Return a profile; a busy machine is late now and then, and only one test is about that."""
    shapes = {"short": [{"hold": "1x", "for": f"{seconds}s"}]}
    pages = {"home": {"share": "100%", "get": "/", "assets": "none"}}
    data: dict[str, Any] = {
        "scalecheck": 1,
        "site": site,
        "traffic": {"normal": f"{PER_S} pages/s", "arrivals": "even", "pages": pages, "shapes": shapes},
        "slo": {"all": ["errors < 2%", "p95 < 2s", f"delivered > {delivered}"], "assets": []},
        "safety": {"timeout": "2s"},
        "targets": {"page_hit_ratio": "0%", "slow": "5s"},
    }
    data["traffic"]["audience"] = {"pages_per_user": "1..1", "think_time": "1s..2s", "returning": "0%"}
    return yaml.safe_dump({**data, **more})


@contextmanager
def running(
    folder: Path, text: str, *words: str, environment: Mapping[str, str] | None = None, limit: int | None = None
) -> Iterator[Ran]:
    (folder / "shop.yaml").write_text(text)
    evidence = folder / "swarm.jsonl"
    command = [sys.executable, "-m", "scalecheck", "swarm", "-p", "shop.yaml", "-s", "short"]
    command += ["--keep", str(evidence), "--format", "json", "--quiet", *words]
    if limit is not None:
        command = ["bash", "-c", f'ulimit -Sn {limit}; ulimit -Hn {limit}; exec "$@"', "bash", *command]
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
    )
    ran = Ran(process, evidence)
    try:
        yield ran
        out, ran.err = process.communicate(timeout=60)
        ran.code = process.returncode
        ran.report = json.loads(out) if out else {}
        assert children(process.pid) == []
    finally:
        process.kill()
        process.communicate()


def in_thread(do: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    return thread


def events(load: Load) -> list[Happening]:
    return [each.what for each in load.events]


def test_without_a_fault_it_passes(tmp_path: Path) -> None:
    with Target() as target, running(tmp_path, profile(target.url)) as ran:
        pass
    assert (ran.code, events(ran.load())) == (0, [Happening.ENDED]), ran.err
    assert answered(ran.evidence) == 2 * 4 * PER_S  # documents and page views
    assert target.served == 4 * PER_S + 1  # and the scout's own


def test_a_worker_that_is_killed(tmp_path: Path) -> None:
    with Target() as target, running(tmp_path, profile(target.url, 6), "--processes", "2") as ran:
        ran.wait_for_answers(PER_S)
        before = target.served
        os.kill(ran.workers[0], signal.SIGKILL)
    assert ran.code == 3, ran.err
    assert events(ran.load()) == [Happening.WORKER_LOST, Happening.ABORTED]  # by the foundation's rule
    assert ran.verdict("load.delivered") == "unknown"
    assert answered(ran.evidence) / 2 >= 0.8 * before


def test_a_master_that_is_killed(tmp_path: Path) -> None:
    with Target() as target, running(tmp_path, profile(target.url, 30), "--processes", "2") as ran:
        ran.wait_for_answers(PER_S)
        kept = answered(ran.evidence)
        os.kill(ran.masters[0], signal.SIGKILL)
    assert ran.code == 3, ran.err
    assert events(ran.load()) == [Happening.MASTER_LOST]
    assert answered(ran.evidence) >= kept


def test_a_target_that_is_gone_and_comes_back(tmp_path: Path) -> None:
    with Target() as target, running(tmp_path, profile(target.url, 6)) as ran:
        ran.wait_for_answers(2 * PER_S)
        target.close()
        time.sleep(1.0)
        target.open()
    assert ran.code == 1, ran.err
    load = ran.load()
    assert events(load) == [Happening.ENDED]
    lost = sum(failed(load).values())
    assert set(failed(load)) <= {"refused", "cut"}
    assert PER_S / 2 <= lost <= 2 * PER_S
    assert ran.verdict("load.errors") == "fail"
    last = max(window.second for window in load.windows)
    assert any(tally.answered for window in load.windows if window.second == last for tally in window.tallies.values())


def test_answers_that_are_cut_short(tmp_path: Path) -> None:
    with Target() as target, running(tmp_path, profile(target.url)) as ran:
        ran.wait_for_answers(PER_S)
        target.cut = True
    assert ran.code == 1, ran.err
    assert set(failed(ran.load())) == {"cut"}
    assert ran.verdict("load.errors") == "fail"


def test_a_certificate_that_is_wrong(tmp_path: Path) -> None:
    """The scout trusts a file that the workers do not have."""
    own, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    with Target(context) as target, running(tmp_path, profile(target.url)) as ran:
        pass
    assert ran.code == 3
    assert "tls" in ran.err
    other, other_key = certificate(tmp_path / "other")
    with Target(context) as target, running(tmp_path, profile(target.url), "--ca-file", str(own)) as ran:
        ran.wait_for_answers(PER_S)
        target.present(other, other_key)
    assert ran.code == 1, ran.err
    assert set(failed(ran.load())) == {"tls"}


def test_a_name_that_is_gone(tmp_path: Path) -> None:
    with running(
        tmp_path,
        profile("http://shop.invalid.localhost.invalid:8080"),
        "--i-may-load",
        "shop.invalid.localhost.invalid",
    ) as ran:
        pass
    assert ran.code == 3
    assert "dns" in ran.err
    assert not ran.report


def test_file_descriptors_that_run_out(tmp_path: Path) -> None:
    slow = profile(Target.SLOW, 4).replace(f"{PER_S} pages/s", "200 pages/s")
    with Target(delay_s=1.0) as target:
        text = slow.replace(Target.SLOW, target.url)
        with running(tmp_path, text, limit=120) as ran:
            pass
    assert ran.code in {1, 3}, ran.err
    load = ran.load()
    assert events(load) == [Happening.ENDED]
    assert max(each.files for each in load.generators) <= 140
    assert ran.verdict("load.errors") != "pass"


def test_a_worker_that_is_starved(tmp_path: Path) -> None:
    with Target() as target, running(tmp_path, profile(target.url, 5, "99.5%")) as ran:
        ran.wait_for_answers(PER_S)
        worker = ran.workers[0]
        os.kill(worker, signal.SIGSTOP)
        time.sleep(1.2)
        os.kill(worker, signal.SIGCONT)
    assert ran.code == 3, ran.err
    load = ran.load()
    assert Happening.WORKER_LOST not in events(load)
    assert sum(tally.late for window in load.windows for tally in window.tallies.values()) >= PER_S / 2
    assert answered(ran.evidence) == 2 * 5 * PER_S  # late, but sent
    assert ran.verdict("load.delivered") in {"unknown", "fail"}


def test_ctrl_c(tmp_path: Path) -> None:
    with Target() as target, running(tmp_path, profile(target.url, 30)) as ran:
        ran.wait_for_answers(PER_S)
        ran.process.send_signal(signal.SIGINT)
    assert ran.code == 130, ran.err
    assert events(ran.load()) == [Happening.STOPPED]
    assert ran.report["interrupted"] is True
    assert answered(ran.evidence) / 2 == target.served - 1  # what was under way was waited for
