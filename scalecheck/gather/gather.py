"""Running the probes: round by round, each request once, every request with a record."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
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
    positions, kept = iter(range(len(asks))), 0

    async def worker() -> None:
        nonlocal kept
        for position in positions:
            if asks[position].after_s:
                await asyncio.sleep(asks[position].after_s)
            records[position] = record = await send(probe.name, asks[position], numbers[position])
            if progress is not None:
                progress.answered(record)
            while kept < len(records) and (ready := records[kept]) is not None:
                ledger.keep(ready)
                kept += 1

    cancelled = await _together(worker, min(at_once, len(asks)))
    unasked = "interrupted before the answer came"
    complete = [
        record or Failure(number, probe.name, ask, Loss.INTERRUPTED, unasked, 0.0)
        for record, ask, number in zip(records, asks, numbers, strict=True)
    ]
    for record in complete[kept:]:
        ledger.keep(record)
    return complete, cancelled


async def _together(worker: Callable[[], Coroutine[None, None, None]], count: int) -> bool:
    """Await so many workers at once, and return whether that was cut short; what one raises is raised."""
    tasks = [asyncio.create_task(worker()) for _ in range(count)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    except asyncio.CancelledError:
        done = set()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
    return not done
