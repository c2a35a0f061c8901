"""How far a run is, on standard error: a live line on a terminal, one plain line elsewhere."""

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from scalecheck.gather.browsers import VISITS_AT_ONCE
from scalecheck.model.evidence import Record
from scalecheck.model.profile import Profile
from scalecheck.probes.probe import Agent, Probe, in_order

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


NAMES = {Agent.CHROMIUM: "Chromium", Agent.LIGHTHOUSE: "Lighthouse"}
LOAD_S = 2.0
"""What opening a page takes besides watching it, and what one run of Lighthouse takes, on an ordinary machine."""
LIGHTHOUSE_S = 15.0
LINE_EVERY_S = 10.0
"""How often browsers say how far they are where there is no live line."""


class Display:
    """Says what will be sent at most before anything is, and then which probe is being asked.

    What browsers do takes minutes: each of their rounds is announced before it begins, with how long it may take.
    """

    def __init__(
        self,
        profile: Profile,
        checks: int,
        probes: Iterable[Probe],
        evidence: Path,
        *,
        inferred: bool,
        quiet: bool,
    ) -> None:
        self._line = _announced(profile, checks, in_order(probes), evidence, inferred=inferred)
        self._profile = profile
        self._quiet = quiet
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._slow: _Slow | None = None

    def __enter__(self) -> Self:
        if self._quiet:
            return self
        print(self._line, file=sys.stderr, flush=True)
        if sys.stderr.isatty():
            self._progress = _live()
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def begin(self, probe: Probe, asks: int) -> None:
        """Show which probe is asked, and with how many requests."""
        self._slow = None if self._quiet or probe.by is Agent.CLIENT else _Slow(probe, asks)
        if self._slow is not None:
            self._say(
                f"{probe.name}: {_visits(probe.by, asks)}, about {_shown(estimated_s(self._profile, probe, asks))}"
            )
        if self._progress is None:
            return
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(f"{probe.name}: {probe.purpose}", total=asks)

    def answered(self, record: Record) -> None:
        """Count one request."""
        if self._slow is not None and self._progress is None and (line := self._slow.counted(time.monotonic())):
            self._say(line)
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)

    def _say(self, line: str) -> None:
        """Print a line, above the live one where there is one."""
        if self._progress is not None:
            self._progress.console.print(line, markup=False, highlight=False)
        else:
            print(line, file=sys.stderr, flush=True)


@dataclass(slots=True)
class _Slow:
    """A round of a browser: how far it is, said now and then."""

    probe: Probe
    asks: int
    done: int = 0
    said_at: float = field(default_factory=time.monotonic)

    def counted(self, now: float) -> str:
        """Return a line when it is time for one, else nothing."""
        self.done += 1
        if now - self.said_at < LINE_EVERY_S or self.done == self.asks:
            return ""
        self.said_at = now
        return f"{self.probe.name}: {self.done} of {self.asks}"


def _announced(profile: Profile, checks: int, probes: Iterable[Probe], evidence: Path, *, inferred: bool) -> str:
    safety = profile.safety
    by = ", inferring its routes" if inferred else f" by {profile.source}" if profile.source else ""
    names = [NAMES[agent] for agent in dict.fromkeys(probe.by for probe in probes) if agent in NAMES]
    browsers = f", then pages in {' and '.join(names)}, which load what they load" if names else ""
    return (
        f"Auditing {profile.site}{by}: {checks} checks, at most {safety.requests} requests,"
        f" {safety.concurrency} at a time{browsers}; evidence goes to {evidence}"
    )


def estimated_s(profile: Profile, probe: Probe, asks: int) -> float:
    """Return about how many seconds a browser takes for so many asks; pages that hang take longer."""
    if probe.by is Agent.LIGHTHOUSE:
        return asks * LIGHTHOUSE_S
    return ceil(asks / VISITS_AT_ONCE) * (profile.browser.settle + LOAD_S)


def _visits(agent: Agent, count: int) -> str:
    noun = "visit" if agent is Agent.CHROMIUM else "run"
    return f"{count} {noun}{'' if count == 1 else 's'} {'in' if agent is Agent.CHROMIUM else 'of'} {NAMES[agent]}"


def _shown(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def _live() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=24), MofNCompleteColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
