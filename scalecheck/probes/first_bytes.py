"""How long first bytes take by route, hits apart from what is computed; and asking again what is in doubt."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from scalecheck.model.evidence import Ask, Exchange
from scalecheck.model.kinds import PAGES, Kind
from scalecheck.model.ratio import Ratio
from scalecheck.model.site import Site
from scalecheck.model.verdict import Verdict
from scalecheck.probes.probe import Asks, probe
from scalecheck.probes.repeats import again
from scalecheck.wire.vendors import nearest_state

SHARE = 0.75
"""Of the answers that come in time: the percentile by which web vitals are judged."""
REPEATS = 8
"""Asked in one round of a route that is in doubt."""
JUDGED = PAGES | {Kind.API}


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of one route that came from the edge's store, or those that did not."""

    route: str
    hits: bool
    target_s: float
    exchanges: tuple[Exchange, ...]

    def percentile_s(self, share: float) -> float:
        """Return the time to first byte within which this share of the answers came, in seconds (nearest rank)."""
        times = sorted(each.timings.ttfb_s for each in self.exchanges)
        return times[max(0, ceil(share * len(times)) - 1)]

    @property
    def in_time(self) -> Ratio:
        """The share that came within the target."""
        return Ratio(sum(each.timings.ttfb_s <= self.target_s for each in self.exchanges), len(self.exchanges))

    @property
    def verdict(self) -> Verdict:
        """Pass where three of four are in time, fail where that is missed beyond chance (95 %), else unknown."""
        if self.in_time.value >= SHARE:
            return Verdict.PASS
        return Verdict.FAIL if self.in_time.high < SHARE else Verdict.UNKNOWN


@probe(after=[again], rounds=2)
def timed(site: Site) -> Asks:
    """Ask again where answers were late, until a slow route can be told from a slow moment."""
    for answers in by_route(site):
        if answers.verdict is Verdict.UNKNOWN:
            for number in range(REPEATS):
                exchange = answers.exchanges[number % len(answers.exchanges)]
                yield Ask(exchange.request, of=exchange.ask.of or exchange.number, label=_label(site, number))


def _label(site: Site, number: int) -> str:
    return str(len(site.all("timed")) + number + 1)


def by_route(site: Site) -> Iterator[Answers]:
    """Yield the first answers and the repeats of each route, those from the edge's store apart from the others."""
    groups: dict[tuple[str, bool], list[Exchange]] = {}
    for exchange in site.good(JUDGED):
        route = site.route(exchange)
        repeats = (*site.following(exchange, "again"), *site.following(exchange, "timed"))
        for each in (exchange, *repeats):
            if route is not None and each.status == 200:
                groups.setdefault((route.name, _is_hit(site, each)), []).append(each)
    targets = site.profile.targets
    for (name, hits), exchanges in groups.items():
        yield Answers(name, hits, targets.ttfb if hits else targets.first_byte, tuple(exchanges))


def _is_hit(site: Site, exchange: Exchange) -> bool:
    """Whether the answer came from the edge's store and waited for nobody."""
    state = nearest_state(exchange.fields, site.profile.cdn)
    return state is not None and state.state.strict_hit
