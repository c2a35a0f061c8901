"""Set-Cookie as browsers read it (RFC 6265 section 5.2 and its successor draft)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from scalecheck.wire.fields import Fields

NEVER = float("inf")
"""When cookies expire that say nothing of it: they last as long as the browser is open."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One cookie that an answer sets."""

    name: str
    """Empty when there is no `=` before the first semicolon."""
    value: str
    attributes: tuple[tuple[str, str], ...] = ()
    """Names in lower case; the value is empty where none was given."""

    def has(self, attribute: str) -> bool:
        """Whether the attribute is there."""
        return self.attribute(attribute) is not None

    def attribute(self, name: str) -> str | None:
        """Return an attribute's value; None when absent. Of several the last counts."""
        return next((value for key, value in reversed(self.attributes) if key == name), None)

    @property
    def secure(self) -> bool:
        """Sent over https only."""
        return self.has("secure")

    @property
    def http_only(self) -> bool:
        """Out of reach of scripts."""
        return self.has("httponly")

    @property
    def same_site(self) -> str | None:
        """`strict`, `lax` or `none`; None when absent or none of these."""
        value = (self.attribute("samesite") or "").lower()
        return value if value in {"strict", "lax", "none"} else None

    @property
    def host_bound(self) -> bool:
        """Whether it keeps what a `__Host-` name promises: Secure, Path=/ and no Domain."""
        return self.secure and self.attribute("path") == "/" and not self.attribute("domain")

    def expires_at(self, now: float) -> float:
        """Return when it expires, in seconds since the epoch: by Max-Age, else by a date in Expires."""
        age = self.attribute("max-age")
        if age is not None and re.fullmatch(r"-?\d{1,18}", age, re.ASCII):
            return now + int(age) if int(age) > 0 else 0.0
        expires_at = cookie_date(self.attribute("expires") or "")
        return NEVER if expires_at is None else expires_at


def set_cookies(fields: Fields) -> tuple[SetCookie, ...]:
    """Return every cookie that an answer sets, in wire order; lines are never joined, since dates hold commas."""
    return tuple(_read(line) for line in fields.all("set-cookie"))


def _read(line: str) -> SetCookie:
    pair, *attributes = line.split(";")
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", pair
    parted = (each.partition("=") for each in attributes)
    return SetCookie(name.strip(), value.strip(), tuple((key.strip().lower(), each.strip()) for key, _, each in parted))


def cookie_date(text: str) -> float | None:
    """Return the seconds since the epoch of a date as cookies write it, in any order; None for none (section 5.1.1)."""
    clock: tuple[int, int, int] | None = None
    day = month = year = None
    for token in re.split(r"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+", text[:100]):
        if clock is None and (found := re.match(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|$)", token, re.ASCII)):
            clock = int(found[1]), int(found[2]), int(found[3])
        elif day is None and (found := re.match(r"(\d{1,2})(?:\D|$)", token, re.ASCII)):
            day = int(found[1])
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year is None and (found := re.match(r"(\d{2,4})(?:\D|$)", token, re.ASCII)):
            year = int(found[1]) + (1900 if 70 <= int(found[1]) <= 99 else 2000 if int(found[1]) < 70 else 0)
    if clock is None or day is None or month is None or year is None or year < 1601:
        return None
    try:
        return datetime(year, month, day, clock[0], clock[1], clock[2], tzinfo=UTC).timestamp()
    except ValueError:
        return None
