"""The clock calls back once, not before its moment, whatever it is made of; and it leaves no descriptor behind."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from scalecheck.engine.clock import Clock

MADE = ["timerfd", "loop"] if sys.platform == "linux" else ["loop"]


class Rung:
    """Clocks that note when they call back."""

    def __init__(self) -> None:
        self.at_s: list[float] = []
        self.clock = Clock(gevent.get_hub().loop, self.ring)
        self.then: Callable[[], None] = lambda: None

    def ring(self) -> None:
        self.at_s.append(time.perf_counter())
        self.then()


@pytest.fixture(params=MADE)
def rung(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rung]:
    if request.param == "loop":
        monkeypatch.setattr(sys, "platform", "darwin")
    made = Rung()
    monkeypatch.undo()
    yield made
    made.clock.close()


def wait(seconds: float = 0.03) -> None:
    gevent.sleep(seconds)


def test_it_calls_back_once_and_not_before_its_moment(rung: Rung) -> None:
    at_s = time.perf_counter() + 0.01
    rung.clock.start(at_s)
    wait()
    (rang_s,) = rung.at_s
    assert rang_s >= at_s


@pytest.mark.parametrize("ago_s", [0.0, 1e-9, 5.0, 1e9])
def test_a_moment_that_has_passed_is_now(rung: Rung, ago_s: float) -> None:
    rung.clock.start(time.perf_counter() - ago_s)
    wait()
    assert len(rung.at_s) == 1


def test_it_may_be_started_from_its_callback(rung: Rung) -> None:
    begins_s = time.perf_counter()
    moments = [begins_s + 0.004 * number for number in range(1, 6)]
    left = moments[1:]
    rung.then = lambda: rung.clock.start(left.pop(0)) if left else None
    rung.clock.start(moments[0])
    wait(0.06)
    assert len(rung.at_s) == 5
    assert all(rang_s >= at_s for rang_s, at_s in zip(rung.at_s, moments, strict=True))


def test_a_later_start_replaces_the_one_before(rung: Rung) -> None:
    rung.clock.start(time.perf_counter() + 0.001)
    rung.clock.start(time.perf_counter() + 60)
    wait()
    assert rung.at_s == []
    rung.clock.start(time.perf_counter() + 0.001)
    wait()
    assert len(rung.at_s) == 1


def test_stopped_it_does_not_call_back(rung: Rung) -> None:
    rung.clock.start(time.perf_counter() + 0.001)
    rung.clock.stop()
    wait()
    assert rung.at_s == []


def test_closed_it_does_not_call_back_and_may_be_closed_again(rung: Rung) -> None:
    rung.clock.start(time.perf_counter() + 0.001)
    rung.clock.close()
    rung.clock.close()
    rung.clock.stop()
    wait()
    assert rung.at_s == []


def test_closed_from_its_callback_it_is_silent(rung: Rung) -> None:
    rung.then = rung.clock.close
    rung.clock.start(time.perf_counter())
    wait()
    assert len(rung.at_s) == 1


def test_a_callback_that_fails_is_not_called_for_ever(rung: Rung, monkeypatch: pytest.MonkeyPatch) -> None:
    failures: list[Any] = []
    monkeypatch.setattr(gevent.get_hub(), "handle_error", lambda *args: failures.append(args))

    def fail() -> None:
        raise LookupError

    rung.then = fail
    rung.clock.start(time.perf_counter())
    wait()
    assert len(rung.at_s) == len(failures) == 1


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_it_leaves_no_descriptor_behind() -> None:
    gevent.get_hub()
    before = open_files()
    clocks = [Clock(gevent.get_hub().loop, lambda: None) for _ in range(10)]
    for each in clocks:
        each.start(time.perf_counter() + 60)
        each.close()
    assert open_files() == before
