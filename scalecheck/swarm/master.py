"""What the master of a swarm decides: who gets which shard, when it begins, who is lost, and when it is over.

It knows neither Locust nor a socket: messages go out by a function and come in by methods, and time is a function too,
so that every course of events is a test.

    admit ─▶ SHARD to each ─▶ ready from each ─▶ BEGIN ─▶ reports … ─▶ last report of each ─▶ over
                                                   └─ stop ─▶ STOP to each ┘
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from scalecheck.model.load import Event, Happening, Key, LoadRecord, SwarmRun
from scalecheck.swarm.bounds import Bounds
from scalecheck.swarm.ledger import WITHHELD
from scalecheck.swarm.reports import Report, ReportError, read_report

SHARD = "scalecheck_shard"
"""To a worker: the script, and which part of it is the worker's."""
READY = "scalecheck_ready"
"""From a worker: it can begin."""
UNABLE = "scalecheck_unable"
"""From a worker: it cannot, and why."""
BEGIN = "scalecheck_begin"
"""To a worker: in how many seconds the first second begins."""
STOP = "scalecheck_stop"
"""To a worker: send nothing more, wait for the answers under way."""
LEAD_S = 0.5
"""From the last worker's being ready to the first second, at least: more than messages take to every worker."""
LEADS = 2.0
"""And so many times what the slowest worker took to get ready, for what it still has to put together."""
SILENT_S = 3.0
"""After so long without a report, of which there is one a second, a worker is lost; Locust's heartbeats take 4 s."""
READY_S = 60.0
"""Longest that workers may take to get ready."""
SPARE_S = 3.0
"""What a last report may take on its way, once every answer has come or timed out."""


@dataclass(slots=True)
class _Worker:
    """What the master knows of one worker."""

    id: str
    shard: int
    heard_s: float
    ready: bool = False
    last: bool = False
    """Its last report has come."""
    lost: bool = False

    @property
    def name(self) -> str:
        """As evidence calls it: the machine's name, and the shard."""
        return f"{self.id.rpartition('_')[0] or self.id}/{self.shard}"


class Master:
    """One run, as its master sees it; `over` says that nothing follows."""

    def __init__(
        self,
        run: SwarmRun,
        *,
        script: str,
        send: Callable[[str, Mapping[str, Any], str], None],
        write: Callable[[LoadRecord], None],
        watch: Callable[[LoadRecord], Event | None],
        bounds: Bounds,
        timeout_s: float,
        now: Callable[[], float],
        wall: Callable[[], float],
        open_ended: bool = False,
    ) -> None:
        """An open-ended run lasts until `finish` is called."""
        self.run = run
        self.over = False
        self._script, self._send, self._watch = script, send, watch
        self._keep = write
        self._bounds, self._timeout_s = bounds, timeout_s
        self._now, self._wall = now, wall
        self._workers: dict[str, _Worker] = {}
        self._admitted_s = now()
        self._lead_s = LEAD_S
        self._begins_s: float | None = None
        self._stopped_s: float | None = None
        self._finishing = False
        self._open_ended = open_ended
        self._refused: set[Key] = set()
        self._noted: dict[str, int] = {}
        """What workers had to say in their last reports, with how many times it happened."""

    @property
    def elapsed_s(self) -> float:
        """Seconds since the first second began; 0 before."""
        return 0.0 if self._begins_s is None else max(0.0, self._now() - self._begins_s)

    @property
    def reports(self) -> bool:
        """Whether a report changes anything still."""
        return bool(self._workers) and not self.over

    def admit(self, workers: Iterable[str]) -> None:
        """Give each worker its shard; the run begins once all of them are ready."""
        self._admitted_s = self._now()
        self._workers = {each: _Worker(each, shard, self._admitted_s) for shard, each in enumerate(workers)}
        self.run = replace(self.run, workers=len(self._workers))
        for each in self._workers.values():
            data = {"script": self._script, "shard": each.shard, "of": len(self._workers), "name": each.name}
            self._send(SHARD, data, each.id)
        if not self._workers:
            self._left_out("no worker came")

    def ready(self, worker: str, took_s: float = 0.0) -> None:
        """Note that a worker can begin, and how long it took to get there; with the last of them the run begins."""
        if (found := self._workers.get(worker)) is None or self._begins_s is not None or self.over:
            return
        found.ready, found.heard_s = True, self._now()
        self._lead_s = max(self._lead_s, LEAD_S + LEADS * took_s)
        if all(each.ready for each in self._workers.values()):
            self._begin()

    def unable(self, worker: str, reason: str) -> None:
        """Note that a worker cannot begin: then nobody does."""
        if self._begins_s is None and worker in self._workers and not self.over:
            self._left_out(f"worker {self._workers[worker].name}: {reason}")

    def reported(self, worker: str, data: Mapping[str, Any]) -> Report | None:
        """Take a worker's report to the evidence; return it, or None where it is of no use."""
        found = self._workers.get(worker)
        if found is None or self.over:
            return None
        found.heard_s = self._now()
        try:
            report = read_report(found.name, data)
        except ReportError as error:
            self._lose(found, str(error))
            return None
        records: tuple[LoadRecord, ...] = (*report.windows, report.generator)
        for record in records:
            self._write(record)
        found.last = report.last
        self._note_refusals(report)
        for said, count in report.noted.items():
            self._noted[said] = self._noted.get(said, 0) + count
        if (passed := self._bounds.passed(report)) is not None:
            self.stop(passed)
        return report

    def stop(self, detail: str) -> None:
        """End the arrivals at once, wait for the answers under way, and say why; a second time it does nothing."""
        if self.over or self._stopped_s is not None:
            return
        self._write(self._event(Happening.STOPPED, detail))
        self._ramp_down()

    def finish(self) -> None:
        """Let an open-ended run end as it should: nothing more is sent, and answers are waited for."""
        if not self.over and self._stopped_s is None:
            self._finishing = True
            self._ramp_down()

    def tick(self) -> None:
        """Look at the clock: who is silent, who never came, and whether it is over."""
        now = self._now()
        if self.over or not self._workers:
            return
        if self._begins_s is None:
            if now - self._admitted_s > READY_S:
                late = [each.name for each in self._workers.values() if not each.ready]
                self._left_out(f"not ready after {READY_S:g} s: {', '.join(late)}")
            return
        for each in self._workers.values():
            if not each.lost and not each.last and now - max(each.heard_s, self._begins_s) > SILENT_S:
                self._lose(each)
        self._end_if_over(now)

    def close(self, detail: str) -> None:
        """End without waiting any longer; what was reported is kept."""
        if not self.over:
            if self._stopped_s is None:
                self._write(self._event(Happening.STOPPED, detail))
            self._tell()
            self.over = True

    def _begin(self) -> None:
        self._begins_s = self._now() + self._lead_s
        self.run = replace(self.run, started_at=self._wall() + self._lead_s)
        self._write(self.run)
        for each in self._workers.values():
            self._send(BEGIN, {"in_s": self._lead_s}, each.id)

    def _left_out(self, detail: str) -> None:
        """End before it began."""
        self._write(self.run)
        self._write(self._event(Happening.WORKER_LEFT_OUT, detail))
        self._ramp_down()
        self.over = True

    def _note_refusals(self, report: Report) -> None:
        """Say once of each route that the target asked for less, so that not everything planned was sent."""
        for window in report.windows:
            for key, tally in window.tallies.items():
                if WITHHELD in tally.failed and key not in self._refused:
                    self._refused.add(key)
                    self._write(self._event(Happening.REFUSED, f"{key.name}: told to wait (Retry-After)"))

    def _ramp_down(self) -> None:
        self._stopped_s = self._now()
        for each in self._workers.values():
            if not each.lost:
                self._send(STOP, {}, each.id)

    def _end_if_over(self, now: float) -> None:
        """End when every worker has sent its last report, or has had the time for it."""
        waited_for = [each for each in self._workers.values() if not each.lost]
        ends_s = self._stopped_s
        if ends_s is None:
            ends_s = inf if self._open_ended else (self._begins_s or 0.0) + self.run.duration_s
        if all(each.last for each in waited_for):
            complete = bool(waited_for)
        elif now > ends_s + self._timeout_s + SPARE_S:
            for each in waited_for:
                if not each.last:
                    self._lose(each, f"{each.name}: its last report did not come")
            complete = False
        else:
            return
        self._tell()
        if self._stopped_s is None or self._finishing:
            what = Happening.ENDED if complete else Happening.STOPPED
            self._write(self._event(what, "" if complete else "not every worker reached the end"))
        self.over = True

    def _tell(self) -> None:
        """Write what the workers had to say, each sentence once."""
        for said, count in self._noted.items():
            self._write(self._event(Happening.NOTED, f"{said}: {count:,} {'time' if count == 1 else 'times'}"))

    def _lose(self, worker: _Worker, detail: str = "") -> None:
        if not worker.lost:
            worker.lost = True
            self._write(self._event(Happening.WORKER_LOST, detail or worker.name))

    def _event(self, what: Happening, detail: str = "") -> Event:
        return Event(0, round(self.elapsed_s, 3), what, detail)

    def _write(self, record: LoadRecord) -> None:
        """Keep a record, and stop where it makes a rule of `abort` hold."""
        self._keep(record)
        aborted = self._watch(record)
        if aborted is not None and self._stopped_s is None:
            self._keep(aborted)
            self._ramp_down()
