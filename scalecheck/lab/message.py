"""Requests and answers as the parts of the lab hand them to each other."""

from asyncio import Lock
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import parse_qsl

from scalecheck.wire.fields import Fields


@dataclass(frozen=True)
class Request:
    """A request as it arrived, its target in origin form."""

    method: str
    target: str
    fields: Fields = Fields()
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path as it was sent: nothing decoded, no dot segments removed."""
        return self.target.partition("?")[0]

    @property
    def query_string(self) -> str:
        """What stands behind the first `?`; empty without one."""
        return self.target.partition("?")[2]

    @cached_property
    def query(self) -> dict[str, str]:
        """The query's parameters, of repeated ones the last."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    def cookie(self, name: str) -> str | None:
        """Return a cookie's value; None when it was not sent."""
        for pair in (self.fields.get("cookie") or "").split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; the server adds Content-Length and leaves the body out for HEAD."""

    status: int
    fields: Fields = Fields()
    body: bytes = b""
    at_once: int = 0
    """Bytes of the body that leave with the header, where the rest is still being made."""
    rest_s: float = 0.0
    """Seconds that takes; 0 for a body that is there."""
    one_at_a_time: Lock | None = None
    """Held while the rest is made: who comes meanwhile waits their turn. None where nothing is scarce."""

    def having(self, **named: str | None) -> "Answer":
        """Return this answer with fields set, or removed where the value is None; `x_y=` means `X-Y`."""
        changed = {"-".join(part.capitalize() for part in name.split("_")): value for name, value in named.items()}
        added = tuple((name, value) for name, value in changed.items() if value is not None)
        return replace(self, fields=self.fields.without(*changed).with_lines(added))


Handler = Callable[[Request], Awaitable[Answer]]
