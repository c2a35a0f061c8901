"""What a swarm must not pass while it runs, whatever its plan said: the bounds of `safety`, counted from reports."""

from collections import defaultdict
from collections.abc import Mapping

from scalecheck.model.load import Part
from scalecheck.model.profile_safety import Safety
from scalecheck.swarm.reports import Report
from scalecheck.wire import units

OVER_S = 5
"""Seconds over whose mean a rate counts: arrivals are random, and a second that is a little fuller breaks nothing."""
REMEMBERED = 60
"""Seconds whose counts are held: workers report a second again as long as its answers come."""


class Bounds:
    """What one run has come to so far, over all its workers."""

    def __init__(self, safety: Safety) -> None:
        self._safety = safety
        self._sent: dict[int, int] = defaultdict(int)
        self._size = 0
        self._visitors: dict[str, int] = {}

    def passed(self, report: Report) -> str | None:
        """Count a report; return which bound is passed, and by what, or None."""
        for window in report.windows:
            for key, tally in window.tallies.items():
                if key.part is not Part.PAGE:
                    self._size += tally.size
                    self._sent[window.second] += tally.sent
        for second in sorted(self._sent)[:-REMEMBERED]:
            del self._sent[second]
        self._visitors[report.generator.worker] = report.generator.visitors
        return self._transfer() or self._users() or self._rate(self._sent)

    def _transfer(self) -> str | None:
        most = self._safety.max_transfer
        if most is None or self._size <= most:
            return None
        return f"safety.max_transfer: {units.show_bytes(self._size)} received, {units.show_bytes(most)} allowed"

    def _users(self) -> str | None:
        most, found = self._safety.max_users, sum(self._visitors.values())
        return None if most is None or found <= most else f"safety.max_users: {found:,} visitors, {most:,} allowed"

    def _rate(self, sent: Mapping[int, int]) -> str | None:
        most = self._safety.max_rate
        if most is None or not sent:
            return None
        last = max(sent)
        for end in range(last - 2, last + 1):
            found = sum(sent.get(second, 0) for second in range(end - OVER_S + 1, end + 1)) / OVER_S
            if found > most:
                return f"safety.max_rate: {found:,.0f} requests/s over {OVER_S} s, {most:,.0f} allowed"
        return None
