"""What an answer's head says to a swarm: cookies, where it leads, and what a shared cache did. Read once a head."""

import re
from functools import cache
from typing import NamedTuple

from scalecheck.swarm.cache import Answered
from scalecheck.wire.dates import http_date
from scalecheck.wire.delta_seconds import delta_seconds
from scalecheck.wire.fields import Fields
from scalecheck.wire.set_cookie import SetCookie, set_cookies
from scalecheck.wire.vendor_data import vendors, vocabularies
from scalecheck.wire.vendors import nearest_state

COUNTED = frozenset({"age", "x-varnish"})
"""Fields with numbers of which it matters only how many there are, and whether they are 0."""
LONGEST_WAIT_S = 86_400
"""Nobody stays away longer than a day."""
_NUMBER = re.compile(r"[1-9]\d*")
_FACTS = "facts"


class Facts(NamedTuple):
    """What a head says."""

    cookies: tuple[SetCookie, ...]
    location: str | None
    state: str | None
    """Of the shared cache nearest the client (`wire.cache_state.State`); None where it does not say for certain."""
    wait_s: float
    """Seconds that Retry-After asks for; 0 without it. A date in it counts from Date."""


def facts(head: Answered, cdn: str) -> Facts:
    """Return what a head says; `cdn` is a vendor's name where it is known, else `auto`."""
    found: Facts | None = head.memo.get(_FACTS)
    if found is None:
        fields = head.fields
        found = head.memo[_FACTS] = Facts(
            set_cookies(fields), fields.first("location"), _state(fields, cdn), _wait_s(fields)
        )
    return found


def _wait_s(fields: Fields) -> float:
    said = (fields.first("retry-after") or "").strip()
    seconds = delta_seconds(said) if said else 0
    return max(0.0, float(min(_until_s(said, fields) if seconds is None else seconds, LONGEST_WAIT_S)))


def _until_s(said: str, fields: Fields) -> float:
    """Return the seconds from Date to the date that Retry-After names; 0 where one of them is none."""
    now = http_date(fields.first("date") or "", 0.0)
    until = None if now is None else http_date(said, now)
    return 0.0 if now is None or until is None else until - now


def _state(fields: Fields, cdn: str) -> str | None:
    """Return the state that a head tells; of answers that differ in nothing that tells, it is worked out once."""
    by_value, by_name = _telling()
    lines = []
    for line in fields.lines:
        name = line[0].lower()
        if name in by_value:
            lines.append((name, _NUMBER.sub("1", line[1])) if name in COUNTED else line)
        elif name in by_name:
            lines.append((name, "1"))
    state = nearest_state(Fields(tuple(lines)), cdn)
    return None if state is None else state.state.value


@cache
def _telling() -> tuple[frozenset[str], frozenset[str]]:
    """Return the fields whose values say what a cache did or whose it is, and those that need only be there."""
    signs = [sign for each in vendors().values() for sign in each.signs]
    by_value = {header.lower() for each in vocabularies() for header in each.headers}
    by_value |= {"cache-status", "age", *(sign[0] for sign in signs if len(sign) > 1)}
    return frozenset(by_value), frozenset(sign[0] for sign in signs) - by_value
