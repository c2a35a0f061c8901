"""Quantities of traffic that one number does not hold: ranges, times of the day, prices; read as profiles write them.

What is read here comes from the user: a mistake is a ValueError that says what was expected.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from scalecheck.wire import units

DAY_S = 86_400
NUMBER = r"\d[\d_]*(\.\d+)?"
SEPARATOR = ".."
HOURS = r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)"
PAGE_RATE = rf"{NUMBER} pages/[smhd]"
REQUEST_RATES = rf"{NUMBER}(\.\.{NUMBER})? requests/[smhd]"
PRICE = rf"{NUMBER} [A-Z]{{3}}/(\S+)"
BYTE_PRICE = rf"{NUMBER} [A-Z]{{3}}/[KMGT]i?B"
COUNT_PRICE = rf"{NUMBER} [A-Z]{{3}}/{units.COUNT}"
BUDGET = rf"{NUMBER} [A-Z]{{3}}/month"
RATES = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class Between:
    """A range of numbers, both ends included; one number is a range of itself."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        """The middle: what lies between is as likely as anything else between."""
        return (self.low + self.high) / 2

    def times(self, factor: float) -> "Between":
        """Return the range with both ends multiplied."""
        return Between(self.low * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Hours:
    """Two times of a local day, in seconds after midnight; the second is on the next day where it is not later."""

    start_s: int
    end_s: int

    @property
    def length_s(self) -> int:
        """Seconds from one to the other on a day without a change of clocks."""
        return (self.end_s - self.start_s) % DAY_S or DAY_S

    def __str__(self) -> str:
        return f"{_clock(self.start_s)}-{_clock(self.end_s)}"


@dataclass(frozen=True, slots=True)
class Squeeze:
    """How much of a day is played in how much time."""

    day_s: float
    into_s: float

    @property
    def factor(self) -> float:
        """How much faster than life."""
        return self.day_s / self.into_s

    def __str__(self) -> str:
        long = "24h" if self.day_s == DAY_S else units.show_seconds(self.day_s)
        return f"{long} into {units.show_seconds(self.into_s)}"


@dataclass(frozen=True, slots=True)
class Climb:
    """By how much a rate may rise within a time."""

    by_per_s: float
    within_s: float

    def __str__(self) -> str:
        return f"{units.show_rate(self.by_per_s)} per {units.show_seconds(self.within_s)}"


@dataclass(frozen=True, slots=True)
class Price:
    """What so many bytes, or requests, cost."""

    amount: float
    currency: str
    """Three letters (ISO 4217)."""
    per: int
    unit: str
    """As written: `GB`, `10_000`."""

    def of(self, quantity: float) -> float:
        """Return what a number of bytes, or requests, cost."""
        return quantity / self.per * self.amount

    def __str__(self) -> str:
        return f"{units.show_number(self.amount)} {self.currency}/{self.unit}"


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent in a month."""

    amount: float
    currency: str
    """Three letters (ISO 4217)."""

    def __str__(self) -> str:
        return f"{units.show_number(self.amount)} {self.currency}/month"


def read_between(text: str) -> Between:
    """Return a range of numbers such as `5..10`, or one number."""
    return _between(text, _plain, "a number such as 7, or a range such as 5..10")


def read_durations(text: str) -> Between:
    """Return a range of durations such as `20s..90s`, or one duration."""
    return _between(text, units.seconds, "a duration such as 30s, or a range such as 20s..90s")


def read_page_rate(text: str) -> float:
    """Return pages per second of `200 pages/s`."""
    if not re.fullmatch(PAGE_RATE, text, re.ASCII):
        raise ValueError("expected a rate of pages such as 200 pages/s")
    return units.per_second(text.replace(" pages", ""))


def read_request_rates(text: str) -> Between:
    """Return requests per second of `5000..15000 requests/s`, or of one rate."""
    expected = "a rate of requests such as 5000..15000 requests/s"
    numbers, _, unit = text.partition(" requests/")
    if not re.fullmatch(REQUEST_RATES, text, re.ASCII):
        raise ValueError(f"expected {expected}")
    return _between(numbers, _plain, expected).times(1 / RATES[unit])


def read_hours(text: str) -> Hours:
    """Return two times of a day such as `09:00-18:00`."""
    matched = re.fullmatch(HOURS, text, re.ASCII)
    ends = [int(hour) * 3600 + int(minute) * 60 for hour, minute in _pairs(matched)]
    if not ends or max(ends) > DAY_S or ends[0] == DAY_S:
        raise ValueError("expected two times of the day such as 09:00-18:00")
    return Hours(*ends)


def read_squeeze(text: str) -> Squeeze:
    """Return how much of a day is played in how much time: `24h into 48m`."""
    long, _, short = text.partition(" into ")
    try:
        squeeze = Squeeze(units.seconds(long), units.seconds(short))
    except ValueError:
        raise ValueError("expected a squeeze such as 24h into 48m") from None
    if not 0 < squeeze.into_s <= squeeze.day_s:
        raise ValueError("expected a squeeze from long to short, such as 24h into 48m")
    return squeeze


def read_climb(text: str) -> Climb:
    """Return by how much a rate may rise: `10000/s per 1s`."""
    rate, _, time = text.partition(" per ")
    try:
        climb = Climb(units.per_second(rate), units.seconds(time))
    except ValueError:
        raise ValueError("expected a climb such as 10000/s per 1s") from None
    if not climb.by_per_s or not climb.within_s:
        raise ValueError("expected a climb of more than nothing, such as 10000/s per 1s")
    return climb


def read_byte_price(text: str) -> Price:
    """Return the price of bytes: `0.085 USD/GB`."""
    amount, currency, unit = _priced(text, BYTE_PRICE, "a price of bytes such as 0.085 USD/GB")
    return Price(amount, currency, units.BYTES[unit], unit)


def read_count_price(text: str) -> Price:
    """Return the price of requests: `0.01 USD/10_000`."""
    expected = "a price of so many requests such as 0.01 USD/10_000"
    amount, currency, unit = _priced(text, COUNT_PRICE, expected)
    if not (number := int(unit.replace("_", ""))):
        raise ValueError(f"expected {expected}")
    return Price(amount, currency, number, unit)


def read_budget(text: str) -> Budget:
    """Return what may be spent in a month: `500 USD/month`."""
    amount, currency, _ = _priced(text, BUDGET, "what may be spent in a month, such as 500 USD/month")
    return Budget(amount, currency)


def show_between(range_: Between) -> str:
    """Return a range of numbers as profiles write it."""
    return _joined(*(units.show_number(end) for end in (range_.low, range_.high)))


def show_durations(range_: Between) -> str:
    """Return a range of durations as profiles write it."""
    return _joined(*(units.show_seconds(end) for end in (range_.low, range_.high)))


def show_page_rate(per_s: float) -> str:
    """Return a rate of pages as profiles write it."""
    return units.show_rate(per_s).replace("/", " pages/")


def show_request_rates(range_: Between) -> str:
    """Return rates of requests as profiles write them."""
    return f"{show_between(range_)} requests/s"


def _between(text: str, read: Callable[[str], float], expected: str) -> Between:
    low, dots, high = text.partition(SEPARATOR)
    try:
        ends = Between(read(low), read(high if dots else low))
    except ValueError:
        raise ValueError(f"expected {expected}") from None
    if ends.low > ends.high:
        raise ValueError(f"expected a range from low to high, such as {high}{SEPARATOR}{low}")
    return ends


def _plain(text: str) -> float:
    if not re.fullmatch(NUMBER, text, re.ASCII) or len(text) > units.DIGITS_AT_MOST:
        raise ValueError
    return float(text.replace("_", ""))


def _priced(text: str, pattern: str, expected: str) -> tuple[float, str, str]:
    if not re.fullmatch(pattern, text, re.ASCII) or len(text) > 3 * units.DIGITS_AT_MOST:
        raise ValueError(f"expected {expected}")
    amount, _, rest = text.partition(" ")
    currency, _, unit = rest.partition("/")
    return float(amount.replace("_", "")), currency, unit


def _pairs(matched: re.Match[str] | None) -> tuple[tuple[str, str], ...]:
    return () if matched is None else ((matched[1], matched[2]), (matched[3], matched[4]))


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second % 3600 // 60:02}"


def _joined(low: str, high: str) -> str:
    return low if low == high else f"{low}{SEPARATOR}{high}"
