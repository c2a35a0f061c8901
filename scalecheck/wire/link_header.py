"""Link fields (RFC 8288): what an answer asks to be prepared before its body is read."""

import re
from collections.abc import Iterable, Iterator

from scalecheck.wire.loads import Load, loads_of
from scalecheck.wire.urls import resolve

CHARACTERS_AT_MOST = 100_000
"""Read of all Link fields of one answer."""
LINKS_AT_MOST = 500

_OWS = r"[ \t]*+"
_BETWEEN = re.compile(r"[ \t,]*+")
_TARGET = re.compile(r"<([^>]*+)>")
_PARAMETER = re.compile(
    rf"{_OWS};{_OWS}([!#$%&'*+.^_`|~0-9A-Za-z-]++){_OWS}(?:={_OWS}(?:\"((?:[^\"\\]|\\.)*+)\"|([^ \t;,\"]*+)))?+"
)
_REST = re.compile(r"(?:[^,\"]|\"(?:[^\"\\]|\\.)*+\"?)*+,?")


def read_links(values: Iterable[str], base: str) -> tuple[Load, ...]:
    """Return what Link fields make browsers load, or prepare for, as if `<link>` elements said so, in order.

    Relations of other kinds are left out, and what cannot be read. `nopush` is an attribute like others. References are
    relative to the URL of the answer. Never raises.
    """
    found: list[Load] = []
    for value in values:
        for reference, attributes in _links(value[:CHARACTERS_AT_MOST]):
            if len(found) >= LINKS_AT_MOST:
                return tuple(found)
            named = {**attributes, "href": reference}
            found.extend(loads_of("link", named, lambda each: resolve(base, each), in_head=True))
    return tuple(found)


def _links(value: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield reference and parameters of each link of one field; of several parameters with one name the first."""
    at = 0
    while (at := _behind(_BETWEEN, value, at)) < len(value):
        target = _TARGET.match(value, at)
        if target is not None:
            attributes: dict[str, str] = {}
            at = target.end()
            while (parameter := _PARAMETER.match(value, at)) is not None:
                at = parameter.end()
                quoted = parameter[2]
                text = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else parameter[3] or ""
                attributes.setdefault(parameter[1].lower(), text)
            if "anchor" not in attributes:
                yield target[1], attributes
        at = _behind(_REST, value, at)


def _behind(pattern: re.Pattern[str], value: str, at: int) -> int:
    """Return where what a pattern takes ends."""
    found = pattern.match(value, at)
    return found.end() if found else at
