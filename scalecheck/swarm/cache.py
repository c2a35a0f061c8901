"""The private cache of a visitor (RFC 9111), made for a hundred thousand of them in one process.

What an answer comes to as a stored one is worked out once for all visitors who get the same bytes in the same second;
each visitor keeps references only. Of its fields those are kept that decide on reuse.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from scalecheck.swarm.script import Warm
from scalecheck.wire.fields import Fields
from scalecheck.wire.redirects import REDIRECTS
from scalecheck.wire.reuse import Reuse, Stored, renewed, reuse, store

Line = tuple[str, str]
DECIDING = frozenset(
    {"cache-control", "expires", "date", "age", "etag", "last-modified", "vary", "content-range", "pragma", "location"}
)
"""Fields that decide on the reuse of an answer, or on where it leads."""
LINES_SHARED = 65_536
"""Field lines that are kept once for all answers that have them."""
AGO_S = 3600.0
"""How long before the run a warm cache got what it holds: as `page.cost.repeated` takes it."""
PASSING = frozenset({"age", "date"})
"""Fields of a stored answer that a 304 replaces, or takes away (RFC 9111 section 3.2)."""


NOBODY = Fields((("", ""),))
"""A request that nobody makes."""


class Answered(Protocol):
    """The head of an answer."""

    @property
    def fields(self) -> Fields:
        """Its field lines."""

    @property
    def memo(self) -> dict[Any, Any]:
        """What was made of it before."""


class Asked(Protocol):
    """A request as it was sent."""

    @property
    def fields(self) -> tuple[Line, ...]:
        """Its field lines."""


class Entry:
    """A stored answer as visitors share it."""

    __slots__ = ("asked", "essence", "fresh_until", "stale_until", "stored")

    def __init__(self, stored: Stored, essence: "Essence", asked: Fields) -> None:
        self.stored = stored
        self.essence = essence
        vary = stored.vary
        simple = not vary.star and "cookie" not in vary.names and stored.part is None
        simple = simple and stored.status not in REDIRECTS
        self.asked = None if simple and not vary.names else asked if simple else NOBODY
        """The request that it surely fits, and answers; None where it does so for all for its URL."""
        self.fresh_until = stored.fresh_until
        self.stale_until = stored.stale_until


class Essence:
    """What is left of a stored answer without the moment at which it came: entries of one essence renew alike."""

    __slots__ = ("conditions",)

    def __init__(self, conditions: tuple[Line, ...]) -> None:
        self.conditions = conditions
        """Fields of a conditional request; none where it has no validator."""


Made = tuple[int, int, Fields, Entry | None]
"""What a head came to: in which second, after how many of waiting, for which request."""
EVERYBODY = "kept"
"""Where a head remembers what it comes to for all requests."""


class Shelf:
    """Makes entries, each once for all visitors of one process."""

    def __init__(self) -> None:
        self._lines: dict[Line, Line] = {}
        self._essences: dict[tuple[int, tuple[Line, ...]], Essence] = {}
        self._second = 0
        self._entries: dict[tuple[Any, ...], tuple[Fields, Entry | None]] = {}
        """Of this second."""

    def stored(
        self,
        head: Answered,
        status: int,
        request: Fields,
        now: float,
        waited_s: float = 0.0,
        whole: Asked | None = None,
    ) -> Entry | None:
        """Return what a private cache keeps of an answer to GET; None where it keeps nothing.

        `now` is in seconds since the epoch, and counts in whole ones; `waited_s` is how long the answer took. `whole`
        is the request with what differs by visitor, its cookies, where that is more than `request`.
        """
        second, waited, memo = int(now), int(waited_s), head.memo
        known: Made | None = memo.get(EVERYBODY) or memo.get(id(request))
        if known is not None and known[0] == second and known[1] == waited:
            return known[3]
        lines = self._deciding(head.fields)
        varied = [value.lower() for name, value in lines if name.lower() == "vary"]
        if any("cookie" in value for value in varied):
            return self._kept(status, lines, request if whole is None else Fields(whole.fields), second, waited)
        entry = self._entry((status, lines, waited, id(request) if varied else 0), request, second)
        memo[id(request) if varied else EVERYBODY] = second, waited, request, entry
        return entry

    def renewed(
        self,
        entry: Entry,
        head: Answered,
        request: Fields,
        now: float,
        waited_s: float = 0.0,
        whole: Asked | None = None,
    ) -> Entry | None:
        """Return an entry after a 304 with this head; None where it must be kept no longer. As `stored`."""
        if entry.asked is NOBODY and whole is not None:
            request = Fields(whole.fields)
        second, waited, essence = int(now), int(waited_s), entry.essence
        known: Made | None = head.memo.get(essence)
        fits = known is not None and (entry.asked is None or known[2] is request)
        if known is not None and fits and known[0] == second and known[1] == waited:
            return known[3]
        lines = Fields(self._deciding(head.fields))
        made = renewed(entry.stored, request, lines, received_at=second, requested_at=second - waited)
        new = None if made is None else self._made(made, request)
        head.memo[essence] = second, waited, request, new
        return new

    def warm(self, answers: Mapping[str, Warm], request: Mapping[str, Fields], now: float) -> dict[str, Entry]:
        """Return what a warm cache holds at the beginning of a run, by URL, for somebody who asks with these fields."""
        found: dict[str, Entry] = {}
        for url, each in answers.items():
            lines = self._deciding(Fields(tuple(map(_any_cookie, each.fields))))
            asked, at = request.get(url, Fields()), each.received_at
            stored = store(asked, each.status, Fields(lines), shared=False, received_at=at)
            if stored is not None:
                found[url] = self._made(_moved(stored, now - AGO_S - at), asked)
        return found

    def _entry(self, key: tuple[int, tuple[Line, ...], int, int], request: Fields, second: int) -> Entry | None:
        """Return what other heads with the same lines came to in this second; made where there was none."""
        if second != self._second:
            self._second = second
            self._entries.clear()
        known = self._entries.get(key)
        if known is None:
            status, lines, waited, _ = key
            known = self._entries[key] = request, self._kept(status, lines, request, second, waited)
        return known[1]

    def _kept(self, status: int, lines: tuple[Line, ...], request: Fields, second: int, waited: int) -> Entry | None:
        asked_at = second - waited
        made = store(request, status, Fields(lines), shared=False, received_at=second, requested_at=asked_at)
        return None if made is None else self._made(made, request)

    def _made(self, stored: Stored, request: Fields) -> Entry:
        lasting = tuple(line for line in stored.fields if line[0].lower() not in PASSING)
        key = stored.status, lasting
        essence = self._essences.get(key)
        if essence is None:
            if len(self._essences) >= LINES_SHARED:
                self._essences.clear()
            essence = self._essences[key] = Essence(stored.conditions.lines)
        return Entry(stored, essence, request)

    def _deciding(self, fields: Fields) -> tuple[Line, ...]:
        if len(self._lines) >= LINES_SHARED:
            self._lines.clear()
        share = self._lines.setdefault
        return tuple([share(line, line) for line in fields.lines if line[0].lower() in DECIDING])


def decided(entry: Entry, request: Fields, now: float, *, directed: bool = False) -> Reuse:
    """Return what a visitor's cache does with a request for which it has this entry.

    `directed` is whether the request itself says something to caches, by Cache-Control or Range.
    """
    if (entry.asked is None or entry.asked is request) and not directed:
        if now < entry.fresh_until:
            return Reuse.FRESH
        return Reuse.STALE_WHILE_REVALIDATE if now < entry.stale_until else Reuse.REVALIDATE
    return reuse(entry.stored, request, now)


def _any_cookie(line: Line) -> Line:
    """Return a field line, Cookie left out of Vary: who returns has the cookies still that they had an hour ago."""
    if line[0].lower() != "vary":
        return line
    return line[0], ", ".join(name for name in line[1].split(",") if name.strip(" \t").lower() != "cookie")


def _moved(stored: Stored, by_s: float) -> Stored:
    """Return an answer as if it had come so much later."""
    return replace(
        stored,
        fields=stored.fields.without(*PASSING),
        born_at=stored.born_at + by_s,
        fresh_until=stored.fresh_until + by_s,
        stale_until=stored.stale_until + by_s,
        error_until=stored.error_until + by_s,
    )
