"""What an answer has to be: its status, text that it holds, and what its JSON holds at least."""

import json
from dataclasses import dataclass
from typing import Any

from scalecheck.engine.exchange import Exchange
from scalecheck.model.profile_traffic import Expect, typed
from scalecheck.wire.codings import decode

SHOWN = 60
"""Characters of an expectation that stand in the name of a failure."""
FINE = frozenset(range(200, 400))
"""Statuses that are in order where nobody says which."""


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """What an answer has to be; one is equal to itself only."""

    statuses: frozenset[int] = FINE
    contains: tuple[str, ...] = ()
    body: Any = None
    """What the JSON holds at least; None for anything."""
    limit: int = 8 * 1024 * 1024
    """Most bytes of a body that are read."""

    @property
    def keep(self) -> int:
        """How many bytes of the body are needed; 0 where its text does not matter."""
        return self.limit if self.contains or self.body is not None else 0

    def failure(self, exchange: Exchange) -> str | None:
        """Return why an answer is not what was expected; None where it is. A loss is said by its kind."""
        if exchange.loss is not None:
            return exchange.loss.value
        if exchange.status not in self.statuses:
            return f"status {exchange.status}"
        if not self.contains and self.body is None:
            return None
        return self._body(exchange)

    def _body(self, exchange: Exchange) -> str | None:
        coding = exchange.head.fields.get("content-encoding") if exchange.head is not None else None
        decoded = decode(exchange.body or b"", coding or "", self.limit)
        if decoded.problem:
            return "expected a body that can be decoded"
        for text in self.contains:
            if text.encode() not in decoded.body:
                return f"expected {_shown(text)}"
        return None if self.body is None else self._json(decoded.body)

    def _json(self, body: bytes) -> str | None:
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            return "expected JSON"
        missing = lacking(found, self.body)
        return None if missing is None else f"expected {_shown(missing)}"


ANYTHING = Expectation()
"""An answer with a status that is in order."""


def expectation(expect: Expect, statuses: tuple[int, ...], limit: int) -> Expectation:
    """Return what is expected: its own statuses, else those of the route, else 200 to 399."""
    own = expect.status or statuses
    return Expectation(
        frozenset(own) if own else FINE,
        expect.contains,
        None if expect.body is None else typed(expect.body),
        limit,
    )


def lacking(found: Any, wanted: Any, path: str = "") -> str | None:
    """Return the first thing that a JSON value lacks, as `cart.ok=true`; None where it holds all that is wanted.

    Of an object and of a list, what is wanted has to be there, in the list's order from its beginning; more may be.
    """
    if isinstance(wanted, dict):
        if not isinstance(found, dict):
            return f"{path or 'JSON'} to be an object"
        parts = ((f"{path}.{key}" if path else str(key), found.get(key, _ABSENT), each) for key, each in wanted.items())
    elif isinstance(wanted, list):
        if not isinstance(found, list):
            return f"{path or 'JSON'} to be a list"
        parts = ((f"{path}[{at}]", found[at] if at < len(found) else _ABSENT, each) for at, each in enumerate(wanted))
    else:
        same = found == wanted and isinstance(found, bool) == isinstance(wanted, bool)
        return None if same else f"{path or 'JSON'}={json.dumps(wanted, ensure_ascii=False)}"
    return next((said for at, value, each in parts if (said := lacking(value, each, at)) is not None), None)


_ABSENT = object()


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
