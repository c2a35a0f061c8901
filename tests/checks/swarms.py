"""The little language of rows about swarms: stages with what each of their seconds brought.

    case("a second late", latency, FAIL, hold(1, 20, {SEARCH: tally((100, 1.2))}), slo={"all": ["p95 < 1s"]})

A stage's tallies are those of every second of it. Unless a row says otherwise the run ended as it should, all that was
planned is reported, one worker played it, and every arrival was turned to within a tenth of a millisecond.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from scalecheck.checks.check import Check
from scalecheck.model.histogram import Histogram
from scalecheck.model.load import Event, Generator, Happening, Key, Load, StageRun, SwarmRun, Tally, Window
from scalecheck.model.load_totals import ARRIVALS
from scalecheck.model.site import Site
from scalecheck.model.verdict import Measure, Verdict
from tests.checks.rows import STARTED_AT, Case, profile
from tests.model.loads import took

Second = Mapping[Key, Tally]
PROMPT = took((1000, 0.0001))
ENDED = Event(0, 0.0, Happening.ENDED)


@dataclass(frozen=True)
class Stretch:
    """A stage and what each of its seconds brought."""

    end: float
    seconds: Sequence[Second]
    held: bool
    name: str


def hold(level: float, seconds: int, each: Second | None = None, name: str = "") -> Stretch:
    """Return a load that stays."""
    return Stretch(level, [each or {}] * seconds, True, name)


def ramp(level: float, seconds: int, each: Second | None = None, name: str = "") -> Stretch:
    """Return a load that is reached in a straight line."""
    return Stretch(level, [each or {}] * seconds, False, name)


def course(level: float, seconds: Iterable[Second], name: str = "") -> Stretch:
    """Return a hold of which each second brought something else."""
    return Stretch(level, list(seconds), True, name)


def load(
    *stretches: Stretch,
    events: Iterable[Event] = (ENDED,),
    shape: str = "steady",
    scale: float = 1.0,
    workers: Sequence[str] = ("a",),
    expected_workers: int | None = None,
    scheduled: int | None = None,
    lost: Iterable[tuple[str, int]] = (),
    bare: Iterable[str] = (),
    lag: Histogram = PROMPT,
) -> Load:
    """Return a swarm; `lost` names reports, by worker and number, that never came."""
    stages, seconds = _stages(stretches), [each for stretch in stretches for each in stretch.seconds]
    gone, windows, generators = set(lost), [], []
    for second, tallies in enumerate(seconds):
        for worker in workers:
            if (worker, second + 1) not in gone:
                windows.append(Window(100 + second, worker, second + 1, second, tallies))
                generators.append(_generator(worker, second, lag))
    planned: dict[Key, int] = {}
    for tallies in seconds:
        for key, tally in tallies.items():
            if key.part in ARRIVALS:
                planned[key] = planned.get(key, 0) + tally.planned * len(workers)
    if scheduled is not None and planned:
        planned[next(iter(planned))] += scheduled - sum(planned.values())
    count = len(workers) if expected_workers is None else expected_workers
    run = SwarmRun(shape, scale, 200.0, stages, count, planned, 1, bare=tuple(bare), started_at=STARTED_AT)
    return Load(run, tuple(windows), tuple(generators), tuple(events))


def _stages(stretches: Iterable[Stretch]) -> tuple[StageRun, ...]:
    stages: list[StageRun] = []
    begins_s = level = 0.0
    for number, each in enumerate(stretches, 1):
        name = each.name or f"{'hold' if each.held else 'ramp'} {number}"
        ends_s = begins_s + len(each.seconds)
        stages.append(StageRun(name, begins_s, ends_s, each.end if each.held else level, each.end))
        begins_s, level = ends_s, each.end
    return tuple(stages)


def _generator(worker: str, second: int, lag: Histogram) -> Generator:
    return Generator(0, worker, second + 1, second, lag, 0.5, 1 << 27, 100, 1024, 50, 1, 5, 9)


def swarmed(known: Load | None, baseline: tuple[Measure, ...] | None = None, **keys: Any) -> Site:
    """Return a site of which nothing is known but a swarm, by a profile of these keys."""
    site = Site(profile(**keys), STARTED_AT)
    return replace(site, records={"swarm": ()}, load=known, baseline=baseline)


def case(
    name: str,
    check: Check,
    verdict: Verdict,
    *stretches: Stretch,
    slo: Mapping[str, Any] | None = None,
    observed: str | None = None,
    reason: str | None = None,
    baseline: tuple[Measure, ...] | None = None,
    keys: Mapping[str, Any] | None = None,
    **run: Any,
) -> Any:
    """Return a row about a swarm, named by its sentence."""
    said = {**({"slo": slo} if slo is not None else {}), **(keys or {})}
    known = load(*stretches, **run) if stretches else None
    return pytest.param(
        Case(check, verdict, swarmed(known, baseline, **said), observed, reason), id=f"{check.id}: {name}"
    )
