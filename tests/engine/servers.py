"""Servers that answer as a test says, byte for byte, in a greenlet beside the engine."""

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import gevent
import gevent.ssl
from gevent import socket
from gevent.server import StreamServer

CLOSE = None
"""Instead of bytes: close the connection here."""
Pieces = Sequence[bytes | None]
Answer = Callable[[bytes], Pieces]
"""From the head of a request to what is sent, piece by piece."""
PAUSE_S = 0.002
"""Between pieces, so that each arrives alone."""


@dataclass
class Seen:
    """What a server saw."""

    port: int = 0
    connections: int = 0
    resumed: list[bool] = field(default_factory=list)
    """Of each connection on TLS, whether it took up a session."""
    heads: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


def tls_context(cert: Path, *alpn: str) -> ssl.SSLContext:
    """Return how a server beside the engine speaks TLS: its handshakes must not block the loop that both are on."""
    context: ssl.SSLContext = gevent.ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


@contextmanager
def answering(answer: Answer, *, tls: ssl.SSLContext | None = None) -> Iterator[Seen]:
    """Run a server until the block ends."""
    seen = Seen()

    def handle(connection: socket.socket, _: object) -> None:
        seen.connections += 1
        if tls is not None:
            seen.resumed.append(bool(connection.session_reused))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            _serve(connection, answer, seen)
        except OSError:
            return
        finally:
            connection.close()

    server = StreamServer(("127.0.0.1", 0), handle, **({"ssl_context": tls} if tls else {}))
    server.start()
    seen.port = server.server_port
    try:
        yield seen
    finally:
        server.stop(timeout=0)


def _serve(connection: socket.socket, answer: Answer, seen: Seen) -> None:
    received = b""
    while True:
        while b"\r\n\r\n" not in received:
            more = connection.recv(65536)
            if not more:
                return
            received += more
        head, _, received = received.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(received) < length:
            received += connection.recv(65536)
        seen.heads.append(head)
        seen.bodies.append(received[:length])
        received = received[length:]
        for piece in answer(head):
            if piece is CLOSE:
                return
            connection.sendall(piece)
            gevent.sleep(PAUSE_S)
