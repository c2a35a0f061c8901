"""Cache-Control and the fields written like it (RFC 9111 section 5.2)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from scalecheck.wire.delta_seconds import delta_seconds
from scalecheck.wire.fields import Fields

QUALIFIABLE = frozenset({"private", "no-cache"})
"""Directives that may name fields and then speak of these fields only."""

_CACHED_CHARS = 500
# A comma inside a quoted string separates nothing. A quote that is never closed takes the rest of its line with it.
_MEMBER = re.compile(r'(?:[^,"]++|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z))++', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive as it was sent."""

    name: str
    """In lower case; not always a token: see `wire.directive_problems`."""
    argument: str | None = None
    """What stands behind the `=`, quotes included; None without one."""

    @property
    def value(self) -> str | None:
        """The argument without its quotes; None without one."""
        return self.argument if self.argument is None else unquoted(self.argument)

    def __str__(self) -> str:
        return self.name if self.argument is None else f"{self.name}={self.argument}"


@dataclass(frozen=True, slots=True)
class CacheControl:
    """The directives of one message, in wire order; none when the field is absent."""

    directives: tuple[Directive, ...] = ()

    def has(self, name: str) -> bool:
        """Whether the directive is there, in whatever form."""
        return any(each.name == name for each in self.directives)

    def all(self, name: str) -> tuple[Directive, ...]:
        """Return every occurrence of a directive."""
        return tuple(each for each in self.directives if each.name == name)

    def unqualified(self, name: str) -> bool:
        """Whether the directive speaks of the whole message: `private`, and not only `private="set-cookie"`.

        An empty list of fields counts as none, since that is the safer reading.
        """
        return any(each.name == name and not (each.value or "").strip() for each in self.directives)

    def qualified(self, name: str) -> tuple[str, ...]:
        """Return the field names, in lower case, that `private="…"` or `no-cache="…"` is about."""
        lists = (each.value or "" for each in self.directives if each.name == name)
        return tuple(field for each in lists for part in each.split(",") if (field := part.strip().lower()))

    def seconds(self, name: str) -> int | None:
        """Return a directive's seconds; None when absent, 0 (stale) when malformed (RFC 9111 section 4.2.1).

        The quoted form is read too. Where occurrences differ, the shortest is the one that no cache may exceed.
        """
        shortest = None
        for each in self.directives:
            if each.name == name:
                seconds = delta_seconds(each.value or "") or 0
                shortest = seconds if shortest is None else min(shortest, seconds)
        return shortest

    def __str__(self) -> str:
        return ", ".join(map(str, self.directives))


def cache_control(fields: Fields, name: str = "cache-control") -> CacheControl:
    """Return the directives of a field, all its lines together; no directives when it is absent."""
    lines = fields.all(name)
    return _remembered(lines) if sum(map(len, lines)) <= _CACHED_CHARS else _read(lines)


def unquoted(text: str) -> str:
    """Return the content of a quoted string; any other text as it is."""
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return _ESCAPED.sub(r"\1", text[1:-1])
    return text


def members(line: str) -> Iterator[str]:
    """Yield the members of a comma-separated line, trimmed; commas in quoted strings separate nothing."""
    return (member for match in _MEMBER.finditer(line) if (member := match[0].strip(" \t")))


def _read(lines: tuple[str, ...]) -> CacheControl:
    """Read each line by itself, so that a quote left open in one cannot hide a `no-store` in the next."""
    return CacheControl(tuple(_directive(member) for line in lines for member in members(line)))


_remembered = lru_cache(maxsize=2048)(_read)


def _directive(member: str) -> Directive:
    """Return one directive; space around the `=` stays in the argument, which makes it malformed (section 5.2)."""
    name, equals, argument = member.partition("=")
    if not equals:
        return Directive(name.lower())
    trimmed = name.rstrip(" \t")
    return Directive(trimmed.lower(), name[len(trimmed) :] + argument)
