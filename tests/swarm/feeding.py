"""Locust's statistics fed for so many seconds, as JSON: `python -m tests.swarm.feeding 600`.

In a process of its own, for whoever imports Locust has the standard library patched.
"""

import json
import sys

from locust.stats import RequestStats, StatsEntry

from scalecheck.model.histogram import Histogram, bucket
from scalecheck.model.load import Key, Part, Tally, Window
from scalecheck.swarm.locust_statistics import feed

MENU, HOME = Key(Part.CALL, "GET /api/menu"), Key(Part.PAGE, "home")


def told(entry: StatsEntry) -> dict[str, object]:
    return {
        "requests": entry.num_requests,
        "failures": entry.num_failures,
        "bytes": entry.total_content_length,
        "seconds": list(entry.num_reqs_per_sec),
        "failed_in": list(entry.num_fail_per_sec),
    }


def main(seconds: int) -> None:
    """Feed three answers a second, in every other second a failure, and a page view."""
    stats, times = RequestStats(), Histogram({bucket(20_000): 3}, 0.06, 0.02)
    for second in range(seconds):
        failed = {"timeout": 1} if second % 2 else {}
        menu = Tally(4, 4, 0, 3, failed, {200: 3}, 300, {}, times)
        feed(stats, (Window(0, "a/0", second + 1, second, {MENU: menu, HOME: Tally(1, 1, 0, 1)}),), 0)
    entries = {"*": stats.total} | {" ".join(reversed(name)): each for name, each in stats.entries.items()}
    print(json.dumps({name: told(each) for name, each in entries.items()}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
