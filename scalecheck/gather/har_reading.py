"""HAR 1.2, in: what browsers, proxies and scalecheck itself recorded, as first answers.

A HAR holds what somebody's client asked: only what one GET of each URL shows can be judged from it. Left out are other
methods, what the client's own cache answered, and what is no http. A request without an answer is a failure.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from scalecheck.gather.record import Evidence, EvidenceError
from scalecheck.model.evidence import Ask, Exchange, Failure, Loss, Record, Request, Response, Run, Timings
from scalecheck.model.site import FIRST
from scalecheck.wire import content_type
from scalecheck.wire.fields import Fields
from scalecheck.wire.urls import normalise, origin, without_fragment

LARGEST_HAR = 256 * 1024 * 1024
"""Bytes; a browser's own limit on what it exports is lower."""
LONGEST_MS = 1e9
"""Milliseconds, eleven days; what claims to have taken longer is a mistake."""
LARGEST_BODY = 2**53
VERSIONS = {"1.0": "1.0", "1.1": "1.1", "2": "2", "2.0": "2", "h2": "2", "3": "3", "3.0": "3", "h3": "3"}
PRIVATE = ("cookie", "authorization", "proxy-authorization")
"""Request fields that are not kept: their values are secrets, and not ours."""
CONDITIONS = frozenset({"if-none-match", "if-modified-since"})
NO_DIGEST = hashlib.sha256(b"").hexdigest()


def _seconds_of(text: str) -> str:
    """Return a date that can be read; ValueError for any other."""
    moment = datetime.fromisoformat(text)
    if not 1970 < moment.year < 9999:
        raise ValueError("expected a date of our time")
    return text


Moment = Annotated[str, AfterValidator(_seconds_of)]
Milliseconds = Annotated[float | None, Field(allow_inf_nan=False, le=LONGEST_MS)]
Size = Annotated[int | None, Field(le=LARGEST_BODY)]


class _Part(BaseModel):
    """A part of a HAR; what we do not read is passed over, as tools add much of their own."""

    model_config = ConfigDict(frozen=True)


class _Header(_Part):
    name: str
    value: str | None = ""


class _Request(_Part):
    method: str
    url: str
    headers: tuple[_Header, ...] = ()


class _Content(_Part):
    size: Size = 0
    text: Any = None
    """A text; of any characters, so that half a surrogate pair makes nothing unreadable but itself."""
    encoding: str | None = None


class _Response(_Part):
    status: Annotated[int, Field(ge=0, le=999)]
    http_version: str | None = Field("", alias="httpVersion")
    headers: tuple[_Header, ...] = ()
    content: _Content = _Content()
    body_size: Size = Field(-1, alias="bodySize")
    transfer_size: Size = Field(None, alias="_transferSize")
    digest: str = Field("", alias="_sha256", pattern=r"^([0-9a-f]{64})?$")
    error: str | None = Field(None, alias="_error")


class _Phases(_Part):
    blocked: Milliseconds = -1
    dns: Milliseconds = -1
    connect: Milliseconds = -1
    ssl: Milliseconds = -1
    send: Milliseconds = 0
    wait: Milliseconds = 0
    receive: Milliseconds = 0


class _Entry(_Part):
    started: Moment = Field(alias="startedDateTime")
    time: Milliseconds = 0
    request: _Request
    response: _Response
    timings: _Phases = _Phases()
    address: str | None = Field("", alias="serverIPAddress")
    port: str | int | None = Field("", alias="_port")
    probe: str = Field(FIRST, alias="_probe")
    from_cache: str | None = Field(None, alias="_fromCache")
    """Chromium: `disk` or `memory`."""


class _Log(_Part):
    entries: tuple[_Entry, ...]


class _Har(_Part):
    log: _Log


def read_har(path: Path) -> Evidence:
    """Return a HAR's entries as first answers; EvidenceError, in one line, where it is none or has none to judge."""
    try:
        if path.stat().st_size > LARGEST_HAR:
            raise EvidenceError(f"{path}: larger than {LARGEST_HAR // 1024**2} MiB")
        # Not pydantic's own parser: it refuses halves of surrogate pairs, which browsers do write into texts they cut.
        entries = _Har.model_validate(json.loads(path.read_text(encoding="utf-8-sig"))).log.entries
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror or error}") from None
    except ValidationError as error:
        raise EvidenceError(f"{path}: expected HAR 1.2: {_first_of(error)}") from None
    except RecursionError:
        raise EvidenceError(f"{path}: expected HAR 1.2, found JSON nested too deeply") from None
    except ValueError as error:
        raise EvidenceError(f"{path}: expected HAR 1.2 in JSON: {error}") from None
    records = tuple(_records(entries))
    exchanges = [each for each in records if isinstance(each, Exchange)]
    if not exchanges:
        raise EvidenceError(f"{path}: holds no answer to a GET that can be judged, in {len(entries)} entries")
    document = next((each for each in exchanges if content_type.is_html(each.response.content_type)), exchanges[0])
    started_at = min(each.sent_at for each in exchanges)
    return Evidence(Run("har", origin(document.url) or "", started_at), records, ("sitemap", FIRST))


def _first_of(error: ValidationError) -> str:
    """Return place and expectation of the first mistake, without what stands there."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])


def _records(entries: tuple[_Entry, ...]) -> Iterator[Record]:
    for number, entry in enumerate(entries, 2):
        url = normalise(without_fragment(entry.request.url))
        if url is not None and _is_plain(entry):
            ask = Ask(Request(url, "GET", _fields(entry.request.headers).without(*PRIVATE)))
            yield _exchange(entry, number, ask) if entry.response.status >= 100 else _failure(entry, number, ask)


def _is_plain(entry: _Entry) -> bool:
    """Whether a server answered a plain GET; 304 is an answer to the client's own cache."""
    conditional = any(each.name.lower() in CONDITIONS for each in entry.request.headers)
    fresh = not entry.from_cache and entry.response.status != 304 and not conditional
    return fresh and entry.request.method.upper() == "GET" and entry.probe == FIRST


def _failure(entry: _Entry, number: int, ask: Ask) -> Failure:
    detail = entry.response.error or "the client recorded no answer"
    return Failure(number, FIRST, ask, Loss.CUT, detail, _sent_at(entry))


def _exchange(entry: _Entry, number: int, ask: Ask) -> Exchange:
    timings, sent_at = _timings(entry), _sent_at(entry)
    port = f":{entry.port}" if entry.port else ""
    address = f"{entry.address}{port}" if entry.address else ""
    return Exchange(number, FIRST, ask, _response(entry.response), timings, sent_at, sent_at + timings.total_s, address)


def _sent_at(entry: _Entry) -> float:
    """Return when the request left the client's queue, in seconds since the epoch."""
    return datetime.fromisoformat(entry.started).timestamp() + (_s(entry.timings.blocked) or 0.0)


def _timings(entry: _Entry) -> Timings:
    phases = entry.timings
    dns_s, connect_s, tls_s = _s(phases.dns), _s(phases.connect), _s(phases.ssl)
    sent_s = (_s(phases.send) or 0.0) + (_s(phases.wait) or 0.0)
    first_byte_s = (dns_s or 0.0) + (connect_s or 0.0) + sent_s
    total_s = max(first_byte_s + (_s(phases.receive) or 0.0), (_s(entry.time) or 0.0) - (_s(phases.blocked) or 0.0))
    if connect_s is not None and tls_s is not None:
        connect_s = max(0.0, connect_s - tls_s)
    return Timings(total_s, first_byte_s, dns_s, connect_s, tls_s)


def _s(milliseconds: float | None) -> float | None:
    """Return seconds; None for a phase that did not happen."""
    return None if milliseconds is None or milliseconds < 0 else milliseconds / 1000


def _response(response: _Response) -> Response:
    fields, body = _fields(response.headers), _body(response.content)
    size = max(response.content.size or 0, 0 if body is None else len(body))
    wire = (response.body_size, response.transfer_size, size)
    empty = not size and body is None
    return Response(
        status=response.status,
        fields=fields,
        http_version=_version(response.http_version or ""),
        wire_bytes=next((each for each in wire if each is not None and each >= 0), 0),
        decoded_bytes=size,
        digest=response.digest or (NO_DIGEST if body is None else hashlib.sha256(body).hexdigest()),
        body=b"" if empty else body,
        truncated=body is None and not empty,
    )


def _body(content: _Content) -> bytes | None:
    """Return the decoded body; None where the client did not keep it, or kept it unreadably."""
    if not isinstance(content.text, str):
        return None
    if content.encoding != "base64":
        return content.text.encode(errors="replace")
    try:
        return base64.b64decode(content.text, validate=True)
    except ValueError:
        return None


def _version(text: str) -> str:
    """Return `2` of `h2`, `HTTP/2.0` or `http/2.0`; 1.1 of what says nothing."""
    return VERSIONS.get(text.lower().removeprefix("http/").strip(), "1.1")


def _fields(headers: tuple[_Header, ...]) -> Fields:
    """Return the field lines, without the pseudo-fields of HTTP/2."""
    return Fields(tuple((each.name, each.value or "") for each in headers if not each.name.startswith(":")))
