"""Who came, how often and with what, as a log or a recording shows it."""

import re
from collections import Counter
from typing import Any

from scalecheck.plan.recorded import Recorder
from scalecheck.wire import units

LEAST_SPAN_S, DAY_S = 60.0, 86_400.0
LEAST_DAY_S = 20 * 3600.0
"""Seconds that a log must cover to say what a day is."""
DEVICES = {
    "mobile": re.compile(r"iPhone|Mobile", re.IGNORECASE),
    "tablet": re.compile(r"iPad|Tablet|Android|Silk", re.IGNORECASE),
}
BROWSERS = {
    "mobile": {"iPhone": "safari-iphone", "Firefox": "firefox-android", "": "chrome-android"},
    "tablet": {"iPad": "safari-ipad", "": "chrome-android-tablet"},
    "desktop": {
        "Edg/": "edge-windows",
        "Firefox": "firefox-windows",
        "Chrome": "chrome-windows",
        "Safari": "safari-mac",
        "": "chrome-windows",
    },
}
"""What a browser is called, by a word of its user agent; the first that is found, and the last for all others."""


def normal_rate(recorder: Recorder) -> float | None:
    """Return page views a second of the busiest hour, or of all that a shorter log covers; None of a moment."""
    span = recorder.last_at - recorder.first_at
    if span < LEAST_SPAN_S or not recorder.by_hour:
        return None
    return max(recorder.by_hour.values()) / min(3600.0, span)


def expected(recorder: Recorder) -> str:
    """Return requests a second, from the busiest hour's mean to the busiest minute; nothing of a moment."""
    span = recorder.last_at - recorder.first_at
    if span < LEAST_SPAN_S:
        return ""
    hours: Counter[int] = Counter()
    for minute, count in recorder.by_minute.items():
        hours[minute // 60] += count
    mean, most = max(hours.values()) / min(3600.0, span), max(recorder.by_minute.values()) / 60
    low, high = sorted((short(mean), short(most)), key=float)
    return f"{low}..{high} requests/s" if low != high else f"{low} requests/s"


def audience(recorder: Recorder) -> dict[str, Any]:
    """Return who came: visits a day, pages of a visit, and seconds between them, without the outer quarters."""
    span, visits = recorder.last_at - recorder.first_at, sum(recorder.lengths.values())
    found: dict[str, Any] = {}
    if visits and span >= LEAST_DAY_S:
        found["daily_users"] = round(visits / max(1.0, span / DAY_S))
    if visits:
        found["pages_per_user"] = _range(recorder.lengths, "")
    if recorder.thinking:
        found["think_time"] = _range(recorder.thinking, "s")
    return found


def _range(counts: Counter[int], unit: str) -> str:
    low, high = (max(1, _quantile(counts, share)) for share in (0.25, 0.75))
    return f"{low}{unit}" if low == high else f"{low}{unit}..{high}{unit}"


def _quantile(counts: Counter[int], share: float) -> int:
    seen, most = 0, share * sum(counts.values())
    for value in sorted(counts):
        seen += counts[value]
        if seen >= most:
            return value
    return 0


def devices(agents: Counter[str]) -> dict[str, Any]:
    """Return devices by what user agents say, each with its most frequent browser."""
    known = Counter({agent: count for agent, count in agents.items() if agent})
    kinds: dict[str, Counter[str]] = {}
    for agent, count in known.items():
        kind = next((name for name, words in DEVICES.items() if words.search(agent)), "desktop")
        browser = next(name for word, name in BROWSERS[kind].items() if word in agent)
        kinds.setdefault(kind, Counter())[browser] += count
    shares = percent([sum(kinds[kind].values()) for kind in kinds])
    return {
        kind: {"share": f"{share}%", "user_agent": kinds[kind].most_common(1)[0][0]}
        for kind, share in zip(kinds, shares, strict=True)
        if share != "0"
    }


def percent(counts: list[int]) -> list[str]:
    """Return shares in tenths of a percent that add up to 100: the largest remainders are rounded up."""
    whole = sum(counts)
    exact = [count * 1000 / whole for count in counts] if whole else []
    tenths = [int(each) for each in exact]
    order = sorted(range(len(exact)), key=lambda at: tenths[at] - exact[at])
    for at in order[: 1000 - sum(tenths)] if exact else ():
        tenths[at] += 1
    return [f"{each / 10:.1f}".removesuffix(".0") for each in tenths]


def short(value: float) -> str:
    """Return a number in three significant digits, as profiles write it."""
    return units.show_number(float(f"{value:.3g}"))
