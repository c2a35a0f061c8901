"""One request under way with curl: what comes in, and the limits it is held to."""

import asyncio
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pycurl

from scalecheck.gather.arrivals import Arrivals
from scalecheck.model.evidence import Loss

Line = tuple[bytes, bytes]
"""Name and value of a field as sent, without the whitespace around them."""

STATUS_LINE = re.compile(rb"(HTTP/[0-9.]+) ([0-9]{3})(?: (.*))?")
"""Version, status and reason; curl would take `2000` for 200."""
HANDSHAKE = re.compile(rb"TLSv[0-9.]+ \(IN\), TLS handshake, (Certificate \(11\))?")
"""How curl's OpenSSL tells of each message of a handshake that the server sent."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one exchange may take."""

    deadline_s: float = 10.0
    """From the first look-up to the last byte: a byte now and then does not extend it."""
    header_bytes: int = 256 * 1024
    """Of all header sections together, 1xx and trailers included; what Chromium reads (curl itself stops at 300 KB)."""
    header_lines: int = 1000
    """Ten times what Apache and nginx accept of others; no cache in the way would pass more on."""
    body_bytes: int = 8 * 1024 * 1024
    """As transferred; what is behind that is not read."""


AddressRefusal = Callable[[str, str], str | None]
"""From a name and the address it resolved to, to the reason why that is not connected to; None when it may be."""


class Flight:
    """One request under way: what curl hands over piece by piece, and the limits it is held to.

    Nothing in here may raise, since curl would print it and go on; a callback stops the transfer by returning -1.
    """

    def __init__(self, name: str, limits: Limits, address_refusal: AddressRefusal) -> None:
        self._name = name
        self._limits = limits
        self._address_refusal = address_refusal
        self.status = (b"", 0, b"")
        self._header_bytes = 0
        self._header_lines = 0
        self._section_open = False
        self.header_ended = False
        self.lines: list[Line] = []
        self.interim: list[tuple[int, tuple[Line, ...]]] = []
        self.trailers: list[Line] = []
        self.chunks: list[bytes] = []
        self.received = 0
        self.arrivals = Arrivals()
        self._begun_at = 0.0
        """By a clock of its own, when the first line of the answer came."""
        self.truncated = False
        self.stopped: tuple[Loss, str] | None = None
        """Why we ended it ourselves, where that leaves no answer."""
        self.resolved = False
        self.connected = False
        """curl's own moments say nothing of this after a failure."""
        self.tls_version = ""
        self.alpn = ""
        self._handshake_told = False
        self._certificate_sent = False

    @property
    def resumed(self) -> bool | None:
        """Whether the handshake took up an earlier session: then the server sends no certificate (RFC 8446 2.2)."""
        return not self._certificate_sent if self._handshake_told else None

    @property
    def begun(self) -> bool:
        """Whether any of the answer came."""
        return bool(self._header_bytes)

    def header(self, line: bytes) -> int | None:
        """Take one line of a header or trailer section: curl hands each over whole, unfolded, with its line end."""
        if not self._header_bytes:
            self._begun_at = time.perf_counter()
        self._header_bytes += len(line)
        self._header_lines += 1
        if self._header_bytes > self._limits.header_bytes:
            return self._stop(Loss.TOO_LARGE, f"a header of more than {self._limits.header_bytes} bytes")
        if self._header_lines > self._limits.header_lines:
            return self._stop(Loss.TOO_LARGE, f"a header of more than {self._limits.header_lines} lines")
        if self.header_ended:
            self.trailers.append(_split(line))
        elif not self._section_open:
            return self._begin_section(line)
        elif line.strip(b"\r\n"):
            self.lines.append(_split(line))
        else:
            self._end_section()
        return None

    def _begin_section(self, line: bytes) -> int | None:
        matched = STATUS_LINE.fullmatch(line.strip())
        if matched is None:
            return self._stop(Loss.PROTOCOL, f"expected a status line, found {line[:60]!r}")
        self.status = matched[1], int(matched[2]), matched[3] or b""
        self._section_open = True
        return None

    def _stop(self, loss: Loss, reason: str) -> int:
        self.stopped = loss, reason
        return -1

    def _end_section(self) -> None:
        self._section_open = False
        status = self.status[1]
        if 100 <= status < 200 and status != 101:
            self.interim.append((status, tuple(self.lines)))
            self.lines = []
        else:
            self.header_ended = True

    def content(self, chunk: bytes) -> int | None:
        """Take some of the body; stop the transfer at the limit."""
        room = self._limits.body_bytes - self.received
        if len(chunk) > room:
            self.truncated = True
            chunk = chunk[:room]
        self.chunks.append(chunk)
        self.received += len(chunk)
        self.arrivals.add(self.received, time.perf_counter() - self._begun_at)
        return -1 if self.truncated else None

    def open_socket(self, purpose: int, address: Any) -> Any:
        """Return a socket for an address that may be connected to: the last moment to look, after DNS has spoken."""
        self.resolved = True
        reason = self._address_refusal(self._name, str(address.addr[0]))
        if reason is not None:
            self.stopped = Loss.FORBIDDEN, reason
            return pycurl.SOCKET_BAD
        self.stopped = None  # another address of the same name was refused, this one is in order
        opened = socket.socket(address.family, address.socktype, address.protocol)
        asyncio.get_running_loop().call_soon(opened.close)  # curl goes on with a duplicate
        return opened

    def about_to_send(self, *ends: object) -> int:
        """Take note that the connection stands, TLS included."""
        self.connected = True
        return int(pycurl.PREREQFUNC_OK)

    def told(self, kind: int, text: bytes) -> None:
        """Read the handshake out of what curl tells about itself."""
        if kind != pycurl.INFOTYPE_TEXT:
            return
        if text.startswith(b"SSL connection using "):
            self.tls_version = text[21:].split(b" ", 1)[0].decode("latin-1")
        elif text.startswith(b"ALPN: server accepted "):
            self.alpn = text[22:].strip().decode("latin-1")
        elif (message := HANDSHAKE.match(text)) is not None:
            self._handshake_told = True
            self._certificate_sent = self._certificate_sent or message[1] is not None


def _split(line: bytes) -> Line:
    name, _, value = line.partition(b":")
    return name.strip(b" \t\r\n"), value.strip(b" \t\r\n")
