"""How far a run is, on standard error: a live line on a terminal, one plain line elsewhere."""

import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from scalecheck.model.evidence import Record
from scalecheck.model.profile import Profile
from scalecheck.probes.probe import Probe

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Display:
    """Says what will be sent at most before anything is, and then which probe is being asked."""

    def __init__(self, profile: Profile, checks: int, evidence: Path, *, inferred: bool, quiet: bool) -> None:
        self._line = _announced(profile, checks, evidence, inferred=inferred)
        self._quiet = quiet
        self._progress: Progress | None = None
        self._task: TaskID | None = None

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
        if self._progress is None:
            return
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(f"{probe.name}: {probe.purpose}", total=asks)

    def answered(self, record: Record) -> None:
        """Count one request."""
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)


def _announced(profile: Profile, checks: int, evidence: Path, *, inferred: bool) -> str:
    safety = profile.safety
    by = ", inferring its routes" if inferred else f" by {profile.source}" if profile.source else ""
    return (
        f"Auditing {profile.site}{by}: {checks} checks, at most {safety.requests} requests,"
        f" {safety.concurrency} at a time; evidence goes to {evidence}"
    )


def _live() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(bar_width=24), MofNCompleteColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
