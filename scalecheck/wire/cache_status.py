"""Cache-Status (RFC 9211): what each cache on the way says it did."""

import re
from dataclasses import dataclass
from typing import TypeVar

from scalecheck.wire.cache_control import members, unquoted
from scalecheck.wire.fields import Fields
from scalecheck.wire.structured import Bare, Parameters, read_list

_Kind = TypeVar("_Kind", str, int)
_PARAMETER = re.compile(r'(?:[^;"]++|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z))++', re.DOTALL)
_INTEGER = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_FLAGS = frozenset({"hit", "stored", "collapsed"})
_NUMBERS = frozenset({"ttl", "fwd-status"})


@dataclass(frozen=True, slots=True)
class CacheStatus:
    """What one cache says; None where it says nothing."""

    cache: str
    """The name it gives itself."""
    hit: bool = False
    fwd: str | None = None
    """Why the request went forward."""
    fwd_status: int | None = None
    ttl_s: int | None = None
    """Freshness left in seconds; negative when stale."""
    stored: bool = False
    collapsed: bool = False
    key: str | None = None
    detail: str | None = None
    strict: bool = True
    """Whether the field was a structured field; otherwise it was read leniently, as Souin's has to be."""


def cache_status(fields: Fields) -> tuple[CacheStatus, ...]:
    """Return every cache's account, the one nearest the origin first; none when the field is absent."""
    text = fields.get("cache-status")
    if text is None:
        return ()
    read = read_list(text)
    if read is not None:
        return tuple(_status(str(name), parameters, strict=True) for name, parameters in read)
    return tuple(_lenient(member) for line in fields.all("cache-status") for member in members(line))


def _lenient(member: str) -> CacheStatus:
    """Read one member without minding where structured fields would draw the line."""
    parts = [match[0].strip(" \t") for match in _PARAMETER.finditer(member)]
    name, *parameters = ["", *parts] if member.startswith(";") else parts
    read: Parameters = {}
    for parameter in parameters:
        key, equals, value = parameter.partition("=")
        read[key.strip().lower()] = _lenient_value(key.strip().lower(), value.strip()) if equals else True
    return _status(unquoted(name), read, strict=False)


def _lenient_value(key: str, text: str) -> Bare:
    """Return a parameter's value by what its name wants."""
    if key in _FLAGS:
        return text not in {"?0", "0", "false"}
    return int(text) if key in _NUMBERS and _INTEGER.fullmatch(text) else unquoted(text)


def _status(name: str, parameters: Parameters, *, strict: bool) -> CacheStatus:
    return CacheStatus(
        cache=name,
        hit=parameters.get("hit") is True,
        fwd=_typed(parameters.get("fwd"), str),
        fwd_status=_typed(parameters.get("fwd-status"), int),
        ttl_s=_typed(parameters.get("ttl"), int),
        stored=parameters.get("stored") is True,
        collapsed=parameters.get("collapsed") is True,
        key=_typed(parameters.get("key"), str),
        detail=_typed(parameters.get("detail"), str),
        strict=strict,
    )


def _typed(value: Bare | None, kind: type[_Kind]) -> _Kind | None:
    """Return the value if it is of this kind; a flag is no number."""
    return value if isinstance(value, kind) and not isinstance(value, bool) else None
