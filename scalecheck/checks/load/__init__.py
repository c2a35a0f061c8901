"""What a swarm shows: whether the site keeps its service levels under the declared load, judged from its tallies.

The rule of what may be said of a doubtful run stands in `doubt`, which check judges which sentence in
`model.load_levels`. Figures that checks bring along are those of `measures`.
"""

from scalecheck.checks.load.generator import delivered
from scalecheck.checks.load.levels import (
    bytes,  # noqa: A004  the check is named for what it judges
    errors,
    headroom,
    hit_ratio,
    latency,
    page_time,
    recovers,
    survives_spike,
    throughput,
)
from scalecheck.checks.load.soak import steady
from scalecheck.checks.load.waiting import polite_refusals, slow_ratio

__all__ = [
    "bytes",
    "delivered",
    "errors",
    "headroom",
    "hit_ratio",
    "latency",
    "page_time",
    "polite_refusals",
    "recovers",
    "slow_ratio",
    "steady",
    "survives_spike",
    "throughput",
]
