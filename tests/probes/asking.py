"""What a probe asks of a site that is a function: round by round, without network."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from scalecheck.model.evidence import Ask, Record
from scalecheck.model.site import Site
from scalecheck.probes.probe import Probe
from tests.checks.rows import SITE, exchange

Answer = Callable[[Ask], Record]


def ok(ask: Ask) -> Record:
    """Answer everything with an empty 200."""
    return exchange(ask.request.url)


def asked(probe: Probe, known: Site, answer: Answer = ok) -> list[list[Ask]]:
    """Return what the probe asks, one list a round, as gathering would send it."""
    site, rounds, keys = known.learned(probe.name, ()), list[list[Ask]](), set[object]()
    for _ in range(probe.rounds):
        asks = list({ask.key: ask for ask in probe.asks(site) if ask.key not in keys}.values())
        if not asks:
            break
        keys.update(ask.key for ask in asks)
        rounds.append(asks)
        site = site.learned(probe.name, _numbered(site, probe, asks, answer))
    return rounds


def _numbered(site: Site, probe: Probe, asks: Iterable[Ask], answer: Answer) -> Iterable[Record]:
    number = len(site.by_number)
    for ask in asks:
        number += 1
        yield replace(answer(ask), number=number, probe=probe.name, ask=ask)


def shown(rounds: Iterable[Iterable[Ask]]) -> list[list[str]]:
    """Return asks in words: `HEAD /a as alice [label] of 1; accept: text/html`."""
    return [[_words(ask) for ask in asks] for asks in rounds]


def _words(ask: Ask) -> str:
    request = ask.request
    url = request.url.removeprefix(SITE) if urlsplit(request.url).netloc == urlsplit(SITE).netloc else request.url
    words = [*([request.method] if request.method != "GET" else []), url]
    words += [f"as {request.identity}"] if request.identity else []
    words += [f"at {request.connect_to}"] if request.connect_to else []
    words += [f"[{ask.label}]"] if ask.label else []
    words += [f"of {ask.of}"] if ask.of is not None else []
    words += [f"after {ask.after_s:g}s"] if ask.after_s else []
    words += ["together"] if ask.together else []
    words += ["anew"] if ask.anew else []
    words += ["by old TLS"] if ask.old_tls else []
    fields = "".join(f"; {name}: {value}" for name, value in request.fields)
    return " ".join(words) + fields
