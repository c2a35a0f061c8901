"""How the lab bears load with each fault, on a clock of the test's own."""

import asyncio
from collections.abc import Callable, Iterable

import pytest

from scalecheck.lab import pressure
from scalecheck.lab.message import Answer, Request
from scalecheck.lab.pressure import BASKET, BUSY_PER_S, CALL, PAD, SPIKE_PER_S, Pressure
from scalecheck.wire.fields import Fields

PRODUCT, PAGE = f"{CALL}2", "/products/1"
USUAL, BUSY, SPIKE = BUSY_PER_S / 2, (BUSY_PER_S + SPIKE_PER_S) / 2, SPIKE_PER_S * 2


class Played:
    """A site with faults, asked at rates; nothing really waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *faults: str) -> None:
        self._now = 0.0
        self._waited: list[float] = []
        self.seen: list[Request] = []
        self._site = Pressure(self._answer, frozenset(faults), lambda: self._now)
        monkeypatch.setattr(pressure, "sleep", self._sleep)

    async def _answer(self, request: Request) -> Answer:
        self.seen.append(request)
        return Answer(200, Fields.of(content_encoding="br"), b"whole")

    async def _sleep(self, seconds: float) -> None:
        self._waited.append(seconds)

    def at(self, per_s: float, path: str, times: int = 1) -> list[tuple[int, float]]:
        """Return status and wait of the path asked so often at such a rate of other requests."""
        self._now += 10.0
        for _ in range(int(per_s)):
            self._ask(PAGE)
        return [self._ask(path) for _ in range(times)]

    def _ask(self, path: str) -> tuple[int, float]:
        self._waited.clear()
        answer = asyncio.run(self._asked(path))
        return answer.status, sum(self._waited)

    async def _asked(self, path: str) -> Answer:
        self.last = await self._site(Request("GET", path, Fields.of(accept_encoding="br")))
        return self.last


Play = Callable[..., Played]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    return lambda *faults: Played(monkeypatch, *faults)


@pytest.mark.parametrize(
    ("fault", "path", "rates", "waits"),
    [
        ("slow-call", PRODUCT, (USUAL, BUSY, SPIKE), (2.4, 2.4, 2.4)),
        ("slow-call", BASKET, (USUAL,), (0,)),
        ("slow-basket", BASKET, (USUAL, SPIKE), (1.3, 1.3)),
        ("late-instances", PRODUCT, (USUAL, BUSY, SPIKE, USUAL), (0, 3, 0, 0)),
        ("overrun", PRODUCT, (USUAL, BUSY, SPIKE, USUAL), (0, 0, 3, 0)),
        ("never-recovers", PRODUCT, (USUAL, BUSY, SPIKE, BUSY, USUAL, USUAL), (0, 0, 0, 0, 3, 3)),
    ],
)
def test_waits_by_load(play: Play, fault: str, path: str, rates: Iterable[float], waits: Iterable[float]) -> None:
    site = play(fault)
    assert [site.at(each, path)[0] for each in rates] == [(200, each) for each in waits]


def test_some_hang(play: Play) -> None:
    assert [wait for _, wait in play("some-calls-hang").at(USUAL, PRODUCT, 10)] == [0, 0, 0, 0, 4] * 2


def test_a_leak_grows(play: Play) -> None:
    waits = [wait for _, wait in play("leak").at(USUAL, BASKET, 400)]
    assert waits == sorted(waits)
    assert [waits[0], waits[-1]] == pytest.approx([0.0012, 0.48])


@pytest.mark.parametrize(("fault", "status", "every"), [("failing-basket", 500, 6), ("curt-refusals", 429, 40)])
def test_some_fail(play: Play, fault: str, status: int, every: int) -> None:
    site = play(fault)
    found = [each for each, _ in site.at(USUAL, BASKET, 2 * every)]
    assert found == [*[200] * (every - 1), status] * 2
    assert "retry-after" not in site.last.fields
    assert site.at(USUAL, PRODUCT, every) == [(200, 0)] * every


def test_nothing_is_compressed(play: Play) -> None:
    site = play("uncompressed-under-load")
    site.at(1, PAGE)
    assert "accept-encoding" not in site.seen[-1].fields


def test_a_call_is_padded(play: Play) -> None:
    site = play("padded-call")
    site.at(1, PRODUCT)
    assert (site.last.body, "content-encoding" in site.last.fields) == (b"whole" + PAD, False)
    site.at(1, BASKET)
    assert site.last.body == b"whole"


def test_each_question_is_one_of_its_own(play: Play) -> None:
    site = play("unshared-call")
    site.at(1, PRODUCT, 2)
    assert [each.target for each in site.seen[-2:]] == [f"{PRODUCT}?question=1", f"{PRODUCT}?question=2"]
