"""A visitor: who they are to the site, what their browser holds, and how many pages they still want to see."""

from collections.abc import Mapping
from typing import Any, Protocol

from scalecheck.engine.exchange import Exchange
from scalecheck.swarm.cache import Entry
from scalecheck.swarm.cookies import Jar, read_cookie
from scalecheck.swarm.errands import Errand, Pose
from scalecheck.swarm.rows import Had, value_of
from scalecheck.wire.set_cookie import SetCookie

ENTRIES_AT_MOST = 4_000
"""Answers in one visitor's cache; the oldest go first."""
NOTHING_HELD: Mapping[str, Entry] = {}


class Sends(Protocol):
    """The connections of one visitor to one origin."""

    def send(self, exchange: Exchange) -> None:
        """Send a request; what comes of it is told later, never at once."""

    def close(self) -> None:
        """Close what is idle now, and the rest once it is."""


class Visitor:
    """Somebody who sees some pages, one after the other."""

    __slots__ = ("held", "held_later_s", "jar", "left", "number", "own", "pools", "pose", "rows")

    def __init__(self, number: int, pose: Pose, left: int, held: Mapping[str, Entry], held_later_s: float) -> None:
        self.number = number
        self.pose = pose
        self.left = left
        """Pages still to be seen."""
        self.held = held
        """What the cache held when the visit began, shared by all who come so."""
        self.held_later_s = held_later_s
        """By how much later the visit began than what is held was made: it is so much younger than that says."""
        self.own: dict[str, Entry | None] = {}
        """What the visit itself brought; None is what the cache holds no more."""
        self.jar: Jar | None = None
        self.rows: tuple[Had, ...] = ()
        """Rows of the data, the last one first, one of each table."""
        self.pools: dict[Any, Sends] = {}

    @property
    def cold(self) -> bool:
        """Whether the cache is empty."""
        return not self.own and not self.held

    def had(self, row: Had) -> None:
        """Take note of a row, in place of the one before of the same table."""
        self.rows = (row, *(each for each in self.rows if each[0] is not row[0]))

    def value(self, name: str) -> str | None:
        """Return the last value of a parameter; None where there was none."""
        return next((found for row in self.rows if (found := value_of(row, name)) is not None), None)

    def keep(self, url: str, entry: Entry | None) -> None:
        """Keep an answer, or nothing under this URL."""
        own = self.own
        if entry is not None:
            own[url] = entry
            if len(own) > ENTRIES_AT_MOST:
                del own[next(iter(own))]
        elif url in own or url in self.held:
            own[url] = None

    def take(self, cookies: tuple[SetCookie, ...], errand: Errand, now: float) -> None:
        """Keep the cookies of an answer; `now` is in seconds since the epoch."""
        for said in cookies:
            cookie = read_cookie(said, errand.host, errand.path, now, secure=errand.secure)
            if cookie is not None:
                self.jar = self.jar or Jar()
                self.jar.keep(cookie, now, secure=errand.secure)

    def leave(self) -> None:
        """Close the connections."""
        for pool in self.pools.values():
            pool.close()
        self.pools.clear()
