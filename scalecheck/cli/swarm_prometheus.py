"""A swarm's totals for Prometheus: at a port of this machine, or in a file for node_exporter's textfile collector."""

from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scalecheck.cli.exit import UsageError
from scalecheck.cli.swarm_totals import Durations, Totals

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK = "127.0.0.1"


class Prometheus:
    """Shows totals; UsageError where they cannot be shown."""

    def __init__(self, where: str, totals: Totals) -> None:
        import prometheus_client

        self._library = prometheus_client
        self._registry = prometheus_client.CollectorRegistry()
        self._registry.register(_Collector(totals))
        self._file: Path | None = None
        self._stop: Callable[[], None] | None = None
        host, _, port = where.rpartition(":")
        if port.isdigit():
            self._serve(host.strip("[]") or LOOPBACK, int(port))
        else:
            self._file = Path(where)
            self.write()

    def write(self) -> None:
        """Write the file, where there is one; whoever reads it sees all of it or the one before."""
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._library.write_to_textfile(str(self._file), self._registry)
        except OSError as error:
            raise UsageError(f"--prometheus: {self._file} cannot be written: {error.strerror}") from None

    def close(self) -> None:
        """Write the file a last time, or serve no more."""
        self.write()
        if self._stop is not None:
            self._stop()

    def _serve(self, host: str, port: int) -> None:
        try:
            server, thread = self._library.start_http_server(port, host, self._registry)
        except OSError as error:
            raise UsageError(f"--prometheus: {host}:{port}: {error.strerror or error}") from None

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        self._stop = stop


class _Collector:
    """What the library asks whenever somebody reads the metrics."""

    def __init__(self, totals: Totals) -> None:
        self._totals = totals

    def collect(self) -> Iterable[Any]:
        """Return every metric, all of the same moment."""
        with self._totals.lock:
            return tuple(self._families())

    def _families(self) -> Iterator[Any]:
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        totals, by = self._totals, ["part", "route"]
        planned = CounterMetricFamily("scalecheck_planned", "Intended starts that have come", labels=by)
        received = CounterMetricFamily("scalecheck_received_bytes", "Bytes received, headers included", labels=by)
        latency = HistogramMetricFamily(
            "scalecheck_latency_seconds", "From the intended start to the last byte, of what was answered", labels=by
        )
        for key, total in totals.keys.items():
            labels = [key.part.value, key.name]
            planned.add_metric(labels, total.planned)
            received.add_metric(labels, total.size)
            latency.add_metric(labels, _cumulative(total.latency), total.latency.total_s)
        requests = CounterMetricFamily(
            "scalecheck_requests", "Requests and page views, by how they ended", labels=[*by, "outcome"]
        )
        for key, outcome, count in totals.outcomes():
            requests.add_metric([key.part.value, key.name, outcome], count)
        lag = HistogramMetricFamily("scalecheck_generator_lag_seconds", "How late arrivals were turned to")
        lag.add_metric([], _cumulative(totals.lag), totals.lag.total_s)
        yield from (planned, requests, received, latency, lag)
        yield GaugeMetricFamily("scalecheck_visitors", "Visitors in the middle of a visit", value=totals.visitors)
        yield GaugeMetricFamily("scalecheck_connections", "Open connections", value=totals.connections)


def _cumulative(found: Durations) -> list[tuple[str, float]]:
    names = (*(str(bound) for bound in found.bounds_s), "+Inf")
    return list(zip(names, accumulate(found.counts), strict=True))
