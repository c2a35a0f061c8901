"""HTTP/2 where it is asked for and offered: many requests on one connection, and what servers may do to them."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest
from gevent import socket
from gevent.server import StreamServer
from h2.errors import ErrorCodes
from h2.settings import SettingCodes

from scalecheck.engine.outgoing import Outgoing
from scalecheck.model.evidence import Loss
from tests.engine.asking import asking
from tests.engine.servers import answering, tls_context
from tests.gather.servers import certificate

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, which makes the certificates, is missing"),
]
OK = [(":status", "200"), ("x-a", "b")]


@pytest.fixture(scope="module")
def cert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@dataclass
class Seen:
    port: int = 0
    connections: int = 0
    requests: list[dict[str, str]] = field(default_factory=list)
    bodies: dict[int, bytes] = field(default_factory=dict)
    most: int = 0


Answer = Callable[[h2.connection.H2Connection, int, int], None]
"""Connection, number of the stream, and how many requests came before."""


def hello(session: h2.connection.H2Connection, stream: int, before: int) -> None:
    session.send_headers(stream, OK)
    session.send_data(stream, b"hello", end_stream=True)


@contextmanager
def http2(cert: Path, answer: Answer = hello, *, streams: int = 100) -> Iterator[Seen]:
    seen = Seen()

    def handle(connection: socket.socket, _: object) -> None:
        seen.connections += 1
        session = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        session.local_settings.update({SettingCodes.MAX_CONCURRENT_STREAMS: streams})
        session.initiate_connection()
        connection.sendall(session.data_to_send())
        try:
            while data := connection.recv(65536):
                for event in session.receive_data(data):
                    take(session, event)
                seen.most = max(seen.most, session.open_inbound_streams)
                connection.sendall(session.data_to_send())
        except OSError:
            return

    def take(session: h2.connection.H2Connection, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            seen.requests.append({str(name): str(value) for name, value in event.headers or ()})
        elif isinstance(event, h2.events.DataReceived):
            stream = event.stream_id or 0
            seen.bodies[stream] = seen.bodies.get(stream, b"") + (event.data or b"")
            session.acknowledge_received_data(event.flow_controlled_length, stream)
        elif isinstance(event, h2.events.StreamEnded):
            answer(session, event.stream_id or 0, len(seen.requests) - 1)

    server = StreamServer(("127.0.0.1", 0), handle, ssl_context=tls_context(cert, "h2", "http/1.1"))
    server.start()
    seen.port = server.server_port
    try:
        yield seen
    finally:
        server.stop(timeout=0)


def test_many_requests_share_one_connection(cert: Path) -> None:
    with http2(cert) as server, asking(server.port, scheme="https", ca_file=cert, http2=True) as client:
        found = client.all([Outgoing("GET", f"/{n}", client.authority, (("X-N", "1"),), keep=99) for n in range(50)])
        assert {(each.status, each.body, each.loss) for each in found} == {(200, b"hello", None)}
        assert server.connections == 1
        assert client.ask(keep=2).body == b"he"
        assert server.connections == 1
    first = server.requests[0]
    assert (first[":method"], first[":path"], first[":scheme"], first["x-n"]) == ("GET", "/0", "https", "1")
    head = found[0].head
    assert head is not None
    assert head.fields.lines == (("x-a", "b"),)


def test_no_more_at_a_time_than_the_server_takes(cert: Path) -> None:
    with http2(cert, streams=3) as server, asking(server.port, scheme="https", ca_file=cert, http2=True) as client:
        client.ask()
        found = client.all([Outgoing("GET", "/", client.authority)] * 20)
        assert {each.status for each in found} == {200}
        assert server.most <= 3


def test_a_body_larger_than_the_window(cert: Path) -> None:
    with http2(cert) as server, asking(server.port, scheme="https", ca_file=cert, http2=True) as client:
        assert client.ask(method="POST", body=b"y" * 500_000).status == 200
    assert server.bodies == {1: b"y" * 500_000}
    assert server.requests[0]["content-length"] == "500000"


def test_a_server_without_it_gets_http_1(cert: Path) -> None:
    plain = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with (
        answering(lambda head: [plain], tls=tls_context(cert, "http/1.1")) as server,
        asking(server.port, scheme="https", ca_file=cert, http2=True, most=4) as client,
    ):
        found = client.all([Outgoing("GET", "/", client.authority)] * 12)
        assert {each.status for each in found} == {200}
        client.all([Outgoing("GET", "/", client.authority)] * 12)
        assert 1 < server.connections <= 4


def refusing(session: h2.connection.H2Connection, stream: int, before: int) -> None:
    if before == 0:
        session.reset_stream(stream, ErrorCodes.REFUSED_STREAM)
    else:
        hello(session, stream, before)


def resetting(session: h2.connection.H2Connection, stream: int, before: int) -> None:
    session.reset_stream(stream, ErrorCodes.INTERNAL_ERROR)


def leaving(session: h2.connection.H2Connection, stream: int, before: int) -> None:
    if before == 0:
        session.close_connection(last_stream_id=0)
    else:
        hello(session, stream, before)


def silent(session: h2.connection.H2Connection, stream: int, before: int) -> None:
    """Answer nothing."""


@pytest.mark.parametrize(
    ("answer", "loss", "retried", "connections"),
    [
        pytest.param(refusing, None, True, 1, id="refused, sent again"),
        pytest.param(leaving, None, True, 2, id="goodbye, sent again elsewhere"),
        pytest.param(resetting, Loss.CUT, False, 1, id="reset"),
        pytest.param(silent, Loss.TIMEOUT, False, 1, id="no answer"),
    ],
)
def test_what_servers_may_do(cert: Path, answer: Answer, loss: Loss | None, retried: bool, connections: int) -> None:
    with (
        http2(cert, answer) as server,
        asking(server.port, scheme="https", ca_file=cert, http2=True, timeout_s=0.5) as client,
    ):
        found = client.ask()
        assert (found.loss, found.retried, server.connections) == (loss, retried, connections), found.detail
        assert not client.engine.under_way


def test_frames_that_are_none(cert: Path) -> None:
    def garbage(connection: socket.socket, _: object) -> None:
        connection.recv(65536)
        connection.sendall(b"\xff" * 100)

    server = StreamServer(("127.0.0.1", 0), garbage, ssl_context=tls_context(cert, "h2"))
    server.start()
    try:
        with asking(server.server_port, scheme="https", ca_file=cert, http2=True, timeout_s=2.0) as client:
            found = client.ask()
    finally:
        server.stop(timeout=0)
    assert found.loss in {Loss.PROTOCOL, Loss.CUT}
