"""How long first bytes take by route, hits apart from what is computed; and asking again, alone, what seems late."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import ceil
from statistics import median

from scalecheck.model.evidence import Ask, Exchange
from scalecheck.model.kinds import ASSETS, PAGES, Kind
from scalecheck.model.ratio import Ratio
from scalecheck.model.site import FIRST, Site
from scalecheck.model.verdict import Verdict
from scalecheck.probes.probe import Asks, probe
from scalecheck.probes.repeats import again
from scalecheck.wire.vendors import nearest_state

SHARE = 0.75
"""Of the answers that come in time: the percentile by which web vitals are judged."""
ENOUGH = 3
"""Answers that came alone, from which on they count and those that came among others do not."""
REPEATS = 16
"""The most that is asked of one route's hits, or of what it computes, until it is told."""
WORTH_BEATING_S = 0.020
"""Misses faster than this, without the way there and back, leave nothing for a hit to win."""
UNBEATEN, UNBEATEN_EACH = 8, 2
"""The most URLs whose hits are asked for alone since their miss was about as fast, and how often each is."""
ROUNDS = 60
"""The most that is asked of a site: one request a round, so that each comes alone."""
JUDGED = PAGES | {Kind.API}


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of one route that came from the edge's store, or those that did not."""

    route: str
    hits: bool
    target_s: float
    among_others: tuple[Exchange, ...]
    """The first answers and their repeats, which were asked for many at a time."""
    alone: tuple[Exchange, ...]
    """What was asked for with nothing else under way: our own load made it wait for nothing."""

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The answers that count."""
        return fairest(self.among_others, self.alone)

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

    @property
    def in_doubt(self) -> bool:
        """Whether more answers, each alone, could tell a slow route from a slow moment, or from our own load."""
        return self.verdict is Verdict.UNKNOWN or (self.verdict is Verdict.FAIL and len(self.alone) < ENOUGH)


def fairest(among_others: tuple[Exchange, ...], alone: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
    """Return the answers by which time is judged: those that came alone, once there are enough of them."""
    return alone if len(alone) >= ENOUGH else (*among_others, *alone)


@probe(after=[again], rounds=ROUNDS)
def timed(site: Site) -> Asks:
    """Ask again what came late, one request at a time, until a slow route can be told from a slow moment.

    Answers that come many at a time wait for each other, at the edge and in this process.
    """
    for answers in (*by_route(site), *(each for each in by_route(site, ASSETS) if each.hits)):
        label = "hit" if answers.hits else "computed"
        firsts = tuple(dict.fromkeys(each.ask.of or each.number for each in answers.among_others))
        asked = sum(each.ask.of in firsts and each.ask.label.startswith(label) for each in site.all("timed"))
        subjects = [each for each in firsts if _latest_is_hit(site, each) is answers.hits]
        if subjects and answers.in_doubt and asked < REPEATS:
            subject = subjects[asked % len(subjects)]
            yield Ask(site.by_number[subject].ask.request, of=subject, label=f"{label} {asked + 1}")
            return
    for exchange in islice(_unbeaten(site), UNBEATEN):
        asked = len(site.following(exchange, "timed"))
        if asked < UNBEATEN_EACH:
            yield Ask(exchange.request, of=exchange.number, label=f"unbeaten {asked + 1}")
            return


def way_s(site: Site) -> float:
    """Return what the way to the edge and back takes: what the fastest connection took, in seconds."""
    connects_s = (each.timings.connect_s for each in site.seen(FIRST))
    return min((each for each in connects_s if each), default=0.0)


def _unbeaten(site: Site) -> Iterator[Exchange]:
    """Yield the misses that were about as fast as the hits of the same URL among many requests."""
    way = way_s(site)
    for exchange in site.good():
        hits_s = [each.timings.ttfb_s - way for each in site.following(exchange, "again") if is_strict_hit(site, each)]
        miss_s = exchange.timings.ttfb_s - way
        if not hits_s or is_strict_hit(site, exchange) or miss_s < WORTH_BEATING_S:
            continue
        if median(hits_s) * site.profile.targets.hit_speedup > miss_s:
            yield exchange


def _latest_is_hit(site: Site, number: int) -> bool:
    first = site.by_number[number]
    assert isinstance(first, Exchange)  # it was grouped by its answer
    return is_strict_hit(site, (first, *site.following(first, "again"), *site.following(first, "timed"))[-1])


def by_route(site: Site, kinds: Iterable[Kind] = JUDGED) -> Iterator[Answers]:
    """Yield the answers of each route, those from the edge's store apart from the others."""
    groups: dict[tuple[str, bool], tuple[list[Exchange], list[Exchange]]] = {}
    for exchange in site.good(kinds):
        if (route := site.route(exchange)) is None:
            continue
        among_others = (exchange, *site.following(exchange, "again"))
        for answers in (among_others, site.following(exchange, "timed")):
            for each in answers:
                if each.status == 200:
                    group = groups.setdefault((route.name, is_strict_hit(site, each)), ([], []))
                    group[answers is not among_others].append(each)
    targets = site.profile.targets
    for (name, hits), (together, alone) in groups.items():
        target_s = targets.ttfb if hits else targets.first_byte
        yield Answers(name, hits, target_s, tuple(together), tuple(alone))


def is_strict_hit(site: Site, exchange: Exchange) -> bool:
    """Whether the answer came from the edge's store and waited for nobody."""
    state = nearest_state(exchange.fields, site.profile.cdn)
    return state is not None and state.state.strict_hit
