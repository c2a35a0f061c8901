"""A swarm's master inside Locust: it hands out shards, takes reports, and writes what it learns where it is wanted."""

import logging
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gevent
from locust.env import Environment
from locust.rpc.protocol import Message
from locust.runners import MasterRunner, Runner

from scalecheck.model.load import BY_HAND, Event, Happening, LoadRecord, StageRun, SwarmRun
from scalecheck.model.profile import Profile
from scalecheck.swarm.bounds import Bounds
from scalecheck.swarm.locust_statistics import feed
from scalecheck.swarm.locust_typed import listen, options_of
from scalecheck.swarm.master import READY, SPARE_S, UNABLE, Master
from scalecheck.swarm.on_worker import REPORT_S, OnWorker
from scalecheck.swarm.reports import NAME

TICK_S = 0.2
WAIT_S = 60.0
"""Longest that workers which are expected may take to come, unless `--expect-workers-max-wait` says otherwise."""
LOST = 3
"""Exit code when the run could not be played."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Piece:
    """What a master has played."""

    script: str
    """As it travels to the workers."""
    run: SwarmRun
    profile: Profile
    watch: Callable[[], Callable[[LoadRecord], Event | None]]
    """Makes what reads every record of a run, and returns an event where a rule of `abort` holds."""
    open_ended: bool = False
    """It lasts as long as Locust's users run."""
    profile_path: str | None = None
    """Where the profile was read from."""


class OnMaster:
    """The runs of one process of Locust that has workers, or is its own only one."""

    def __init__(self, environment: Environment, runner: Runner, piece: Piece, own: OnWorker | None) -> None:
        """`own` is the worker where both are one process."""
        self._environment, self._runner = environment, runner
        self._piece, self._own = piece, own
        self._master: Master | None = None
        self._main = gevent.getcurrent()
        self._came_s = time.monotonic()
        self._sinks: list[Callable[[LoadRecord], None]] = []
        self._ends: list[Callable[[], None]] = []
        self._judged: Callable[[], int] | None = None
        runner.register_message(READY, self._ready)
        runner.register_message(UNABLE, self._unable)
        events = environment.events
        listen(events.test_start, self._test_start)
        listen(events.worker_report, self._reported)
        listen(events.test_stopping, self._test_stopping)
        listen(events.quitting, self._quitting)

    @property
    def over(self) -> bool:
        """Whether the run has ended."""
        return self._master is not None and self._master.over

    @property
    def workers(self) -> int:
        """How many workers play, or could."""
        if self._master is not None:
            return self._master.run.workers
        return self._runner.worker_count if isinstance(self._runner, MasterRunner) else 1

    def write_to(self, sink: Callable[[LoadRecord], None], end: Callable[[], None]) -> None:
        """Have every record written there, too; `end` is called after the last one."""
        self._sinks.append(sink)
        self._ends.append(end)

    def judge_by(self, judged: Callable[[], int]) -> None:
        """Have the exit code be what this returns once everything is written."""
        self._judged = judged

    def stop(self, detail: str = BY_HAND) -> None:
        """Ramp down: nothing more is sent, answers are waited for."""
        if self._master is not None:
            self._master.stop(detail)
        else:
            self._leave()

    def renew(self) -> None:
        """Forget a run that is over, for the web UI's `New test` plays it again.

        Where the run was recorded it stays over: nothing would be kept of another one, nor would anybody judge it.
        """
        if self.over and not self._sinks:
            self._master, self._came_s = None, time.monotonic()

    def vanish(self) -> None:
        """End at once: nobody is left who reads what this process finds out."""
        logger.error("the command line that started this swarm is gone")
        os.killpg(0, signal.SIGKILL) if os.getpgid(0) == os.getpid() else os._exit(1)

    def watch(self) -> None:
        """Look at the clock as long as the process lives."""
        reported_s = 0.0
        while True:
            gevent.sleep(TICK_S)
            if self._master is None:
                self._miss_workers()
                continue
            if self._own is not None and time.monotonic() - reported_s >= REPORT_S:
                reported_s = time.monotonic()
                self._take("local", self._own.own_report())
            self._stop_file()
            self._master.tick()
            if self._master.over:
                self._end()

    def _test_start(self, environment: Environment, **_: Any) -> None:
        workers = ["local"]
        if isinstance(self._runner, MasterRunner):
            clients = self._runner.clients
            workers = sorted(
                (each.id for each in (*clients.ready, *clients.spawning, *clients.running)),
                key=self._runner.get_worker_index,
            )
        self._master = Master(
            self._run(),
            script=self._piece.script,
            send=self._send,
            write=self._write,
            watch=self._piece.watch(),
            bounds=Bounds(self._piece.profile.safety),
            timeout_s=self._piece.profile.safety.timeout,
            now=time.monotonic,
            wall=time.time,
            open_ended=self._piece.open_ended,
        )
        self._master.admit(workers)

    def _run(self) -> SwarmRun:
        """Return what is played; of an open-ended run as long as Locust's `--run-time` says."""
        run, lasts_s = self._piece.run, options_of(self._environment).run_time
        if not self._piece.open_ended or not lasts_s:
            return run
        return replace(run, stages=(StageRun(run.shape, 0.0, float(lasts_s), 1.0, 1.0),))

    def _send(self, kind: str, data: Mapping[str, Any], worker: str) -> None:
        self._runner.send_message(kind, dict(data), client_id=worker)

    def _write(self, record: LoadRecord) -> None:
        for sink in self._sinks:
            sink(record)

    def _ready(self, environment: Environment, msg: Message) -> None:
        if self._master is not None:
            self._master.ready(msg.node_id, float(msg.data))

    def _unable(self, environment: Environment, msg: Message) -> None:
        if self._master is not None:
            self._master.unable(msg.node_id, str(msg.data))

    def _reported(self, client_id: str, data: dict[str, Any]) -> None:
        self._take(client_id, data.pop(NAME, None))

    def _take(self, worker: str, data: Mapping[str, Any] | None) -> None:
        if data is None or self._master is None:
            return
        report = self._master.reported(worker, data)
        if report is not None:
            feed(self._environment.stats, report.windows, self._master.run.started_at, report.fired)

    def _stop_file(self) -> None:
        name = self._piece.profile.safety.stop_file
        if name is not None and self._master is not None and Path(name).exists():
            self._master.stop(f"the stop file {name} is there")

    def _miss_workers(self) -> None:
        """Give up where workers that are expected do not come."""
        options = options_of(self._environment)
        if not isinstance(self._runner, MasterRunner) or not (options.headless or options.autostart):
            return
        most_s = options.expect_workers_max_wait or WAIT_S
        if time.monotonic() - self._came_s > most_s - 1:
            came = self._runner.worker_count
            detail = f"{came} of {options.expect_workers} workers came within {most_s:g} s"
            self._refuse(detail)

    def _refuse(self, detail: str) -> None:
        logger.error("%s: nothing was sent", detail)
        self._write(self._piece.run)
        self._write(Event(0, 0.0, Happening.WORKER_LEFT_OUT, detail))
        self._leave()

    def _leave(self) -> None:
        """End Locust before the run began; its main greenlet waits for workers and looks at nothing else."""
        self._end()
        self._environment.process_exit_code = LOST
        gevent.kill(self._main, SystemExit(LOST), block=False)

    def _test_stopping(self, environment: Environment, **_: Any) -> None:
        """Ramp down, and hold Locust's own stopping up until the last reports are there: it would not wait for them."""
        master = self._master
        if master is None or master.over:
            return
        if self._piece.open_ended:
            master.finish()
        else:
            master.stop(BY_HAND)
        until_s = time.monotonic() + self._piece.profile.safety.timeout + 2 * SPARE_S
        while not self.over and time.monotonic() < until_s:
            gevent.sleep(TICK_S)

    def _quitting(self, environment: Environment, **_: Any) -> None:
        if self._master is not None:
            self._master.close("Locust was ended")
        self._end()
        if self._judged is not None and self._master is not None:
            environment.process_exit_code = self._judged()
        elif environment.process_exit_code is None and self._master is not None:
            environment.process_exit_code = 0  # failed requests are for the checks to judge

    def _end(self) -> None:
        ends, self._ends = self._ends, []
        for end in ends:
            end()
