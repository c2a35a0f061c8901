"""A swarm inside one process of Locust: its sides are put in place when Locust is ready, whichever process it is."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gevent
from locust import runners
from locust.env import Environment
from locust.runners import WorkerRunner

from scalecheck.swarm.channel import Records, close_in_workers, obey
from scalecheck.swarm.keeping import EvidenceLines
from scalecheck.swarm.locust_typed import is_local, options_of
from scalecheck.swarm.on_master import OnMaster, Piece
from scalecheck.swarm.on_worker import REPORT_S, OnWorker
from scalecheck.swarm.processes import end_with_parent
from scalecheck.swarm.worker import Player

_LOADED_BY = os.getpid()
"""The process that loaded this: of a worker forked by `--processes`, its parent."""


class Inside:
    """What one process of Locust has of a swarm: a worker's side, a master's, or both."""

    def __init__(
        self,
        environment: Environment,
        read: Callable[[str], Piece],
        play: Callable[[Mapping[str, Any]], Player],
        *,
        own_tasks: bool = False,
    ) -> None:
        """`read` makes of a script's text what the master has played, `play` of a shard what sends."""
        runners.WORKER_REPORT_INTERVAL = REPORT_S
        runner = environment.runner
        assert runner is not None  # Locust fires `init` once there is one
        options = options_of(environment)
        line = tuple(int(each) for each in options.scalecheck_line.split(",")) if options.scalecheck_line else ()
        self.worker: OnWorker | None = None
        self.master: OnMaster | None = None
        if isinstance(runner, WorkerRunner) or is_local(runner):
            self.worker = OnWorker(environment, runner, play, own_tasks=own_tasks)
        if isinstance(runner, WorkerRunner):
            self._as_worker(self.worker, line[:2])
        elif options.scalecheck_script:
            piece = read(Path(options.scalecheck_script).read_text(encoding="utf-8"))
            self.master = OnMaster(environment, runner, piece, self.worker)
            self._as_master(self.master, line)
            if options.scalecheck_keep:
                kept = EvidenceLines(Path(options.scalecheck_keep), piece.profile, piece.profile_path)
                self.master.write_to(kept.keep, kept.end)
                self.master.judge_by(kept.judged)

    @staticmethod
    def _as_worker(worker: OnWorker | None, line: tuple[int, ...]) -> None:
        assert worker is not None
        forked = os.getpid() != _LOADED_BY
        if forked:
            close_in_workers(line)
            end_with_parent(_LOADED_BY)
        gevent.spawn(worker.watch, _LOADED_BY if forked else None)

    @staticmethod
    def _as_master(master: OnMaster, line: tuple[int, ...]) -> None:
        if line:
            control, records, parent = line
            end_with_parent(parent)
            pipe = Records(records, master.vanish)
            master.write_to(pipe.keep, pipe.end)
            gevent.spawn(obey, control, master.stop, master.vanish)
        gevent.spawn(master.watch)
