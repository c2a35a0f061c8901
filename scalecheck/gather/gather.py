"""Running the probes: round by round, each request once, every request with a record."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from scalecheck.model.evidence import Ask, Failure, Loss, Record
from scalecheck.model.site import Site
from scalecheck.probes.probe import Probe, in_order

Send = Callable[[str, Ask, int], Awaitable[Record]]
"""Sends one ask of the probe named, as the evidence line numbered; the only effect on the site."""


SPARE = 50
"""Asks that are held ready beyond those that may be sent at the same time, for bursts and for those that wait."""


class Ledger(Protocol):
    """Where records are written as they come; numbers are lines of the file."""

    def begin(self, probe: str) -> None:
        """Write that a probe is asked from here on, even if it has nothing to ask."""

    def reserve(self) -> int:
        """Return the number of the next record."""

    def keep(self, record: Record) -> None:
        """Write one record; called in the order of the numbers."""


class Progress(Protocol):
    """Who is told how far the run is."""

    def begin(self, probe: Probe, asks: int) -> None:
        """A round of a probe starts."""

    def answered(self, record: Record) -> None:
        """One request of it is done."""


class Interrupted(Exception):  # noqa: N818  it is no error: what was gathered until then can be judged
    """The run was cut short; `site` holds what was gathered until then."""

    def __init__(self, site: Site) -> None:
        super().__init__("interrupted")
        self.site = site


async def gather(
    site: Site, wanted: Iterable[Probe], send: Send, ledger: Ledger, progress: Progress | None = None
) -> Site:
    """Return what the probes learned about the site.

    Every probe is asked again until it has nothing new to ask or its rounds are used up. Cancelled, it raises
    Interrupted with the site as far as it is known.
    """
    for probe in in_order(wanted):
        if not site.asked(probe.name):
            site = await _ask_in_rounds(site, probe, send, ledger, progress)
    return site


async def _ask_in_rounds(site: Site, probe: Probe, send: Send, ledger: Ledger, progress: Progress | None) -> Site:
    site = site.learned(probe.name, ())
    ledger.begin(probe.name)
    asked: set[object] = set()
    at_once = 2 * site.profile.safety.concurrency + SPARE
    for _ in range(probe.rounds):
        asks = list({ask.key: ask for ask in probe.asks(site) if ask.key not in asked}.values())
        if not asks:
            break
        asked.update(ask.key for ask in asks)
        if progress is not None:
            progress.begin(probe, len(asks))
        records, cancelled = await _send_all(probe, asks, send, ledger, progress, at_once)
        for record in records:
            ledger.keep(record)
        site = site.learned(probe.name, records)
        if cancelled:
            raise Interrupted(site)
    return site


async def _send_all(
    probe: Probe, asks: list[Ask], send: Send, ledger: Ledger, progress: Progress | None, at_once: int
) -> tuple[list[Record], bool]:
    """Return a record for every ask, in their order, and whether the round was cut short."""
    numbers = [ledger.reserve() for _ in asks]
    records: list[Record | None] = [None] * len(asks)

    async def one(position: int) -> None:
        ask = asks[position]
        if ask.after_s:
            await asyncio.sleep(ask.after_s)
        records[position] = record = await send(probe.name, ask, numbers[position])
        if progress is not None:
            progress.answered(record)

    cancelled = await _each(one, len(asks), at_once)
    unasked = "interrupted before the answer came"
    return [
        record or Failure(number, probe.name, ask, Loss.INTERRUPTED, unasked, 0.0)
        for record, ask, number in zip(records, asks, numbers, strict=True)
    ], cancelled


async def _each(one: Callable[[int], Awaitable[None]], count: int, at_once: int) -> bool:
    """Await `one` of every number below `count`, so many at once; return whether that was cut short."""
    running: set[asyncio.Future[None]] = set()
    try:
        for number in range(count):
            if len(running) >= at_once:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                _reraise(done)
            running.add(asyncio.ensure_future(one(number)))
        while running:
            done, running = await asyncio.wait(running)
            _reraise(done)
    except asyncio.CancelledError:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        return True
    return False


def _reraise(done: Iterable["asyncio.Future[None]"]) -> None:
    """Raise what a finished task raised: a mistake of ours must not pass for silence."""
    for task in done:
        task.result()
