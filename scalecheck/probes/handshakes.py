"""Connecting anew: what a visitor who comes back is spared, and which old versions of TLS are still spoken."""

from collections.abc import Iterator

from scalecheck.model.evidence import Ask, Exchange, Request
from scalecheck.model.site import Site
from scalecheck.probes.discovery import first
from scalecheck.probes.probe import Asks, probe
from scalecheck.wire.urls import origin

VISIT = "visit"
RETURNS = ("return 1", "return 2")
"""Two, since behind one address stand several machines, and each may know its own sessions only."""
STAGES = (VISIT, *RETURNS)


@probe(after=[first], rounds=len(STAGES))
def handshakes(site: Site) -> Asks:
    """Connect to every https host, and after that visit twice more; the label is `visit`, `return 1` or `return 2`.

    The visit belongs to the probe: what the first answers' connections brought may have expired since.
    """
    for label in STAGES[: len({record.ask.label for record in site.all("handshakes")}) + 1]:
        for exchange in hosts(site):
            if exchange.url.startswith("https:"):
                yield Ask(Request(exchange.url, "HEAD"), of=exchange.number, label=label, anew=True)


@probe(after=[first])
def old_tls(site: Site) -> Asks:
    """Connect to every https host with TLS 1.0 and 1.1 only; the answer is to be a refusal."""
    for exchange in hosts(site):
        if exchange.url.startswith("https:"):
            yield Ask(Request(exchange.url, "HEAD"), of=exchange.number, anew=True, old_tls=True)


def hosts(site: Site) -> Iterator[Exchange]:
    """Yield the first good answer of each scheme, host and port."""
    seen: set[str | None] = set()
    for exchange in site.good():
        if (named := origin(exchange.url)) not in seen:
            seen.add(named)
            yield exchange
