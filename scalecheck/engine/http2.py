"""HTTP/2 on one connection: many requests at a time (RFC 9113). The frames are h2's; speed is not the point here."""

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import H2Error, ProtocolError

from scalecheck.engine.head import Head
from scalecheck.model.evidence import Loss
from scalecheck.wire.fields import Fields

if TYPE_CHECKING:
    from scalecheck.engine.engine import Engine
    from scalecheck.engine.exchange import Exchange
    from scalecheck.engine.link import Link
    from scalecheck.engine.pool import Pool

STREAM_WINDOW = 6 * 1024 * 1024
CONNECTION_WINDOW = 15 * 1024 * 1024
"""What Chromium announces."""
FRAME_HEADER = 9
NOT_SENT = frozenset({"connection", "host", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"})
"""Fields of HTTP/1.1 that have no place here (RFC 9113 section 8.2.2)."""


class Stream:
    """One request on its stream."""

    __slots__ = ("exchange", "kept", "unsent")

    def __init__(self, exchange: "Exchange") -> None:
        self.exchange = exchange
        self.kept = b""
        self.unsent = exchange.outgoing.body


class Http2:
    """Carries requests for a pool, as many at a time as the server takes."""

    def __init__(self, engine: "Engine", pool: "Pool", link: "Link", first: "Exchange | None") -> None:
        self._engine = engine
        self._pool = pool
        self._link = link
        self._h2 = H2Connection(H2Configuration(client_side=True, header_encoding="latin-1"))
        self._streams: dict[int, Stream] = {}
        self._numbers: dict[Exchange, int] = {}
        self._waiting: deque[Exchange] = deque()
        """Beyond what the server takes at a time."""
        self._leaving = False
        """The server takes no new requests on this connection."""
        self._closed = self._used = self.idle = False
        link.owner = self
        engine.connections[self] = None
        self._h2.local_settings.enable_push = 0
        self._h2.local_settings.initial_window_size = STREAM_WINDOW
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(CONNECTION_WINDOW)
        self._flush()
        pool.multiplexes(self, first)

    def begin(self, exchange: "Exchange") -> None:
        """Send a request, as soon as the server takes another one."""
        exchange.carrier = self
        if len(self._streams) >= self._h2.remote_settings.max_concurrent_streams:
            self._waiting.append(exchange)
            return
        number = self._h2.get_next_available_stream_id()
        stream = self._streams[number] = Stream(exchange)
        self._numbers[exchange] = number
        exchange.sent_s = self._engine.now()
        fields = list(_fields(self._pool.origin.scheme, exchange))
        self._h2.send_headers(number, fields, end_stream=not stream.unsent)
        self._send_body(number, stream)
        self._flush()

    def write(self, data: bytes) -> None:
        """Refuse: one stream's bytes are not the connection's."""
        raise TypeError("another protocol needs a connection of its own, which HTTP/2 is not")

    def linked(self) -> None:
        """Do nothing: the link was open before."""

    def received(self, data: bytes) -> None:
        """Take what was received."""
        try:
            events = self._h2.receive_data(data)
        except H2Error as error:
            self._flush()
            self.failed(Loss.PROTOCOL, f"HTTP/2: {error}")
            return
        for event in events:
            self._take(event)
        self._flush()
        while self._waiting and len(self._streams) < self._h2.remote_settings.max_concurrent_streams:
            exchange = self._waiting.popleft()
            if not exchange.ended_s:
                self.begin(exchange)
        if not self._streams and not self._closed:
            self._rest()

    def ended(self) -> None:
        """Take the end of what the server sends."""
        self.failed(Loss.CUT, "the connection was closed before the answer")

    def failed(self, loss: Loss, detail: str) -> None:
        """Take note that the connection is no more: what is under way is sent again where that is safe, or lost."""
        streams, self._streams = self._streams, {}
        waiting, self._waiting = self._waiting, deque()
        exchanges = [stream.exchange for stream in streams.values()] + [each for each in waiting if not each.ended_s]
        self.close()
        for exchange in exchanges:
            unseen = loss is Loss.CUT and self._used and not exchange.first_s and exchange.outgoing.idempotent
            self._break_off(exchange, loss, detail, unseen=unseen)

    def give_up(self, exchange: "Exchange", loss: Loss, detail: str) -> None:
        """Cancel one request."""
        number = self._numbers.get(exchange)
        if number is not None:
            self._forget(number)
            self._reset(number)
        exchange.carrier = None
        self._engine.lost(exchange, loss, detail)

    def end(self, loss: Loss, detail: str) -> None:
        """Close the connection; what is under way on it is lost."""
        self._used = False
        self.failed(loss, detail)

    def close(self) -> None:
        """Close the connection, once."""
        if self._closed:
            return
        self._closed = True
        self._link.close()
        self._engine.gone(self)
        self._pool.gone(self)

    def _rest(self) -> None:
        """Wait for the next request, or close where there will be none."""
        if self._leaving or self._pool.closed:
            self.close()
        elif not self.idle:
            self._pool.free(self)

    def _break_off(self, exchange: "Exchange", loss: Loss, detail: str, *, unseen: bool) -> None:
        """Send a request again that the server did not look at; any other is lost."""
        exchange.carrier = None
        if unseen and not exchange.retried:
            exchange.retried = True
            self._pool.again(exchange)
        else:
            self._engine.lost(exchange, loss, detail)

    def _take(self, event: Event) -> None:
        number = getattr(event, "stream_id", None) or 0
        stream = self._streams.get(number)
        if isinstance(event, ConnectionTerminated):
            self._take_goodbye(event)
        elif isinstance(event, RemoteSettingsChanged | WindowUpdated):
            for each, waiting in tuple(self._streams.items()):
                self._send_body(each, waiting)
        elif isinstance(event, DataReceived):
            self._h2.acknowledge_received_data(event.flow_controlled_length, number)
            if stream is not None:
                self._take_body(stream, event)
        elif stream is None:
            return
        elif isinstance(event, ResponseReceived):
            self._take_head(stream.exchange, event)
        elif isinstance(event, StreamEnded):
            self._finish(number, stream)
        elif isinstance(event, StreamReset):
            self._take_reset(number, stream, event)

    def _take_head(self, exchange: "Exchange", event: ResponseReceived) -> None:
        lines = tuple((str(name), str(value)) for name, value in event.headers or ())
        status = next((value for name, value in lines if name == ":status"), "")
        exchange.first_s = exchange.first_s or self._engine.now()
        exchange.status = int(status) if status.isdigit() else 0
        exchange.head = Head.of(exchange.status, Fields(tuple(line for line in lines if not line[0].startswith(":"))))
        if exchange.stream is not None:
            self._engine.endless(exchange)
            exchange.stream(exchange, b"")

    def _take_body(self, stream: Stream, event: DataReceived) -> None:
        exchange, data = stream.exchange, event.data or b""
        exchange.size += event.flow_controlled_length + FRAME_HEADER
        if exchange.stream is not None:
            exchange.stream(exchange, data)
        elif (room := exchange.outgoing.keep - len(stream.kept)) > 0:
            stream.kept += data[:room]

    def _finish(self, number: int, stream: Stream) -> None:
        self._forget(number)
        if stream.unsent:  # answered before all of it was sent
            self._reset(number)
        exchange = stream.exchange
        if exchange.outgoing.keep:
            exchange.body = stream.kept
        exchange.ended_s = self._engine.now()
        exchange.carrier = None
        self._used = True
        self._engine.ended(exchange)
        exchange.done(exchange)

    def _take_reset(self, number: int, stream: Stream, event: StreamReset) -> None:
        self._forget(number)
        refused = event.error_code == ErrorCodes.REFUSED_STREAM
        self._break_off(stream.exchange, Loss.CUT, f"the stream was reset: {_name(event)}", unseen=refused)

    def _take_goodbye(self, event: ConnectionTerminated) -> None:
        """Take a GOAWAY: what is beyond the last stream that it names was not looked at (section 6.8)."""
        self._leaving = True
        self._pool.parts(self)
        last = event.last_stream_id or 0
        beyond = [(number, stream.exchange) for number, stream in self._streams.items() if number > last]
        waiting, self._waiting = self._waiting, deque()
        for number, _ in beyond:
            self._forget(number)
        for exchange in (*(exchange for _, exchange in beyond), *waiting):
            if not exchange.ended_s:
                self._break_off(exchange, Loss.CUT, f"the server said goodbye: {_name(event)}", unseen=True)

    def _send_body(self, number: int, stream: Stream) -> None:
        while stream.unsent:
            room = min(self._h2.local_flow_control_window(number), self._h2.max_outbound_frame_size)
            if room <= 0:
                return
            piece, stream.unsent = stream.unsent[:room], stream.unsent[room:]
            self._h2.send_data(number, piece, end_stream=not stream.unsent)

    def _forget(self, number: int) -> None:
        stream = self._streams.pop(number, None)
        if stream is not None:
            self._numbers.pop(stream.exchange, None)

    def _reset(self, number: int) -> None:
        try:
            self._h2.reset_stream(number, ErrorCodes.CANCEL)
        except ProtocolError:  # it is closed already
            return
        self._flush()

    def _flush(self) -> None:
        if (data := self._h2.data_to_send()) and not self._closed:
            self._link.write(data)


def _fields(scheme: str, exchange: "Exchange") -> Iterator[tuple[str, str]]:
    outgoing = exchange.outgoing
    yield from ((":method", outgoing.method), (":authority", outgoing.authority))
    yield from ((":scheme", scheme), (":path", outgoing.target))
    yield from ((name.lower(), value) for name, value in outgoing.fields if name.lower() not in NOT_SENT)
    if outgoing.body:
        yield "content-length", str(len(outgoing.body))


def _name(event: StreamReset | ConnectionTerminated) -> str:
    code = event.error_code
    return code.name.lower().replace("_", " ") if isinstance(code, ErrorCodes) else str(code)
