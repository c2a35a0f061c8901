"""How a swarm goes, while it goes: a picture on a terminal, a plain line now and then elsewhere. On standard error."""

import sys
import time
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from scalecheck.cli.swarm_figures import Figures, Now
from scalecheck.model.load import Event, Happening
from scalecheck.plan.figures import number, size
from scalecheck.wire.escape import plain

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

LINE_EVERY_S = 5.0
"""How often there is a line where there is no terminal."""
BARS = " ▁▂▃▄▅▆▇█"
WIDE = 60
GOOD = frozenset({Happening.ENDED})


class View:
    """Shows the figures of a run until it is over."""

    def __init__(self, figures: Figures, *, quiet: bool) -> None:
        self._figures = figures
        self._quiet = quiet
        self._live: Live | None = None
        self._said_s = time.monotonic()
        self._events = 0

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live

            self._live = Live(console=Console(stderr=True), auto_refresh=False, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def beat(self) -> None:
        """Show what is known now, where it is time to."""
        for event in self._figures.events[self._events :]:
            self._events += 1
            if event.what not in GOOD:
                self.say(told(event))
        if self._quiet:
            return
        if self._live is not None:
            self._live.update(picture(self._figures), refresh=True)
        elif time.monotonic() - self._said_s >= LINE_EVERY_S and (now := self._figures.now()) is not None:
            self._said_s = time.monotonic()
            self.say(line(now))

    def say(self, text: str) -> None:
        """Print a line, above the picture where there is one."""
        if self._quiet:
            return
        if self._live is not None:
            self._live.console.print(plain(text, 400), markup=False, highlight=False)
        else:
            print(plain(text, 400), file=sys.stderr, flush=True)


def told(event: Event) -> str:
    """Return an event in words."""
    return f"{event.second:.0f} s: {event.what}{f': {event.detail}' if event.detail else ''}"


def line(now: Now) -> str:
    """Return the figures of a moment in one line."""
    parts = [
        f"{min(now.second, round(now.duration_s))}/{now.duration_s:.0f} s {now.stage} {number(now.level)}x",
        f"{number(now.pages_per_s)} pages/s, {number(now.requests_per_s)} requests/s",
        f"p50 {_ms(now.p50_s)} p95 {_ms(now.p95_s)} p99 {_ms(now.p99_s)}",
        f"errors {_share(now.errors)}",
    ]
    if now.hit_ratio is not None:
        parts.append(f"hits {_share(now.hit_ratio)}")
    if now.delivered is not None and now.delivered < 1:
        parts.append(f"on time {_share(now.delivered)}")
    parts.append(f"lag p99 {_ms(now.lag_s)}")
    if now.nearest and now.nearest[0].used > 0.8:
        parts.append(f"{'misses' if now.nearest[0].used > 1 else 'near'} {now.nearest[0].sentence}")
    parts += now.aborting
    return "; ".join(parts)


def picture(figures: Figures) -> "Group":
    """Return the figures as a few rows: rate against plan, latency, errors, caches, the generator, and what is near."""
    from rich.console import Group
    from rich.text import Text

    now = figures.now()
    if now is None:
        return Group(Text("waiting for the workers …", "dim"))
    rows = [_row(title, text, style) for title, text, style in _rows(now)]
    rows.insert(1, _row("requests", _bars(figures.curve()), "cyan"))
    for near in now.nearest:
        style = "bold red" if near.used > 1 else "yellow" if near.used > 0.8 else "green"
        said = "does not hold" if near.used > 1 else f"{near.used:.0%} used up"
        rows.append(_row("slo", f"{near.sentence}: {near.value}, {said}", style))
    rows += [_row("abort", rule, "bold red") for rule in now.aborting]
    return Group(*rows)


def _rows(now: Now) -> Iterator[tuple[str, str, str]]:
    done = min(1.0, now.second / max(1.0, now.duration_s))
    bar = "━" * round(20 * done) + "╌" * (20 - round(20 * done))
    yield (
        "time",
        f"{bar} {min(now.second, round(now.duration_s))} of {now.duration_s:.0f} s, {now.stage}, {number(now.level)}x",
        "bold",
    )
    planned = f"{number(now.planned_per_s)} arrivals/s planned, {number(now.pages_per_s)} pages/s finished"
    late = now.delivered is not None and now.delivered < 0.995
    yield "load", f"{planned}, {number(now.requests_per_s)} requests/s, {size(now.size_per_s)}/s", "red" if late else ""
    yield "latency", f"p50 {_ms(now.p50_s)}   p95 {_ms(now.p95_s)}   p99 {_ms(now.p99_s)}", ""
    kinds = ", ".join(f"{why} {count:,}" for why, count in sorted(now.failed.items(), key=lambda each: -each[1])[:4])
    yield "errors", f"{_share(now.errors)}{f' now; so far {kinds}' if kinds else ''}", "red" if now.errors else "green"
    if now.hit_ratio is not None:
        yield "caches", f"{_share(now.hit_ratio)} answered by shared caches", ""
    own = f"lag p99 {_ms(now.lag_s)}, on time {_share(now.delivered)}, busiest worker {_share(now.cpu)} CPU"
    held = f"{now.visitors:,} visitors, {now.connections:,} connections"
    yield "generator", f"{own}, {held}", "red" if late or now.cpu > 0.9 else ""


def _row(title: str, text: str, style: str) -> "Text":
    from rich.text import Text

    return Text.assemble((f"{title:<10}", "dim"), (plain(text, 200), style), overflow="ellipsis", no_wrap=True)


def _bars(curve: tuple[int, ...]) -> str:
    shown = curve[-WIDE:]
    most = max(shown, default=0)
    return "".join(BARS[round(each / most * (len(BARS) - 1))] if most else BARS[0] for each in shown)


def _ms(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{number(round(seconds * 1000, 2))} ms"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.4g}%"
