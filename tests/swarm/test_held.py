"""Held connections: as many as the course says, their messages counted, and opened again where they are lost."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import gevent
import pytest
from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, Ping, TextMessage

from scalecheck.engine.engine import Engine
from scalecheck.model.load import Key, Part, Tally
from scalecheck.model.profile_file import parse_profile
from scalecheck.plan.courses import Course, Piece
from scalecheck.swarm import held as module
from scalecheck.swarm.data import Source, Table
from scalecheck.swarm.frames import EventStream, FrameError, WebSocket, proof
from scalecheck.swarm.held import Held, HeldRoute, held_routes
from scalecheck.swarm.ledger import Counter
from scalecheck.swarm.player import ShardPlayer
from scalecheck.swarm.rows import Rows
from scalecheck.swarm.script import Script
from scalecheck.swarm.template import Template
from tests.engine.servers import CLOSE, Pieces, Seen, answering

EVENTS_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
STEADY = Course((Piece(100.0, 1.0, 1.0),))


def frame(*events: TextMessage | Ping | CloseConnection) -> bytes:
    server = Connection(ConnectionType.SERVER)
    return b"".join(server.send(each) for each in events)


def accepting(*pieces: bytes | None) -> Callable[[bytes], Pieces]:
    def answer(head: bytes) -> Pieces:
        key = re.search(rb"Sec-WebSocket-Key: (\S+)", head)
        assert key is not None
        accept = f"Sec-WebSocket-Accept: {proof(key[1].decode())}\r\n\r\n".encode()
        return [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + accept, *pieces]

    return answer


def events(*pieces: bytes | None) -> Callable[[bytes], Pieces]:
    return lambda head: [EVENTS_HEAD, *pieces]


@contextmanager
def holding(
    answer: Callable[[bytes], Pieces], *, socket: bool, connections: int = 3, course: Course = STEADY
) -> Iterator[tuple[Held, Counter, Seen]]:
    with answering(answer) as server:
        engine = Engine()
        begins_s = engine.now()
        counter = Counter(Key(Part.ROUTE, "GET /live"), begins_s)
        fields = (("X", Template("y")),)
        target = Template.target("/live")
        route = HeldRoute("http", "127.0.0.1", server.port, "127.0.0.1", target, (), fields, connections, socket)
        held = Held(engine, route, course, counter)
        held.begin(begins_s)
        try:
            yield held, counter, server
        finally:
            held.stop()
            engine.close()


def until(true: Callable[[], bool]) -> None:
    with gevent.Timeout(5):
        while not true():
            gevent.sleep(0.005)


def total(counter: Counter) -> Tally:
    tallies = list(counter.take().values())
    failed: dict[str, int] = {}
    for tally in tallies:
        for why, count in tally.failed.items():
            failed[why] = failed.get(why, 0) + count
    return Tally(
        planned=sum(each.planned for each in tallies),
        sent=sum(each.sent for each in tallies),
        answered=sum(each.answered for each in tallies),
        messages=sum(each.messages for each in tallies),
        failed=failed,
    )


@pytest.mark.parametrize(
    ("socket", "answer"),
    [
        pytest.param(True, accepting(frame(TextMessage("a"), Ping(), TextMessage("b"))), id="WebSocket"),
        pytest.param(False, events(b"data: a\n\n: no event\n\nda", b"ta: b\r\n\r\nevent: x\n\n"), id="events"),
    ],
)
def test_connections_are_held_and_messages_counted(socket: bool, answer: Callable[[bytes], Pieces]) -> None:
    def silent(head: bytes) -> Pieces:
        return [*answer(head), *([b""] * 1000)]

    with holding(silent, socket=socket) as (held, counter, server):
        until(lambda: held.messages == 6)
        gevent.sleep(0.05)
        assert (held.held, held.messages, server.connections) == (3, 6, 3)
        assert total(counter) == Tally(planned=3, sent=3, answered=3, messages=6)
        assert b"X: y" in server.heads[0]


LOSSES = [
    ("refused", True, lambda head: [b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"], "status 403", 0),
    ("refused with a body", True, lambda head: [b"HTTP/1.1 503 X\r\nContent-Length: 9\r\n\r\nabc"], "status 503", 0),
    ("no proof", True, lambda head: [b"HTTP/1.1 101 X\r\nSec-WebSocket-Accept: x\r\n\r\n"],
     "expected the proof of a WebSocket server", 0),
    ("no stream", False, lambda head: [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nabc"],
     "expected text/event-stream", 0),
    ("cut", False, events(b"data: a\n\n", CLOSE), "closed by the server", 1),
    ("cut off", True, accepting(CLOSE), "closed by the server", 1),
    ("said goodbye", True, accepting(frame(CloseConnection(code=1001))), "closed with code 1001", 1),
    ("no frames", True, accepting(b"\xff" * 50), "closed with code 1002", 1),
    ("never answered", False, lambda head: [CLOSE], "cut", 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("socket", "answer", "failure", "answered"), [pytest.param(*row[1:], id=row[0]) for row in LOSSES]
)
def test_what_is_refused_or_lost_is_opened_again(
    socket: bool,
    answer: Callable[[bytes], Pieces],
    failure: str,
    answered: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "AGAIN_S", 0.01)
    with holding(answer, socket=socket, connections=1) as (_, counter, server):
        until(lambda: server.connections >= 3)
        found = total(counter)
    assert all(each.startswith(failure) for each in found.failed), found.failed
    assert found.lost >= 2
    assert (found.answered > 0) == bool(answered)


def test_fewer_are_held_when_the_course_goes_down() -> None:
    course = Course((Piece(0.3, 1.0, 1.0), Piece(100.0, 0.2, 0.2)))
    with holding(events(*([b""] * 1000)), socket=False, connections=10, course=course) as (held, counter, _):
        until(lambda: held.held == 10)
        until(lambda: held.held == 2)
        assert total(counter).failed == {}


@pytest.mark.parametrize("of", [1, 2, 3, 7])
@pytest.mark.parametrize("level", [0.0, 0.04, 1.0, 2.5])
def test_shards_hold_what_one_would(of: int, level: float) -> None:
    engine = Engine()
    route = HeldRoute("http", "127.0.0.1", 1, "127.0.0.1", Template.target("/"), (), (), 10, True)
    course = Course((Piece(10.0, level, level),))
    counter = Counter(Key(Part.ROUTE, "GET /"), 0.0)
    shards = [Held(engine, route, course, counter, shard=shard, of=of).wanted(5.0) for shard in range(of)]
    engine.close()
    assert sum(shards) == round(level * 10)
    assert max(shards) - min(shards) <= 1


def test_pings_are_answered() -> None:
    sent: list[bytes] = []
    socket = WebSocket(sent.append)
    assert socket.take(frame(Ping(payload=b"x"))) == 0
    assert len(sent) == 1


def test_a_message_in_fragments_is_one() -> None:
    first = frame(TextMessage("a", message_finished=False))
    socket = WebSocket(lambda data: None)
    assert socket.take(first) == 0


@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_events_are_the_same_however_they_are_cut(piece: int) -> None:
    data = b"data: a\n\ndata\n\n: comment\n\nid: 1\r\ndata: b\r\n\r\nevent: x\rdata: c\r\r"
    stream = EventStream()
    assert sum(stream.take(data[at : at + piece]) for at in range(0, len(data), piece)) == 4


def test_an_endless_event_is_refused() -> None:
    stream = EventStream()
    with pytest.raises(FrameError, match="event of more than"):
        stream.take(b"data: " + b"x" * 2_000_000)


PROFILE = """\
scalecheck: 1
site: https://shop.example:8443
routes: {live: {path: "/live/**", kind: socket}, feed: {path: /feed, kind: api}}
safety: {mark: {user_agent_suffix: "scalecheck {room}", header: X-Run}}
traffic:
  normal: 0.001 pages/s
  shapes: {s: [{hold: 1x, for: 100s}]}
  routes:
    GET /live/all: {connections: 20, headers: {Authorization: "Bearer ${env:TOKEN}"}, query: {room: "a b"}}
    GET /live/{room}: {connections: 3, data: {from: rooms.csv}, query: {as: "{who}&co"}, headers: {X-Room: "{room} ${env:TOKEN}"}}
    GET /feed: {connections: 5, headers: {user-agent: mine}}
    GET /other: {rate: 1/s}
"""  # noqa: E501
ROOMS = Table(("room",), (("red room",), ("a/b",)))
PEOPLE = Table(("who",), (("ann",), ("bob",)))
ROWS = Rows({"rooms.csv": ROOMS, "people.csv": PEOPLE}, {"GET /live/{room}": Source("rooms.csv", "random")})


def routes(text: str = PROFILE, rows: Rows = ROWS) -> Mapping[str, HeldRoute]:
    return held_routes(parse_profile(text, {"TOKEN": "hunter2{room}"}), rows, "run-1")


def test_held_routes_of_a_profile() -> None:
    found = routes()
    live, feed = found["GET /live/all"], found["GET /feed"]
    assert (live.scheme, live.host, live.port, live.authority) == ("https", "shop.example", 8443, "shop.example:8443")
    assert (live.connections, live.socket, feed.connections, feed.socket, len(found)) == (20, True, 5, False, 3)
    asked = live.outgoing(str, (("Z", "z"),))
    assert (asked.target, asked.authority) == ("/live/all?room=a+b", "shop.example:8443")
    fields = dict(asked.fields)
    assert fields["User-Agent"].endswith(" scalecheck {room}")
    assert (fields["X-Run"], fields["Origin"], fields["Z"]) == ("run-1", "https://shop.example:8443", "z")
    assert fields["Authorization"] == "Bearer hunter2{room}"
    assert [value for name, value in feed.outgoing(str, ()).fields if name.lower() == "user-agent"] == ["mine"]


HELD = [
    (0.0, "/live/red%20room?as=ann%26co", "red room hunter2{room}"),
    (0.49, "/live/red%20room?as=ann%26co", "red room hunter2{room}"),
    (0.5, "/live/a%2Fb?as=bob%26co", "a/b hunter2{room}"),
    (0.999, "/live/a%2Fb?as=bob%26co", "a/b hunter2{room}"),
]


@pytest.mark.parametrize(("share", "target", "field"), HELD)
def test_held_routes_take_their_values_from_data(share: float, target: str, field: str) -> None:
    route = routes()["GET /live/{room}"]
    assert (route.names, route.socket) == (("room", "who"), True)
    asked = route.outgoing(ROWS.values(route.drawing, share), ())
    assert (asked.target, dict(asked.fields)["X-Room"]) == (target, field)


def test_held_routes_without_data_of_their_own_take_any() -> None:
    text = PROFILE.replace("data: {from: rooms.csv}, ", "").replace("rate: 1/s", "rate: 1/s, data: {from: rooms.csv}")
    rows = Rows({"rooms.csv": ROOMS, "people.csv": PEOPLE}, {"GET /other": Source("rooms.csv", "random")})
    route = routes(text, rows)["GET /live/{room}"]
    assert route.drawing is None
    assert route.outgoing(rows.values(None, 0.7), ()).target == "/live/a%2Fb?as=bob%26co"


def test_a_held_parameter_without_data_is_told_before_anything_is_held() -> None:
    with pytest.raises(LookupError, match="no data has a column who"):
        routes(rows=Rows({"rooms.csv": ROOMS}, {}))


@pytest.mark.parametrize("shards", [1, 2])
def test_every_connection_draws_a_row_and_the_same_in_every_run(shards: int) -> None:
    def play() -> list[str]:
        with answering(events(*([b""] * 1000))) as server:
            text = PROFILE.replace("https://shop.example:8443", f"http://127.0.0.1:{server.port}")
            text = text.replace("connections: 20", "connections: 1").replace("connections: 5", "connections: 1")
            profile = parse_profile(text.replace("kind: socket", "kind: api"), {"TOKEN": "t"})
            tables = {"rooms.csv": ROOMS, "people.csv": PEOPLE}
            sources = {"GET /live/{room}": Source("rooms.csv", "random")}
            script = Script(profile.portable(), "s", 4.0, 7, "run-1", "2026-11-27", tables=tables, sources=sources)
            players = [ShardPlayer(script, profile, shard=shard, of=shards) for shard in range(shards)]
            for player in players:
                player.begin(time.perf_counter())
            until(lambda: sum(b"text/event-stream" in head for head in server.heads) == 20)
            for player in players:
                player.close()
            asked = [head.split(b" ")[1].decode() for head in server.heads]
        return sorted(each for each in asked if "as=" in each)

    first = play()
    assert len(first) == 12
    assert set(first) == {"/live/red%20room?as=ann%26co", "/live/a%2Fb?as=bob%26co"}
    assert play() == first
