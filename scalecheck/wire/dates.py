"""HTTP dates, strictly by RFC 9110 section 5.6.7 but for the case of names."""

import re
from calendar import timegm
from datetime import UTC, datetime, timedelta

MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_DAY = "(?:mon|tue|wed|thu|fri|sat|sun)"
_LONG_DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = f"(?P<month>{'|'.join(MONTHS)})"
_TIME = "(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_FORMATS = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"{_DAY}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT",
        rf"{_LONG_DAY}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT",
        rf"{_DAY} {_MONTH} (?P<day>[0-9]{{2}}| [0-9]) {_TIME} (?P<year>[0-9]{{4}})",
    )
)
_LONGEST = len("Wednesday, 06-Nov-94 08:49:37 GMT")


def http_date(text: str, received_at: float) -> float | None:
    """Return seconds since the epoch; None when it is none of the three formats or names no real day and time.

    `received_at` is only read for two-digit years: one that seems more than 50 years ahead of it has passed.
    The name of the weekday is not compared with the date. email.utils would also read other zones, one-digit hours
    and `02.01.18`, all of which section 5.6.7 excludes and make an Expires count as past.
    """
    text = text.strip(" \t")
    if len(text) > _LONGEST:
        return None
    match = next((found for form in _FORMATS if (found := form.fullmatch(text))), None)
    if match is None:
        return None
    year = int(match["year"])
    return _seconds(match, year if len(match["year"]) == 4 else _full_year(match, year, received_at))


def _full_year(match: re.Match[str], year: int, received_at: float) -> int:
    """Return a two-digit year in full (RFC 9110 section 5.6.7)."""
    try:
        today = datetime.fromtimestamp(received_at, UTC)
    except (OverflowError, ValueError, OSError):
        today = datetime(2000, 1, 1, tzinfo=UTC)
    full = today.year // 100 * 100 + year
    ahead = (full - today.year, MONTHS[match["month"].lower()], int(match["day"]))
    return full - 100 if ahead > (50, today.month, today.day) else full


def _seconds(match: re.Match[str], year: int) -> float | None:
    """Return seconds since the epoch; None when there is no such day or time. A leap second is the next minute."""
    second = int(match["second"])
    try:
        day = datetime(year, MONTHS[match["month"].lower()], int(match["day"]), tzinfo=UTC)
        moment = day.replace(hour=int(match["hour"]), minute=int(match["minute"])) + timedelta(seconds=second)
    except (ValueError, OverflowError):
        return None
    return float(timegm(moment.timetuple())) if second <= 60 else None
