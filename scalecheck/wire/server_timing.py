"""Server-Timing (W3C): what a server says it spent its time on."""

import re
from dataclasses import dataclass

from scalecheck.wire.cache_control import members, unquoted
from scalecheck.wire.fields import Fields

METRICS_AT_MOST = 200
"""Metrics of one answer that are read; Chromium reads as many as the header may hold, and nobody sends so many."""
_PARAMETER = re.compile(r'(?:[^;"]++|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z))++', re.DOTALL)
_NAME = re.compile(r"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)")
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that took time, or that the server wants to tell."""

    name: str
    duration_ms: float | None = None
    """None where it does not say, or says it unreadably."""
    description: str = ""


def server_timing(fields: Fields) -> tuple[Metric, ...]:
    """Return the metrics of an answer in wire order, all lines together; what has no name is left out.

    Read as leniently as browsers do (section 4.4): what stands behind a name and is no parameter counts as nothing.
    """
    found: list[Metric] = []
    for line in fields.all("server-timing"):
        for member in members(line):
            if len(found) >= METRICS_AT_MOST:
                return tuple(found)
            if (metric := _metric(member)) is not None:
                found.append(metric)
    return tuple(found)


def _metric(member: str) -> Metric | None:
    named = _NAME.match(member)
    if named is None:
        return None
    told: dict[str, str] = {}
    for parameter in _PARAMETER.findall(member[named.end() :]):
        name, equals, value = parameter.partition("=")
        if equals:
            told.setdefault(name.strip(" \t").lower(), unquoted(value.strip(" \t")))
    duration = _NUMBER.fullmatch(told.get("dur", ""))
    return Metric(named[1], None if duration is None else float(duration[0]), told.get("desc", ""))
