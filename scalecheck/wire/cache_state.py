"""What a cache did with a request, in one vocabulary for all vendors."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What a cache did; every vendor's words are read as one of these."""

    HIT = "hit"
    HIT_SHIELD = "hit-shield"
    """From a second cache of the same CDN, nearer the origin."""
    HIT_STALE = "hit-stale"
    HIT_STALE_ASYNC = "hit-stale-async"
    """Stale, and renewed behind the answer."""
    HIT_STALE_ERROR = "hit-stale-error"
    """Stale, because the origin failed."""
    HIT_NEGATIVE = "hit-negative"
    """A stored error."""
    PRERENDER = "prerender"
    """From static storage, where the build put it."""
    HIT_COLLAPSED = "hit-collapsed"
    """Waited for another request's fetch and shared its answer."""
    REVALIDATED = "revalidated"
    """The origin said 304, then the stored body was sent."""
    PARTIAL = "partial"
    MISS = "miss"
    EXPIRED = "expired"
    """A stale copy was there, the origin sent a new one."""
    REGENERATED = "regenerated"
    """The entry had been invalidated, and was made anew while the client waited."""
    BYPASS = "bypass"
    """The cache was told not to take part, by the origin, the request or its rules."""
    DYNAMIC = "dynamic"
    """The cache does not consider this kind of answer."""
    SYNTHETIC = "synthetic"
    """The edge made the answer itself."""
    REDIRECT = "redirect"
    DENIED = "denied"
    LIMIT = "limit"
    ERROR = "error"
    TUNNEL = "tunnel"
    NONE = "none"
    """It does not say, or in words we do not know."""

    @property
    def served_from_cache(self) -> bool:
        """Whether the body came from a store: a hit as a hit ratio counts it."""
        return self in _FROM_CACHE

    @property
    def strict_hit(self) -> bool:
        """Whether the answer came from a store and waited for no origin."""
        return self in _STRICT

    @property
    def in_denominator(self) -> bool:
        """Whether a hit ratio counts it at all: answers that the edge makes itself are neither hit nor miss."""
        return self in _FROM_CACHE or self in _FROM_ORIGIN


_STRICT = frozenset(
    {
        *(State.HIT, State.HIT_SHIELD, State.HIT_STALE, State.HIT_STALE_ASYNC),
        *(State.HIT_STALE_ERROR, State.HIT_NEGATIVE, State.PRERENDER),
    }
)
_FROM_CACHE = _STRICT | {State.HIT_COLLAPSED, State.REVALIDATED}
_FROM_ORIGIN = frozenset({State.PARTIAL, State.MISS, State.EXPIRED, State.REGENERATED, State.BYPASS, State.DYNAMIC})


@dataclass(frozen=True, slots=True)
class CacheState:
    """What one cache on the way said it did."""

    vendor: str
    """As `wire.vendors` names it; empty when the header is one that operators choose and nothing tells whose it is."""
    header: str
    """In lower case."""
    value: str
    """The words of this one cache, as sent."""
    state: State
    certain: bool
    """False for words not verified with the vendor and for signs that only suggest: label with it, judge nothing."""

    def __str__(self) -> str:
        return f"{self.header}: {self.value}"
