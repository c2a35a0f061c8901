"""Servers on loopback that do exactly what a script says, byte by byte."""

import asyncio
import contextlib
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
Script = Callable[[Reader, Writer], Awaitable[None]]
"""Runs once for every connection, before anything was read; afterwards the connection is closed."""

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HEAD = b"HTTP/1.1 200 OK\r\n"


@dataclass
class Server:
    """A listening script, and what was sent to it."""

    port: int
    scheme: str = "http"
    connections: int = 0

    @property
    def site(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


@asynccontextmanager
async def serving(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Serve a script on a free port of loopback until the block ends; connections end with it."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: Reader, writer: Writer) -> None:
        server.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await script(reader, writer)
            await writer.drain()
        writer.close()

    def started(reader: Reader, writer: Writer) -> None:
        task = asyncio.get_running_loop().create_task(connected(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(started, "127.0.0.1", 0, ssl=tls, backlog=256)
    server = Server(listening.sockets[0].getsockname()[1], "https" if tls else "http")
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listening.wait_closed()


def answering(*answers: bytes) -> Script:
    """Answer one request after the other on the same connection, each with the next of these."""

    async def script(reader: Reader, writer: Writer) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)

    return script


def always(answer: bytes) -> Script:
    """Answer every request on a connection that stays open."""

    async def script(reader: Reader, writer: Writer) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()

    return script


def recording(into: list[bytes], answer: bytes = OK) -> Script:
    """Answer every request, and keep its header section."""

    async def script(reader: Reader, writer: Writer) -> None:
        while True:
            into.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(answer)
            await writer.drain()

    return script


def endless(start: bytes, piece: bytes, pause_s: float = 0.0) -> Script:
    """Answer with a start and then the same piece for ever."""

    async def script(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return script


async def silent(reader: Reader, writer: Writer) -> None:
    """Read the request and say nothing."""
    await reader.read()


async def aborting(reader: Reader, writer: Writer) -> None:
    """Reset the connection as soon as it stands."""
    writer.transport.abort()


def certificate(folder: Path, name: str = "IP:127.0.0.1") -> Path:
    """Write a self-signed certificate for a subject and its key into one file; return its path."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=scalecheck test"]
    subprocess.run([*command, "-addext", f"subjectAltName={name}"], check=True, capture_output=True)
    cert.write_bytes(cert.read_bytes() + key.read_bytes())
    return cert


def tls_context(cert: Path, *alpn: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context
