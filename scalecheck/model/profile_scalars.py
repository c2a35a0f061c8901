"""The scalars of a profile: text with its unit on one side, a number on the other, and how editors check the text."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from scalecheck.model.contract import Span
from scalecheck.wire import units
from scalecheck.wire.selection import selector_problem
from scalecheck.wire.viewport import Viewport

T = TypeVar("T")

DEFAULT_PORTS = {"http": 80, "https": 443}
RESERVED = frozenset({"anonymous"})
"""Names that findings give to nobody in particular."""
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])"
_AUTHORITY = re.compile(rf"({_HOST})(?::(\d{{1,5}}))?", re.ASCII)
PIXELS_AT_MOST = 10_000
_WINDOW = r"(\d{2,5})x(\d{2,5})(?:@([1-9](?:\.\d{1,3})?))?"


def read_format(text: str) -> int:
    """Return the number of the profile's format."""
    if text != "1":
        raise ValueError("expected 1, the number of the profile's format")
    return 1


def read_truth(text: str) -> bool:
    """Return true or false; no other word for either."""
    if text not in {"true", "false"}:
        raise ValueError("expected true or false")
    return text == "true"


def read_text(text: str) -> str:
    """Return text that says something."""
    if not text.strip():
        raise ValueError("expected text")
    return text


def read_name(text: str) -> str:
    """Return a name that the profile gives to something."""
    if not re.fullmatch(r"[A-Za-z0-9][\w-]{0,79}", text, re.ASCII) or text in RESERVED:
        raise ValueError("expected a name of letters, digits, - and _")
    return text


def read_field_name(text: str) -> str:
    """Return the name of a header field (RFC 9110 section 5.6.2)."""
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}", text):
        raise ValueError("expected the name of a header such as Cookie")
    return text


def read_field_value(text: str) -> str:
    """Return the value of a header field."""
    if not text or not text.isascii() or not text.isprintable():
        raise ValueError("expected a header's value in printable ASCII")
    return text


def read_span(text: str) -> Span:
    """Return a span of durations."""
    return Span(*units.span(text))


def read_origin(text: str) -> str:
    """Return an origin: scheme, host and port (RFC 6454), in lower case."""
    expected = "expected an origin such as https://shop.example.com, with http or https and without path"
    scheme, slashes, rest = text.partition("://")
    matched = _AUTHORITY.fullmatch(rest.removesuffix("/"))
    if scheme.lower() not in DEFAULT_PORTS or not slashes or matched is None or not _is_port(matched[2]):
        raise ValueError(expected)
    return f"{scheme.lower()}://{rest.removesuffix('/').lower()}"


def read_host(text: str) -> str:
    """Return `host` or `host:port` in lower case."""
    matched = _AUTHORITY.fullmatch(text)
    if matched is None or not _is_port(matched[2]):
        raise ValueError("expected a host such as cdn.example.com, without scheme, path or *")
    return text.lower()


def read_address(text: str) -> str:
    """Return `host:port`, of an URL its own or its scheme's."""
    matched = _AUTHORITY.fullmatch(text)
    if matched is not None and matched[2] and _is_port(matched[2]):
        return text.lower()
    try:
        origin = urlsplit(read_origin(text))
        return f"{origin.netloc}" if origin.port else f"{origin.netloc}:{DEFAULT_PORTS[origin.scheme]}"
    except (KeyError, ValueError):
        raise ValueError("expected host:port or an origin such as https://origin.example.com") from None


def read_reference(text: str) -> str:
    """Return a path, or an absolute URL with http or https."""
    if text.startswith("//") or not re.fullmatch(r"(https?://[^\s/]+)?/[^\s#]*|https?://[^\s/#]+", text):
        raise ValueError("expected a path such as /products/1, or an URL with http or https")
    return text


def read_path(text: str) -> str:
    """Return a path pattern."""
    if not text.startswith("/") or "?" in text or "#" in text or re.search(r"\s", text):
        raise ValueError("expected a path such as /products/{id} or /assets/**; query parameters stand under query")
    if re.search(r"[{}]", re.sub(r"\{[^{}/]+\}", "", text)):
        raise ValueError("expected parameters such as {id}, each within one segment")
    if any("**" in segment and segment != "**" for segment in text.split("/")):
        raise ValueError("expected ** as a whole segment, such as /assets/**")
    return text


def read_selector(text: str) -> str:
    """Return a CSS selector that can be looked up in HTML."""
    if problem := selector_problem(text):
        raise ValueError(f"expected a CSS selector such as main h1 ({problem})")
    return text


def read_status(text: str) -> int:
    """Return a status code of a final answer."""
    if not re.fullmatch(r"[2-5]\d\d", text, re.ASCII):
        raise ValueError("expected a status code from 200 to 599")
    return int(text)


def read_method(text: str) -> str:
    """Return a request method."""
    if not re.fullmatch(r"[A-Z]{2,20}", text):
        raise ValueError("expected a method such as GET")
    return text


def read_number(text: str) -> float:
    """Return a number without a unit."""
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text, re.ASCII):
        raise ValueError("expected a number such as 0.1")
    return float(text)


def read_viewport(text: str) -> Viewport:
    """Return a window: width and height in CSS pixels, and device pixels for each."""
    matched = re.fullmatch(_WINDOW, text, re.ASCII)
    if matched is None or not (0 < int(matched[1]) <= PIXELS_AT_MOST and 0 < int(matched[2]) <= PIXELS_AT_MOST):
        raise ValueError("expected a window such as 412x823@1.75: width, height, device pixels per CSS pixel")
    return Viewport(int(matched[1]), int(matched[2]), float(matched[3] or 1))


def read_day(text: str) -> date:
    """Return a day."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError("expected a day such as 2027-05-31")


def _is_port(text: str | None) -> bool:
    return text is None or 0 < int(text) < 65536


def _reading(read: Callable[[str], T]) -> BeforeValidator:
    """Read text; what is neither text nor a value already is read as no text, so that the expectation is said."""

    def validated(value: Any) -> Any:
        if isinstance(value, dict | list):
            return read("")
        return read(value) if isinstance(value, str) else value

    return BeforeValidator(validated)


def _pattern(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$", "examples": list(examples)})


def _written_span(span: Span) -> str:
    return units.show_span(span.low_s, span.high_s)


Seconds = Annotated[
    float,
    _reading(units.seconds),
    PlainSerializer(units.show_seconds, return_type=str),
    _pattern(units.DURATION, "200ms", "60s", "1d"),
]
Spans = Annotated[
    Span,
    _reading(read_span),
    PlainSerializer(_written_span, return_type=str),
    _pattern(rf"any|{units.SPAN}", "60s", "1h..", "..5m", "30s..2m"),
]
Bytes = Annotated[
    int,
    _reading(units.byte_count),
    PlainSerializer(units.write_bytes, return_type=str),
    _pattern(units.SIZE, "180KB", "8MiB"),
]
Share = Annotated[
    float, _reading(units.ratio), PlainSerializer(units.show_ratio, return_type=str), _pattern(units.RATIO, "95%")
]
Rate = Annotated[
    float,
    _reading(units.per_second),
    PlainSerializer(units.show_rate, return_type=str),
    _pattern(units.RATE, "40/s", "300/m"),
]
Factor = Annotated[
    float, _reading(units.factor), PlainSerializer(units.show_factor, return_type=str), _pattern(units.FACTOR, "2x")
]
Number = Annotated[
    float,
    _reading(read_number),
    WithJsonSchema({"type": ["number", "string"], "minimum": 0, "pattern": r"^[0-9]{1,9}(\.[0-9]{1,9})?$"}),
]
Window = Annotated[
    Viewport, _reading(read_viewport), PlainSerializer(str, return_type=str), _pattern(_WINDOW, "412x823@1.75")
]
Count = Annotated[
    int,
    _reading(units.count),
    WithJsonSchema({"type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9][0-9_]*$"}),
]
Format = Annotated[Literal[1], _reading(read_format), WithJsonSchema({"enum": [1, "1"]})]
Truth = Annotated[bool, _reading(read_truth), WithJsonSchema({"enum": [True, False, "true", "false"]})]
Status = Annotated[
    int,
    _reading(read_status),
    WithJsonSchema({"type": ["integer", "string"], "minimum": 200, "maximum": 599, "pattern": "^[2-5][0-9][0-9]$"}),
]
Day = Annotated[date, _reading(read_day), WithJsonSchema({"type": "string", "format": "date"})]
Selector = Annotated[str, _reading(read_selector), WithJsonSchema({"type": "string", "minLength": 1})]
Text = Annotated[str, _reading(read_text), WithJsonSchema({"type": "string", "minLength": 1})]
Name = Annotated[str, _reading(read_name), _pattern(r"[A-Za-z0-9][A-Za-z0-9_-]*")]
FieldName = Annotated[str, _reading(read_field_name)]
FieldValue = Annotated[str, _reading(read_field_value)]
Path = Annotated[str, _reading(read_path), _pattern("/[^?#\\s]*", "/products/{id}", "/assets/**")]
Reference = Annotated[str, _reading(read_reference), _pattern(r"(https?://[^\s/]+)?/[^\s#]*|https?://[^\s/#]+", "/")]
WebOrigin = Annotated[str, _reading(read_origin), _pattern("https?://[^/\\s]+/?", "https://shop.example.com")]
HostName = Annotated[str, _reading(read_host), _pattern(r"[^/\s*]+", "cdn.example.com")]
Address = Annotated[str, _reading(read_address), _pattern(r"\S+", "192.0.2.1:443", "https://origin.example.com")]
Method = Annotated[str, _reading(read_method), _pattern("[A-Z]{2,20}", "GET")]
