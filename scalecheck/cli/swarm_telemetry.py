"""Who else is shown a swarm's figures while it runs: OpenTelemetry's collectors and Prometheus."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from urllib.parse import urlsplit

from scalecheck.cli.exit import UsageError
from scalecheck.cli.swarm_totals import Totals
from scalecheck.model.load import Generator, LoadRecord


@contextmanager
def shown_elsewhere(
    totals: Totals, target: str, say: Callable[[str], None], *, otlp: str | None, prometheus: str | None
) -> Iterator[Callable[[LoadRecord], None]]:
    """Yield what takes every record, and shows what they come to where that was asked for."""
    with ExitStack() as open_:
        if otlp is not None:
            _push(otlp, totals, target, say, open_)
        shown = _prometheus(prometheus, totals, open_)

        def take(record: LoadRecord) -> None:
            totals.take(record)
            if isinstance(record, Generator):
                shown()

        yield take if otlp is not None or prometheus is not None else _nothing


def _nothing(record: LoadRecord) -> None:
    """Take no record: nobody asked for what they come to."""


def check_telemetry(*, otlp: str | None, prometheus: str | None) -> None:
    """Raise UsageError for what cannot be shown anywhere, before anything is asked."""
    if otlp is not None and (urlsplit(otlp).scheme not in {"http", "https"} or not urlsplit(otlp).hostname):
        raise UsageError(f"--otlp {otlp}: expected the URL of a collector, such as http://127.0.0.1:4318")
    if prometheus is not None and find_spec("prometheus_client") is None:
        raise UsageError("--prometheus: needs prometheus_client; pip install 'scalecheck[prometheus]'")


def _prometheus(where: str | None, totals: Totals, open_: ExitStack) -> Callable[[], None]:
    if where is None:
        return lambda: None
    from scalecheck.cli.swarm_prometheus import Prometheus

    prometheus = Prometheus(where, totals)
    open_.callback(prometheus.close)
    return prometheus.write


def _push(endpoint: str, totals: Totals, target: str, say: Callable[[str], None], open_: ExitStack) -> None:
    from scalecheck.cli.swarm_otlp import Otlp

    open_.enter_context(Otlp(endpoint, totals, target, say))
