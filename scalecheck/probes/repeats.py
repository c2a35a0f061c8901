"""Asking again: repeats for hit ratios and steadiness, and within the stale window."""

from collections.abc import Iterable, Iterator
from math import ceil

from scalecheck.model.evidence import Ask, Exchange
from scalecheck.model.kinds import ASSETS, PAGES
from scalecheck.model.ratio import Ratio, samples_needed
from scalecheck.model.site import Site
from scalecheck.model.verdict import Verdict
from scalecheck.probes.discovery import first
from scalecheck.probes.probe import Asks, probe
from scalecheck.probes.sampling import shared, spread
from scalecheck.wire.freshness import current_age_s, freshness_lifetime
from scalecheck.wire.vendors import nearest_state

STEADY = 2
"""Repeats of every sampled URL: enough to see another node, another ETag, other bytes."""
ROUNDS = 3
"""After the first round more repeats follow only while a ratio is undecided."""
COUNTED = 0.8
"""Share of the subjects whose repeats are relied on: others may turn out to forbid caches to keep them."""
MISSES_ALLOWED = (0, 1, 4)
"""Misses by which each round's number of samples would still prove the target."""


@probe(after=[first], rounds=ROUNDS)
def again(site: Site) -> Asks:
    """Ask the sampled URLs again, as often as the hit ratios' bounds need."""
    for exchange in spread(site, site.good()):
        yield from (repeat(exchange, number) for number in range(1, STEADY + 1))
    yield from _enough(site, site.good(ASSETS), site.profile.targets.static_hit_ratio)
    yield from _enough(site, site.good(PAGES), site.profile.targets.page_hit_ratio)


def repeat(exchange: Exchange, number: int) -> Ask:
    """Return the same request once more."""
    return Ask(exchange.request, of=exchange.number, label=str(number))


def hits(exchanges: Iterable[Exchange], cdn: str = "auto") -> Ratio:
    """Return the share served from cache, by the layer nearest the client; answers that say nothing do not count.

    `cdn` is the vendor whose words are read, as the profile declares it.
    """
    served = [
        said.state.served_from_cache
        for each in exchanges
        if (said := nearest_state(each.fields, cdn)) is not None and said.state.in_denominator
    ]
    return Ratio(sum(served), len(served))


def _enough(site: Site, exchanges: Iterable[Exchange], target: float) -> Iterator[Ask]:
    """Yield as many repeats as prove the target with no miss, and more while misses leave it undecided."""
    subjects = tuple(shared(site, exchanges))
    if not subjects:
        return
    repeats = (each for subject in subjects for each in site.following(subject, "again"))
    known = hits(repeats, site.profile.cdn)
    wanted = samples_needed(target)
    for misses in MISSES_ALLOWED:
        if known.samples >= wanted and known.judged(target) is Verdict.UNKNOWN:
            wanted = samples_needed(target, misses)
    rounds = ceil(wanted / max(1, int(len(subjects) * COUNTED)))
    for number in range(1, rounds + 1):
        yield from (repeat(subject, number) for subject in subjects)


@probe(after=[again], rounds=3)
def later(site: Site) -> Asks:
    """Ask within the stale window, just after expiry and once more: where expiry comes within the patience.

    The label is `before`, `expired` or `renewed`. The first of the three tells when expiry comes, whatever our other
    probes renewed in the meantime.
    """
    for exchange in spread(site, shared(site, site.good()), at_most=1):
        wait_s = seconds_to_expiry(site, exchange)
        if wait_s is not None and wait_s <= site.profile.safety.patience:
            steps = (("before", 0.0), ("expired", wait_s), ("renewed", 1.0))
            for label, after_s in steps[: len(site.following(exchange, "later")) + 1]:
                yield Ask(exchange.request, of=exchange.number, label=label, after_s=after_s)


def seconds_to_expiry(site: Site, exchange: Exchange) -> float | None:
    """Return how long after its last repeat, before we wait, the answer is surely stale; None without a stale window.

    Where an answer gives shared caches no time, the edge may have been told elsewhere: then the contract's time counts.
    """
    before = tuple(each for each in site.following(exchange, "later") if each.ask.label == "before")
    last = (exchange, *site.following(exchange, "again"), *before)[-1]
    contract = site.contract(exchange)
    window, promised = contract.stale_while_revalidate, contract.shared
    if window is None or (not window.high_s and window.low_s in {0, None}):
        return None
    lifetime = freshness_lifetime(last.status, last.fields, shared=True, received_at=last.received_at)
    lifetime_s = lifetime.seconds or (promised.high_s if promised is not None else 0) or 0
    left_s = lifetime_s - current_age_s(last.fields, last.received_at)
    if before and left_s <= 0:
        left_s = lifetime_s  # it was stale already, and is renewed for having been asked for
    return max(0.0, left_s) + 1.0
