"""Vary: which request fields chose an answer (RFC 9110 section 12.5.5, RFC 9111 section 4.1)."""

from dataclasses import dataclass

from scalecheck.wire.fields import Fields

UNORDERED = frozenset({"accept", "accept-encoding", "accept-language"})
"""Lists whose order, case and spaces carry no meaning, so that they may be normalised before they are compared."""


@dataclass(frozen=True, slots=True)
class Vary:
    """The request fields that an answer depends on."""

    names: tuple[str, ...] = ()
    """In lower case and in wire order, each once, `*` left out."""
    star: bool = False
    """It depends on more than the request says, so it never matches another one."""

    def key(self, request: Fields) -> tuple[str | None, ...]:
        """Return what this request says in the fields that count; two equal keys match."""
        if not self.names:
            return ()
        said: dict[str, list[str]] = {}
        for name, value in request:
            said.setdefault(name.lower(), []).append(value)
        return tuple(_normal(name, said[name]) if name in said else None for name in self.names)

    def matches(self, first: Fields, second: Fields) -> bool:
        """Whether the answer to the first request may serve the second one; absent matches absent."""
        return not self.star and self.key(first) == self.key(second)

    def __str__(self) -> str:
        return ", ".join(("*", *self.names) if self.star else self.names)


def vary(fields: Fields) -> Vary:
    """Return what an answer's Vary lines say; no names when it is absent."""
    lines = fields.all("vary")
    names = {name: None for line in lines for part in line.split(",") if (name := part.strip(" \t").lower())}
    star = "*" in names
    return Vary(tuple(name for name in names if name != "*"), star)


def _normal(name: str, values: list[str]) -> str:
    """Return a request field's value, spaces around commas dropped; lists without order are sorted, in lower case."""
    parts = [part for part in (part.strip(" \t") for value in values for part in value.split(",")) if part]
    return ",".join(sorted(part.lower() for part in parts) if name in UNORDERED else parts)
