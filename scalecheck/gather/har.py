"""HAR 1.2, out and in: what other tools read, and what browsers and proxies recorded."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scalecheck import __version__
from scalecheck.gather.record import Evidence, EvidenceError
from scalecheck.model.evidence import Ask, Exchange, Request, Response, Run, Timings
from scalecheck.model.site import FIRST, Site
from scalecheck.wire.fields import Fields
from scalecheck.wire.urls import origin

LARGEST_HAR = 512 * 1024 * 1024
VERSIONS = {"http/1.0": "1.0", "http/1.1": "1.1", "http/2": "2", "http/2.0": "2", "h2": "2", "http/3": "3", "h3": "3"}


def write_har(site: Site) -> str:
    """Return every exchange of a site as HAR 1.2."""
    exchanges = sorted(
        (each for each in site.by_number.values() if isinstance(each, Exchange)), key=lambda each: each.number
    )
    log = {
        "version": "1.2",
        "creator": {"name": "scalecheck", "version": __version__},
        "pages": [],
        "entries": [_entry(each) for each in exchanges],
    }
    return json.dumps({"log": log}, indent=1) + "\n"


def _entry(exchange: Exchange) -> dict[str, object]:
    request, response, timings = exchange.request, exchange.response, exchange.timings
    content: dict[str, object] = {
        "size": response.decoded_bytes,
        "mimeType": exchange.fields.first("content-type") or "",
    }
    if response.body is not None and not response.truncated:
        content |= {"text": base64.b64encode(response.body).decode(), "encoding": "base64"}
    version = f"HTTP/{response.http_version}"
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.sent_at, UTC).isoformat(),
        "time": timings.total_s * 1000,
        "request": {
            "method": request.method,
            "url": request.url,
            "httpVersion": version,
            "cookies": [],
            "headers": _pairs(request.fields),
            "queryString": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": response.status,
            "statusText": "",
            "httpVersion": version,
            "cookies": [],
            "headers": _pairs(response.fields),
            "content": content,
            "redirectURL": exchange.fields.first("location") or "",
            "headersSize": -1,
            "bodySize": response.wire_bytes,
        },
        "cache": {},
        "timings": {
            "blocked": -1,
            "dns": _ms(timings.dns_s),
            "connect": _ms(timings.connect_s),
            "ssl": _ms(timings.tls_s),
            "send": 0,
            "wait": timings.ttfb_s * 1000,
            "receive": max(0.0, timings.total_s - timings.first_byte_s) * 1000,
        },
        "serverIPAddress": exchange.remote_address.rpartition(":")[0],
        "comment": f"{exchange.probe} {exchange.ask.label}".strip(),
    }


def _pairs(fields: Fields) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in fields]


def _ms(seconds: float | None) -> float:
    """Return milliseconds; -1 where the phase did not happen, as HAR says it."""
    return -1 if seconds is None else seconds * 1000


def read_har(path: Path) -> Evidence:
    """Return a HAR's entries as first answers; EvidenceError where it is none.

    A HAR holds what somebody's client asked: only what one GET of each URL shows can be judged from it.
    """
    try:
        if path.stat().st_size > LARGEST_HAR:
            raise EvidenceError(f"{path}: larger than {LARGEST_HAR} bytes")
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        entries = data["log"]["entries"]
        exchanges = tuple(_exchange(entry, number) for number, entry in enumerate(entries, 2))
    except OSError as error:
        raise EvidenceError(f"{path}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{path}: expected HAR 1.2 in JSON: {error}") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise EvidenceError(f"{path}: expected HAR 1.2, found an entry without {error}") from None
    if not exchanges:
        raise EvidenceError(f"{path}: holds no entries")
    started_at = min(each.sent_at for each in exchanges)
    target = origin(exchanges[0].url) or exchanges[0].url
    return Evidence(Run("har", target, started_at), exchanges, ("sitemap", FIRST))


def _exchange(entry: Mapping[str, Any], number: int) -> Exchange:
    sent_at = datetime.fromisoformat(entry["startedDateTime"]).timestamp()
    total_s = max(0.0, float(entry.get("time") or 0.0)) / 1000
    request, timings = entry["request"], entry.get("timings", {})
    dns_s, connect_s, tls_s = (_seconds(timings.get(name)) for name in ("dns", "connect", "ssl"))
    wait_s = _seconds(timings.get("wait")) or 0.0
    setup_s = (dns_s or 0.0) + (connect_s or 0.0)
    # HAR counts the TLS handshake within connect.
    phases = Timings(
        total_s, setup_s + wait_s, dns_s, None if connect_s is None else max(0.0, connect_s - (tls_s or 0.0)), tls_s
    )
    fields = Fields(tuple((str(each["name"]), str(each["value"])) for each in request["headers"]))
    ask = Ask(Request(str(request["url"]), str(request["method"]), fields.without("cookie", "authorization")))
    address = str(entry.get("serverIPAddress") or "")
    return Exchange(number, FIRST, ask, _response(entry["response"]), phases, sent_at, sent_at + total_s, address)


def _seconds(milliseconds: object) -> float | None:
    """Return seconds; None for a phase that did not happen."""
    if not isinstance(milliseconds, int | float) or milliseconds < 0:
        return None
    return milliseconds / 1000


def _response(response: Mapping[str, Any]) -> Response:
    content = response.get("content", {})
    body = _content(content)
    size = int(content.get("size") or (len(body) if body is not None else 0))
    wire_bytes = int(response.get("bodySize") or 0)
    return Response(
        status=int(response["status"]),
        fields=Fields(tuple((str(each["name"]), str(each["value"])) for each in response["headers"])),
        http_version=VERSIONS.get(str(response.get("httpVersion", "")).lower(), "1.1"),
        wire_bytes=wire_bytes if wire_bytes >= 0 else size,
        decoded_bytes=size,
        digest=hashlib.sha256(body).hexdigest() if body is not None else "",
        body=body,
    )


def _content(content: Mapping[str, Any]) -> bytes | None:
    text = content.get("text")
    if not isinstance(text, str):
        return None
    if content.get("encoding") == "base64":
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error:
            return None
    return text.encode()
