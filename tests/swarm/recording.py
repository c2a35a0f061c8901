"""A server in a process of its own that writes down what it did and when: what a swarm measured is held against that.

`python -m tests.swarm.recording PLAN` prints its port, answers until its standard input ends, and prints its record.
Moments are those of `time.perf_counter`, which all processes of one machine share on Linux.
"""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

SIZES = (0, 1, 100, 1_000, 40_000)
TICK_S, STARVED_S = 0.005, 0.01
"""How often the server looks at the clock, and by how much later than that it got no processor."""


@dataclass(frozen=True)
class Plan:
    """What the server is to do, to requests for `/0`, `/1` and so on."""

    stalls_after_s: float | None = None
    """When it stops doing anything, counted from the first request."""
    stalls_s: float = 0.0
    holds_s: float = 0.0
    """How long it holds back what is no 503."""
    refuses: int = 0
    """Of a hundred requests, how many get a 503 at once."""
    sizes: tuple[int, ...] = (100,)
    """Bytes of bodies, in turn; every second one is chunked."""


@dataclass
class Record:
    """What it did."""

    connections: int = 0
    size: int = 0
    """Bytes written."""
    statuses: dict[str, int] = field(default_factory=dict)
    came: dict[str, float] = field(default_factory=dict)
    """When the request for a number was read."""
    answered: dict[str, float] = field(default_factory=dict)
    """When its answer was written."""
    stalled: list[float] = field(default_factory=list)
    """From when until when it did nothing."""
    starved: list[tuple[float, float]] = field(default_factory=list)
    """From when until when it would have done something, and got no processor."""


@dataclass
class Serving:
    """A server that runs; what it did is known once the block is over."""

    port: int
    record: Record


@contextmanager
def recording(plan: Plan) -> Iterator[Serving]:
    """Run the server until the block ends."""
    command = [sys.executable, "-m", "tests.swarm.recording", json.dumps(asdict(plan))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        serving = Serving(int(process.stdout.readline()), Record())
        try:
            yield serving
        finally:
            process.stdin.close()
            serving.record = Record(**json.loads(process.stdout.read()))


class Server:
    """Answers as planned, and keeps the record."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.record = Record()
        self.loop = asyncio.get_running_loop()
        self.over = self.loop.create_future()
        self.ticked_s = time.perf_counter()
        self.tick()

    def came(self, number: str, transport: asyncio.Transport) -> None:
        plan = self.plan
        if not self.record.came and plan.stalls_after_s is not None:
            self.loop.call_later(plan.stalls_after_s, self.stall)
        self.record.came[number] = time.perf_counter()
        if int(number) % 100 < plan.refuses:
            self.answer(number, transport, 503, 0)
        elif plan.holds_s:
            self.loop.call_later(plan.holds_s, self.answer, number, transport, 200, self.length(number))
        else:
            self.answer(number, transport, 200, self.length(number))

    def length(self, number: str) -> int:
        return self.plan.sizes[int(number) % len(self.plan.sizes)]

    def answer(self, number: str, transport: asyncio.Transport, status: int, length: int) -> None:
        data = answer(status, length, chunked=int(number) % 2 == 1)
        self.record.answered[number] = time.perf_counter()
        transport.write(data)
        self.record.size += len(data)
        self.record.statuses[str(status)] = self.record.statuses.get(str(status), 0) + 1

    def stall(self) -> None:
        began_s = time.perf_counter()
        time.sleep(self.plan.stalls_s)
        self.record.stalled += [began_s, time.perf_counter()]

    def tick(self) -> None:
        """Take note of when it could not do anything, the stall left out."""
        before_s, self.ticked_s = self.ticked_s, time.perf_counter()
        marks = [each for each in self.record.stalled if before_s <= each <= self.ticked_s]
        edges = [before_s, *marks, self.ticked_s]
        for began_s, ended_s in zip(edges[::2], edges[1::2], strict=True):
            if ended_s - began_s > TICK_S + STARVED_S:
                self.record.starved.append((began_s, ended_s))
        self.loop.call_later(TICK_S, self.tick)

    def end(self) -> None:
        self.loop.remove_reader(sys.stdin.fileno())
        self.over.set_result(None)


def answer(status: int, length: int, *, chunked: bool) -> bytes:
    body = b"x" * length
    if not chunked:
        return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, length, body)
    chunk = b"%x\r\n%b\r\n" % (length, body) if length else b""
    return b"HTTP/1.1 %d X\r\nTransfer-Encoding: chunked\r\n\r\n%b0\r\n\r\n" % (status, chunk)


class Answering(asyncio.Protocol):
    """One connection."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.server.record.connections += 1

    def data_received(self, data: bytes) -> None:
        *requests, self.unread = (self.unread + data).split(b"\r\n\r\n")
        for each in requests:
            self.server.came(each.split(b" ", 2)[1].lstrip(b"/").decode(), self.transport)


async def serve(plan: Plan) -> None:
    server = Server(plan)
    listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
    await server.loop.create_server(lambda: Answering(server), sock=listening, backlog=4096)
    print(listening.getsockname()[1], flush=True)
    server.loop.add_reader(sys.stdin.fileno(), server.end)
    await server.over
    print(json.dumps(asdict(server.record)), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(Plan(**json.loads(sys.argv[1]))))
