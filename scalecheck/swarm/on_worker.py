"""A swarm's worker inside Locust: it takes its shard, plays it, and adds its reports to those that Locust sends."""

import logging
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import gevent
from gevent.event import Event as Flag
from locust.env import Environment
from locust.rpc.protocol import Message
from locust.runners import Runner, WorkerRunner

from scalecheck.swarm.locust_typed import listen
from scalecheck.swarm.master import BEGIN, READY, SHARD, STOP, UNABLE
from scalecheck.swarm.processes import orphaned
from scalecheck.swarm.reports import NAME
from scalecheck.swarm.worker import Player, UnableError, Worker

REPORT_S = 1.0
"""How often workers report; Locust's own workers do so every 3 s."""
DEAF_S = 6.0
"""After so long without a word of the master's, who sends one a second, a worker sends nothing more."""
logger = logging.getLogger(__name__)


class OnWorker:
    """What one process of Locust plays; of a worker, or of a swarm in a single process."""

    def __init__(
        self,
        environment: Environment,
        runner: Runner,
        play: Callable[[Mapping[str, Any]], Player],
        *,
        own_tasks: bool = False,
    ) -> None:
        """`play` makes what sends of a shard, as the master's message describes it; UnableError where it cannot.

        With `own_tasks` users wait for the beginning, and the worker gets ready without one.
        """
        self._play, self._runner = play, runner
        self._own_tasks = own_tasks
        self._player: Player | None = None
        self._begun = Flag()
        self._shard: dict[str, Any] | None = None
        self._worker: Worker | None = None
        runner.register_message(SHARD, self._take_shard)
        runner.register_message(BEGIN, self._begin)
        runner.register_message(STOP, self._stop)
        if isinstance(runner, WorkerRunner):
            listen(environment.events.report_to_master, self._report)

    def play(self) -> None:
        """Get ready, and stay until Locust ends the user: what happens from here on happens in the engine.

        A second user in the same process has nothing to play, as one that comes when all shards are given has.
        """
        shard, self._shard = self._shard, None
        if shard is not None and self._worker is None:
            self._get_ready(shard)
        while True:
            gevent.sleep(3600)

    def begun_player(self) -> Player | None:
        """Wait for the beginning, and return what plays; None where it was over before it began."""
        self._begun.wait()
        return self._player

    def leave(self) -> None:
        """Send nothing more; answers under way are waited for as long as the process lives."""
        if self._worker is not None:
            self._worker.stop()

    def own_report(self) -> dict[str, Any] | None:
        """Return the next report; None when there is nothing to report."""
        return None if self._worker is None else self._worker.report()

    def watch(self, parent: int | None) -> None:
        """End where nobody is left to report to: the master is silent, or the process that forked this one is gone."""
        while True:
            gevent.sleep(REPORT_S)
            if parent is not None and orphaned(parent):
                os._exit(1)
            if isinstance(self._runner, WorkerRunner) and self._deaf(self._runner):
                logger.error("nothing was heard of the master for %g s: this worker ends", DEAF_S)
                self._end()
                self._runner.quit()
                return

    def _deaf(self, runner: WorkerRunner) -> bool:
        heard = runner.last_heartbeat_timestamp
        return self._worker is not None and heard is not None and time.time() - heard > DEAF_S

    def _take_shard(self, environment: Environment, msg: Message) -> None:
        self._end()
        self._shard = dict(msg.data)
        if self._own_tasks:
            gevent.spawn(self._get_ready, self._shard)

    def _get_ready(self, shard: dict[str, Any]) -> None:
        began_s = time.perf_counter()
        try:
            player = self._play(shard)
        except UnableError as error:
            self._runner.send_message(UNABLE, str(error))
            return
        except Exception as error:
            self._runner.send_message(UNABLE, f"{type(error).__name__}: {error}")
            raise
        self._player = player
        self._worker = Worker(player, shard["name"], lambda: gevent.sleep(0))
        self._runner.send_message(READY, time.perf_counter() - began_s)

    def _begin(self, environment: Environment, msg: Message) -> None:
        if self._worker is not None:
            self._worker.begin(msg.data["in_s"])
            gevent.spawn_later(msg.data["in_s"], self._begun.set)

    def _stop(self, environment: Environment, msg: Message) -> None:
        self.leave()
        self._begun.set()

    def _report(self, client_id: str, data: dict[str, Any]) -> None:
        report = self.own_report()
        if report is not None:
            data[NAME] = report

    def _end(self) -> None:
        """End an earlier run, as of the web UI's `New test`."""
        if self._worker is not None:
            self._worker.close()
            self._worker = self._player = None
            self._begun.clear()
