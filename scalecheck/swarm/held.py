"""Connections that are held open: as many as the course says at every moment, opened again where one is lost."""

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from scalecheck.engine.engine import Engine, Handle
from scalecheck.engine.exchange import Exchange
from scalecheck.engine.outgoing import Lines, Outgoing
from scalecheck.engine.pool import Pool
from scalecheck.model.evidence import Loss
from scalecheck.model.kinds import Kind
from scalecheck.model.profile import Profile
from scalecheck.model.profile_traffic import Load
from scalecheck.model.user_agents import USER_AGENTS
from scalecheck.plan.courses import Course
from scalecheck.swarm.asked import absolute
from scalecheck.swarm.frames import EventStream, FrameError, WebSocket, proof
from scalecheck.swarm.ledger import Counter, failure_of
from scalecheck.swarm.rows import Drawing, Rows
from scalecheck.swarm.template import Template, Value, query_of

TICK_S = 0.1
"""How often it is looked whether more, or fewer, are to be held."""
AGAIN_S = 3.0
"""How long after a loss a connection is opened again: what browsers wait for event streams."""
EVENTS = "text/event-stream"
MOST_PER_TICK = 200
"""Connections that are opened at once: handshakes of thousands would hold up everything else."""


@dataclass(frozen=True, slots=True)
class HeldRoute:
    """One route whose connections are held."""

    scheme: str
    host: str
    port: int
    authority: str
    target: Template
    marks: Lines
    """Fields that say who asks."""
    fields: tuple[tuple[str, Template], ...]
    connections: int
    """How many at 1x."""
    socket: bool
    """WebSockets; else server-sent events."""
    drawing: Drawing | None = None
    """Its own data; None where it takes its values from any."""

    @property
    def names(self) -> tuple[str, ...]:
        """Its parameters, each once."""
        fields = (name for _, each in self.fields for name in each.names)
        return tuple(dict.fromkeys((*self.target.names, *fields)))

    def outgoing(self, value: Value, fields: Lines) -> Outgoing:
        """Return the request for one row, with further fields."""
        own = tuple((name, each.filled(value)) for name, each in self.fields)
        return Outgoing("GET", self.target.filled(value), self.authority, (*self.marks, *own, *fields))


def held_routes(profile: Profile, rows: Rows, run_id: str) -> Mapping[str, HeldRoute]:
    """Return the routes of a profile whose connections are held, by endpoint, secrets in place.

    LookupError where a parameter has no data.
    """
    found = {}
    for endpoint, load in profile.traffic.routes.items():
        if load.connections is not None:
            target = absolute(profile, endpoint.partition(" ")[2])
            url = target + query_of(target, load.query)
            own = rows.drawings.get(endpoint) if load.data is not None else None
            found[endpoint] = _held_route(profile, url, load, own, run_id)
            for name in found[endpoint].names:
                rows.missing(name, 0.0)
    return found


def _held_route(profile: Profile, url: str, load: Load, drawing: Drawing | None, run_id: str) -> HeldRoute:
    parts, route = urlsplit(url), profile.route_for(url)
    secure = parts.scheme == "https"
    own = {name.lower() for name in load.headers}
    return HeldRoute(
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=parts.port or (443 if secure else 80),
        authority=parts.netloc,
        target=Template.target((parts.path or "/") + (f"?{parts.query}" if parts.query else "")),
        marks=tuple(line for line in _marked(profile, run_id) if line[0].lower() not in own),
        fields=tuple((name, Template(value, literal=profile.revealed)) for name, value in load.headers.items()),
        connections=load.connections or 0,
        socket=route is not None and route.kind is Kind.SOCKET,
        drawing=drawing,
    )


def _marked(profile: Profile, run_id: str) -> Lines:
    """Return who asks, as the profile wants the swarm's requests to be told from others."""
    mark = profile.safety.mark
    agent = USER_AGENTS["chrome-linux"].text
    text = f"{agent} {mark.user_agent_suffix}" if mark.user_agent_suffix else agent
    named = ((mark.header, run_id),) if mark.header else ()
    return (("User-Agent", text), ("Origin", profile.site.rstrip("/")), *named)


class Held:
    """The held connections of one route and one worker."""

    def __init__(
        self,
        engine: Engine,
        route: HeldRoute,
        course: Course,
        counter: Counter,
        *,
        values: Callable[[], Value] = lambda: str,
        shard: int = 0,
        of: int = 1,
    ) -> None:
        """`values` draws a row for the next connection that is opened."""
        self.values = values
        self._engine = engine
        self._route = route
        self._course = course
        self._counter = counter
        self._shard, self._of = shard, of
        self._begins_s = 0.0
        self._open: dict[_One, None] = {}
        self._back_s: list[float] = []
        """When lost ones are opened again."""
        self._timer: Handle | None = None
        self.messages = 0
        """How many came so far."""

    @property
    def held(self) -> int:
        """How many are open, or being opened."""
        return len(self._open)

    def begin(self, at_s: float) -> None:
        """Begin the course at a moment of `time.perf_counter`."""
        self._begins_s = at_s
        self._timer = self._engine.after(max(0.0, at_s - self._engine.now()), self._tick)

    def stop(self) -> None:
        """Close them all."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for one in tuple(self._open):
            one.leave()
        self._open.clear()
        self._back_s.clear()

    def wanted(self, elapsed_s: float) -> int:
        """Return how many this worker holds at a moment of the course."""
        whole = round(self._course.at(elapsed_s) * self._route.connections)
        return (whole - self._shard + self._of - 1) // self._of

    def _tick(self) -> None:
        now = self._engine.now()
        self._timer = self._engine.after(TICK_S, self._tick)
        self._back_s = [moment for moment in self._back_s if moment > now]
        missing = self.wanted(now - self._begins_s) - len(self._open) - len(self._back_s)
        for _ in range(min(missing, MOST_PER_TICK)):
            self._counter.planned(now)
            self._open[_One(self._engine, self._route, self, now)] = None
        while missing < 0:
            missing += 1
            if self._back_s:
                self._back_s.pop()
            else:
                one = next(iter(self._open))
                del self._open[one]
                one.leave()

    def came(self, count: int, size: int) -> None:
        """Count messages, and the bytes that came."""
        self.messages += count
        self._counter.came(self._engine.now(), count, size)

    def over(self, one: "_One", exchange: Exchange, failure: str) -> None:
        """Take note that a connection was refused or lost; it is opened again a while later."""
        if one in self._open:
            del self._open[one]
            self._counter.ended(exchange, failure)
            self._back_s.append(self._engine.now() + AGAIN_S)

    def held_one(self, exchange: Exchange) -> None:
        """Take note that a connection stands: it was answered."""
        exchange.ended_s = exchange.first_s
        self._counter.ended(exchange)
        exchange.ended_s = 0.0
        exchange.size = 0


class _One:
    """One held connection."""

    __slots__ = ("_engine", "_exchange", "_held", "_key", "_pool", "_reader", "_stands", "_why")

    def __init__(self, engine: Engine, route: HeldRoute, held: Held, due_s: float) -> None:
        self._engine = engine
        self._held = held
        self._stands = False
        self._why = ""
        self._reader: WebSocket | EventStream | None = None
        self._key = base64.b64encode(os.urandom(16)).decode()
        fields = _upgrading(self._key) if route.socket else (("Accept", EVENTS), ("Cache-Control", "no-cache"))
        outgoing = route.outgoing(held.values(), fields)
        self._pool = Pool(engine, engine.origin(route.scheme, route.host, route.port), 1, http2=False)
        self._exchange = Exchange(outgoing, due_s, self._ended, stream=self._take)
        self._pool.send(self._exchange)

    def leave(self) -> None:
        """Close it; nothing is counted any more."""
        if isinstance(self._reader, WebSocket) and self._exchange.carrier is not None:
            self._reader.close()
        self._engine.give_up(self._exchange, Loss.INTERRUPTED, "closed by us")
        self._pool.close()

    def _take(self, exchange: Exchange, data: bytes) -> None:
        try:
            if self._reader is None:
                self._reader = self._begin(exchange)
            if data:
                self._held.came(self._reader.take(data), exchange.size)
                exchange.size = 0
        except FrameError as error:
            self._why = str(error)
            self._engine.give_up(exchange, Loss.CUT, self._why)

    def _begin(self, exchange: Exchange) -> "WebSocket | EventStream":
        """Return what reads the messages; FrameError where the answer is not what was asked for."""
        fields = exchange.head.fields if exchange.head is not None else None
        if exchange.status == 101 and exchange.carrier is not None and fields is not None:
            if fields.first("sec-websocket-accept") != proof(self._key):
                raise FrameError("expected the proof of a WebSocket server")
            self._held.held_one(exchange)
            self._stands = True
            return WebSocket(exchange.carrier.write)
        if exchange.status != 200 or fields is None or not (fields.first("content-type") or "").startswith(EVENTS):
            raise FrameError(failure_of(exchange) or f"expected {EVENTS}")
        self._held.held_one(exchange)
        self._stands = True
        return EventStream()

    def _ended(self, exchange: Exchange) -> None:
        if self._stands:
            failure = self._why or "closed by the server"
        else:
            failure = self._why or failure_of(exchange) or "closed by the server"
        if self._stands:  # it was sent and answered once: what is lost now is the connection
            exchange.sent_s, exchange.status = 0.0, 0
        self._held.over(self, exchange, failure)


def _upgrading(key: str) -> Lines:
    return (
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", key),
    )
