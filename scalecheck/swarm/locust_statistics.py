"""A swarm's counts as Locust's own statistics: its web UI, `--csv`, `--html` and `--json` show the same requests.

They are fed in bulk on the master, by route and report: to fire `events.request` for every request would cost more
than sending it. That event fires for a team's own tasks, as ever.
"""

import time
from collections.abc import Iterable

from locust import stats as locust_stats
from locust.stats import RequestStats, StatsEntry, StatsError

from scalecheck.model.histogram import Histogram, middle_us
from scalecheck.model.load import Key, Part, Tally, Window

METHODS = {Part.PAGE: "PAGE", Part.DOCUMENT: "GET", Part.ASSET: "GET"}
"""What Locust calls the method; of calls and routes it is their own."""

SECONDS_KEPT = 60
"""Of what Locust counts by second; it shows rates of the last ten."""


def feed(
    stats: RequestStats, windows: Iterable[Window], began_at: float, counted: frozenset[str] = frozenset()
) -> None:
    """Add the requests of windows to Locust's statistics; `began_at` is the run's beginning in epoch seconds.

    `counted` names routes that Locust has counted already.

    Page views stand there beside their requests, and not in the total, which counts requests.
    """
    for window in windows:
        second = int(began_at) + window.second
        for key, tally in window.tallies.items():
            if (tally.answered or tally.lost) and not (key.part is Part.ROUTE and key.name in counted):
                _add(stats, key, tally, second)


def names(key: Key) -> tuple[str, str]:
    """Return method and name by which Locust's tables show a key."""
    if key.part in METHODS:
        return METHODS[key.part], key.name
    method, _, path = key.name.partition(" ")
    return (method, path) if path else ("GET", key.name)


def _add(stats: RequestStats, key: Key, tally: Tally, second: int) -> None:
    method, name = names(key)
    entry = _entry(stats, name, method, tally, second)
    if (name, method) not in stats.entries:
        stats.entries[(name, method)] = StatsEntry(stats, name, method, use_response_times_cache=True)
    found = stats.entries[(name, method)]
    found.extend(entry)
    _forget(found, second - SECONDS_KEPT)
    if key.part is Part.PAGE:
        return
    stats.total.extend(entry)
    _forget(stats.total, second - SECONDS_KEPT)
    for why, count in tally.failed.items():
        error = StatsError(method, name, why, count)
        known = stats.errors.setdefault(StatsError.create_key(method, name, why), error)
        if known is not error:
            known.occurrences += count


def _forget(entry: StatsEntry, before: int) -> None:
    """Forget seconds that no table or chart shows any more: Locust itself keeps them all, however long it runs."""
    for seconds in (entry.num_reqs_per_sec, entry.num_fail_per_sec):
        while (oldest := next(iter(seconds), before)) < before:
            del seconds[oldest]


def _entry(stats: RequestStats, name: str, method: str, tally: Tally, second: int) -> StatsEntry:
    entry = StatsEntry(stats, name, method)
    entry.num_requests = tally.answered + tally.lost
    entry.num_failures = tally.lost
    entry.total_response_time = round((tally.latency.total_s + tally.failures.total_s) * 1000)
    entry.total_content_length = tally.size
    entry.last_request_timestamp = time.time()
    entry.num_reqs_per_sec[second] = entry.num_requests
    if entry.num_failures:
        entry.num_fail_per_sec[second] = entry.num_failures
    for histogram in (tally.latency, tally.failures):
        _fill(entry, histogram)
    return entry


def _fill(entry: StatsEntry, histogram: Histogram) -> None:
    """Add durations in the buckets that Locust has."""
    if not histogram.counts:
        return
    for index, count in histogram.counts.items():
        entry.response_times[locust_stats.bucket_response_time(middle_us(index) / 1000)] += count
    shortest_ms = middle_us(min(histogram.counts)) / 1000
    least = entry.min_response_time
    entry.min_response_time = shortest_ms if least is None else min(least, shortest_ms)  # type: ignore[assignment]  # Locust itself keeps fractions here
    entry.max_response_time = max(entry.max_response_time, histogram.max_s * 1000)  # type: ignore[assignment]  # as above
