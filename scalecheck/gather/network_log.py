"""The requests of one visit, put together from what a browser tells over the DevTools protocol (its Network domain)."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scalecheck.model.browsing import Fetched
from scalecheck.wire.fields import Fields

REQUESTS_AT_MOST = 1000
"""Requests of one visit."""
BYTES_AT_MOST = 200_000_000
"""Transferred in one visit, or decoded where that is more."""
ERRORS_AT_MOST = 50
LINES_AT_MOST = 20
"""Lines of one field."""
LONGEST_TEXT = 500
"""Characters of a field's value or of an error."""
LONGEST_URL = 4000
STACKS_AT_MOST = 10
REQUEST_FIELDS = frozenset(
    {"accept", "baggage", "b3", "content-type", "purpose", "sec-purpose", "traceparent", "tracestate", "x-request-id"}
)
RESPONSE_FIELDS = frozenset(
    {"age", "cache-control", "cache-status", "content-encoding", "content-type", "location", "server-timing"}
    | {"service-worker-allowed", "set-cookie", "timing-allow-origin", "traceresponse", "vary", "x-cache"}
)
"""Fields that checks read."""

Event = Mapping[str, Any]


class TooMuch(Exception):  # noqa: N818  it is the page's doing
    """A page exceeds a bound; its message says which."""


@dataclass(slots=True)
class Entry:
    """One request as far as it is known; `_at` is the browser's clock."""

    url: str
    use: str
    method: str
    by: str
    started_at: float
    initiator: str = ""
    request_fields: dict[str, str] = field(default_factory=dict)
    sent_body_bytes: int = 0
    status: int | None = None
    failure: str = ""
    response_fields: tuple[tuple[str, str], ...] = ()
    header_bytes: int = 0
    total_bytes: int = 0
    decoded_bytes: int = 0
    ended_at: float | None = None
    cached: bool = False

    def fetched(self, began_at: float) -> Fetched:
        """Return the record, its times counted from the navigation's start."""
        return Fetched(
            url=self.url,
            use=self.use,
            method=self.method,
            status=self.status,
            failure=self.failure if self.status is None else "",
            header_bytes=0 if self.cached else self.header_bytes,
            body_bytes=0 if self.cached else max(0, self.total_bytes - self.header_bytes),
            decoded_bytes=self.decoded_bytes,
            sent_body_bytes=self.sent_body_bytes,
            started_s=round(max(0.0, self.started_at - began_at), 4),
            ended_s=None if self.ended_at is None else round(max(0.0, self.ended_at - began_at), 4),
            initiator=self.initiator,
            cached=self.cached,
            by=self.by,
            request_fields=Fields(tuple(self.request_fields.items())),
            response_fields=Fields(self.response_fields),
        )


class NetworkLog:
    """What was sent in one visit, by whichever session told of it: ids are unique within a browser."""

    def __init__(self, trace: str | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._request_fields = REQUEST_FIELDS | ({trace.lower()} if trace else set())
        self._clock = clock
        self._entries: list[Entry] = []
        self._open: dict[str, Entry] = {}
        self._early: dict[str, Event] = {}
        """Fields as they were sent, of requests that are not known yet."""
        self._held: dict[str, str] = {}
        self._bytes = 0
        self._first_heard_at: float | None = None
        self._restart()

    def _restart(self) -> None:
        self.errors: list[str] = []

    def forget(self) -> None:
        """Begin anew: what follows is another navigation."""
        self._entries.clear()
        self._open.clear()
        self.errors.clear()
        self._first_heard_at = None

    @property
    def requests(self) -> tuple[Fetched, ...]:
        """What was sent so far, in order, the first document first."""
        return tuple(entry.fetched(self._began_at) for entry in self._entries)

    @property
    def now_s(self) -> float:
        """Seconds since the navigation began; never later than requests that are sent from now on."""
        return 0.0 if self._first_heard_at is None else round(self._clock() - self._first_heard_at, 4)

    @property
    def _began_at(self) -> float:
        return self._entries[0].started_at if self._entries else 0.0

    def take(self, by: str, method: str, event: Event) -> None:
        """Take in one event; TooMuch where the page exceeds a bound."""
        if (reader := READERS.get(method)) is not None:
            reader(self, by, event)

    def held(self, network_id: str, reason: str) -> None:
        """Take note that a request was held back."""
        self._held[network_id] = reason

    def late(self, event: Event, reason: str) -> Entry:
        """Take note of a request that a page sends while it is left: nothing but the hold on it tells."""
        request = event["request"]
        use, at = _use(event.get("resourceType")), self._began_at + self.now_s
        entry = Entry(str(request["url"])[:LONGEST_URL], use, str(request["method"]), "page", at, failure=reason)
        entry.request_fields = self._sent_fields(request.get("headers"))
        entry.sent_body_bytes = _length(request.get("headers"))
        self._add(entry)
        return entry

    def _add(self, entry: Entry) -> None:
        if self._first_heard_at is None:
            self._first_heard_at = self._clock()
        self._entries.append(entry)
        if len(self._entries) > REQUESTS_AT_MOST:
            raise TooMuch(f"the page sent more than {REQUESTS_AT_MOST} requests")

    def _sent(self, by: str, event: Event) -> None:
        request, number = event["request"], str(event["requestId"])
        url = str(request["url"])
        if not url.startswith(("http:", "https:")):
            return
        if (redirect := event.get("redirectResponse")) is not None and number in self._open:
            self._answered(self._open[number], redirect)
            self._open.pop(number).ended_at = float(event["timestamp"])
        entry = Entry(url[:LONGEST_URL], _use(event.get("type")), str(request["method"]), by, float(event["timestamp"]))
        entry.initiator = _initiator(event.get("initiator") or {})
        entry.request_fields = self._sent_fields(request.get("headers"))
        self._open[number] = entry
        self._add(entry)
        if (early := self._early.pop(number, None)) is not None:
            self._sent_extra(by, early)

    def _sent_extra(self, by: str, event: Event) -> None:
        """Take in the fields as they were sent; they may come before the request itself."""
        number = str(event["requestId"])
        if (entry := self._open.get(number)) is not None:
            entry.request_fields.update(self._sent_fields(event.get("headers")))
            entry.sent_body_bytes = _length(event.get("headers"))
        elif len(self._early) < REQUESTS_AT_MOST:
            self._early[number] = event

    def _received(self, by: str, event: Event) -> None:
        if (entry := self._open.get(str(event["requestId"]))) is not None:
            self._answered(entry, event["response"])

    def _answered(self, entry: Entry, response: Event) -> None:
        entry.status = int(response["status"])
        entry.header_bytes = max(0, int(response.get("encodedDataLength") or 0))
        entry.total_bytes = entry.header_bytes
        reused = ("fromDiskCache", "fromServiceWorker", "fromPrefetchCache")
        entry.cached = entry.cached or any(bool(response.get(name)) for name in reused)
        entry.response_fields = entry.response_fields or _lines(response.get("headers"), RESPONSE_FIELDS)

    def _received_extra(self, by: str, event: Event) -> None:
        """Take in the fields as they were received, cookies too."""
        if (entry := self._open.get(str(event["requestId"]))) is not None:
            entry.response_fields = _lines(event.get("headers"), RESPONSE_FIELDS)

    def _data(self, by: str, event: Event) -> None:
        decoded = int(event.get("dataLength") or 0)
        self._count(max(decoded, int(event.get("encodedDataLength") or 0)))
        if (entry := self._open.get(str(event["requestId"]))) is not None:
            entry.decoded_bytes += decoded

    def _count(self, size: int) -> None:
        self._bytes += size
        if self._bytes > BYTES_AT_MOST:
            raise TooMuch(f"the page loaded more than {BYTES_AT_MOST // 1_000_000} MB")

    def _finished(self, by: str, event: Event) -> None:
        if (entry := self._open.pop(str(event["requestId"]), None)) is not None:
            entry.total_bytes = max(entry.header_bytes, int(event.get("encodedDataLength") or 0))
            entry.ended_at = float(event["timestamp"])

    def _failed(self, by: str, event: Event) -> None:
        number = str(event["requestId"])
        if (entry := self._open.pop(number, None)) is not None:
            reason = str(event.get("blockedReason") or event.get("errorText") or "no answer")[:LONGEST_TEXT]
            entry.failure = self._held.pop(number, "") or reason
            entry.ended_at = float(event["timestamp"])

    def _from_memory(self, by: str, event: Event) -> None:
        if (entry := self._open.get(str(event["requestId"]))) is not None:
            entry.cached = True

    def _socket(self, by: str, event: Event) -> None:
        entry = Entry(str(event["url"])[:LONGEST_URL], "websocket", "GET", by, self._began_at + self.now_s)
        entry.initiator = _initiator(event.get("initiator") or {})
        self._open[str(event["requestId"])] = entry
        self._add(entry)

    def _socket_opened(self, by: str, event: Event) -> None:
        if (entry := self._open.get(str(event["requestId"]))) is not None:
            entry.status = int(event["response"]["status"])

    def _socket_failed(self, by: str, event: Event) -> None:
        if (entry := self._open.get(str(event["requestId"]))) is not None:
            entry.failure = str(event.get("errorMessage") or "no answer")[:LONGEST_TEXT]

    def _socket_frame(self, by: str, event: Event) -> None:
        self._count(len(str((event.get("response") or {}).get("payloadData") or "")))

    def _thrown(self, by: str, event: Event) -> None:
        details = event.get("exceptionDetails") or {}
        self._error(str((details.get("exception") or {}).get("description") or details.get("text") or "an error"))

    def _logged(self, by: str, event: Event) -> None:
        entry = event.get("entry") or {}
        if entry.get("level") == "error":
            self._error(f"{entry.get('text') or ''} {entry.get('url') or ''}")

    def _error(self, text: str) -> None:
        if len(self.errors) < ERRORS_AT_MOST:
            self.errors.append(" ".join(text[: 2 * LONGEST_TEXT].split())[:LONGEST_TEXT])

    def _sent_fields(self, headers: object) -> dict[str, str]:
        return dict(_lines(headers, self._request_fields))


READERS: Mapping[str, Callable[[NetworkLog, str, Event], None]] = {
    "Network.requestWillBeSent": NetworkLog._sent,
    "Network.requestWillBeSentExtraInfo": NetworkLog._sent_extra,
    "Network.responseReceived": NetworkLog._received,
    "Network.responseReceivedExtraInfo": NetworkLog._received_extra,
    "Network.dataReceived": NetworkLog._data,
    "Network.loadingFinished": NetworkLog._finished,
    "Network.loadingFailed": NetworkLog._failed,
    "Network.requestServedFromCache": NetworkLog._from_memory,
    "Network.webSocketCreated": NetworkLog._socket,
    "Network.webSocketHandshakeResponseReceived": NetworkLog._socket_opened,
    "Network.webSocketFrameError": NetworkLog._socket_failed,
    "Network.webSocketFrameReceived": NetworkLog._socket_frame,
    "Runtime.exceptionThrown": NetworkLog._thrown,
    "Log.entryAdded": NetworkLog._logged,
}
"""What is read of which event."""


def _lines(headers: object, kept: frozenset[str] | set[str]) -> tuple[tuple[str, str], ...]:
    """Return the fields that checks read; the protocol joins several lines of one field with line breaks."""
    named = headers if isinstance(headers, Mapping) else {}
    return tuple(
        (name.lower(), line[:LONGEST_TEXT])
        for name, value in named.items()
        if name.lower() in kept
        for line in str(value).split("\n")[:LINES_AT_MOST]
    )


def _length(headers: object) -> int:
    """Return the bytes of a request's body."""
    named = headers if isinstance(headers, Mapping) else {}
    text = next((str(value) for name, value in named.items() if name.lower() == "content-length"), "")
    return int(text) if text.isdecimal() and len(text) < 12 else 0


def _use(kind: object) -> str:
    return str(kind or "Other").lower()[:40]


def _initiator(initiator: Event) -> str:
    """Return the URL of what made a request: of a script, the place from which it was called."""
    if isinstance(url := initiator.get("url"), str) and url:
        return url[:LONGEST_URL]
    stack = initiator.get("stack")
    for _ in range(STACKS_AT_MOST):
        if not isinstance(stack, Mapping):
            break
        named = next((str(frame["url"]) for frame in stack.get("callFrames") or () if frame.get("url")), "")
        if named:
            return named[:LONGEST_URL]
        stack = stack.get("parent")
    return ""
