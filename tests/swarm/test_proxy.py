"""Load through a proxy that lets nobody through without name and password."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gevent
import pytest
from gevent import socket
from gevent.event import AsyncResult
from gevent.server import StreamServer

from scalecheck.engine.exchange import Exchange
from scalecheck.engine.outgoing import Outgoing
from scalecheck.engine.pool import Pool
from scalecheck.model.evidence import Loss
from scalecheck.model.profile_file import parse_profile
from scalecheck.swarm.player import engine_of
from tests.engine.servers import Seen, answering, tls_context
from tests.swarm.targets import certificate

PASSWORD = "päss:w@rd/%41"
TOKEN = base64.b64encode(f"ann:{PASSWORD}".encode()).decode()
OK = [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]
DEMAND = (
    b'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n'
)


class Guarded:
    """A proxy that asks for name and password, and hands neither on."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        """First lines of what it was asked."""
        self._server = StreamServer(("127.0.0.1", 0), self._serve)
        self._server.start()
        self.port: int = self._server.server_port

    def close(self) -> None:
        self._server.stop(timeout=0)

    def _serve(self, client: socket.socket, _: object) -> None:
        """Look at every request in turn; behind CONNECT there is none to look at."""
        with client:
            while head := self._head(client):
                line, *fields = head.split(b"\r\n")
                self.asked.append(line)
                if f"Proxy-Authorization: Basic {TOKEN}".encode() not in fields:
                    client.sendall(DEMAND)
                elif line.startswith(b"CONNECT "):
                    self._tunnel(client, line.split(b" ")[1])
                    return
                else:
                    self._forward(client, line, fields)

    def _head(self, client: socket.socket) -> bytes:
        received = b""
        while b"\r\n\r\n" not in received:
            data: bytes = client.recv(65536)
            if not data:
                return b""
            received += data
        return received.removesuffix(b"\r\n\r\n")

    def _tunnel(self, client: socket.socket, target: bytes) -> None:
        host, _, port = target.decode().rpartition(":")
        with socket.create_connection((host, int(port))) as server:
            client.sendall(b"HTTP/1.1 200 Connection Established\r\n\r\n")
            copying = [gevent.spawn(copy, client, server), gevent.spawn(copy, server, client)]
            gevent.joinall(copying, count=1)
            gevent.killall(copying)

    def _forward(self, client: socket.socket, line: bytes, fields: list[bytes]) -> None:
        method, url, version = line.split(b" ")
        authority, _, path = url.removeprefix(b"http://").partition(b"/")
        kept = [each for each in fields if not each.startswith(b"Proxy-")]
        host, _, port = authority.decode().rpartition(":")
        with socket.create_connection((host, int(port))) as server:
            server.sendall(b"\r\n".join([b"%b /%b %b" % (method, path, version), *kept, b"", b""]))
            client.sendall(server.recv(65536))


def copy(source: socket.socket, sink: socket.socket) -> None:
    while data := source.recv(65536):
        sink.sendall(data)


@contextmanager
def guarded() -> Iterator[Guarded]:
    proxy = Guarded()
    try:
        yield proxy
    finally:
        proxy.close()


def asked(site: str, proxy: str, ca_file: Path, env: dict[str, str]) -> list[Exchange]:
    """Ask a site twice through a proxy, over kept connections where they are kept."""
    profile = parse_profile(f"scalecheck: 1\nsite: {site}\ntraffic: {{proxy: '{proxy}'}}", env)
    scheme, _, authority = site.partition("://")
    host, _, port = authority.partition(":")
    engine = engine_of(profile, ca_file)
    found = []
    try:
        pool = Pool(engine, engine.origin(scheme, host, int(port)), 1)
        for path in ("/a?b", "/c"):
            over: AsyncResult = AsyncResult()
            pool.send(Exchange(Outgoing("GET", path, authority), engine.now(), over.set))
            found.append(over.get(timeout=10))
    finally:
        engine.close()
    return found


LET_IN = ["http://ann:${env:PASSWORD}@127.0.0.1", "http://ann:p%C3%A4ss:w%40rd%2F%2541@127.0.0.1"]
KEPT_OUT = [
    ("nobody", "http://127.0.0.1"),
    ("no password", "http://ann@127.0.0.1"),
    ("another password", "http://ann:${env:OTHER}@127.0.0.1"),
    ("somebody else", "http://bob:${env:PASSWORD}@127.0.0.1"),
]


@pytest.fixture
def cert(tmp_path: Path) -> Path:
    own, key = certificate(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes(own.read_bytes() + key.read_bytes())
    return both


@contextmanager
def sites(cert: Path) -> Iterator[tuple[tuple[str, Seen], tuple[str, Seen]]]:
    """Run a site on plain http and one on https, and yield them by their URLs."""
    with answering(lambda head: OK) as plain, answering(lambda head: OK, tls=tls_context(cert)) as secure:
        yield (f"http://127.0.0.1:{plain.port}", plain), (f"https://127.0.0.1:{secure.port}", secure)


@pytest.mark.parametrize("proxy", LET_IN, ids=["a secret", "spelled out"])
def test_who_names_themselves_is_let_through(proxy: str, cert: Path) -> None:
    env = {"PASSWORD": PASSWORD}
    with guarded() as guard, sites(cert) as ((plain, one), (secure, other)):
        assert [each.status for each in asked(plain, f"{proxy}:{guard.port}", cert, env)] == [200, 200]
        assert guard.asked == [f"GET {plain}{path} HTTP/1.1".encode() for path in ("/a?b", "/c")]
        guard.asked.clear()
        assert [each.status for each in asked(secure, f"{proxy}:{guard.port}", cert, env)] == [200, 200]
        assert guard.asked == [f"CONNECT {secure.removeprefix('https://')} HTTP/1.1".encode()]
    heads = [*one.heads, *other.heads]
    assert [head.split(b" ")[1] for head in heads] == [b"/a?b", b"/c"] * 2
    assert not any(TOKEN.encode() in head for head in heads)


@pytest.mark.parametrize("proxy", [pytest.param(row[1], id=row[0]) for row in KEPT_OUT])
def test_who_does_not_is_told_so(proxy: str, cert: Path) -> None:
    env = {"PASSWORD": PASSWORD, "OTHER": "another one"}
    with guarded() as guard, sites(cert) as ((plain, one), (secure, other)):
        refused = asked(plain, f"{proxy}:{guard.port}", cert, env)
        unreached = asked(secure, f"{proxy}:{guard.port}", cert, env)
    assert [(each.status, each.loss) for each in refused] == [(407, None)] * 2
    assert [(each.status, each.loss, each.detail) for each in unreached] == [
        (0, Loss.UNREACHABLE, "the proxy answered 407 to CONNECT")
    ] * 2
    assert not one.heads
    assert not other.heads
