"""Requests per second through the transport of the audit, beside httpx's own and curl's parallel mode.

Run it with `python -m benchmarks.transport`. The server answers 1 KB and has a core of its own where there are two.
"""

import asyncio
import multiprocessing
import os
import shutil
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import httpx

from scalecheck.gather.client import Client
from scalecheck.gather.flight import Limits
from scalecheck.gather.transport import CurlTransport
from scalecheck.model.evidence import Ask, Exchange, Request
from scalecheck.model.profile import Profile, Safety

REQUESTS = 1000
AT_ONCE = (10, 20, 50)
LATENCIES_S = (0.0, 0.05)
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCache-Control: max-age=60\r\nContent-Length: 1024\r\n\r\n"
    + b"x" * 1024
)

Get = Callable[[], Awaitable[object]]
Measure = Callable[[str, int], float]
"""From a URL and how many at once to requests per second."""


class Answering(asyncio.Protocol):
    """Answers every request after the latency."""

    def __init__(self, latency_s: float) -> None:
        self._latency_s = latency_s
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._unread = (self._unread + data).split(b"\r\n\r\n")
        for _ in requests:
            if self._latency_s:
                asyncio.get_running_loop().call_later(self._latency_s, self._transport.write, ANSWER)
            else:
                self._transport.write(ANSWER)


def serve(latency_s: float, cores: set[int], port: "multiprocessing.Queue[int]") -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Answering(latency_s), "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    os.sched_setaffinity(0, cores)
    asyncio.run(run())


@contextmanager
def serving(latency_s: float) -> Iterator[str]:
    """Run the server in a process of its own; yield its URL."""
    first, *others = sorted(os.sched_getaffinity(0))
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=serve, args=(latency_s, set(others) or {first}, port), daemon=True)
    process.start()
    os.sched_setaffinity(0, {first})
    try:
        yield f"http://127.0.0.1:{port.get(timeout=10)}/"
    finally:
        os.sched_setaffinity(0, {first, *others})
        process.terminate()
        process.join()


async def rate(get: Get, at_once: int) -> float:
    left = iter(range(REQUESTS))

    async def work() -> None:
        for _ in left:
            await get()

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return REQUESTS / (time.perf_counter() - began)


def audit_client(url: str, at_once: int) -> float:
    async def run() -> float:
        safety = Safety.model_construct(concurrency=at_once, requests=REQUESTS)
        async with Client(Profile(site=url, safety=safety)) as client:

            async def get() -> None:
                assert isinstance(await client.send("first", Ask(Request(url)), 2), Exchange)

            return await rate(get, at_once)

    return asyncio.run(run())


def curl_transport(url: str, at_once: int) -> float:
    async def run() -> float:
        async with CurlTransport(Limits()) as transport:
            return await rate(lambda: transport.handle_async_request(httpx.Request("GET", url)), at_once)

    return asyncio.run(run())


def async_client(transport: Callable[[], httpx.AsyncBaseTransport]) -> Measure:
    def measure(url: str, at_once: int) -> float:
        async def run() -> float:
            async with httpx.AsyncClient(transport=transport(), trust_env=False) as client:
                return await rate(lambda: client.get(url), at_once)

        return asyncio.run(run())

    return measure


def curl_parallel(url: str, at_once: int) -> float:
    """Return the rate of the command, its start included."""
    command = ["curl", "-s", "--parallel", "--parallel-max", str(at_once), "-o", "/dev/null", f"{url}[1-{REQUESTS}]"]
    began = time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)  # -s does not silence its table
    return REQUESTS / (time.perf_counter() - began)


MEASURES: dict[str, Measure] = {
    "the audit's client, to the evidence": audit_client,
    "CurlTransport": curl_transport,
    "CurlTransport under httpx.AsyncClient": async_client(lambda: CurlTransport(Limits())),
    "httpx.AsyncClient, its own transport": async_client(httpx.AsyncHTTPTransport),
}


def run() -> None:
    """Print one table for each latency."""
    measures = MEASURES | ({"curl --parallel": curl_parallel} if shutil.which("curl") else {})
    for latency_s in LATENCIES_S:
        print(f"\nrequests per second, the server waits {latency_s * 1000:.0f} ms")
        print(f"{'at once':40}" + "".join(f"{at_once:>8}" for at_once in AT_ONCE))
        with serving(latency_s) as url:
            for name, measure in measures.items():
                print(f"{name:40}" + "".join(f"{measure(url, at_once):8.0f}" for at_once in AT_ONCE), flush=True)
        if latency_s:
            print(f"{'ideal':40}" + "".join(f"{at_once / latency_s:8.0f}" for at_once in AT_ONCE))


if __name__ == "__main__":
    run()
