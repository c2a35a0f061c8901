"""What a worker of a swarm does besides sending: it begins when told, numbers its reports, and says when it is done."""

import os
import resource
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from scalecheck.model.histogram import Histogram
from scalecheck.model.load import Generator, Key, Tally
from scalecheck.swarm.reports import packed, packed_tally

AT_ONCE = 8
"""Tallies that are packed before others have a turn: a report must not hold up the arrivals."""


class UnableError(Exception):
    """This worker cannot play its part, and why."""


class Player(Protocol):
    """What sends: visitors, their arrivals and the engine below."""

    def begin(self, at_s: float) -> None:
        """Begin the first second at a moment of `time.perf_counter`."""

    def stop(self) -> None:
        """Send nothing more; what is under way goes on."""

    def idle(self) -> bool:
        """Whether everything was sent that will be, and every answer has come or is lost."""

    def take(self) -> Mapping[int, Mapping[Key, Tally]]:
        """Return by second what was counted since the last time."""

    def lag(self) -> Histogram:
        """Return by how much arrivals were turned to late, since the last time."""

    def fired(self) -> tuple[str, ...]:
        """Return the names of routes of which Locust has counted every request itself, since an event was fired."""

    def noted(self) -> Mapping[str, int]:
        """Return what a report has to say of the whole run, a sentence each, with how many times it happened."""

    def gauges(self) -> Mapping[str, int]:
        """Return `connections`, `opened` since the last time, `under_way`, `visitors`, `messages` and `held`."""

    def close(self) -> None:
        """Close every connection."""


class Worker:
    """One worker's part of one run."""

    def __init__(self, player: Player, name: str, pause: Callable[[], None]) -> None:
        """`pause` gives others a turn."""
        self._player, self._name, self._pause = player, name, pause
        self._begins_s: float | None = None
        self._sequence = 0
        self._last = False
        self._used = Usage()

    @property
    def begun(self) -> bool:
        """Whether it was told when to begin."""
        return self._begins_s is not None

    def begin(self, in_s: float) -> None:
        """Begin in so many seconds."""
        if self._begins_s is None:
            self._begins_s = time.perf_counter() + in_s
            self._player.begin(self._begins_s)

    def stop(self) -> None:
        """Send nothing more."""
        self._player.stop()

    def report(self) -> dict[str, Any] | None:
        """Return what happened since the last report; None before it began, and after its last one."""
        if self._begins_s is None or self._last:
            return None
        self._last = self._player.idle()
        seconds = self._player.take()
        self._sequence += 1
        return packed(
            self._packed(seconds),
            self._generator(self._begins_s),
            last=self._last,
            fired=self._player.fired(),
            noted=self._player.noted() if self._last else {},
        )

    def close(self) -> None:
        """End for good."""
        self._player.stop()
        self._player.close()

    def _packed(self, seconds: Mapping[int, Mapping[Key, Tally]]) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = {}
        number = 0
        for second, tallies in seconds.items():
            rows = found[second] = []
            for key, tally in tallies.items():
                rows.append(packed_tally(key, tally))
                number += 1
                if number % AT_ONCE == 0:
                    self._pause()
        return found

    def _generator(self, begins_s: float) -> Generator:
        gauges = dict(self._player.gauges())
        return Generator(
            number=0,
            worker=self._name,
            sequence=self._sequence,
            second=max(0, int(time.perf_counter() - begins_s)),
            lag=self._player.lag(),
            cpu=self._used.cpu(),
            memory=memory_bytes(),
            files=self._used.files + gauges["connections"],
            files_limit=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            **gauges,
        )


class Usage:
    """What this process uses of its machine."""

    def __init__(self) -> None:
        self._wall_s, self._cpu_s = time.perf_counter(), time.process_time()
        self.files = open_files()
        """Open file descriptors besides those of connections: to list them all takes too long once there are many."""

    def cpu(self) -> float:
        """Return the share of one core since the last time, 0 to 1, system calls included."""
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        share = (cpu_s - self._cpu_s) / max(1e-6, wall_s - self._wall_s)
        self._wall_s, self._cpu_s = wall_s, cpu_s
        return min(1.0, max(0.0, share))


def memory_bytes() -> int:
    """Return the resident bytes of this process; where the system does not say, the most that they were."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123  # a path object costs more than the reading
            return int(file.read().split()[1]) * _PAGE
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def open_files() -> int:
    """Return how many file descriptors this process has open; 0 where the system does not say."""
    for folder in ("/proc/self/fd", "/dev/fd"):
        try:
            return len(os.listdir(folder))  # noqa: PTH208  # a list of names is all that is needed
        except OSError:
            continue
    return 0


_PAGE = os.sysconf("SC_PAGE_SIZE")
