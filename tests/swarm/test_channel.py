"""A swarm in Locust's own processes, its requests left out: what is told to the command line, whoever ends when."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scalecheck.cli.swarm_process import Locust, ending_by_hand
from scalecheck.model.load import BY_HAND, Event, Generator, Happening, LoadRecord, SwarmRun, Window
from tests.swarm.nothing import KEY, PER_S

pytestmark = pytest.mark.live

ROOT = Path(__file__).parents[2]
LOCUSTFILE = Path(__file__).with_name("locustfile_of_nothing.py")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def words(folder: Path, processes: int, **script: Any) -> list[str]:
    path = folder / "script.json"
    path.write_text(json.dumps({"seconds": 2} | script))
    port = str(free_port())
    apart = ["--processes", str(processes), "--master-port", port, "--master-bind-port", port] if processes else []
    bound = ["--master-bind-host", "127.0.0.1"] if processes else []
    return ["-f", str(LOCUSTFILE), "--headless", "--scalecheck-script", str(path), *apart, *bound]


def processes_of(group: int) -> list[int]:
    """Return the processes of a group that are alive."""
    listed = subprocess.run(["ps", "-o", "pid=,stat=", "-g", str(group)], capture_output=True, text=True, check=False)
    rows = (line.split() for line in listed.stdout.splitlines())
    return [int(pid) for pid, state in rows if not state.startswith("Z")]


@contextmanager
def played(folder: Path, processes: int, environment: dict[str, str] | None = None, **script: Any) -> Iterator[Locust]:
    with Locust(words(folder, processes, **script), {"PYTHONPATH": str(ROOT), **(environment or {})}) as locust:
        yield locust
    assert gone(locust.pid)


def heard(locust: Locust, do: Callable[[LoadRecord], object] = lambda record: None) -> list[LoadRecord]:
    records = []
    for record in locust.listen(lambda: None):
        records.append(record)
        do(record)
    return records


def answered(records: list[LoadRecord]) -> int:
    windows = (each for each in records if isinstance(each, Window))
    return sum(tally.answered for window in windows for tally in window.tallies.values())


def events(records: list[LoadRecord]) -> list[tuple[Happening, str]]:
    return [(each.what, each.detail) for each in records if isinstance(each, Event)]


@pytest.mark.parametrize("processes", [0, 1, 3])
def test_everything_is_told_and_nothing_twice(tmp_path: Path, processes: int) -> None:
    with played(tmp_path, processes) as locust:
        records = heard(locust)
    first, *_, last = records
    assert isinstance(first, SwarmRun)
    assert first.workers == max(1, processes)
    assert (isinstance(last, Event), events(records)) == (True, [(Happening.ENDED, "")])
    assert (
        answered(records)
        == 2 * PER_S - (2 * PER_S) % first.workers
        == sum(first.planned.values()) - (200 % first.workers)
    )
    generators = [each for each in records if isinstance(each, Generator)]
    by_worker = {each.worker for each in generators}
    assert len(by_worker) == first.workers
    for worker in by_worker:
        numbers = [each.sequence for each in generators if each.worker == worker]
        assert numbers == list(range(1, len(numbers) + 1))
    assert {key for each in records if isinstance(each, Window) for key in each.tallies} == {KEY}


def test_the_first_ctrl_c_ramps_down_and_the_answers_are_waited_for(tmp_path: Path) -> None:
    said: list[str] = []
    with played(tmp_path, 2, seconds=60, drain_s=1.5) as locust, ending_by_hand(locust, said.append):
        records = heard(locust, after_a_window(lambda: os.kill(os.getpid(), signal.SIGINT)))
    assert events(records)[0] == (Happening.STOPPED, BY_HAND)
    assert locust.interrupted == 1
    assert "ramping down" in said[0]
    stopped = next(number for number, each in enumerate(records) if isinstance(each, Event))
    assert len([each for each in records[stopped:] if isinstance(each, Generator)]) >= 2  # both workers' last reports


def test_the_second_ctrl_c_ends_at_once_and_keeps_what_was_told(tmp_path: Path) -> None:
    def twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)

    with played(tmp_path, 2, seconds=60, drain_s=60) as locust, ending_by_hand(locust, lambda line: None):
        records = heard(locust, after_a_window(twice))
    assert events(records)[-1] == (Happening.STOPPED, "by hand, at once")
    assert answered(records) > 0


def test_a_killed_worker_is_missed_and_the_others_play_on(tmp_path: Path) -> None:
    with played(tmp_path, 2, seconds=7) as locust:

        def kill() -> None:
            worker = next(pid for pid in processes_of(locust.pid) if pid != locust.pid)
            os.kill(worker, signal.SIGKILL)

        records = heard(locust, after_a_window(kill, workers=2))
    (lost, name), ended = events(records)
    assert lost is Happening.WORKER_LOST
    assert ended == (Happening.ENDED, "")
    told = [each.worker for each in records if isinstance(each, Generator)]
    assert name in told  # what it had told is kept
    assert max(each.second for each in records if isinstance(each, Window) and each.worker != name) == 6


def test_a_rule_of_abort_sees_a_lost_worker(tmp_path: Path) -> None:
    with played(tmp_path, 2, {"RULES": "abort"}, seconds=60) as locust:

        def kill() -> None:
            worker = next(pid for pid in processes_of(locust.pid) if pid != locust.pid)
            os.kill(worker, signal.SIGKILL)

        records = heard(locust, after_a_window(kill))
    assert [what for what, _ in events(records)] == [Happening.WORKER_LOST, Happening.ABORTED]


def test_with_the_only_worker_it_ends(tmp_path: Path) -> None:
    with played(tmp_path, 1, seconds=60) as locust:

        def kill() -> None:
            os.kill(next(pid for pid in processes_of(locust.pid) if pid != locust.pid), signal.SIGKILL)

        records = heard(locust, after_a_window(kill))
    assert [what for what, _ in events(records)] == [Happening.WORKER_LOST, Happening.STOPPED]


@pytest.mark.parametrize("processes", [0, 2])
def test_a_killed_master_is_missed_and_leaves_no_worker(tmp_path: Path, processes: int) -> None:
    with played(tmp_path, processes, seconds=60) as locust:
        records = heard(locust, after_a_window(lambda: os.kill(locust.pid, signal.SIGKILL)))
        assert gone(locust.pid)
    assert events(records) == [(Happening.MASTER_LOST, "its process ended before the run did")]
    assert answered(records) > 0


def test_a_worker_that_cannot_begin_is_named_with_its_reason(tmp_path: Path) -> None:
    with played(tmp_path, 2, unable=[1]) as locust:
        records = heard(locust)
    assert isinstance(records[0], SwarmRun)
    ((what, detail),) = events(records)
    assert what is Happening.WORKER_LEFT_OUT
    assert detail.endswith("/1: the environment variable SHOP_TOKEN is not set")


def test_workers_that_never_come_are_counted(tmp_path: Path) -> None:
    port = str(free_port())
    alone = [*words(tmp_path, 0), "--master", "--expect-workers", "2", "--expect-workers-max-wait", "3"]
    bound = ["--master-bind-port", port, "--master-bind-host", "127.0.0.1"]
    with Locust([*alone, *bound], {"PYTHONPATH": str(ROOT)}) as locust:
        records = heard(locust)
    assert events(records) == [(Happening.WORKER_LEFT_OUT, "0 of 2 workers came within 3 s")]


def test_the_stop_file_stops(tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    with played(tmp_path, 2, seconds=60, safety={"stop_file": str(stop)}) as locust:
        records = heard(locust, after_a_window(stop.touch))
    assert events(records) == [(Happening.STOPPED, f"the stop file {stop} is there")]


@pytest.mark.parametrize("processes", [0, 2])
def test_no_process_outlives_the_command_line(tmp_path: Path, processes: int) -> None:
    """It is killed, so that it can end nothing itself."""
    text = (
        "import sys\nfrom scalecheck.cli.swarm_process import Locust\n"
        "locust = Locust(sys.argv[1:])\nprint(locust.pid, flush=True)\n"
        "for each in locust.listen(lambda: None): print(each, flush=True)\n"
    )
    command = [sys.executable, "-c", text, *words(tmp_path, processes, seconds=60)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as ran:
        assert ran.stdout is not None
        group = int(ran.stdout.readline())
        assert "SwarmRun" in ran.stdout.readline()
        assert len(processes_of(group)) == 1 + processes
        ran.kill()
    assert gone(group)


def gone(group: int) -> bool:
    """Whether every process of a group ends within the time that a signal takes."""
    for _ in range(100):
        if not processes_of(group):
            return True
        time.sleep(0.05)
    return False


def after_a_window(do: Callable[[], object], workers: int = 1) -> Callable[[LoadRecord], None]:
    """Return what does something once, when so many workers have told their first answers."""
    left, told = [do], set()

    def once(record: LoadRecord) -> None:
        if isinstance(record, Window) and record.tallies:
            told.add(record.worker)
            if left and len(told) >= workers:
                left.pop()()

    return once
