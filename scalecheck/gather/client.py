"""The HTTP client of the audit: from an ask to an exchange or a failure, within the rules and at the site's pace."""

import asyncio
import sys
import time
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from scalecheck import __version__
from scalecheck.gather.arrivals import head_arrival
from scalecheck.gather.bodies import Bodies, Kept
from scalecheck.gather.flight import Limits, Line
from scalecheck.gather.losses import Lost
from scalecheck.gather.pacing import Pace, Pacing
from scalecheck.gather.safety import Addresses, Rules, parsed
from scalecheck.gather.transport import CurlTransport, Wire, connects_to
from scalecheck.model.evidence import Ask, Exchange, Failure, Loss, Request, Response, Timings
from scalecheck.model.profile import Profile
from scalecheck.model.profile_proxy import Proxy
from scalecheck.wire.content_type import is_html
from scalecheck.wire.fields import Fields

ALWAYS = Fields.of(
    ("User-Agent", f"scalecheck/{__version__} (front-end audit)"),
    ("Accept", "*/*"),
    ("Accept-Encoding", "gzip, br, zstd"),
)
"""Fields of every request that does not set them itself."""
THREAD_FROM_BYTES = 64 * 1024
"""Bodies of this size are decoded in a thread, so that decoding one does not lengthen the first byte of the others."""
SHARED_LINE_BYTES = 512
"""Field lines up to this long are kept once for all answers that carry them."""


class Client:
    """Sends asks within the safety of a profile. An async context manager; cancelled, it closes what is under way.

    `connect_to` is a `host:port` that every request without one of its own goes to; the URL's name is still the one
    asked for. httpx's AsyncClient is left out: it would keep cookies from one ask for the next and decode out of
    bounds, and costs as much as the transport itself.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        connect_to: str | None = None,
        ca_file: Path | None = None,
        verify: bool = True,
        h2c: bool = False,
        proxy: Proxy | None = None,
    ) -> None:
        safety = profile.safety
        self._profile = profile
        self._connect_to = connect_to
        self._rules = Rules.of(profile.site, safety.allow_hosts, writes=safety.writes)
        self._pacing = Pacing(
            Pace(safety.requests, safety.concurrency, safety.rate, safety.patience, safety.obey_retry_after)
        )
        self._bodies = Bodies(safety.body_limit)
        self._transport = CurlTransport(
            Limits(deadline_s=safety.timeout, body_bytes=safety.body_limit),
            address_refusal=Addresses().refusal,
            ca_file=ca_file,
            verify=verify,
            h2c=h2c,
            proxy=proxy,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.aclose()

    @property
    def sent(self) -> int:
        """Requests sent so far; never more than the budget."""
        return self._pacing.sent

    async def send(self, probe: str, ask: Ask, number: int) -> Exchange | Failure:
        """Return what became of an ask. Raises nothing but CancelledError, of which the caller makes a record.

        An answer with 429 or 503 and a Retry-After within our patience is asked for once more after that pause, and
        the second answer is the record. Bursts are not: there such an answer is what one looks for.
        """
        try:
            if (reason := self._rules.refusal(ask.request)) is not None:
                raise Lost(Loss.FORBIDDEN, reason)
            exchange, again = await self._sent_once(probe, ask, number)
            if again and not ask.together:
                exchange, _ = await self._sent_once(probe, ask, number)
        except Lost as lost:
            return Failure(number, probe, ask, lost.loss, lost.detail, time.time() - lost.after_s, lost.after_s)
        return exchange

    async def _sent_once(self, probe: str, ask: Ask, number: int) -> tuple[Exchange, bool]:
        """Return the exchange, and whether the host wants to be asked again later."""
        request = self._request(ask)
        host = connects_to(request)
        async with self._pacing.turn(host, burst=ask.together):
            sent_at = time.time()
            answer = await self._transport.handle_async_request(request)
            wire: Wire = answer.extensions["wire"]
            received_at = sent_at + wire.timings.total_s
        body = b"".join([chunk async for chunk in answer.aiter_raw()])
        response = await self._response(answer, body, wire)
        exchange = Exchange(
            number,
            probe,
            ask,
            response,
            _timings(wire, response, body),
            sent_at,
            received_at,
            wire.remote_address,
            wire.tls,
            wire.reused,
        )
        return exchange, self._pacing.hold(host, response.status, response.fields.first("retry-after"), received_at)

    def _request(self, ask: Ask) -> httpx.Request:
        """Return what is sent: the ask's fields, those of its identity, and what every request carries."""
        asked = ask.request
        fields = asked.fields.with_lines(self._identity(asked))
        fields = fields.with_lines(line for line in ALWAYS if line[0] not in fields)
        extensions: dict[str, object] = {"fresh": ask.together or ask.anew, "old_tls": ask.old_tls}
        if (address := asked.connect_to or self._connect_to) is not None:
            extensions["connect_to"] = address
        try:
            lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
        except UnicodeEncodeError:
            raise Lost(Loss.FORBIDDEN, "a field holds characters that cannot be sent") from None
        return httpx.Request(asked.method, parsed(asked.url), headers=lines, extensions=extensions)

    def _identity(self, asked: Request) -> Fields:
        if asked.identity is None:
            return Fields()
        try:
            return self._profile.identity_fields(asked.identity)
        except KeyError:
            raise Lost(Loss.FORBIDDEN, f"the profile declares no identity {asked.identity!r}") from None

    async def _response(self, answer: httpx.Response, body: bytes, wire: Wire) -> Response:
        fields = _fields(answer.headers.raw)
        bare = Response(answer.status_code, fields, _version(answer.http_version))
        kept = await self._kept(body, bare)
        return Response(
            bare.status,
            fields,
            bare.http_version,
            wire.wire_bytes,
            wire.header_bytes,
            kept.decoded_bytes,
            kept.digest,
            kept.body,
            wire.truncated or kept.truncated,
            "" if wire.truncated else kept.problem,  # what we cut off ourselves ends too early in every coding
            tuple((status, _fields(lines)) for status, lines in wire.interim),
        )

    async def _kept(self, body: bytes, bare: Response) -> Kept:
        coding = bare.fields.get("content-encoding") or ""
        if len(body) < THREAD_FROM_BYTES:
            return self._bodies.shared(self._bodies.decoded(body, coding, bare.content_type))
        return self._bodies.shared(await asyncio.to_thread(self._bodies.decoded, body, coding, bare.content_type))


def _timings(wire: Wire, response: Response, body: bytes) -> Timings:
    """Return the durations, of a page with those of its head."""
    if not is_html(response.content_type):
        return wire.timings
    coding = response.fields.get("content-encoding") or ""
    if (arrival := head_arrival(wire.arrivals, body, coding)) is None:
        return wire.timings
    head_s, pause_s = (round(each, 6) for each in arrival)
    return replace(wire.timings, head_s=round(wire.timings.first_byte_s + head_s, 6), pause_s=pause_s)


def _version(http_version: str) -> str:
    """Return `1.1` of `HTTP/1.1`."""
    return sys.intern(http_version.rpartition("/")[2])


def _fields(lines: "list[Line] | tuple[Line, ...]") -> Fields:
    """Return fields as text; every byte is the character of the same number (latin-1), so nothing is lost."""
    return Fields(tuple(_line(*line) if len(line[1]) <= SHARED_LINE_BYTES else _text(*line) for line in lines))


@lru_cache(maxsize=4096)
def _line(name: bytes, value: bytes) -> tuple[str, str]:
    return _text(name, value)


def _text(name: bytes, value: bytes) -> tuple[str, str]:
    return sys.intern(name.decode("latin-1")), value.decode("latin-1")
