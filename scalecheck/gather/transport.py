"""The transport under httpx: libcurl, driven by asyncio.

curl rather than httpx's own transport, because it tells what the evidence needs (durations by phase, field lines as
sent, 1xx answers, bytes on the wire, the address, TLS version and ALPN), can connect to a chosen address, and keeps
its pace with many requests at once (benchmarks/transport.py). pycurl is known to this module, `flight`, `losses` and
`certificates` only.

Nothing is done behind the caller's back: no redirects, no cookies, no decoding, no proxy from the environment. A proxy
would answer for the site, and its address and its TLS would stand in the evidence. Where one is named all the same,
since the site is out of reach without it, that is so, and the proxy decides where it connects to.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import pycurl

from scalecheck.gather.certificates import trust
from scalecheck.gather.flight import AddressRefusal, Flight, Limits, Line
from scalecheck.gather.losses import Lost, loss_of, system_reason, tls_reason
from scalecheck.model.evidence import Loss, Timings, Tls
from scalecheck.model.profile_proxy import Proxy

METHODS_WITHOUT_BODY = frozenset({"GET", "HEAD"})
CONNECTIONS_KEPT = 256
"""Idle connections that wait to be used again; more than any sensible concurrency."""
FORBIDDEN_IN_VALUES = frozenset(b"\r\n\0")
TCHAR = frozenset(b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
"""What field names and methods consist of (RFC 9110 section 5.6.2)."""
_OPTIONS: tuple[tuple[int, Any], ...] = (
    (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
    (pycurl.FOLLOWLOCATION, 0),
    (pycurl.PROXY, ""),
    (pycurl.NOPROXY, "*"),
    (pycurl.NOSIGNAL, 1),
    (pycurl.PATH_AS_IS, 1),
    (pycurl.HTTP09_ALLOWED, 0),
    (pycurl.USERAGENT, ""),
)

_OLD_TLS: tuple[tuple[int, Any], ...] = (
    (pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_0 | pycurl.SSLVERSION_MAX_TLSv1_1),
    (pycurl.SSL_CIPHER_LIST, "DEFAULT:@SECLEVEL=0"),  # OpenSSL 3 offers these versions at no other level
)

SUPPRESS_CONNECT_HEADERS = 265
"""Of curl's options; pycurl has no name for it. What a proxy answers to CONNECT is not the site's."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What the answer's message does not say; under `wire` in the extensions of every response."""

    timings: Timings
    remote_address: str
    tls: Tls | None
    wire_bytes: int
    header_bytes: int
    """0 where it travelled compressed, on HTTP/2 and 3, and behind a proxy, whose own curl counts with it."""
    arrivals: tuple[tuple[int, float], ...]
    """Bytes of the body so far, and seconds since the answer began, each time more came."""
    truncated: bool
    """The body was longer than the limit."""
    interim: tuple[tuple[int, tuple[Line, ...]], ...]
    """1xx answers that came first."""
    trailers: tuple[Line, ...]
    reused: bool
    """The connection had carried a request before."""


class CurlTransport(httpx.AsyncBaseTransport):
    """Sends requests with libcurl; one multi handle, so one event loop.

    Extensions that a request may carry: `connect_to`, a `host:port` to connect to instead of the URL's own; `fresh`,
    true for a connection of its own that nothing else uses; and `old_tls`, true to offer TLS 1.0 and 1.1 only. Raises
    Lost for every request without an answer. A cancelled request is taken off the multi handle and its connection
    closed before CancelledError goes on.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        address_refusal: AddressRefusal = lambda name, address: None,
        ca_file: Path | None = None,
        verify: bool = True,
        h2c: bool = False,
        proxy: Proxy | None = None,
    ) -> None:
        self._limits = limits
        self._proxy = proxy
        self._address_refusal = address_refusal
        self._options = (
            *_OPTIONS,
            *(_through(proxy) if proxy is not None else ()),
            *trust(ca_file, verify=verify),
            (pycurl.TIMEOUT_MS, max(1, round(limits.deadline_s * 1000))),
        )
        self._plain_version = pycurl.CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE if h2c else pycurl.CURL_HTTP_VERSION_1_1
        self._multi = pycurl.AsyncCurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, CONNECTIONS_KEPT)
        # One request at a time on a connection, also over HTTP/2. Driven by events, libcurl (8.23) now and then reads
        # the answer of one stream while it serves another and forgets it: the site has answered, we say it has not.
        self._multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_NOTHING)
        self._idle: list[Any] = []
        self._tls: dict[int, Tls] = {}
        """By connection: only the request that opened it saw the handshake."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the final answer, its body read up to the limit; Lost when there is none."""
        name = connects_to(request) if self._proxy is None else self._proxy.host
        flight = Flight(name, self._limits, self._address_refusal)
        lines = _field_lines(request)
        body = await request.aread()
        curl = self._idle.pop() if self._idle else pycurl.Curl()
        try:
            self._prepare(curl, request, lines, body, flight)
            try:
                await self._multi.perform(curl)
            except pycurl.error as error:
                if not flight.truncated:
                    raise _lost(curl, flight, *error.args[:2]) from None
            if not flight.header_ended:
                raise _lost(curl, flight, pycurl.E_GOT_NOTHING, "the header does not end")
            return self._response(curl, request, flight)
        finally:
            self._put_back(curl)

    async def aclose(self) -> None:
        """Close every connection; requests under way are cancelled."""
        await self._multi.aclose()
        while self._idle:
            self._idle.pop().close()

    def _put_back(self, curl: Any) -> None:
        if self._multi.closed:
            curl.close()
        else:
            curl.reset()  # also lets go of the flight that its callbacks belong to
            self._idle.append(curl)

    def _prepare(self, curl: Any, request: httpx.Request, lines: list[bytes], body: bytes, flight: Flight) -> None:
        for option, value in self._options:
            curl.setopt(option, value)
        curl.setopt(pycurl.URL, _url(request.url))
        curl.setopt(pycurl.HTTPHEADER, lines)
        curl.setopt(pycurl.HEADERFUNCTION, flight.header)
        curl.setopt(pycurl.WRITEFUNCTION, flight.content)
        curl.setopt(pycurl.OPENSOCKETFUNCTION, flight.open_socket)
        curl.setopt(pycurl.PREREQFUNCTION, flight.about_to_send)
        if request.url.scheme == "https":
            curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
            curl.setopt(pycurl.VERBOSE, 1)  # the only way to learn the TLS version; costs nothing measurable
            curl.setopt(pycurl.DEBUGFUNCTION, flight.told)
        else:
            curl.setopt(pycurl.HTTP_VERSION, self._plain_version)
        if (address := request.extensions.get("connect_to")) is not None:
            curl.setopt(pycurl.CONNECT_TO, [f"::{address}"])
        for option, value in _OLD_TLS if request.extensions.get("old_tls") else ():
            curl.setopt(option, value)
        if request.extensions.get("fresh"):
            curl.setopt(pycurl.FRESH_CONNECT, 1)
            curl.setopt(pycurl.FORBID_REUSE, 1)
        _set_method(curl, request.method, body)

    def _response(self, curl: Any, request: httpx.Request, flight: Flight) -> httpx.Response:
        version, status, reason = flight.status
        reused = curl.getinfo(pycurl.NUM_CONNECTS) == 0
        counted = self._proxy is None and version.startswith(b"HTTP/1")
        wire = Wire(
            timings=_timings(curl, reused=reused),
            remote_address=_address(curl.getinfo(pycurl.PRIMARY_IP), curl.getinfo(pycurl.PRIMARY_PORT)),
            tls=self._handshake(curl, flight) if request.url.scheme == "https" else None,
            wire_bytes=flight.received,
            header_bytes=curl.getinfo(pycurl.HEADER_SIZE) if counted else 0,
            arrivals=flight.arrivals.marks,
            truncated=flight.truncated,
            interim=tuple(flight.interim),
            trailers=tuple(flight.trailers),
            reused=reused,
        )
        return httpx.Response(
            status,
            headers=flight.lines,
            stream=httpx.ByteStream(b"".join(flight.chunks)),
            request=request,
            extensions={"http_version": version, "reason_phrase": reason, "wire": wire},
        )

    def _handshake(self, curl: Any, flight: Flight) -> Tls | None:
        connection = curl.getinfo(pycurl.CONN_ID)
        if connection not in self._tls and flight.tls_version:
            self._tls[connection] = Tls(flight.tls_version, flight.alpn, flight.resumed)
        return self._tls.get(connection)


def _through(proxy: Proxy) -> tuple[tuple[int, Any], ...]:
    """Return what leads every request through a proxy, which hears of the site's fields only what plain http shows."""
    user, _, password = proxy.authorization.partition(":")
    named = (
        (pycurl.PROXYAUTH, pycurl.HTTPAUTH_BASIC),
        (pycurl.PROXYUSERNAME, user.encode()),
        (pycurl.PROXYPASSWORD, password.encode()),
    )
    return (
        (pycurl.PROXY, f"http://{_address(proxy.host, proxy.port)}"),
        (pycurl.NOPROXY, ""),
        (pycurl.HEADEROPT, pycurl.HEADER_SEPARATE),
        (SUPPRESS_CONNECT_HEADERS, 1),
        *(named if proxy.authorization else ()),
    )


def connects_to(request: httpx.Request) -> str:
    """Return the name or literal address that a request connects to."""
    address = request.extensions.get("connect_to")
    return request.url.host if address is None else str(address).rpartition(":")[0].strip("[]")


def _url(url: httpx.URL) -> bytes:
    """Return the URL in the parts that httpx, and so the rules, read; curl's own parser gets nothing to reinterpret."""
    return b"%s://%s%s" % (url.raw_scheme, url.netloc, url.raw_path)


def _field_lines(request: httpx.Request) -> list[bytes]:
    """Return the request's fields as curl takes them; Lost for what would break out of its line.

    Values may be copied from an answer, an ETag for one, so they are as hostile as the site.
    """
    if not request.method or not TCHAR.issuperset(request.method.encode()):
        raise Lost(Loss.FORBIDDEN, f"{request.method!r} is no method that can be sent")
    lines = [b"Accept:", b"Expect:"]  # without a value: what curl would add
    for name, value in request.headers.raw:
        if not name or not TCHAR.issuperset(name) or not FORBIDDEN_IN_VALUES.isdisjoint(value):
            raise Lost(Loss.FORBIDDEN, f"the field {name.decode('latin-1')!r} cannot be sent; it would break its line")
        lines.append(b"%s: %s" % (name, value) if value.strip() else name + b";")
    if "content-type" not in request.headers:
        lines.append(b"Content-Type:")
    return lines


def _set_method(curl: Any, method: str, body: bytes) -> None:
    if method == "HEAD":
        curl.setopt(pycurl.NOBODY, 1)
        return
    if body or method not in METHODS_WITHOUT_BODY:
        curl.setopt(pycurl.POST, 1)
        curl.setopt(pycurl.POSTFIELDSIZE, len(body))
        curl.setopt(pycurl.COPYPOSTFIELDS, body)
    curl.setopt(pycurl.CUSTOMREQUEST, method)


def _timings(curl: Any, *, reused: bool) -> Timings:
    """Return the durations; curl counts every moment from the start, in microseconds."""
    total, first_byte = _seconds(curl, pycurl.TOTAL_TIME_T), _seconds(curl, pycurl.STARTTRANSFER_TIME_T)
    if reused:
        return Timings(total, first_byte)
    resolved, connected = _seconds(curl, pycurl.NAMELOOKUP_TIME_T), _seconds(curl, pycurl.CONNECT_TIME_T)
    secured = _seconds(curl, pycurl.APPCONNECT_TIME_T)
    tls_s = secured - connected if secured else None
    return Timings(total, first_byte, resolved, max(0.0, connected - resolved), tls_s)


def _seconds(curl: Any, moment: int) -> float:
    return float(curl.getinfo(moment) / 1e6)


@lru_cache(maxsize=256)
def _address(host: str, port: int) -> str:
    """Return `host:port`, the same string for every answer from there."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _lost(curl: Any, flight: Flight, code: int, text: str) -> Lost:
    """Return why the transfer failed, in one line."""
    after_s = _seconds(curl, pycurl.TOTAL_TIME_T)
    if flight.stopped is not None:
        return Lost(*flight.stopped, after_s=after_s)
    system_error = curl.getinfo(pycurl.OS_ERRNO)
    loss, text = loss_of(code, text, system_error), text or pycurl.easy_strerror(code)
    if loss is Loss.TIMEOUT:
        return Lost(loss, f"no answer within {after_s:.1f} s: {_phase(curl, flight)}", after_s=after_s)
    if loss is Loss.CUT:
        text = f"the connection was cut {_phase(curl, flight)} ({text})"
    elif loss is Loss.TLS:
        text = tls_reason(text)
    elif loss in {Loss.REFUSED, Loss.UNREACHABLE} and system_error:
        text = f"{text} ({system_reason(system_error)})"
    return Lost(loss, text, after_s=after_s)


def _phase(curl: Any, flight: Flight) -> str:
    """Return how far a transfer came."""
    if flight.received:
        return f"after {flight.received} bytes of the body"
    if flight.begun:
        return "before the body began" if flight.header_ended else "in the header"
    if flight.connected:
        return "while waiting for the first byte"
    if curl.getinfo(pycurl.CONNECT_TIME_T):
        return "in the TLS handshake"
    return "while connecting" if flight.resolved else "while looking up the name"
