"""The line between a swarm's master and the command line that started it: records one way, `stop` the other way.

Two pipes, which only these two processes hold: where one of them ends, however it ends, the other reads the end of its
pipe at once. The last line is `{"ended": true}`; without it the master was lost.
"""

import json
import os
from collections import deque
from collections.abc import Callable
from typing import Any

import gevent
from gevent.event import Event as Flag
from gevent.os import make_nonblocking, nb_read, nb_write

from scalecheck.model.load import LoadRecord
from scalecheck.model.load_record import line

ENDED = {"ended": True}
STOP = b"s"
"""What the command line writes to have the load ramped down."""
FLUSH_S = 10.0
"""Longest that the end waits for the command line to read what was written."""


class Records:
    """Writes records to a pipe without ever holding up the loop."""

    def __init__(self, file: int, gone: Callable[[], None]) -> None:
        """Write to a file descriptor; `gone` is called once when nobody reads it any more."""
        make_nonblocking(file)
        self._file, self._gone = file, gone
        self._queue: deque[bytes] = deque()
        self._some, self._empty = Flag(), Flag()
        self._empty.set()
        self._writer = gevent.spawn(self._write)

    def keep(self, record: LoadRecord) -> None:
        """Queue a record."""
        self._put(line(record))

    def end(self) -> None:
        """Write that nothing follows, and wait until everything is written."""
        self._put(ENDED)
        self._empty.wait(FLUSH_S)

    def _put(self, data: dict[str, Any]) -> None:
        self._queue.append(json.dumps(data, separators=(",", ":")).encode() + b"\n")
        self._empty.clear()
        self._some.set()

    def _write(self) -> None:
        while True:
            self._some.wait()
            self._some.clear()
            while self._queue:
                rest = memoryview(self._queue.popleft())
                try:
                    while rest:
                        rest = rest[nb_write(self._file, rest) :]
                except OSError:
                    self._queue.clear()
                    self._empty.set()
                    self._gone()
                    return
            self._empty.set()


def obey(file: int, stop: Callable[[], None], gone: Callable[[], None]) -> None:
    """Call `stop` when the command line asks for it, and `gone` when there is no command line any more."""
    make_nonblocking(file)
    while True:
        try:
            said = nb_read(file, 64)
        except OSError:
            said = b""
        if not said:
            gone()
            return
        if STOP in said:
            stop()


def close_in_workers(files: tuple[int, ...]) -> None:
    """Close what a forked worker inherited of the line: else its end would outlive the master's."""
    for file in files:
        os.close(file)
