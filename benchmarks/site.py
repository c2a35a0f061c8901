"""A loopback site for the benchmarks: as many pages as wanted, each answer held back for a latency."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from hashlib import sha256
from multiprocessing.connection import Connection

PAGE = "<!DOCTYPE html><title>{path}</title><p>" + "A page that says something. " * 30
COMMON = (
    b"Content-Type: text/html; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nVary: Accept-Encoding\r\n"
    b"Cache-Control: public, max-age=0, s-maxage=60, stale-while-revalidate=86400\r\nCache-Status: bench; hit\r\n"
    b"Content-Security-Policy: default-src 'self'; frame-ancestors 'self'\r\nReferrer-Policy: same-origin\r\n"
    b"Permissions-Policy: camera=()\r\n"
)


@contextmanager
def site(latency_s: float) -> Iterator[str]:
    """Serve in a process of its own, and yield the URL."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(theirs, latency_s), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection, latency_s: float) -> None:
    asyncio.run(_run(pipe, latency_s))


async def _run(pipe: Connection, latency_s: float) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(latency_s)
                writer.write(_answer(head))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _answer(head: bytes) -> bytes:
    """Return a page, a 404 for what the audit invents, or a 304."""
    method, path, _ = head.split(b" ", 2)
    if b"/p/" not in path or b"sc" in path.partition(b"?")[0]:
        return b"HTTP/1.1 404 Not Found\r\nCache-Control: max-age=10\r\nContent-Length: 0\r\n" + _date() + b"\r\n"
    etag = b'"' + sha256(path.partition(b"?")[0]).hexdigest()[:16].encode() + b'"'
    fields = COMMON + _date() + b"ETag: " + etag + b"\r\n"
    if etag in head:
        return b"HTTP/1.1 304 Not Modified\r\n" + fields + b"\r\n"
    body = PAGE.format(path=path.decode("latin-1")).encode()
    start = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body)
    return start + fields + b"\r\n" + (b"" if method == b"HEAD" else body)


def _date() -> bytes:
    return f"Date: {formatdate(usegmt=True)}\r\n".encode()
