"""TLS: verified, taken up again, and whatever goes wrong with it."""

import shutil
import ssl
from pathlib import Path

import gevent
import pytest

from scalecheck.engine.engine import Engine
from scalecheck.engine.outgoing import Outgoing
from scalecheck.engine.pool import Pool
from scalecheck.model.evidence import Loss
from tests.engine.asking import Asking, asking
from tests.engine.servers import CLOSE, Pieces, answering, tls_context
from tests.gather.servers import certificate

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, which makes the certificates, is missing"),
]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def ok(head: bytes) -> Pieces:
    return [OK]


@pytest.fixture(scope="module")
def cert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def other_cert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("other"), "DNS:shop.test")


def test_answers_over_tls(cert: Path) -> None:
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"z" * 300_000
    with (
        answering(lambda head: [large], tls=tls_context(cert)) as server,
        asking(server.port, scheme="https", ca_file=cert) as client,
    ):
        found = [client.ask(keep=1 << 20) for _ in range(3)]
        assert [each.body == b"z" * 300_000 for each in found] == [True] * 3
        assert {each.size for each in found} == {len(large)}
        assert server.connections == 1


def test_a_large_request_over_tls(cert: Path) -> None:
    with (
        answering(ok, tls=tls_context(cert)) as server,
        asking(server.port, scheme="https", ca_file=cert) as client,
    ):
        assert client.ask(method="POST", body=b"y" * 3_000_000).status == 200
        assert server.bodies == [b"y" * 3_000_000]


def test_a_stranger_is_not_trusted(cert: Path, other_cert: Path) -> None:
    with answering(ok, tls=tls_context(cert)) as server:
        with asking(server.port, scheme="https") as client:
            unknown = client.ask()
        with asking(server.port, scheme="https", ca_file=other_cert) as client:
            strange = client.ask()
    for found in (unknown, strange):
        assert found.loss is Loss.TLS
        assert "not trusted" in found.detail
    assert not server.heads


def test_a_certificate_for_another_host(other_cert: Path) -> None:
    with (
        answering(ok, tls=tls_context(other_cert)) as server,
        asking(server.port, scheme="https", ca_file=other_cert) as client,
    ):
        found = client.ask()
    assert found.loss is Loss.TLS
    assert "127.0.0.1" in found.detail


def test_no_tls_at_all(cert: Path) -> None:
    with answering(ok) as server, asking(server.port, scheme="https", ca_file=cert, timeout_s=2.0) as client:
        server_speaks_first = client.ask()
    assert server_speaks_first.loss in {Loss.TLS, Loss.TIMEOUT}


def test_cut_in_the_middle(cert: Path) -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nhalf"
    with (
        answering(lambda head: [half, CLOSE], tls=tls_context(cert)) as server,
        asking(server.port, scheme="https", ca_file=cert) as client,
    ):
        assert client.ask().loss is Loss.CUT


def test_a_visitors_next_connection_takes_the_session_up(cert: Path) -> None:
    closing = [OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), CLOSE]
    with (
        answering(lambda head: closing, tls=tls_context(cert)) as server,
        asking(server.port, scheme="https", ca_file=cert) as client,
    ):
        assert [client.ask().status for _ in range(3)] == [200] * 3
        client.pool = Pool(client.engine, client.pool.origin, 1)  # another visitor has none to take up
        client.ask()
    assert server.resumed == [False, True, True, False]


def test_through_a_proxy(cert: Path) -> None:
    """Plain http goes to the proxy whole; https through a tunnel of it."""
    from gevent import socket as gsocket
    from gevent.server import StreamServer

    from scalecheck.model.profile_proxy import Proxy

    asked: list[bytes] = []
    with answering(ok, tls=tls_context(cert)) as server, answering(ok) as plain:

        def tunnel(connection: gsocket.socket, _: object) -> None:
            head = connection.recv(65536)
            asked.append(head)
            if b" /refused " in head or b":1 " in head:
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                return
            target = server.port if head.startswith(b"CONNECT") else plain.port
            onward = gsocket.create_connection(("127.0.0.1", target))
            if head.startswith(b"CONNECT"):
                connection.sendall(b"HTTP/1.1 200 Connection ")
                gevent.sleep(0.002)
                connection.sendall(b"Established\r\n\r\n")
            else:
                onward.sendall(head)
            gevent.joinall([gevent.spawn(copy, connection, onward), gevent.spawn(copy, onward, connection)], count=1)

        def copy(source: gsocket.socket, sink: gsocket.socket) -> None:
            while data := source.recv(65536):
                sink.sendall(data)

        proxy = StreamServer(("127.0.0.1", 0), tunnel)
        proxy.start()
        try:
            through = Proxy("127.0.0.1", proxy.server_port, "alice:secret")
            with asking(server.port, scheme="https", ca_file=cert, proxy=through) as client:
                assert client.ask().status == 200
            with asking(plain.port, proxy=through) as client:
                assert client.ask("/a?b").status == 200
            with asking(1, scheme="https", proxy=through) as client:
                refused = client.ask()
        finally:
            proxy.stop(timeout=0)
    assert asked[0].startswith(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n" % server.port)
    assert b"Proxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\n" in asked[0]
    assert asked[1].startswith(b"GET http://127.0.0.1:%d/a?b HTTP/1.1\r\n" % plain.port)
    assert refused.loss is Loss.UNREACHABLE
    assert "403" in refused.detail


def test_many_handshakes_at_once(cert: Path) -> None:
    with answering(ok, tls=tls_context(cert)) as server:
        engine = Engine(ca_file=cert)
        client = Asking(engine, Pool(engine, engine.origin("https", "127.0.0.1", server.port), 30), "127.0.0.1")
        found = client.all([Outgoing("GET", "/", "127.0.0.1")] * 60)
        assert {each.status for each in found} == {200}
        engine.close()
    assert engine.sockets == 0


def test_the_context_offers_what_is_spoken() -> None:
    from scalecheck.engine.tls import context

    assert context().verify_mode is ssl.CERT_REQUIRED
    assert context().check_hostname
