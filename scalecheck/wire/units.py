"""Quantities with their units, as profiles write them and reports show them.

What is read here comes from the user, not from the site: a mistake is a ValueError that says what was expected.
"""

import re
from collections.abc import Mapping

DURATION = r"\d[\d_]*(\.\d+)?(ms|s|m|h|d)"
"""Pattern of a duration, for JSON Schema too."""
SPAN = rf"({DURATION})(\.\.({DURATION})?)?|\.\.({DURATION})"
SIZE = r"\d[\d_]*(\.\d+)?(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)"
RATIO = r"\d[\d_]*(\.\d+)?%"
RATE = r"\d[\d_]*(\.\d+)?/(s|m|h|d)"
FACTOR = r"\d[\d_]*(\.\d+)?x"
COUNT = r"\d[\d_]*"

SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
BYTES: dict[str, int] = {
    "B": 1,
    **{f"{prefix}B": 1000**power for power, prefix in enumerate("KMGT", 1)},
    **{f"{prefix}iB": 1024**power for power, prefix in enumerate("KMGT", 1)},
}
DIGITS_AT_MOST = 15
"""Digits of a number: what a float holds exactly, and a bound on the work."""

_QUANTITY = re.compile(r"(\d[\d_]*(?:\.\d+)?)(.*)", re.ASCII)


def seconds(text: str) -> float:
    """Return a duration such as `200ms`, `2.5s`, `5m`, `1h` or `1d` in seconds."""
    number, unit = _split(text, SECONDS, "a duration such as 60s or 200ms")
    return number / 1000 if unit == "ms" else number * SECONDS[unit]


def byte_count(text: str) -> int:
    """Return a size such as `180KB` (1000 bytes each) or `180KiB` (1024) in bytes."""
    number, unit = _split(text, BYTES, "a size such as 180KB or 8MiB")
    return round(number * BYTES[unit])


def ratio(text: str) -> float:
    """Return a share such as `95%` as 0 to 1; more than 100% is none."""
    expected = "a share such as 95%"
    number, _ = _split(text, {"%": 1}, expected)
    if number > 100:
        raise ValueError(f"expected {expected}, at most 100%")
    return number / 100


def per_second(text: str) -> float:
    """Return a rate such as `40/s` or `300/m` in events per second."""
    number, unit = _split(text, {f"/{unit}": 1 for unit in ("s", "m", "h", "d")}, "a rate such as 40/s or 300/m")
    return number / SECONDS[unit[1:]]


def factor(text: str) -> float:
    """Return a factor such as `2x`."""
    return _split(text, {"x": 1}, "a factor such as 2x")[0]


def count(text: str) -> int:
    """Return a whole number such as `2000` or `1_000_000`."""
    number, _ = _split(text, {"": 1}, "a whole number such as 60")
    if number != int(number) or "." in text:
        raise ValueError("expected a whole number such as 60")
    return int(number)


def span(text: str) -> tuple[int | None, int | None]:
    """Return the least and the most whole seconds: `60s` exactly, `1h..` at least, `..5m` at most, `30s..2m`; `any`.

    None is an open end.
    """
    if text == "any":
        return None, None
    low, dots, high = text.partition("..")
    if not dots:
        exactly = _whole_seconds(low)
        return exactly, exactly
    if not low and not high:
        raise ValueError(_SPAN_EXPECTED)
    least, most = (_whole_seconds(end) if end else None for end in (low, high))
    if least is not None and most is not None and least > most:
        raise ValueError(f"expected a span from short to long, such as {high}..{low}")
    return least, most


_SPAN_EXPECTED = "expected a duration such as 60s, or a span of them such as 1h.., ..5m or 30s..2m"


def _whole_seconds(text: str) -> int:
    try:
        duration_s = seconds(text)
    except ValueError:
        raise ValueError(_SPAN_EXPECTED) from None
    if duration_s != int(duration_s):
        raise ValueError("expected whole seconds, as Cache-Control counts them")
    return int(duration_s)


def _split(text: str, units: Mapping[str, object], expected: str) -> tuple[float, str]:
    """Return number and unit of a quantity."""
    matched = _QUANTITY.fullmatch(text)
    if matched is None or matched[2] not in units or len(matched[1]) > DIGITS_AT_MOST:
        raise ValueError(f"expected {expected}")
    return float(matched[1].replace("_", "")), matched[2]


def show_seconds(duration_s: float) -> str:
    """Return a duration in the largest unit that keeps it whole: `200ms`, `2.5s`, `60s`, `5m`, `1h`, `1d`."""
    if 0 < duration_s < 1:
        return f"{show_number(duration_s * 1000)}ms"
    for unit, at_least in (("d", 1), ("h", 1), ("m", 2)):  # a minute reads better as the 60s that Cache-Control says
        if duration_s >= at_least * SECONDS[unit] and duration_s % SECONDS[unit] == 0:
            return f"{show_number(duration_s / SECONDS[unit])}{unit}"
    return f"{show_number(duration_s)}s"


def show_bytes(size_bytes: int) -> str:
    """Return a size to read, rounded to three decimals: `900B`, `180KB`, `1.235MB`."""
    for unit in ("TB", "GB", "MB", "KB"):
        if size_bytes >= BYTES[unit]:
            return f"{show_number(round(size_bytes / BYTES[unit], 3))}{unit}"
    return f"{size_bytes}B"


def write_bytes(size_bytes: int) -> str:
    """Return a size as profiles write it, exact: `180KB`, `8MiB`, `1234567B`."""
    for unit in ("TB", "TiB", "GB", "GiB", "MB", "MiB", "KB", "KiB"):
        if size_bytes and size_bytes % BYTES[unit] == 0:
            return f"{size_bytes // BYTES[unit]}{unit}"
    return f"{size_bytes}B"


def show_ratio(share: float) -> str:
    """Return a share as a percentage: `95%`, `0.1%`."""
    return f"{show_number(share * 100)}%"


def show_rate(rate_per_s: float) -> str:
    """Return a rate per second, or per minute or hour where that is a whole number and a second is not: `40/s`."""
    for unit in ("s", "m", "h", "d"):
        rate = round(rate_per_s * SECONDS[unit], 9)
        if rate == int(rate) and rate:
            return f"{int(rate)}/{unit}"
    return f"{show_number(rate_per_s)}/s"


def show_factor(times: float) -> str:
    """Return a factor: `2x`."""
    return f"{show_number(times)}x"


def show_span(least_s: int | None, most_s: int | None) -> str:
    """Return a span as profiles write it."""
    if least_s is None and most_s is None:
        return "any"
    if least_s == most_s and least_s is not None:
        return show_seconds(least_s)
    low, high = (show_seconds(end) if end is not None else "" for end in (least_s, most_s))
    return f"{low}..{high}"


def show_number(number: float) -> str:
    """Return a number without exponent or trailing zeros; twelve decimals hide what binary fractions add."""
    return f"{number:.12f}".rstrip("0").rstrip(".")
