"""What a cache may do with an answer: store it, reuse it, ask again (RFC 9111 sections 3 and 4, RFC 5861).

Used to judge, and by visitors as their browser's cache: what can be known when an answer is stored is worked out then,
so that asking whether it may be reused costs a few comparisons. Pure: every moment is given, in epoch seconds.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from scalecheck.wire.cache_control import CacheControl, cache_control
from scalecheck.wire.dates import http_date
from scalecheck.wire.delta_seconds import MAX_S, delta_seconds
from scalecheck.wire.fields import Fields
from scalecheck.wire.freshness import (
    HEURISTIC_STATUSES,
    Lifetime,
    Source,
    freshness_lifetime,
    initial_age_s,
    no_store,
)
from scalecheck.wire.ranges import Part, content_range
from scalecheck.wire.targeted import governing
from scalecheck.wire.vary import Vary, vary

SHARED_DESPITE_AUTHORIZATION = ("public", "must-revalidate", "s-maxage")
"""Directives that let a shared cache keep the answer to an authorized request (RFC 9111 section 3.5)."""
ERROR_STATUSES = frozenset({500, 502, 503, 504})
"""Answers that stale-if-error may hide (RFC 5861 section 4)."""
NOT_UPDATED = frozenset(
    {
        *("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
        *("content-encoding", "content-length", "content-range", "content-type"),
    }
)
"""Fields of a 304 that leave the stored ones as they are (RFC 9111 section 3.2)."""


class Reuse(StrEnum):
    """What a cache does with a request."""

    FRESH = "fresh"
    """Answer from the store."""
    STALE = "stale"
    """Answer from the store, though stale: the request said it accepts that."""
    STALE_WHILE_REVALIDATE = "stale-while-revalidate"
    """Answer from the store at once, and renew behind it."""
    REVALIDATE = "revalidate"
    """Ask first, with `Stored.conditions` where there are any; a 304 lets the stored answer be used."""
    MISS = "miss"
    """Nothing stored fits this request."""
    UNAVAILABLE = "unavailable"
    """The request wants nothing but what is stored, and that cannot be used: 504."""

    @property
    def from_store(self) -> bool:
        """Whether the answer comes from the store without waiting for the origin."""
        return self is Reuse.FRESH or self is Reuse.STALE_WHILE_REVALIDATE or self is Reuse.STALE


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored answer, and all that decides its reuse."""

    status: int
    fields: Fields
    shared: bool
    """Whether the cache that keeps it is a shared one."""
    lifetime: Lifetime
    born_at: float
    """When the origin made it, by its age on arrival."""
    fresh_until: float
    stale_until: float
    """End of the stale-while-revalidate window; `fresh_until` without one."""
    error_until: float
    """End of the stale-if-error window; `fresh_until` without one."""
    never_stale: bool
    """It must not be served stale, whatever a request accepts (section 4.2.4)."""
    vary: Vary
    vary_key: tuple[str | None, ...]
    part: Part | None
    """The bytes a 206 carries; None for a whole representation."""

    @property
    def conditions(self) -> Fields:
        """The fields of a conditional request for it; none when it has no validator (section 4.3.1)."""
        validators = (("If-None-Match", self.fields.first("etag")), ("If-Modified-Since", self._last_modified))
        return Fields(tuple((name, value) for name, value in validators if value))

    @property
    def _last_modified(self) -> str | None:
        text = self.fields.first("last-modified")
        return text if text is not None and http_date(text, self.born_at) is not None else None

    def serves_on_error(self, now: float) -> bool:
        """Whether it may stand in for an error of the origin: fresh, or in its stale-if-error window (RFC 5861)."""
        return now < max(self.fresh_until, self.error_until)


def storable(
    request: Fields,
    status: int,
    fields: Fields,
    *,
    shared: bool,
    method: str = "GET",
    targets: tuple[str, ...] = (),
) -> bool:
    """Whether a cache of this kind may store the answer (RFC 9111 section 3); only GET is stored here.

    A 206 is kept when it says which bytes it carries; a 304 renews what is stored and is not stored itself.
    """
    if method != "GET" or status < 200 or status == 304 or _asked(request).has("no-store"):
        return False
    if status == 206 and content_range(fields.first("content-range")) is None:
        return False
    policy = governing(fields, targets)
    if no_store(status, policy) or (shared and not _shareable(request, policy)):
        return False
    return _cacheable(status, fields, policy, shared)


def store(
    request: Fields,
    status: int,
    fields: Fields,
    *,
    shared: bool,
    received_at: float,
    requested_at: float | None = None,
    method: str = "GET",
    targets: tuple[str, ...] = (),
) -> Stored | None:
    """Return the answer as a cache of this kind keeps it; None when it must not be stored."""
    if not storable(request, status, fields, shared=shared, method=method, targets=targets):
        return None
    policy = governing(fields, targets)
    lifetime = freshness_lifetime(status, fields, shared=shared, received_at=received_at, targets=targets)
    born_at = received_at - initial_age_s(fields, received_at, requested_at)
    fresh_until = born_at + lifetime.seconds
    strict = _strict(policy, shared) or lifetime.source is Source.NO_CACHE
    varies = vary(fields)
    return Stored(
        status=status,
        fields=fields,
        shared=shared,
        lifetime=lifetime,
        born_at=born_at,
        fresh_until=fresh_until,
        stale_until=fresh_until + (0 if strict else policy.seconds("stale-while-revalidate") or 0),
        error_until=fresh_until + (0 if strict else policy.seconds("stale-if-error") or 0),
        never_stale=strict or (shared and policy.has("s-maxage")),
        vary=varies,
        vary_key=varies.key(request),
        part=content_range(fields.first("content-range")) if status == 206 else None,
    )


def reuse(stored: Stored | None, request: Fields, now: float, *, method: str = "GET") -> Reuse:
    """Return what a cache does with a request for which it has this answer, or none (RFC 9111 section 4)."""
    asked = _asked(request)
    decision = _decided(stored, request, asked, now, method)
    return decision if decision.from_store or not asked.has("only-if-cached") else Reuse.UNAVAILABLE


def renewed(
    stored: Stored,
    request: Fields,
    fields: Fields,
    *,
    received_at: float,
    requested_at: float | None = None,
    targets: tuple[str, ...] = (),
) -> Stored | None:
    """Return the stored answer after a 304 with these fields (section 3.2); None when it must be kept no longer."""
    updates = tuple(line for line in fields if line[0].lower() not in NOT_UPDATED)
    kept = stored.fields.without("age", "date", *(name for name, _ in updates)).with_lines(updates)
    return store(
        request,
        stored.status,
        kept,
        shared=stored.shared,
        received_at=received_at,
        requested_at=requested_at,
        targets=targets,
    )


def _shareable(request: Fields, policy: CacheControl) -> bool:
    """Whether a shared cache may keep it: not private, and not authorized without consent (section 3.5)."""
    if policy.unqualified("private"):
        return False
    return "authorization" not in request or any(map(policy.has, SHARED_DESPITE_AUTHORIZATION))


def _cacheable(status: int, fields: Fields, policy: CacheControl, shared: bool) -> bool:
    """Whether anything says that it may be kept at all (section 3, last condition)."""
    if status in HEURISTIC_STATUSES or policy.has("public") or policy.has("max-age") or "expires" in fields:
        return True
    return policy.has("s-maxage") if shared else policy.has("private")


def _strict(policy: CacheControl, shared: bool) -> bool:
    """Whether it must not be served stale, not even in a window that the same answer declares.

    s-maxage is not among the reasons: it implies proxy-revalidate (section 5.2.2.10), but shared caches that implement
    RFC 5861 take an explicit window beside it, and sites rely on that.
    """
    return (
        policy.has("must-revalidate") or policy.unqualified("no-cache") or (shared and policy.has("proxy-revalidate"))
    )


def _decided(stored: Stored | None, request: Fields, asked: CacheControl, now: float, method: str) -> Reuse:
    """Return the decision before only-if-cached is looked at."""
    if stored is None or method not in {"GET", "HEAD"} or asked.has("no-store"):
        return Reuse.MISS
    if stored.vary.star or (stored.vary.names and stored.vary.key(request) != stored.vary_key):
        return Reuse.MISS
    if stored.part is not None and not stored.part.covers(request.first("range") or ""):
        return Reuse.MISS
    return _decided_by_age(stored, asked, now)


def _decided_by_age(stored: Stored, asked: CacheControl, now: float) -> Reuse:
    """Return the decision about an answer that fits the request (sections 4.2 and 5.2.1)."""
    if not asked.directives:
        if now < stored.fresh_until:
            return Reuse.FRESH
        return Reuse.STALE_WHILE_REVALIDATE if now < stored.stale_until else Reuse.REVALIDATE
    oldest_s = asked.seconds("max-age")
    if asked.has("no-cache") or (oldest_s is not None and now - stored.born_at > oldest_s):
        return Reuse.REVALIDATE
    left_s = stored.fresh_until - now
    if left_s > 0 and left_s >= (asked.seconds("min-fresh") or 0):
        return Reuse.FRESH
    if left_s <= 0 and not stored.never_stale and -left_s <= _accepted_staleness_s(asked):
        return Reuse.STALE
    return Reuse.STALE_WHILE_REVALIDATE if -left_s >= 0 and now < stored.stale_until else Reuse.REVALIDATE


def _accepted_staleness_s(asked: CacheControl) -> int:
    """Return how stale an answer the request accepts; -1 for not at all, MAX_S for any (section 5.2.1.2)."""
    occurrences = asked.all("max-stale")
    if not occurrences:
        return -1
    if any(each.argument is None for each in occurrences):
        return MAX_S
    return min((delta_seconds(each.value or "") or 0) for each in occurrences)


@lru_cache(maxsize=1024)
def _asked(request: Fields) -> CacheControl:
    """Return the request's directives; visitors send few different requests."""
    return cache_control(request)
