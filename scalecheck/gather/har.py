"""HAR 1.2, out: what other tools read. `gather.har_reading` reads it back, and what browsers and proxies recorded."""

import base64
import json
from datetime import UTC, datetime

from scalecheck import __version__
from scalecheck.model.evidence import Exchange, Timings
from scalecheck.model.site import Site
from scalecheck.wire.fields import Fields


def write_har(site: Site) -> str:
    """Return every exchange of a site as HAR 1.2; `_probe` says what it was asked for."""
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
    request, timings = exchange.request, exchange.timings
    address, _, port = exchange.remote_address.rpartition(":")
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.sent_at, UTC).isoformat(),
        "time": timings.total_s * 1000,
        "request": {
            "method": request.method,
            "url": request.url,
            "httpVersion": f"HTTP/{exchange.response.http_version}",
            "cookies": [],
            "headers": _pairs(request.fields),
            "queryString": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": _response(exchange),
        "cache": {},
        "timings": _timings(timings),
        "serverIPAddress": address.strip("[]"),
        "comment": f"{exchange.probe} {exchange.ask.label}".strip(),
        "_port": port,
        "_probe": exchange.probe,
    }


def _response(exchange: Exchange) -> dict[str, object]:
    response = exchange.response
    content: dict[str, object] = {
        "size": response.decoded_bytes,
        "mimeType": response.fields.first("content-type") or "",
    }
    if response.body is not None and len(response.body) == response.decoded_bytes:
        content |= {"text": base64.b64encode(response.body).decode(), "encoding": "base64"}
    return {
        "status": response.status,
        "statusText": "",
        "httpVersion": f"HTTP/{response.http_version}",
        "cookies": [],
        "headers": _pairs(response.fields),
        "content": content,
        "redirectURL": response.fields.first("location") or "",
        "headersSize": -1,
        "bodySize": response.wire_bytes,
        "_sha256": response.digest,
    }


def _timings(timings: Timings) -> dict[str, float]:
    """Return the phases in milliseconds, which together are the entry's time; the handshake counts within connect."""
    connect_s = None if timings.connect_s is None else timings.connect_s + (timings.tls_s or 0.0)
    return {
        "blocked": -1,
        "dns": _ms(timings.dns_s),
        "connect": _ms(connect_s),
        "ssl": _ms(timings.tls_s),
        "send": 0,
        "wait": timings.ttfb_s * 1000,
        "receive": max(0.0, timings.total_s - timings.first_byte_s) * 1000,
    }


def _pairs(fields: Fields) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in fields]


def _ms(seconds: float | None) -> float:
    """Return milliseconds; -1 where the phase did not happen, as HAR says it."""
    return -1 if seconds is None else seconds * 1000
