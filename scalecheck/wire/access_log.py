"""Access logs: common and combined lines, the JSON lines of servers and CDNs, and W3C extended files; never raises.

What a line does not say stays empty. A line of another kind has no reading.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

LINE_AT_MOST = 64 * 1024
"""Characters of a line; a longer one is none."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_QUOTED = r'"((?:[^"\\]|\\.){0,16384})"'
_COMMON = re.compile(
    r'(?:\S+ )??(\S+) \S+ (?:\S+|"[^"]*") \[([^\]]{1,40})\] '
    rf"{_QUOTED} (\d{{3}}) (\d+|-)(?: {_QUOTED} {_QUOTED})?.*"
)
_TIME = re.compile(r"(\d{1,2})/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})", re.ASCII)
_REQUEST = re.compile(r"([A-Z]{2,20}) (\S+)(?: HTTP/[\d.]+)?")
KEYS: Mapping[str, tuple[str, ...]] = {
    name: tuple(keys.split())
    for name, keys in {
        "method": (
            "ClientRequestMethod cs-method request_method reqMethod httpRequest.requestMethod "
            "properties.httpMethod proxy.method request.method method"
        ),
        "target": (
            "ClientRequestURI ClientRequestPath cs-uri-stem request_uri reqPath httpRequest.requestUrl "
            "properties.requestUri proxy.path request.uri uri url path"
        ),
        "query": "cs-uri-query queryStr",
        "host": "ClientRequestHost x-host-header reqHost properties.hostName proxy.host request.host host",
        "status": (
            "EdgeResponseStatus sc-status response_status statusCode httpRequest.status "
            "properties.httpStatusCode proxy.statusCode status"
        ),
        "size": (
            "EdgeResponseBytes sc-bytes bytes_sent body_bytes_sent response_body_size totalBytes "
            "httpRequest.responseSize properties.responseBytes proxy.responseByteSize bytes size"
        ),
        "time": "EdgeStartTimestamp timestamp(ms) reqTimeSec proxy.timestamp time_iso8601 msec timestamp time ts",
        "client": (
            "ClientIP c-ip client_ip cliIP httpRequest.remoteIp properties.clientIp proxy.clientIp "
            "request.remote_ip remote_addr clientip"
        ),
        "agent": (
            "ClientRequestUserAgent cs(User-Agent) request_user_agent UA httpRequest.userAgent "
            "properties.userAgent proxy.userAgent http_user_agent user_agent"
        ),
        "referer": (
            "ClientRequestReferer cs(Referer) request_referer referer httpRequest.referer "
            "properties.referer proxy.referer http_referer"
        ),
    }.items()
}
"""Where JSON and W3C logs have what: CloudFront, Cloudflare, Fastly, Akamai, Google, Azure, Vercel, nginx and Caddy."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One request as a server logged it."""

    at: float
    """Seconds since the epoch."""
    method: str
    target: str
    """Path and query."""
    status: int
    client: str = ""
    size: int | None = None
    """Bytes of the answer; None where nobody says."""
    referer: str = ""
    agent: str = ""
    host: str = ""
    content_type: str = ""
    """Of recordings; logs do not say."""


class LogReader:
    """Reads a log line by line: a W3C file says in its own lines what the columns are."""

    def __init__(self) -> None:
        self._columns: tuple[str, ...] = ()

    def hit(self, line: str) -> Hit | None:
        """Return the request of a line; None for a comment and for what is no such line."""
        text = line.strip()
        if not text or len(text) > LINE_AT_MOST:
            return None
        if text.startswith("#"):
            if text.startswith("#Fields:"):
                self._columns = tuple(text.removeprefix("#Fields:").split())
            return None
        if text.startswith("{"):
            return _of_json(text)
        return self._of_columns(text) if self._columns else _common(text)

    def comment(self, line: str) -> bool:
        """Whether a line says nothing of a request."""
        return not line.strip() or line.startswith("#")

    def _of_columns(self, text: str) -> Hit | None:
        cells = text.split("\t") if "\t" in text else text.split()
        if len(cells) != len(self._columns):
            return None
        row = {name: cell for name, cell in zip(self._columns, cells, strict=True) if cell != "-"}
        if "date" in row and "time" in row:
            row["time"] = f"{row['date']}T{row['time']}Z"
        agent = row.get("cs(User-Agent)", "")
        return _of_mapping({**row, "cs(User-Agent)": agent.replace("%2520", " ").replace("%20", " ")})


def _common(text: str) -> Hit | None:
    """Return the request of a line in the common or combined format, a virtual host before it or not."""
    matched = _COMMON.fullmatch(text)
    if matched is None:
        return None
    client, time, request, status, size, referer, agent = matched.groups()
    at, asked = _moment(time), _REQUEST.fullmatch(request)
    if at is None or asked is None:
        return None
    words = {"client": client, "size": size, "referer": referer or "", "agent": agent or ""}
    return _hit(at=at, method=asked[1], target=asked[2], status=status, **_said(words))


def _moment(text: str) -> float | None:
    matched = _TIME.fullmatch(text)
    if matched is None or matched[2] not in MONTHS:
        return None
    day, month, year, *clock, zone = matched.groups()
    return _iso(f"{year}-{MONTHS.index(month) + 1:02}-{int(day):02}T{':'.join(clock)}{zone[:3]}:{zone[3:]}")


def _of_json(text: str) -> Hit | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _of_mapping(data) if isinstance(data, dict) else None


def _of_mapping(data: Mapping[str, Any]) -> Hit | None:
    found = {name: _first(data, keys) for name, keys in KEYS.items()}
    at = _seconds(found["time"])
    if at is None or not found["target"]:
        return None
    query = found["query"]
    target = f"{found['target']}?{query}" if query and query != "-" else found["target"]
    words = {name: value for name, value in found.items() if name not in {"time", "query", "target"}}
    return _hit(at=at, target=target, **_said(words))


def _said(words: Mapping[str, str]) -> dict[str, str]:
    """Return words with nothing where a log has a dash."""
    return {name: "" if value == "-" else value for name, value in words.items()}


def _first(data: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    """Return the first of some keys, `a.b` being one within another; empty where there is none."""
    for key in keys:
        value: Any = data.get(key)
        if value is None and "." in key:
            outer, _, inner = key.partition(".")
            within = data.get(outer)
            value = within.get(inner) if isinstance(within, dict) else None
        if isinstance(value, str | int | float) and value != "":
            return str(value)
    return ""


def _seconds(text: str) -> float | None:
    """Return a moment in seconds since the epoch: a number in seconds, milliseconds or nanoseconds, or a date."""
    try:
        number = float(text)
    except ValueError:
        return _iso(text)
    for factor in (1.0, 1e3, 1e6, 1e9):
        if 1e8 <= number / factor < 1e10:
            return number / factor
    return None


def _iso(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _hit(*, at: float, method: str, target: str, status: str, **words: str) -> Hit | None:
    """Return a request of what a log says; None where no request can have been meant."""
    if not re.fullmatch(r"[A-Z]{2,20}", method or "GET") or not re.fullmatch(r"\d{3}", status):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.startswith("/"):
        return None
    size = words.get("size", "")
    return Hit(
        at,
        method or "GET",
        path,
        int(status),
        client=words.get("client", ""),
        size=int(size) if re.fullmatch(r"\d{1,15}", size, re.ASCII) else None,
        referer=words.get("referer", ""),
        agent=words.get("agent", ""),
        host=(parts.netloc if parts.scheme else words.get("host", "")).lower(),
    )
