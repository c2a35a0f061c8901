"""Reports of a long stage are added up as they come: nothing of what they counted is lost."""

from dataclasses import replace

import pytest

from scalecheck.model.load import Load, LoadRecord
from scalecheck.model.load_gather import SLOTS, Gathering
from scalecheck.model.load_run import Played
from scalecheck.model.load_totals import Slice
from tests.checks.swarms import Second, course, hold, load
from tests.model.loads import MENU, SEARCH, tally

LONG = 3 * SLOTS + 5


def second(number: int) -> Second:
    return {SEARCH: tally((3, 0.1 + number / 1000)), MENU: tally((number % 4, 0.2), failed={"cut": number % 2})}


def gathered(swarm: Load) -> Load:
    found = Gathering(swarm.run)
    reported: tuple[LoadRecord, ...] = (*swarm.windows, *swarm.generators, *swarm.events)
    for record in reported:
        found.add(record)
    return found.load()


SOAK = load(hold(1, 10, second(1)), course(1, map(second, range(LONG))), hold(1, 7, second(2)), workers=("a", "b"))


def everything(swarm: Load, *stages: int, since_s: float = 0.0) -> Slice:
    return Played(swarm).slice(stages, lambda key: True, since_s)


def test_short_stages_stay_as_they_were_reported() -> None:
    swarm = load(hold(1, SLOTS, second(1)), hold(2, 3, second(2)), workers=("a", "b"))
    assert replace(gathered(swarm), reports={}, windows=(), generators=()) == replace(swarm, windows=(), generators=())
    assert set(map(repr, gathered(swarm).windows)) == set(map(repr, swarm.windows))
    assert len(gathered(swarm).generators) == len(swarm.generators)


def test_long_stages_are_kept_in_few_stretches() -> None:
    assert len(gathered(SOAK).windows) <= 17 * 2 + SLOTS
    assert len(gathered(SOAK).generators) <= 17 * 2 + SLOTS * 2


@pytest.mark.slow
@pytest.mark.parametrize("stages", [(0,), (1,), (2,), (0, 1, 2)])
def test_they_add_up_to_the_same(stages: tuple[int, ...]) -> None:
    alone, together = everything(SOAK, *stages), everything(gathered(SOAK), *stages)
    assert replace(together, requests=alone.requests, lag=alone.lag) == alone
    assert together.lag.counts == alone.lag.counts
    assert together.requests.latency.counts == alone.requests.latency.counts
    assert together.requests.latency.total_s == pytest.approx(alone.requests.latency.total_s)
    for name in ("planned", "sent", "answered", "failed", "statuses"):
        assert getattr(together.requests, name) == getattr(alone.requests, name), name


def test_a_stretch_of_it_is_that_of_whole_slots() -> None:
    assert (
        everything(gathered(SOAK), 1, since_s=40).requests.planned == everything(SOAK, 1, since_s=40).requests.planned
    )


@pytest.mark.slow
@pytest.mark.parametrize("gone", [[], [("a", 100)], [("b", 2000), ("b", 2001)]])
def test_missing_reports_are_still_missing(gone: list[tuple[str, int]]) -> None:
    swarm = load(course(1, map(second, range(LONG))), workers=("a", "b"), lost=gone)
    assert Played(gathered(swarm)).doubts == Played(swarm).doubts
    assert len(Played(gathered(swarm)).doubts) == bool(gone)
