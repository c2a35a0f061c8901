"""How fast is asked: so many at once and so many a second of each host, and pauses where a host asks for them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from scalecheck.gather.losses import Lost
from scalecheck.gather.safety import is_loopback
from scalecheck.model.evidence import Loss
from scalecheck.wire.dates import http_date
from scalecheck.wire.delta_seconds import delta_seconds

BUSY = frozenset({429, 503})
"""Answers whose Retry-After speaks to us (RFC 9110 section 10.2.3, RFC 6585 section 4)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What the site is asked to bear."""

    requests: int = 2000
    """Budget of one run, bursts and repeats included."""
    concurrency: int = 10
    """At once, per host."""
    rate_rps: float = 100.0
    """Per second and host, evenly spaced; loopback is not limited."""
    patience_s: float = 5.0
    """The longest that one host may keep us waiting by Retry-After, all its pauses together."""
    obey_retry_after: bool = True


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    spacing_s: float
    next_at: float = 0.0
    resume_at: float = 0.0
    """Until then the host has asked for a pause that is waited for."""
    refused_until: float = 0.0
    """Until then it has asked for one that is longer than our patience."""
    waited_s: float = 0.0


@dataclass(slots=True)
class Pacing:
    """Hands out turns. Clock and sleep are given, so that tests need no time."""

    pace: Pace
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    sent: int = 0
    """Turns that were handed out."""
    _hosts: dict[str, _Host] = field(default_factory=dict)

    @asynccontextmanager
    async def turn(self, name: str, *, burst: bool = False) -> AsyncIterator[None]:
        """Wait for a turn with this host and hold it; a burst does not wait. Lost when the site may not be asked.

        That is: the budget is used up, or the host has asked for a longer pause than our patience.
        """
        host = self._host(name)
        if burst:
            self._begin(host, name)
            yield
            return
        async with host.slots:
            self._require(host, name)
            await self._wait(host)
            self._begin(host, name)
            yield

    def hold(self, name: str, status: int, retry_after: str | None, now: float) -> bool:
        """Take note of an answer at `now`, in seconds since the epoch; return whether to ask again after the pause.

        Pauses that overlap count once. One that would exceed our patience is not waited for: until it is over, the
        host is not asked at all.
        """
        if status not in BUSY or retry_after is None or not self.pace.obey_retry_after:
            return False
        pause_s = _pause_s(retry_after, now)
        if pause_s is None:
            return False
        host, end = self._host(name), self.clock() + pause_s
        more_s = end - max(host.resume_at, self.clock())
        if more_s > 0 and host.waited_s + more_s > self.pace.patience_s:
            host.refused_until = max(host.refused_until, end)
            return False
        if more_s > 0:
            host.waited_s += more_s
            host.resume_at = end
        return True

    def _host(self, name: str) -> _Host:
        if name not in self._hosts:
            spacing_s = 0.0 if is_loopback(name) else 1 / self.pace.rate_rps
            self._hosts[name] = _Host(asyncio.Semaphore(self.pace.concurrency), spacing_s)
        return self._hosts[name]

    async def _wait(self, host: _Host) -> None:
        while (pause_s := host.resume_at - self.clock()) > 0:
            await self.sleep(pause_s)
        if host.spacing_s:
            now = self.clock()
            at = max(now, host.next_at)
            host.next_at = at + host.spacing_s
            if at > now:
                await self.sleep(at - now)

    def _begin(self, host: _Host, name: str) -> None:
        self._require(host, name)
        self.sent += 1

    def _require(self, host: _Host, name: str) -> None:
        left_s = host.refused_until - self.clock()
        if left_s > 0:
            detail = f"{name} asks for a pause of {left_s:.0f} s more (Retry-After), beyond safety.patience"
            raise Lost(Loss.FORBIDDEN, detail)
        if self.sent >= self.pace.requests:
            raise Lost(Loss.BUDGET, f"the budget of {self.pace.requests} requests is used up (safety.requests)")


def _pause_s(retry_after: str, now: float) -> float | None:
    """Return the pause that a Retry-After asks for: seconds, or a date; None when it is neither."""
    seconds = delta_seconds(retry_after.strip())
    if seconds is not None:
        return float(seconds)
    date = http_date(retry_after, now)
    return None if date is None else max(0.0, date - now)
