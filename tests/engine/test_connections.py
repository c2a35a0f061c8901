"""Connections are kept, closed, opened and given up as servers and this machine allow."""

import _socket
import errno
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import gevent
import pytest
from gevent.server import StreamServer

from scalecheck.engine.engine import Engine
from scalecheck.engine.exchange import Exchange
from scalecheck.engine.outgoing import Outgoing
from scalecheck.engine.pool import Pool
from scalecheck.model.evidence import Loss
from tests.engine.asking import asking
from tests.engine.servers import CLOSE, Pieces, answering

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def ok(head: bytes) -> Pieces:
    return [OK]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_connection_is_kept() -> None:
    with answering(ok) as server, asking(server.port) as client:
        found = [client.ask() for _ in range(5)]
        assert (server.connections, client.engine.opened) == (1, 1)
    assert [each.opened for each in found] == [True, False, False, False, False]


def test_a_connection_that_the_server_closes_is_not() -> None:
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    with answering(lambda head: [closing, CLOSE]) as server, asking(server.port) as client:
        assert [client.ask().status for _ in range(3)] == [200] * 3
        assert server.connections == 3


@pytest.mark.parametrize(("method", "loss"), [("GET", None), ("DELETE", None), ("POST", Loss.CUT)])
def test_a_kept_connection_that_was_closed_is_replaced_where_that_is_safe(method: str, loss: Loss | None) -> None:
    """The server answers once on each connection, and closes it once the next request has come."""
    turn = iter(range(10))
    with (
        answering(lambda head: [OK] if next(turn) in {0, 2} else [CLOSE]) as server,
        asking(server.port) as client,
    ):
        first, second = client.ask(), client.ask(method=method)
    assert (first.loss, first.retried) == (None, False)
    assert (second.loss, second.retried) == (loss, loss is None)


def test_it_is_replaced_once() -> None:
    turn = iter(range(10))
    with answering(lambda head: [OK] if next(turn) == 0 else [CLOSE]) as server, asking(server.port) as client:
        client.ask()
        found = client.ask()
        assert (found.loss, found.retried) == (Loss.CUT, True)
        assert len(server.heads) == 3


def test_a_new_connection_that_is_closed_is_a_loss() -> None:
    with answering(lambda head: [CLOSE]) as server, asking(server.port) as client:
        found = client.ask()
        assert (found.loss, found.retried, len(server.heads)) == (Loss.CUT, False, 1)


def test_an_idle_connection_that_the_server_closes_is_no_loss() -> None:
    with answering(lambda head: [OK, CLOSE]) as server, asking(server.port) as client:
        client.ask()
        gevent.sleep(0.02)
        assert client.engine.sockets == 0
        assert client.ask().status == 200


def test_what_nobody_asked_for_ends_the_connection() -> None:
    with answering(lambda head: [OK, OK]) as server, asking(server.port) as client:
        client.ask()
        gevent.sleep(0.02)
        assert client.engine.sockets == 0
        assert client.ask().body is None
        assert server.connections == 2


@pytest.mark.parametrize(("most", "connections"), [(1, 1), (6, 6), (50, 20)])
def test_no_more_connections_than_allowed(most: int, connections: int) -> None:
    with answering(ok) as server, asking(server.port, most=most) as client:
        found = client.all([Outgoing("GET", f"/{number}", client.authority) for number in range(20)])
        assert [each.status for each in found] == [200] * 20
        assert server.connections == connections
        assert len(server.heads) == 20


@pytest.mark.slow
def test_fifteen_hundred_kept_connections_stay_so() -> None:
    """Also those whose descriptors are beyond 1024, which select() cannot look at."""
    with answering(ok) as server, asking(server.port) as client:
        pools = [Pool(client.engine, client.pool.origin, 1) for _ in range(1500)]
        for _ in range(5):
            ended: list[Exchange] = []
            outgoing = Outgoing("GET", "/", client.authority)
            for pool in pools:
                pool.send(Exchange(outgoing, client.engine.now(), ended.append))
            while len(ended) < len(pools):
                gevent.sleep(0.01)
            assert {each.status for each in ended} == {200}
        assert server.connections == 1500
        assert client.engine.opened == 1500


def test_those_that_wait_longest_are_closed_when_too_many_wait() -> None:
    with answering(ok) as server, asking(server.port, most=10, idle_most=4) as client:
        client.all([Outgoing("GET", "/", client.authority)] * 10)
        assert client.engine.sockets == 4
        client.all([Outgoing("GET", "/", client.authority)] * 4)
        assert server.connections == 10


def test_nobody_listens() -> None:
    with asking(free_port()) as client:
        found = client.ask()
    assert (found.loss, found.detail, found.sent_s) == (Loss.REFUSED, "connection refused", 0.0)


class Unopened:
    """A socket whose connection never opens."""

    def __init__(self, code: int) -> None:
        self._code = code

    def connect_ex(self, address: object) -> int:
        return self._code

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("code", "loss"),
    [
        (errno.ECONNREFUSED, Loss.REFUSED),
        (errno.ECONNRESET, Loss.CUT),
        (errno.ENETUNREACH, Loss.UNREACHABLE),
        (errno.EADDRNOTAVAIL, Loss.GENERATOR),
    ],
    ids=["nobody listens", "the server went meanwhile", "no way there", "no more ports here"],
)
def test_why_no_connection_was_opened(code: int, loss: Loss, monkeypatch: pytest.MonkeyPatch) -> None:
    with asking(80) as client:
        monkeypatch.setattr(client.engine, "socket", lambda family: Unopened(code))
        found = client.ask()
    assert (found.loss, found.sent_s) == (loss, 0.0)


def test_a_name_that_there_is_not() -> None:
    with asking(80, host="no-such-host.invalid") as client:
        found = client.ask()
    assert found.loss is Loss.DNS
    assert "no-such-host.invalid" in found.detail


def test_a_name_is_looked_up_once() -> None:
    with answering(ok) as server, asking(server.port, host="localhost", most=20) as client:
        found = client.all([Outgoing("GET", "/", client.authority)] * 20)
        assert [each.status for each in found] == [200] * 20


def test_the_next_address_is_tried_where_one_refuses() -> None:
    with answering(ok) as server, asking(server.port, host="localhost") as client:
        origin = client.pool.origin
        origin._addresses = ((socket.AF_INET, ("127.0.0.1", free_port())), (socket.AF_INET, ("127.0.0.1", server.port)))
        assert [client.ask().status for _ in range(4)] == [200] * 4


def test_a_request_that_waits_too_long_for_a_connection_times_out() -> None:
    with answering(lambda head: []) as server, asking(server.port, most=1, timeout_s=0.2) as client:
        found = client.all([Outgoing("GET", f"/{number}", client.authority) for number in range(3)])
        assert [each.loss for each in found] == [Loss.TIMEOUT] * 3
        assert [bool(each.sent_s) for each in found] == [True, False, False]
        assert not client.engine.under_way


def test_an_answer_after_a_timeout_is_nobodys() -> None:
    slow = [b"HTTP/1.1 200 OK\r\n"] + [b"X: y\r\n"] * 200 + [b"\r\n"]
    with answering(lambda head: slow) as server, asking(server.port, timeout_s=0.1, most=1) as client:
        assert client.ask().loss is Loss.TIMEOUT
        assert client.ask().loss is Loss.TIMEOUT
        assert server.connections == 2


def test_no_descriptor_left_is_the_generators_fault() -> None:
    with answering(ok) as server, asking(server.port, most=10_000, timeout_s=0.3) as client, few_files():
        pool = Pool(client.engine, client.pool.origin, 10_000)
        ended: list[Exchange] = []
        for _ in range(400):
            pool.send(Exchange(Outgoing("GET", "/", client.authority), client.engine.now(), ended.append))
        while len(ended) < 400:
            gevent.sleep(0.01)
    losses = {each.loss for each in ended}
    assert Loss.GENERATOR in losses
    assert losses <= {None, Loss.GENERATOR, Loss.TIMEOUT}  # the server beside us has no more descriptors either


@contextmanager
def few_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket() as highest:
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest.fileno() + 40, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_idle_connections_make_room_for_new_ones() -> None:
    with answering(ok) as server, asking(server.port) as client:
        client.all([Outgoing("GET", "/", client.authority)] * 6)
        assert client.engine.sockets == 6
        refused = iter([OSError(errno.EMFILE, "too many open files")])
        made = client.engine.socket

        def scarce(family: int) -> _socket.socket:
            for error in refused:
                raise error
            return made(family)

        other = Pool(client.engine, client.pool.origin, 1)
        client.engine.socket = scarce  # type: ignore[method-assign]  # the limit itself would hit the server as well
        client.pool, kept = other, client.pool
        assert client.ask().loss is Loss.GENERATOR
        assert client.ask().status == 200
        kept.close()
        assert client.engine.sockets == 1


def test_a_closed_pool_closes_its_connections() -> None:
    with answering(ok) as server, asking(server.port) as client:
        client.all([Outgoing("GET", "/", client.authority)] * 6)
        client.pool.close()
        assert client.engine.sockets == 0
        assert client.ask().status == 200
        assert client.engine.sockets == 0


def test_closing_the_engine_loses_what_is_under_way() -> None:
    ended: list[Exchange] = []
    with answering(lambda head: []) as server:
        engine = Engine()
        pool = Pool(engine, engine.origin("http", "127.0.0.1", server.port), 2)
        for _ in range(5):
            pool.send(Exchange(Outgoing("GET", "/", "127.0.0.1"), engine.now(), ended.append))
        gevent.sleep(0.02)
        engine.close()
        gevent.sleep(0)
    assert [each.loss for each in ended] == [Loss.INTERRUPTED] * 5
    assert (engine.sockets, len(engine.connections), len(engine.under_way)) == (0, 0, 0)


def test_a_large_request_goes_out_whole_to_a_slow_reader() -> None:
    """Larger than what socket buffers take at once."""
    received: list[int] = []

    def slowly(connection: socket.socket, _: object) -> None:
        total = 0
        while total < 8_000_000:
            gevent.sleep(0.001)
            total += len(connection.recv(200_000))
        received.append(total)
        connection.sendall(OK)

    server = StreamServer(("127.0.0.1", 0), slowly)
    server.start()
    try:
        with asking(server.server_port) as client:
            assert client.ask(method="POST", body=b"y" * 8_000_000).status == 200
    finally:
        server.stop(timeout=0)
    assert received[0] > 8_000_000


def test_what_is_sent() -> None:
    with answering(ok) as server, asking(server.port) as client:
        client.ask("/a?b=c", fields=(("User-Agent", "scalecheck"), ("X", "a\r\nInjected: b")))
        client.ask("/a", method="POST", body=b"{}")
    authority = f"127.0.0.1:{server.port}".encode()
    assert (
        server.heads[0] == b"GET /a?b=c HTTP/1.1\r\nHost: %b\r\nUser-Agent: scalecheck\r\nX: aInjected: b" % authority
    )
    assert server.heads[1] == b"POST /a HTTP/1.1\r\nHost: %b\r\nContent-Length: 2" % authority
    assert server.bodies == [b"", b"{}"]


def test_extended_requests() -> None:
    plain = Outgoing("GET", "/", "shop.test", (("A", "1"),))
    extended = plain.extended((("Cookie", "a=1"),))
    assert extended.data == b"GET / HTTP/1.1\r\nHost: shop.test\r\nA: 1\r\nCookie: a=1\r\n\r\n"
    assert extended.fields == (("A", "1"), ("Cookie", "a=1"))
    assert plain.data == b"GET / HTTP/1.1\r\nHost: shop.test\r\nA: 1\r\n\r\n"


def test_endless_answers_are_handed_on_as_they_come() -> None:
    events = [b"data: %d\n\n" % number for number in range(5)]
    pieces = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]
    pieces += [b"%x\r\n%b\r\n" % (len(each), each) for each in events]
    received: list[bytes] = []
    ended: list[Exchange] = []
    with answering(lambda head: [*pieces, b"", CLOSE]) as server, asking(server.port, timeout_s=0.05) as client:
        outgoing = Outgoing("GET", "/", client.authority)
        stream = Exchange(outgoing, client.engine.now(), ended.append, stream=lambda _, data: received.append(data))
        client.pool.send(stream)
        while not ended:
            gevent.sleep(0.01)
    assert received == [b"", *events]  # first that the answer has begun
    assert (stream.status, stream.loss) == (0, Loss.CUT)


def test_another_protocol_that_was_asked_for() -> None:
    received: list[bytes] = []
    ended: list[Exchange] = []

    def upgrade(exchange: Exchange, data: bytes) -> None:
        received.append(data)
        if not data and exchange.carrier is not None:
            exchange.carrier.write(b"ping")

    switching = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"
    with answering(lambda head: [switching, b"pong", CLOSE]) as server, asking(server.port) as client:
        exchange = Exchange(Outgoing("GET", "/", client.authority), client.engine.now(), ended.append, stream=upgrade)
        client.pool.send(exchange)
        while not ended:
            gevent.sleep(0.01)
    assert b"".join(received) == b"pong"
    assert (exchange.status, exchange.loss) == (101, None)
