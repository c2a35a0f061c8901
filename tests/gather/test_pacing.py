"""Turns, pauses and the budget, on a clock of our own."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from scalecheck.gather.losses import Lost
from scalecheck.gather.pacing import Pace, Pacing
from scalecheck.model.evidence import Loss

NOW = 1_800_000_000.0
"""Fri, 15 Jan 2027 08:00:00 GMT."""


@dataclass
class Clock:
    """Time that passes only while somebody sleeps."""

    now_s: float = 100.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now_s += seconds
        await asyncio.sleep(0)


def paced(using: Callable[[Pacing, Clock], Awaitable[Any]], pace: Pace) -> Any:
    async def run() -> Any:
        clock = Clock()
        return await using(Pacing(pace, clock, clock.sleep), clock)

    return asyncio.run(run())


async def turns(pacing: Pacing, host: str, count: int) -> None:
    for _ in range(count):
        async with pacing.turn(host):
            pass


@pytest.mark.parametrize(("host", "slept"), [
    ("shop.example.com", [0.1, 0.1]), ("127.0.0.1", []), ("localhost", []), ("10.0.0.1", [0.1, 0.1]),
])  # fmt: skip
def test_turns_are_spaced_but_on_loopback(host: str, slept: list[float]) -> None:
    async def thrice(pacing: Pacing, clock: Clock) -> list[float]:
        await turns(pacing, host, 3)
        return clock.slept

    assert paced(thrice, Pace(rate_rps=10)) == slept


def test_hosts_do_not_wait_for_each_other() -> None:
    async def two(pacing: Pacing, clock: Clock) -> list[float]:
        await turns(pacing, "a.example.com", 1)
        await turns(pacing, "b.example.com", 1)
        return clock.slept

    assert paced(two, Pace(rate_rps=10)) == []


@pytest.mark.parametrize("burst", [False, True])
def test_so_many_at_once_and_bursts_besides(burst: bool) -> None:
    async def many(pacing: Pacing, clock: Clock) -> int:
        most = inside = 0

        async def one() -> None:
            nonlocal most, inside
            async with pacing.turn("127.0.0.1", burst=burst):
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(one() for _ in range(8)))
        return most

    assert paced(many, Pace(concurrency=3)) == (8 if burst else 3)


@pytest.mark.parametrize("burst", [False, True])
def test_the_budget_holds_for_all(burst: bool) -> None:
    async def spend(pacing: Pacing, clock: Clock) -> tuple[Loss, int]:
        await turns(pacing, "127.0.0.1", 2)
        with pytest.raises(Lost) as lost:
            async with pacing.turn("127.0.0.1", burst=burst):
                raise AssertionError
        return lost.value.loss, pacing.sent

    assert paced(spend, Pace(requests=2)) == (Loss.BUDGET, 2)


PAUSES = [
    (429, "2", True, [2.0]),
    (503, "2", True, [2.0]),
    (503, "Fri, 15 Jan 2027 08:00:03 GMT", True, [3.0]),
    (503, "Fri, 15 Jan 2027 07:59:59 GMT", True, []),
    (429, "0", True, []),
    (429, "5", True, [5.0]),
    (200, "2", False, []),
    (301, "2", False, []),
    (429, None, False, []),
    (429, "soon", False, []),
    (429, "-1", False, []),
    (429, "1.5", False, []),
    (429, "", False, []),
]


@pytest.mark.parametrize(("status", "retry_after", "again", "slept"), PAUSES)
def test_a_pause_is_kept(status: int, retry_after: str | None, again: bool, slept: list[float]) -> None:
    async def hold(pacing: Pacing, clock: Clock) -> tuple[bool, list[float]]:
        held = pacing.hold("127.0.0.1", status, retry_after, NOW)
        await turns(pacing, "127.0.0.1", 1)
        return held, clock.slept

    assert paced(hold, Pace(patience_s=5)) == (again, slept)


@pytest.mark.parametrize("retry_after", ["6", "99999999999999999999", "Sat, 15 Jan 2028 08:00:00 GMT"])
def test_a_longer_pause_than_our_patience_ends_the_asking(retry_after: str) -> None:
    async def hold(pacing: Pacing, clock: Clock) -> tuple[bool, Loss, list[float]]:
        held = pacing.hold("127.0.0.1", 503, retry_after, NOW)
        with pytest.raises(Lost) as lost:
            await turns(pacing, "127.0.0.1", 1)
        return held, lost.value.loss, clock.slept

    assert paced(hold, Pace(patience_s=5)) == (False, Loss.FORBIDDEN, [])


def test_pauses_that_overlap_count_once_and_the_others_add_up() -> None:
    async def hold(pacing: Pacing, clock: Clock) -> tuple[list[bool], list[float]]:
        held = [pacing.hold("127.0.0.1", 429, "3", NOW) for _ in range(10)]
        await turns(pacing, "127.0.0.1", 1)
        held.append(pacing.hold("127.0.0.1", 429, "3", NOW))
        return held, clock.slept

    assert paced(hold, Pace(patience_s=5)) == ([True] * 10 + [False], [3.0])


def test_after_a_long_pause_the_host_is_asked_again() -> None:
    async def hold(pacing: Pacing, clock: Clock) -> int:
        pacing.hold("127.0.0.1", 503, "60", NOW)
        clock.now_s += 61
        await turns(pacing, "127.0.0.1", 1)
        return pacing.sent

    assert paced(hold, Pace(patience_s=5)) == 1


def test_retry_after_can_be_left_unheeded() -> None:
    async def hold(pacing: Pacing, clock: Clock) -> bool:
        held = pacing.hold("127.0.0.1", 503, "60", NOW)
        await turns(pacing, "127.0.0.1", 1)
        return held

    assert paced(hold, Pace(obey_retry_after=False)) is False
