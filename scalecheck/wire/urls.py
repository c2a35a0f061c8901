"""URLs as a client asks for them: resolved, normalised, compared; hostile text has no reading, it never raises."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import SplitResult, quote, unquote, urlencode, urljoin, urlsplit

URL_AT_MOST = 16_384
"""Characters of an URL; longer ones have no reading (RFC 9110 section 4.1 asks servers for 8,000)."""
REMEMBERED_AT_MOST = 1_024
"""Characters of an URL whose parts are remembered: one audit reads each of its URLs dozens of times."""
DEFAULT_PORTS = {"http": 80, "https": 443}

_KEPT_IN_PATH = "/%:@!$&'()*+,;=~[]|^\\"
_KEPT_IN_QUERY = _KEPT_IN_PATH + "?{}`"
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,252})", re.ASCII)
_NUMBER_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_CONTROLS = "".join(map(chr, range(0x21)))


def normalise(url: str) -> str | None:
    """Return an absolute http or https URL as browsers write it; None when it is none.

    Scheme and host in lower case, default port, credentials and fragment dropped, dot segments removed, whatever may
    not stand in an URL percent-encoded.
    """
    parts = _split(url)
    if parts is None:
        return None
    port = "" if parts[2] == DEFAULT_PORTS[parts[0]] else f":{parts[2]}"
    host = f"[{parts[1]}]" if ":" in parts[1] else parts[1]
    return f"{parts[0]}://{host}{port}{parts[3]}"


def resolve(base: str, reference: str) -> str | None:
    """Return the URL that a client asks for when `base` refers to `reference`; None when that is no http(s) URL."""
    if len(reference) > URL_AT_MOST or len(base) > URL_AT_MOST:
        return None
    try:
        return normalise(urljoin(base, _tidy(reference)))
    except ValueError:
        return None


def origin(url: str) -> str | None:
    """Return scheme, host and port as `https://shop.example` (RFC 6454); None when there is none."""
    normal = normalise(url)
    return None if normal is None else "/".join(normal.split("/", 3)[:3])


def same_origin(one: str, other: str) -> bool:
    """Whether both have the same scheme, host and port; what has no origin shares none."""
    first = origin(one)
    return first is not None and first == origin(other)


def address(url: str) -> tuple[str, int] | None:
    """Return host, without the brackets of IPv6, and port; None when there is none."""
    parts = _split(url)
    return None if parts is None else (parts[1], parts[2])


def is_loopback(host: str) -> bool:
    """Whether a literal address or name is this machine's own; other names are not looked up."""
    name = host.strip("[]").rstrip(".").lower()
    found = _ip(name)
    if found is None:
        return name == "localhost" or name.endswith(".localhost")  # RFC 6761 section 6.3
    return found.is_loopback


def is_private(host: str) -> bool:
    """Whether a literal address is not of the public internet, loopback included; other names are not looked up."""
    found = _ip(host.strip("[]").rstrip(".").lower())
    return is_loopback(host) or (found is not None and (not found.is_global or found.is_multicast))


def without_fragment(url: str) -> str:
    """Return the URL up to its fragment."""
    return url.partition("#")[0]


def with_query(url: str, **parameters: str) -> str:
    """Return the URL with parameters behind its query; what stands there stays as it was written."""
    bare = without_fragment(url)
    sign = "" if bare.endswith(("?", "&")) else "&" if "?" in bare else "?"
    return f"{bare}{sign}{urlencode(parameters, errors='replace')}"


def path_of(url: str) -> str:
    """Return the path, `/` when it is empty or unreadable."""
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return "/"


def _tidy(reference: str) -> str:
    """Return a reference with what browsers forgive put right: outer spaces, line breaks, backslashes."""
    text = reference.strip(_CONTROLS).replace("\t", "").replace("\n", "").replace("\r", "")
    end = min((at for at in (text.find("?"), text.find("#")) if at >= 0), default=len(text))
    scheme = text[:end].partition(":")[0].lower()
    if ":" in text[:end] and scheme not in DEFAULT_PORTS and scheme.isalpha():
        return text
    return text[:end].replace("\\", "/") + text[end:]


def _split(url: str) -> tuple[str, str, int, str] | None:
    """Return scheme, host, port, and path with query."""
    if len(url) > URL_AT_MOST:
        return None
    return _remembered(url) if len(url) <= REMEMBERED_AT_MOST else _read(url)


def _read(url: str) -> tuple[str, str, int, str] | None:
    try:
        parts = urlsplit(_tidy(url))
        port = parts.port
        host = _host(parts)
    except ValueError:  # UnicodeError too: what IDNA does not take
        return None
    if host is None or parts.scheme not in DEFAULT_PORTS:
        return None
    path = quote(_without_dots(parts.path or "/"), safe=_KEPT_IN_PATH, errors="replace")
    query = quote(parts.query, safe=_KEPT_IN_QUERY, errors="replace")
    return parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], path + (f"?{query}" if query else "")


_remembered = lru_cache(maxsize=8192)(_read)


def _host(parts: SplitResult) -> str | None:
    """Return the host in lower case and ASCII, numbers in any notation as an address; None when malformed."""
    name = unquote(parts.hostname or "")
    if parts.netloc.rpartition("@")[2].startswith("["):
        return str(ipaddress.IPv6Address(name))
    if not name.isascii():
        name = name[:253].encode("idna").decode("ascii").lower()
    if _NUMBER_LABEL.fullmatch(name.rstrip(".").rpartition(".")[2]):
        found = _ip(name.rstrip("."))
        return None if found is None else str(found)
    return name if _HOST.fullmatch(name) else None


def _ip(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return a literal address; IPv4 in every notation that clients take (`127.1`, `0x7f000001`) and mapped."""
    try:
        if ":" in name:
            six = ipaddress.IPv6Address(name)
            return six.ipv4_mapped or six
        if not all(_NUMBER_LABEL.fullmatch(label) for label in name.split(".", 4)):
            return None
        return ipaddress.IPv4Address(socket.inet_aton(name))
    except (ValueError, OSError):
        return None


def _without_dots(path: str) -> str:
    """Return the path without `.` and `..` segments (RFC 3986 section 5.2.4)."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    ending = "/" if segments[-1] in {".", ".."} and kept else ""
    return "/" + "/".join(kept) + ending


@dataclass(frozen=True)
class PathPattern:
    """A pattern of paths: `{name}` is some text within a segment, `*` any, `**` any number of segments, also none.

    `/products/{id}`, `/feeds/*.xml`, `/images/**`. A whole segment that is `*` is not empty.
    """

    text: str

    def matches(self, path: str) -> bool:
        """Whether a path, percent-encoded as in URLs, is of this pattern; linear in the path."""
        patterns, names = self._segments, path.split("/")
        at = taken = 0
        resume: tuple[int, int] | None = None  # behind the last `**`, and its end; earlier ones need no second try
        while taken < len(names):
            if at < len(patterns) and patterns[at] is None:
                at += 1
                resume = at, taken
            elif at < len(patterns) and _takes(patterns[at], names[taken]):
                at, taken = at + 1, taken + 1
            elif resume is not None:
                resume = resume[0], resume[1] + 1
                at, taken = resume
            else:
                return False
        return all(pattern is None for pattern in patterns[at:])

    @cached_property
    def _segments(self) -> "tuple[_Segment | None, ...]":
        """The segments; None stands for `**`."""
        encoded = quote(self.text, safe=_KEPT_IN_PATH + "{}?", errors="replace")
        return tuple(None if each == "**" else _segment(each) for each in encoded.split("/"))


@dataclass(frozen=True, slots=True)
class _Segment:
    """Literal text, and what follows it: a wildcard's least length and the literal behind it."""

    first: str
    rest: tuple[tuple[int, str], ...]


def _segment(text: str) -> _Segment:
    first, *rest = re.split(r"(\*+|\{[^{}/]*\})", text)
    least = 1 if text == "*" else 0
    wildcards = zip(rest[::2], rest[1::2], strict=True)
    return _Segment(first, tuple((least or int(sign[0] == "{"), literal) for sign, literal in wildcards))


def _takes(segment: _Segment | None, name: str) -> bool:
    """Whether a segment's pattern takes a name: each literal at its first place, the last one at the end."""
    if segment is None or not name.startswith(segment.first):
        return False
    if not segment.rest:
        return name == segment.first
    at = len(segment.first)
    for least, literal in segment.rest[:-1]:
        found = name.find(literal, at + least)
        if found < 0:
            return False
        at = found + len(literal)
    least, literal = segment.rest[-1]
    return name.endswith(literal) and len(name) - len(literal) >= at + least
