"""Locust in processes of its own: started, listened to, ramped down, and never left behind.

They get a session of their own, so that Ctrl-C reaches this process only, which decides what it means: the first one
ramps the load down, the second ends it at once.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Self

from scalecheck.cli.exit import UsageError
from scalecheck.model.load import Event, Generator, Happening, LoadRecord, Window
from scalecheck.model.load_record import read

BEAT_S = 0.25
"""How often `listen` says that time has passed."""
END_S = 20.0
"""Longest that Locust may take to end once the swarm is over: it writes its own reports then."""
LONGEST_LINE = 64 * 1024 * 1024
SHOWN_LINES = 15
"""Lines of Locust's log that are shown where it failed."""


class Locust:
    """Locust, running."""

    def __init__(
        self, words: Sequence[str], environment: Mapping[str, str] | None = None, *, patient: bool = False
    ) -> None:
        """Start it with these words on its command line; UsageError where this system cannot.

        A patient one is given the time to end by itself: it writes reports of its own, or has workers elsewhere.
        """
        if not hasattr(os, "fork"):
            raise UsageError("a swarm needs Linux or macOS: Locust has its processes there only")
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed in __exit__
        control, self._control = os.pipe()
        self._records, records = os.pipe()
        line = f"{control},{records},{os.getpid()}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "locust", *words, "--scalecheck-line", line],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            pass_fds=(control, records),
            start_new_session=True,
        )
        os.close(control)
        os.close(records)
        self._patient = patient
        self._rest = b""
        self._second = 0.0
        self.interrupted = 0
        """How often somebody asked for its end."""

    @property
    def pid(self) -> int:
        """The master's process id."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process of it, at once where it does not end by itself."""
        if self._patient and error is None and self.interrupted < 2:
            self._wait()
        self.kill()
        for file in (self._control, self._records):
            os.close(file)
        self._log.close()

    def listen(self, beat: Callable[[], None]) -> Iterator[LoadRecord]:
        """Yield the records as they come, until nothing follows; `beat` is called in between.

        Where the master is lost, or is killed by a second Ctrl-C, an event says so.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._records, selectors.EVENT_READ)
            while True:
                if selector.select(BEAT_S):
                    lines, open_ = self._lines()
                    for text in lines:
                        if (record := self._record(text)) is None:
                            return
                        yield record
                    if not open_:
                        yield self._lost()
                        return
                beat()

    def stop(self) -> None:
        """Have the load ramped down."""
        try:
            os.write(self._control, b"s")
        except OSError:
            return  # there is no master any more: `listen` says so

    def kill(self) -> None:
        """End every process at once."""
        with suppress(ProcessLookupError, PermissionError):  # all of them have ended
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def log(self) -> str:
        """Return the end of what Locust printed."""
        self._log.seek(0)
        return "\n".join(self._log.read().decode(errors="replace").splitlines()[-SHOWN_LINES:])

    def _wait(self) -> None:
        """Wait until it has ended by itself, but not for ever."""
        until_s = time.monotonic() + END_S
        while self._process.poll() is None and time.monotonic() < until_s:
            time.sleep(0.05)

    def _lines(self) -> tuple[list[bytes], bool]:
        """Return the lines that have come, and whether more may."""
        data = os.read(self._records, 1 << 20)
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            return lines, False
        return lines, bool(data)

    def _record(self, text: bytes) -> LoadRecord | None:
        """Return the record of a line; None of the last one."""
        data = json.loads(text)
        if "ended" in data:
            return None
        record = read(data, 0)
        if isinstance(record, Window | Generator | Event):
            self._second = max(self._second, record.second)
        return record

    def _lost(self) -> Event:
        if self.interrupted > 1:
            return Event(0, self._second, Happening.STOPPED, "by hand, at once")
        return Event(0, self._second, Happening.MASTER_LOST, "its process ended before the run did")


@contextmanager
def ending_by_hand(locust: Locust, say: Callable[[str], None]) -> Iterator[None]:
    """Have Ctrl-C and SIGTERM ramp the load down the first time, and end it at once the second time."""

    def asked(number: int, frame: FrameType | None) -> None:
        del number, frame
        locust.interrupted += 1
        if locust.interrupted == 1:
            say("ramping down: nothing more is sent, answers are waited for; again to end at once")
            locust.stop()
        else:
            locust.kill()

    before = {each: signal.signal(each, asked) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def locustfile() -> Path:
    """Return the locustfile of the swarm, without importing it: it brings Locust along."""
    from importlib.resources import files

    return Path(str(files("scalecheck") / "swarm" / "locustfile.py"))
