"""Every course that a run can take, by a clock that the test moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from scalecheck.model.histogram import Histogram
from scalecheck.model.load import Event, Generator, Happening, Key, LoadRecord, Part, StageRun, SwarmRun, Tally, Window
from scalecheck.model.profile_safety import Safety
from scalecheck.swarm.bounds import Bounds
from scalecheck.swarm.master import BEGIN, LEAD_S, READY_S, SHARD, SILENT_S, SPARE_S, STOP, Master
from scalecheck.swarm.reports import NOTHING, packed, packed_tally

HOME = Key(Part.PAGE, "home")
CALL = Key(Part.CALL, "GET /api/menu")
RUN = SwarmRun("steady", 1.0, 100.0, (StageRun("hold 1", 0.0, 10.0, 1.0, 1.0),), 0, {HOME: 1000}, 7)
TIMEOUT_S = 4.0


@dataclass
class Stage:
    """A master with two workers, and what it said."""

    safety: Mapping[str, Any] = field(default_factory=dict)
    rule: Event | None = None
    now_s: float = 1000.0
    sent: list[tuple[str, str]] = field(default_factory=list)
    kept: list[LoadRecord] = field(default_factory=list)
    sequences: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.master = Master(
            RUN,
            script="{}",
            send=lambda kind, data, worker: self.sent.append((kind, worker)),
            write=self.kept.append,
            watch=lambda record: self.rule if isinstance(record, Window) else None,
            bounds=Bounds(Safety.model_validate(self.safety)),
            timeout_s=TIMEOUT_S,
            now=lambda: self.now_s,
            wall=lambda: 1_700_000_000.0,
        )

    def begun(self) -> "Stage":
        self.master.admit(["a_1", "b_2"])
        self.master.ready("a_1")
        self.master.ready("b_2")
        self.now_s += LEAD_S
        return self

    def pass_s(self, seconds: float, *reporting: str) -> None:
        """Let time pass, with a report a second from these workers."""
        until_s = self.now_s + seconds
        while self.now_s < until_s - 1e-9:
            self.now_s += min(1.0, until_s - self.now_s)
            for worker in reporting:
                self.report(worker)
            self.master.tick()

    def report(
        self,
        worker: str,
        *,
        last: bool = False,
        second: int = 0,
        visitors: int = 0,
        noted: Mapping[str, int] = NOTHING,
        **tally: Any,
    ) -> None:
        number = self.sequences[worker] = self.sequences.get(worker, 0) + 1
        generator = Generator(0, "", number, second, Histogram(), 0.1, 1, 1, 1, 0, 0, 0, visitors)
        rows = [packed_tally(CALL, Tally(**tally))] if tally else []
        self.master.reported(worker, packed({second: rows}, generator, last=last, noted=noted))

    def is_over(self) -> bool:
        return self.master.over

    @property
    def events(self) -> list[tuple[Happening, str]]:
        return [(each.what, each.detail) for each in self.kept if isinstance(each, Event)]

    @property
    def told(self) -> list[str]:
        return [kind for kind, _ in self.sent]


def test_every_worker_gets_a_shard_and_all_begin_together() -> None:
    stage = Stage()
    stage.master.admit(["a_1", "b_2"])
    assert stage.sent == [(SHARD, "a_1"), (SHARD, "b_2")]
    stage.master.ready("a_1")
    assert stage.told == [SHARD, SHARD]
    stage.master.ready("stranger")
    stage.master.ready("b_2")
    assert stage.sent[2:] == [(BEGIN, "a_1"), (BEGIN, "b_2")]
    (run,) = stage.kept
    assert isinstance(run, SwarmRun)
    assert (run.workers, run.started_at) == (2, 1_700_000_000.0 + LEAD_S)


def test_it_ends_when_every_worker_has_sent_its_last_report() -> None:
    stage = Stage().begun()
    stage.pass_s(10.0, "a_1", "b_2")
    stage.report("a_1", last=True)
    stage.master.tick()
    assert not stage.is_over()
    stage.report("b_2", last=True)
    stage.master.tick()
    assert stage.is_over()
    assert stage.events == [(Happening.ENDED, "")]
    assert {each.worker for each in stage.kept if isinstance(each, Generator)} == {"a/0", "b/1"}


def test_what_all_workers_had_to_say_is_written_once_before_the_end() -> None:
    stage = Stage().begun()
    stage.pass_s(10.0, "a_1", "b_2")
    stage.report("a_1", last=True, noted={"a redirect": 2, "a wait": 1})
    stage.report("b_2", last=True, noted={"a redirect": 1000})
    stage.master.tick()
    said = [(Happening.NOTED, "a redirect: 1,002 times"), (Happening.NOTED, "a wait: 1 time")]
    assert stage.events == [*said, (Happening.ENDED, "")]


def test_a_silent_worker_is_lost_once_and_the_others_go_on() -> None:
    stage = Stage().begun()
    stage.pass_s(2.0, "a_1", "b_2")
    stage.pass_s(SILENT_S - 0.5, "a_1")
    assert stage.events == []
    stage.pass_s(3.0, "a_1")
    assert stage.events == [(Happening.WORKER_LOST, "b/1")]
    stage.report("a_1", last=True)
    stage.master.tick()
    assert stage.is_over()
    assert stage.events[1:] == [(Happening.ENDED, "")]


def test_what_a_worker_reports_after_it_was_lost_is_kept() -> None:
    stage = Stage().begun()
    stage.pass_s(SILENT_S + 1, "a_1")
    stage.report("b_2", second=1, planned=5, sent=5, answered=5)
    assert [each.worker for each in stage.kept if isinstance(each, Window) and each.tallies] == ["b/1"]


def test_with_no_worker_left_it_stops() -> None:
    stage = Stage().begun()
    stage.pass_s(SILENT_S + 1)
    assert stage.is_over()
    assert [what for what, _ in stage.events] == [Happening.WORKER_LOST, Happening.WORKER_LOST, Happening.STOPPED]


def test_stopping_tells_the_workers_once_and_waits_for_their_answers() -> None:
    stage = Stage().begun()
    stage.pass_s(2.0, "a_1", "b_2")
    stage.master.stop("by hand")
    stage.master.stop("again")
    assert stage.sent[-2:] == [(STOP, "a_1"), (STOP, "b_2")]
    stage.pass_s(2.0, "a_1", "b_2")
    assert not stage.is_over()
    stage.report("a_1", last=True)
    stage.report("b_2", last=True)
    stage.master.tick()
    assert stage.is_over()
    assert stage.events == [(Happening.STOPPED, "by hand")]


def test_it_does_not_wait_for_ever_for_a_last_report() -> None:
    stage = Stage().begun()
    stage.master.stop("by hand")
    stage.pass_s(TIMEOUT_S + SPARE_S - 0.5, "a_1", "b_2")
    assert not stage.is_over()
    stage.pass_s(1.0, "a_1", "b_2")
    assert stage.is_over()
    lost = [detail for what, detail in stage.events if what is Happening.WORKER_LOST]
    assert lost == ["a/0: its last report did not come", "b/1: its last report did not come"]


def test_a_worker_that_cannot_begin_keeps_all_from_beginning() -> None:
    stage = Stage()
    stage.master.admit(["a_1", "b_2"])
    stage.master.ready("a_1")
    for worker in ("b_2", "a_1"):
        stage.master.unable(worker, "the environment variable TOKEN is not set")
    assert stage.is_over()
    assert BEGIN not in stage.told
    assert isinstance(stage.kept[0], SwarmRun)
    assert stage.events == [(Happening.WORKER_LEFT_OUT, "worker b/1: the environment variable TOKEN is not set")]


def test_workers_that_do_not_get_ready_keep_all_from_beginning() -> None:
    stage = Stage()
    stage.master.admit(["a_1", "b_2"])
    stage.master.ready("a_1")
    stage.pass_s(READY_S + 1)
    assert stage.is_over()
    assert stage.events == [(Happening.WORKER_LEFT_OUT, f"not ready after {READY_S:g} s: b/1")]


def test_a_rule_of_abort_ramps_down() -> None:
    stage = Stage(rule=Event(0, 1.0, Happening.ABORTED, "errors > 5%", "fail")).begun()
    stage.report("a_1", planned=1)
    stage.report("b_2", planned=1)
    assert stage.events == [(Happening.ABORTED, "errors > 5%")]
    assert stage.told.count(STOP) == 2


BOUNDS: dict[str, tuple[Mapping[str, Any], list[dict[str, Any]], str]] = {
    "transfer, at the bound": ({"max_transfer": "1KB"}, [{"size": 1000}], ""),
    "transfer, past it": ({"max_transfer": "1KB"}, [{"size": 600}, {"size": 401}], "safety.max_transfer: 1.001KB"),
    "visitors, at the bound": ({"max_users": 20}, [{"visitors": 10}, {"visitors": 10}], ""),
    "visitors of both workers": ({"max_users": 20}, [{"visitors": 10}, {"visitors": 11}], "safety.max_users: 21"),
    "a full second among empty ones": ({"max_rate": "100/s"}, [{"sent": 500, "second": 7}], ""),
    "rate, over five seconds": (
        {"max_rate": "100/s"},
        [{"sent": 101, "second": second} for second in range(5)],
        "safety.max_rate: 101 requests/s",
    ),
}


@pytest.mark.parametrize(("safety", "reports", "said"), BOUNDS.values(), ids=BOUNDS)
def test_a_bound_of_safety_ramps_down(safety: Mapping[str, Any], reports: list[dict[str, Any]], said: str) -> None:
    stage = Stage(safety).begun()
    for number, report in enumerate(reports):
        stage.report("a_1" if number % 2 == 0 else "b_2", **report)
    details = [detail for what, detail in stage.events if what is Happening.STOPPED]
    assert len(details) == bool(said)
    assert all(detail.startswith(said) for detail in details)


def test_a_worker_of_another_version_is_said_to_be_one() -> None:
    stage = Stage().begun()
    assert stage.master.reported("a_1", {"format": 9}) is None
    assert not stage.is_over()
    assert stage.events[0][0] is Happening.WORKER_LOST


def test_closing_keeps_what_was_reported() -> None:
    stage = Stage().begun()
    stage.report("a_1", planned=3)
    stage.master.close("Locust was ended")
    stage.report("a_1", planned=4)
    assert stage.is_over()
    assert stage.events == [(Happening.STOPPED, "Locust was ended")]
    assert sum(each.tallies[CALL].planned for each in stage.kept if isinstance(each, Window)) == 3


def test_a_target_that_asks_for_less_is_said_once_of_each_route() -> None:
    stage = Stage().begun()
    stage.report("a_1", planned=3, sent=2, answered=2, failed={"told to wait": 1})
    stage.report("b_2", planned=3, sent=2, answered=2, failed={"told to wait": 1})
    assert stage.events == [(Happening.REFUSED, "GET /api/menu: told to wait (Retry-After)")]
