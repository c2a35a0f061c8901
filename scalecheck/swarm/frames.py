"""Messages on held connections, counted as they come: WebSocket frames (RFC 6455) and server-sent events (HTML)."""

import base64
import hashlib
import re
from collections.abc import Callable

from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

KEY_SALT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What the server's proof appends to the key (RFC 6455 section 1.3)."""
LONGEST_EVENT = 1024 * 1024
"""Bytes of one server-sent event."""
_BLANK = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_DATA = re.compile(rb"(?:^|[\r\n])data(?:[:\r\n]|$)")


class FrameError(Exception):
    """What came is no such message, in words for people."""


def proof(key: str) -> str:
    """Return the Sec-WebSocket-Accept that a server answers a key with."""
    return base64.b64encode(hashlib.sha1(key.encode() + KEY_SALT, usedforsecurity=False).digest()).decode()


class WebSocket:
    """The frames of one WebSocket; pings are answered."""

    __slots__ = ("_connection", "_write")

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._connection = Connection(ConnectionType.CLIENT)
        self._write = write

    def take(self, data: bytes) -> int:
        """Take what came; return how many messages were completed by it. FrameError where it is garbled, or the end."""
        count = 0
        try:
            self._connection.receive_data(data)
            for event in self._connection.events():
                if isinstance(event, TextMessage | BytesMessage):
                    count += event.message_finished
                elif isinstance(event, Ping):
                    self._write(self._connection.send(event.response()))
                elif isinstance(event, CloseConnection):  # the server's, or what wsproto makes of garbled frames
                    self._write(self._connection.send(event.response()))
                    raise FrameError(f"closed with code {int(event.code)}")
                elif not isinstance(event, Pong):
                    raise FrameError(f"unexpected {type(event).__name__}")
        except (RemoteProtocolError, LocalProtocolError) as error:
            raise FrameError(f"WebSocket: {error}") from None
        return count

    def close(self) -> None:
        """Say goodbye."""
        self._write(self._connection.send(CloseConnection(code=1001)))


class EventStream:
    """The events of one stream of server-sent events."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def take(self, data: bytes) -> int:
        """Take what came; return how many events were completed by it: blocks with data, comments are none."""
        *blocks, self._rest = _BLANK.split(self._rest + data)
        if len(self._rest) > LONGEST_EVENT:
            raise FrameError(f"an event of more than {LONGEST_EVENT} bytes")
        return sum(_DATA.search(block) is not None for block in blocks)
