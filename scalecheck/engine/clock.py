"""A clock that calls back at a moment, to some ten microseconds where the system can.

libev waits in whole milliseconds, which would make every arrival half a millisecond late. A timerfd (Linux) becomes
readable at an absolute moment of CLOCK_MONOTONIC, which is what `time.perf_counter` reads there; it is one more
descriptor that the loop watches. Elsewhere a timer of the loop's own has to do.
"""

import ctypes
import os
import struct
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

FIRST = 2
"""libev's highest priority: of what is ready at once, the clock comes first, so that it does not wait for answers."""

SOON_S = 2e-5
"""To wait for less than this costs more than to look again: setting a timer takes a virtual machine some 15 µs."""


class Alarm(Protocol):
    """Something of the system that a loop can wait for."""

    def set(self, at_s: float | None) -> None:
        """Go off at a moment of `time.perf_counter`, at once where it has passed; None is never."""

    def close(self) -> None:
        """Give back what it took."""


class Clock:
    """Calls back once after each `start`, on a gevent loop; `start` may be called from the callback."""

    def __init__(self, loop: Any, callback: Callable[[], None]) -> None:
        self._callback = callback
        self._at_s: float | None = None
        self._alarm: Alarm = _TimerFd(loop, self._ring) if sys.platform == "linux" else _LoopTimer(loop, self._ring)

    def start(self, at_s: float) -> None:
        """Call back at a moment of `time.perf_counter` and not before; a moment set earlier is forgotten."""
        self._at_s = at_s
        self._alarm.set(at_s)

    def stop(self) -> None:
        """Do not call back."""
        self._at_s = None
        self._alarm.set(None)

    def close(self) -> None:
        """Stop for good."""
        self._at_s = None
        self._alarm.close()

    def _ring(self) -> None:
        if self._at_s is None or time.perf_counter() < self._at_s:
            self._alarm.set(self._at_s)
            return
        self._at_s = None
        try:
            self._callback()
        finally:
            if self._at_s is None:
                self._alarm.set(None)


class _TimerFd:
    """A timerfd; setting it anew makes it unreadable, so that it is never read."""

    def __init__(self, loop: Any, ring: Callable[[], None]) -> None:
        self._descriptor: int | None = _create()
        self._ring = ring
        self._readable = False
        self._watcher = loop.io(self._descriptor, 1)  # 1: readable
        self._watcher.priority = FIRST
        self._watcher.start(self._rang)

    def set(self, at_s: float | None) -> None:
        if self._descriptor is None:
            return
        if self._readable and at_s is not None and at_s < time.perf_counter() + SOON_S:
            return  # it stays readable: the loop looks at everything else, and comes back
        self._readable = False
        # 0 would be never: the first nanosecond is as far gone
        _settime(self._descriptor, 0 if at_s is None else max(1, round(at_s * 1e9)))

    def close(self) -> None:
        if self._descriptor is not None:
            self._watcher.stop()
            self._watcher.close()
            os.close(self._descriptor)
            self._descriptor = None

    def _rang(self) -> None:
        self._readable = True
        self._ring()


class _LoopTimer:
    """A timer of the loop, which may go off a millisecond late, or a little early."""

    def __init__(self, loop: Any, ring: Callable[[], None]) -> None:
        self._loop, self._ring = loop, ring
        self._timer: Any = None

    def set(self, at_s: float | None) -> None:
        self.close()
        if at_s is not None:
            self._timer = self._loop.timer(max(0.0, at_s - time.perf_counter()), priority=FIRST)
            self._timer.start(self._ring, update=True)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer.close()
            self._timer = None


if sys.platform == "linux":
    if sys.version_info >= (3, 13):

        def _create() -> int:
            return os.timerfd_create(time.CLOCK_MONOTONIC, flags=os.TFD_NONBLOCK | os.TFD_CLOEXEC)

        def _settime(descriptor: int, at_ns: int) -> None:
            os.timerfd_settime_ns(descriptor, flags=os.TFD_TIMER_ABSTIME, initial=at_ns)

    else:
        # PyDLL keeps the interpreter's lock: the calls do not wait, and taking it back from another thread might
        _LIBC = ctypes.PyDLL(None, use_errno=True)
        _CLOEXEC_NONBLOCK = os.O_CLOEXEC | os.O_NONBLOCK  # what TFD_CLOEXEC and TFD_NONBLOCK are defined as
        _ABSTIME = 1
        _ITIMERSPEC = struct.Struct("@llll")  # interval and moment: seconds and nanoseconds, each a C long

        def _create() -> int:
            descriptor = int(_LIBC.timerfd_create(time.CLOCK_MONOTONIC, _CLOEXEC_NONBLOCK))
            if descriptor < 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "timerfd_create")
            return descriptor

        def _settime(descriptor: int, at_ns: int) -> None:
            moment = _ITIMERSPEC.pack(0, 0, *divmod(at_ns, 1_000_000_000))
            if _LIBC.timerfd_settime(descriptor, _ABSTIME, moment, None):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "timerfd_settime")
