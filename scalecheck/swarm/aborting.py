"""The profile's `abort` while a swarm runs: what workers report is added up second by second and put to its rules."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scalecheck.model.load import Event, Generator, Happening, Key, LoadRecord, Tally, Window
from scalecheck.model.load_abort import AbortRules
from scalecheck.model.load_totals import added
from scalecheck.model.profile_slo import Abort

if TYPE_CHECKING:
    from scalecheck.model.histogram import Histogram


class Watch:
    """Reads every record of one run; says so when a rule has held for as long as it says."""

    def __init__(self, rules: Sequence[Abort]) -> None:
        self._rules = AbortRules(rules)
        self._second = 0
        self._tallies: dict[Key, list[Tally]] = {}
        self._lags: list[Histogram] = []
        self._lost = 0

    def __call__(self, record: LoadRecord) -> Event | None:
        """Take a record; return the event of the rule that stops the run now, or None."""
        if isinstance(record, Window):
            for key, tally in record.tallies.items():
                self._tallies.setdefault(key, []).append(tally)
        elif isinstance(record, Generator):
            self._lags.append(record.lag)
            if record.second > self._second:
                self._second = record.second
                return self._step(record.second)
        elif isinstance(record, Event) and record.what is Happening.WORKER_LOST:
            self._lost += 1
            return self._step(record.second)
        return None

    def _step(self, second: float) -> Event | None:
        tallies = {key: added(each) for key, each in self._tallies.items()}
        lags, self._lags, self._tallies = self._lags, [], {}
        aborted = self._rules.step(second, tallies, lags, self._lost)
        return None if aborted is None else aborted.event
