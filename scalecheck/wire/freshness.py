"""How long an answer stays fresh and how old it is (RFC 9111 section 4.2). Every moment is given, in epoch seconds."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from scalecheck.wire.cache_control import CacheControl, cache_control
from scalecheck.wire.dates import http_date
from scalecheck.wire.delta_seconds import delta_seconds
from scalecheck.wire.fields import Fields
from scalecheck.wire.targeted import targeted

HEURISTIC_STATUSES = frozenset({200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501})
"""Statuses that caches may keep without being told how long (RFC 9110 section 15.1)."""
UNDERSTOOD_STATUSES = frozenset(int(status) for status in HTTPStatus if status >= 200)
"""Final statuses whose meaning a cache is taken to know, for `must-understand`."""
HEURISTIC_SHARE = 0.1
"""Of the time since Last-Modified, the lifetime that section 4.2.2 calls typical."""


class Source(StrEnum):
    """What decides the lifetime."""

    S_MAXAGE = "s-maxage"
    MAX_AGE = "max-age"
    EXPIRES = "expires"
    TARGETED = "targeted field"
    """A field such as CDN-Cache-Control, whatever its directive."""
    NO_STORE = "no-store"
    PRIVATE = "private"
    """The cache asked about is a shared one."""
    NO_CACHE = "no-cache"
    HEURISTIC = "heuristic"
    """Nothing says how long; caches guess."""
    NONE = "none"
    """Nothing says how long, and caches may not guess either."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long an answer may be reused without asking, counted from the moment the origin made it."""

    seconds: float
    """0 when it is stale on arrival or must not be reused at all."""
    source: Source

    @property
    def explicit(self) -> bool:
        """Whether the answer itself says so; False where caches would have to guess."""
        return self.source not in {Source.HEURISTIC, Source.NONE}


def freshness_lifetime(
    status: int, fields: Fields, *, shared: bool, received_at: float, targets: tuple[str, ...] = ()
) -> Lifetime:
    """Return how long a cache of this kind may reuse the answer without asking (RFC 9111 sections 4.2.1 and 4.2.2).

    What must not be stored, or not reused unasked, has a lifetime of 0. `targets` names the targeted fields that the
    cache obeys, first wins; it then reads neither Cache-Control nor Expires.
    """
    found = targeted(fields, targets) if targets else None
    if found is not None:
        policy = found[1]
        return _forbidden(status, policy, shared) or _targeted_lifetime(status, policy, shared)
    policy = cache_control(fields)
    return _forbidden(status, policy, shared) or _lifetime(status, fields, policy, shared, received_at)


def age_s(fields: Fields) -> int | None:
    """Return the Age that was sent; None when absent or not an integer. Of a list the first counts (section 5.1)."""
    first = fields.first("age")
    return None if first is None else delta_seconds(first.partition(",")[0].strip(" \t"))


def initial_age_s(fields: Fields, received_at: float, requested_at: float | None = None) -> float:
    """Return the age on arrival (section 4.2.3); without `requested_at` the answer took no time."""
    delay_s = 0.0 if requested_at is None else max(0.0, received_at - requested_at)
    apparent_s = max(0.0, received_at - date_at(fields, received_at))
    return max(apparent_s, (age_s(fields) or 0) + delay_s)


def current_age_s(
    fields: Fields, received_at: float, now: float | None = None, *, requested_at: float | None = None
) -> float:
    """Return the age at `now` (section 4.2.3); without `now`, on arrival."""
    return initial_age_s(fields, received_at, requested_at) + (0.0 if now is None else max(0.0, now - received_at))


def remaining_s(
    status: int,
    fields: Fields,
    *,
    shared: bool = False,
    received_at: float,
    now: float | None = None,
    targets: tuple[str, ...] = (),
) -> float:
    """Return the seconds of freshness left, at least 0: `max-age=60` that arrives with `Age: 59` is worth one."""
    lifetime = freshness_lifetime(status, fields, shared=shared, received_at=received_at, targets=targets)
    return max(0.0, lifetime.seconds - current_age_s(fields, received_at, now))


def date_at(fields: Fields, received_at: float) -> float:
    """Return the Date in epoch seconds; the time of receipt when absent or invalid (RFC 9110 section 6.6.1)."""
    text = fields.first("date")
    date = None if text is None else http_date(text, received_at)
    return received_at if date is None else date


def no_store(status: int, policy: CacheControl) -> bool:
    """Whether nobody may store it; `must-understand` lifts that for a known status and binds for others (5.2.2.3)."""
    if policy.has("must-understand"):
        return status not in UNDERSTOOD_STATUSES
    return policy.has("no-store")


def _forbidden(status: int, policy: CacheControl, shared: bool) -> Lifetime | None:
    """Return a lifetime of 0 when the answer must not be stored or not be reused unasked."""
    if no_store(status, policy):
        return Lifetime(0, Source.NO_STORE)
    if shared and policy.unqualified("private"):
        return Lifetime(0, Source.PRIVATE)
    return Lifetime(0, Source.NO_CACHE) if policy.unqualified("no-cache") else None


def _targeted_lifetime(status: int, policy: CacheControl, shared: bool) -> Lifetime:
    """Return the lifetime that a targeted field gives."""
    seconds = policy.seconds("s-maxage") if shared else None
    seconds = policy.seconds("max-age") if seconds is None else seconds
    return _without_expiry(status, policy) if seconds is None else Lifetime(seconds, Source.TARGETED)


def _lifetime(status: int, fields: Fields, policy: CacheControl, shared: bool, received_at: float) -> Lifetime:
    """Return the first of s-maxage, max-age, Expires and the guess that there is (section 4.2.1)."""
    if shared and (seconds := policy.seconds("s-maxage")) is not None:
        return Lifetime(seconds, Source.S_MAXAGE)
    if (seconds := policy.seconds("max-age")) is not None:
        return Lifetime(seconds, Source.MAX_AGE)
    if expires := set(fields.all("expires")):
        return Lifetime(_expires_s(expires, fields, received_at), Source.EXPIRES)
    guess = _without_expiry(status, policy)
    if guess.source is Source.NONE:
        return guess
    return Lifetime(_heuristic_s(fields, received_at), Source.HEURISTIC)


def _without_expiry(status: int, policy: CacheControl) -> Lifetime:
    """Return a guess of 0 where caches may guess, else no lifetime."""
    guessed = status in HEURISTIC_STATUSES or policy.has("public")
    return Lifetime(0, Source.HEURISTIC if guessed else Source.NONE)


def _expires_s(values: set[str], fields: Fields, received_at: float) -> float:
    """Return Expires minus Date; an invalid Expires, or several that differ, have passed (section 5.3)."""
    expires_at = http_date(values.pop(), received_at) if len(values) == 1 else None
    return 0 if expires_at is None else max(0.0, expires_at - date_at(fields, received_at))


def _heuristic_s(fields: Fields, received_at: float) -> float:
    """Return a tenth of the time since Last-Modified; 0 without one."""
    modified = fields.first("last-modified")
    modified_at = None if modified is None else http_date(modified, received_at)
    return 0 if modified_at is None else HEURISTIC_SHARE * max(0.0, date_at(fields, received_at) - modified_at)
