"""Running the probes: round by round, each request once, every request with a record."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from scalecheck.model.evidence import Ask, Failure, Loss, Record
from scalecheck.model.site import Site
from scalecheck.probes.probe import Probe, in_order

Send = Callable[[str, Ask, int], Awaitable[Record]]
"""Sends one ask of the probe named, as the evidence line numbered; the only effect on the site."""


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
    for _ in range(probe.rounds):
        asks = list({ask.key: ask for ask in probe.asks(site) if ask.key not in asked}.values())
        if not asks:
            break
        asked.update(ask.key for ask in asks)
        if progress is not None:
            progress.begin(probe, len(asks))
        records, cancelled = await _send_all(probe, asks, send, ledger, progress)
        for record in records:
            ledger.keep(record)
        site = site.learned(probe.name, records)
        if cancelled:
            raise Interrupted(site)
    return site


async def _send_all(
    probe: Probe, asks: list[Ask], send: Send, ledger: Ledger, progress: Progress | None
) -> tuple[list[Record], bool]:
    """Return a record for every ask, in their order, and whether the round was cut short."""
    numbers = [ledger.reserve() for _ in asks]

    async def one(ask: Ask, number: int) -> Record:
        if ask.after_s:
            await asyncio.sleep(ask.after_s)
        record = await send(probe.name, ask, number)
        if progress is not None:
            progress.answered(record)
        return record

    tasks = [asyncio.create_task(one(ask, number)) for ask, number in zip(asks, numbers, strict=True)]
    cancelled = False
    try:
        await asyncio.wait(tasks)
    except asyncio.CancelledError:
        cancelled = True
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [_record(task, probe, ask, n) for task, ask, n in zip(tasks, asks, numbers, strict=True)], cancelled


def _record(task: "asyncio.Task[Record]", probe: Probe, ask: Ask, number: int) -> Record:
    """Return the task's record; of one that was cut short, the failure that says so."""
    if task.cancelled():
        return Failure(number, probe.name, ask, Loss.INTERRUPTED, "interrupted before the answer came", 0.0)
    return task.result()
