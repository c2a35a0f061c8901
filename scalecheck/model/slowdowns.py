"""Whether something got slower from one set of runs to another, of many things at once, beyond noise.

Student's t of the logarithms, with its distribution taken from the runs themselves: where nothing changed, which of
two sets a run belongs to is arbitrary, so the runs of every pair are dealt out anew two thousand times, and the
largest t of all pairs is noted each time (Westfall and Young, Resampling-Based Multiple Testing, 1993: the
single-step maxT procedure). A pair is slower when no more than 5 % of those largest reach its own t.

That holds for any distribution, heavy tails and two modes included, and for any number of pairs: where nothing
changed, at most one report in twenty names anything at all as slower. It asks that runs are independent and that both
sets were taken under the same conditions, which no statistics can mend.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, inf, log
from typing import TYPE_CHECKING, Any

from scalecheck.model.medians import ENOUGH

if TYPE_CHECKING:
    import numpy

ERROR_RATE = 0.05
"""Of a whole report: the chance that it names something as slower where nothing changed."""
SUSPECTED_RATE = 0.2
"""Up to this chance, a slowdown is neither shown nor to be waved through."""
DEALT = 1999
"""How often the runs are dealt out anew; with the real deal one more, so that 5 % are 100 of 2,000."""
SEED = 20_260_101
"""The same runs are judged the same way for ever."""
TINY = 1e-9
"""The standard error of runs that read alike."""
LARGEST_RATIO = 100.0
"""Runs that spread so much that only more than this would be seen show nothing at all."""
RUNS_NAMED = 50
"""The most runs that are worth naming: the profile allows no more."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One thing measured before and after, in one unit."""

    before: tuple[float, ...]
    after: tuple[float, ...]
    floor: float
    """A difference that nobody feels: added to every value, so that ratios of tiny values mean little."""


@dataclass(frozen=True, slots=True)
class Slowdown:
    """How much slower one thing got, and how sure that is."""

    ratio: float
    """After by before: 1.2 is a fifth slower."""
    chance: float
    """That any of all pairs would look so much slower by noise alone, 0 to 1."""
    visible: float
    """The ratio from which on a slowdown would have been shown; infinite with too few runs."""

    @property
    def shown(self) -> bool:
        """Whether it is beyond noise."""
        return self.chance <= ERROR_RATE

    @property
    def suspected(self) -> bool:
        """Whether it may well be more than noise."""
        return self.chance <= SUSPECTED_RATE


def slowdowns(pairs: Sequence[Pair]) -> tuple[Slowdown, ...]:
    """Return what became of each pair, all of them judged together; each needs two runs on either side."""
    if not pairs:
        return ()
    import numpy  # comes with scipy; heavy, and only needed where runs are compared

    deal = numpy.random.default_rng(SEED)
    largest = numpy.full(DEALT, -inf)
    observed = []
    for pair in pairs:
        sizes = len(pair.before), len(pair.after)
        logs = numpy.log(numpy.array([*pair.before, *pair.after]) + pair.floor)
        dealt = deal.permuted(numpy.tile(logs, (DEALT, 1)), axis=1)
        largest = numpy.maximum(largest, _t(dealt, *sizes)[0])
        observed.append(tuple(float(each) for each in _t(logs, *sizes)))
    reached = numpy.sort(largest)
    limit = float(reached[int((1 - ERROR_RATE) * (DEALT + 1)) - 1])
    return tuple(
        Slowdown(
            exp(shift),
            (1 + DEALT - int(numpy.searchsorted(reached, t - TINY))) / (DEALT + 1),
            _visible(limit * error),
        )
        for t, shift, error in observed
    )


def runs_to_show(pair: Pair, found: Slowdown) -> int:
    """Return about how many runs of each set would show a slowdown of this size: noise falls with their root."""
    runs = min(len(pair.before), len(pair.after))
    if found.ratio <= 1 or found.visible == inf:
        return max(ENOUGH, runs + 1)
    return max(runs + 1, min(RUNS_NAMED, ceil(runs * (log(found.visible) / log(found.ratio)) ** 2)))


def _t(logs: "numpy.ndarray[Any, Any]", before: int, after: int) -> "tuple[Any, Any, Any]":
    """Return Student's t, the shift and its standard error, along the last axis."""
    import numpy

    one, other = logs[..., :before], logs[..., before:]
    shift = other.mean(axis=-1) - one.mean(axis=-1)
    squares = one.var(axis=-1) * before + other.var(axis=-1) * after
    error = numpy.sqrt(squares / max(1, before + after - 2) * (1 / before + 1 / after))
    return shift / (error + TINY), shift, error


def _visible(margin: float) -> float:
    """Return the ratio that a shift of logarithms stands for; infinite where no page is that slow."""
    return exp(margin) if margin < log(LARGEST_RATIO) else inf
