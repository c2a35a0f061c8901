"""A master and its workers on machines of their own: network namespaces that only this test can reach."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from scalecheck.gather.record import read_evidence
from scalecheck.model.load import Happening, Load
from tests.swarm.test_faults import PER_S, profile

ROOT = Path(__file__).parents[2]
TARGET = "10.99.0.1"
WORKERS = 2
NOTHING: Mapping[str, str] = {}
SERVE = (
    "import time\nfrom tests.swarm.targets import Target\nwith Target(host='{host}', port=8080):\n    time.sleep(60)\n"
)


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, text=True)


def namespaces() -> bool:
    """Whether namespaces can be made here: by root, with iproute2, where the kernel allows it."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    made = subprocess.run(["ip", "netns", "add", "scalecheck-try"], capture_output=True, check=False)
    subprocess.run(["ip", "netns", "delete", "scalecheck-try"], capture_output=True, check=False)
    return made.returncode == 0


pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not namespaces(), reason="needs root, iproute2 and network namespaces"),
]


@pytest.fixture
def machines() -> Iterator[tuple[str, list[str]]]:
    """The master's namespace, where the target is too, and the workers', each with a cable to it."""
    tag = f"sc{os.getpid() % 10000}"
    master, workers = f"{tag}m", [f"{tag}w{number}" for number in range(WORKERS)]
    with ExitStack() as ending:
        for name in (master, *workers):
            run("ip", "netns", "add", name)
            ending.callback(run, "ip", "netns", "delete", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", master, "address", "add", f"{TARGET}/32", "dev", "lo")
        for number, worker in enumerate(workers):
            here, there = f"{tag}a{number}", f"{tag}b{number}"
            run("ip", "link", "add", here, "netns", master, "type", "veth", "peer", "name", there, "netns", worker)
            for name, device, end in ((master, here, 1), (worker, there, 2)):
                run("ip", "-n", name, "address", "add", f"10.99.{number + 1}.{end}/30", "dev", device)
                run("ip", "-n", name, "link", "set", device, "up")
            run("ip", "-n", worker, "route", "add", "default", "via", f"10.99.{number + 1}.1")
        yield master, workers


def inside(namespace: str, folder: Path, environment: Mapping[str, str], *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        ["ip", "netns", "exec", namespace, sys.executable, *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


def played(
    machines: tuple[str, list[str]],
    folder: Path,
    at_master: Mapping[str, str] = NOTHING,
    at_workers: Mapping[str, str] = NOTHING,
) -> tuple[int, str, str]:
    """Play a swarm on all machines, each with variables of its own; return exit code and output of the master's."""
    master, workers = machines
    with ExitStack() as ending:
        started = [inside(master, folder, NOTHING, "-c", SERVE.format(host=TARGET))]
        command = ["-m", "scalecheck", "swarm", "-p", "shop.yaml", "-s", "short", "--keep", "swarm.jsonl"]
        command += ["--master", "--expect-workers", str(WORKERS), "--expect-workers-max-wait", "30"]
        swarm = inside(master, folder, at_master, *command, "--i-may-load", TARGET, "--format", "json", "-q")
        started.append(swarm)
        for number, worker in enumerate(workers):
            words = ["-m", "scalecheck", "swarm", "--worker", "--master-host", f"10.99.{number + 1}.1"]
            started.append(inside(worker, folder / "elsewhere", at_workers, *words))
        for each in started:
            ending.enter_context(each)
            ending.callback(each.kill)
        out, err = swarm.communicate(timeout=90)
    return swarm.returncode, out, err


def load_of(folder: Path) -> Load:
    load = read_evidence(folder / "swarm.jsonl").load
    assert load is not None
    return load


def test_the_profile_travels_by_itself(machines: tuple[str, list[str]], tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(profile(f"http://{TARGET}:8080", 4))
    (tmp_path / "elsewhere").mkdir()  # the workers have no file of the master's
    code, out, err = played(machines, tmp_path)
    assert code == 0, err
    load = load_of(tmp_path)
    assert [each.what for each in load.events] == [Happening.ENDED]
    pages = {
        worker: sum(
            tally.answered
            for window in load.windows
            if window.worker == worker
            for key, tally in window.tallies.items()
            if key.part.value == "page"
        )
        for worker in {each.worker for each in load.generators}
    }
    assert sorted(pages.values()) == [2 * PER_S, 2 * PER_S]
    assert json.loads(out)["verdict"] == "pass"


TOKEN = "SCALECHECK_TEST_TOKEN"


@pytest.mark.parametrize("everywhere", [True, False])
def test_secrets_stay_where_they_are(machines: tuple[str, list[str]], tmp_path: Path, everywhere: bool) -> None:
    routes = {"GET /api/x": {"rate": "50/s", "headers": {"Authorization": f"Bearer ${{env:{TOKEN}}}"}}}
    text = profile(f"http://{TARGET}:8080", 4).replace("traffic:\n", f"traffic:\n  routes: {json.dumps(routes)}\n")
    (tmp_path / "shop.yaml").write_text(text)
    (tmp_path / "elsewhere").mkdir()
    master, workers = {TOKEN: "t0ken"}, {TOKEN: "t0ken"} if everywhere else {}
    code, _, err = played(machines, tmp_path, master, workers)
    assert "t0ken" not in (tmp_path / "swarm.jsonl").read_text()
    events = [(each.what, each.detail.partition(": ")[2]) for each in load_of(tmp_path).events]
    if everywhere:
        assert (code, events) == (0, [(Happening.ENDED, "")]), err
    else:
        said = f"the environment variable {TOKEN} is not set"
        assert (code, events) == (3, [(Happening.WORKER_LEFT_OUT, said)]), err
