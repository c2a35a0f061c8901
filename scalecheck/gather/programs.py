"""Programs of others: run in a group of their own, what they print bounded, nothing of them left behind."""

import asyncio
import os
import re
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from scalecheck.wire.escape import plain

TAIL_BYTES = 16 * 1024
"""What is kept of standard error: its end says why a program failed."""
STANDARD_OUTPUT = 1
GONE_WITHIN_S = 3.0
"""Programs that were killed have let go of their pipes by then; who left their group may hold them for longer."""
ROOM = 38
"""Longest path of temporary files: a socket's address has 104 bytes, of which browsers take 46 and our folder 20."""
LINE_LENGTH = 200
COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
"""Terminal sequences."""


class ProgramError(Exception):
    """A program could not be started, or printed more than it may: one line, with what to do."""


class Program(asyncio.SubprocessProtocol):
    """One program under way; standard output is kept up to a limit, of standard error the end."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._out = bytearray()
        self._tail = bytearray()
        self._too_much = False
        self._killed = False
        self._news, self._exited, self._closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def ended(self) -> int:
        """Wait for its end and return its exit code; ProgramError where it printed more than it may.

        Whatever it started and left running is ended too, so that what it printed has an end.
        """
        await self._exited.wait()
        await self.kill()
        if self._too_much:
            raise ProgramError(f"it printed more than {self._most_bytes // 1_000_000} MB")
        return self._transport.get_returncode() or 0

    async def says(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Wait until the end of standard error holds a pattern; None where the program ends without it."""
        while (found := pattern.search(self._tail.decode("utf-8", "replace"))) is None and not self._closed.is_set():
            self._news.clear()
            await self._news.wait()
        return found

    @property
    def out(self) -> bytes:
        """What it printed on standard output."""
        return bytes(self._out)

    @property
    def last_words(self) -> str:
        """The last line of standard error that holds anything, harmless and short; empty without one."""
        lines = (one_line(line) for line in reversed(self._tail.decode("utf-8", "replace").splitlines()))
        return next((line for line in lines if line), "")

    async def kill(self) -> None:
        """End the program and whatever it started, and wait until all of it is gone."""
        self._kill()
        with suppress(TimeoutError):  # who left the group may hold the pipes for longer
            async with asyncio.timeout(GONE_WITHIN_S):
                await self._closed.wait()
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport: the program has started."""
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Take what was printed."""
        if fd != STANDARD_OUTPUT:
            self._tail += data
            del self._tail[:-TAIL_BYTES]
            self._news.set()
        elif len(self._out) + len(data) <= self._most_bytes:
            self._out += data
        else:
            self._too_much = True
            self._kill()

    def process_exited(self) -> None:
        """Take note that the program itself has ended; others may hold its pipes."""
        self._exited.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note that nobody holds its pipes any more."""
        self._closed.set()
        self._news.set()

    def _kill(self) -> None:
        if not self._killed:  # later its number may be somebody else's
            self._killed = True
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._transport.get_pid(), signal.SIGKILL)


@asynccontextmanager
async def program(
    command: Sequence[str], environment: Mapping[str, str], *, most_bytes: int = 1_000_000
) -> AsyncIterator[Program]:
    """Run a program until the block ends, however it ends; ProgramError where it cannot be started.

    It gets a session of its own, so a Ctrl-C reaches us alone and its whole group can be ended at once.
    """
    starting = asyncio.ensure_future(
        asyncio.get_running_loop().subprocess_exec(
            lambda: Program(most_bytes),
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            env=dict(environment),
            start_new_session=True,
        )
    )
    try:
        _, started = await asyncio.shield(starting)
    except OSError as error:
        raise ProgramError(f"{command[0]} cannot be started: {error.strerror or error}") from None
    except asyncio.CancelledError:  # asyncio would end the program, but nothing that it has started meanwhile
        with suppress(OSError):
            await (await starting)[1].kill()
        raise
    try:
        yield started
    finally:
        await started.kill()


@contextmanager
def folder() -> Iterator[Path]:
    """Make a folder for what a program writes, and take it away again, however much is still written to it."""
    made = Path(tempfile.mkdtemp(prefix="scalecheck-", dir=_with_room()))
    try:
        yield made
    finally:
        for _ in range(5):  # somebody who is about to die may still write
            shutil.rmtree(made, ignore_errors=True)
            if not made.exists():
                break


def _with_room() -> str:
    """Return where temporary files go, or a shorter path where that would leave no room for the name of a socket."""
    places = (tempfile.gettempdir(), "/tmp")
    return next((each for each in places if len(each) <= ROOM and os.access(each, os.W_OK)), places[0])


def one_line(text: str) -> str:
    """Return what a program said as one short line without anything that a terminal would obey."""
    return plain(" ".join(COLOURS.sub("", text).split()), LINE_LENGTH)
