"""What the declared traffic costs in a month, by the sizes and hit ratios that a swarm measured.

A swarm plays the mix of pages, calls and caches that the profile declares, so what it takes for one page view, load
besides included, is what a view takes in a month of as many views as the audience sees. How many those are may be a
range: a budget is kept where even the most cost no more, and passed where even the fewest do.
"""

from scalecheck.checks.check import Findings, check
from scalecheck.checks.load.doubt import NO_SWARM, Seen, in_doubt, seen
from scalecheck.checks.load.stated import never_began
from scalecheck.model.load_levels import EVERYTHING
from scalecheck.model.load_totals import Slice, finished, hits
from scalecheck.model.load_verdict import Judged
from scalecheck.model.quantities import Between
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Measure, Verdict
from scalecheck.probes.swarm import swarm
from scalecheck.wire.units import write_bytes

MONTH_DAYS = 30
VIEWS_NEEDED = 100
"""Page views from which on a mean of them says something."""


@check(needs=[swarm], source="profile: traffic.cost, traffic.prices", declared_by="traffic.cost", opt_in=NO_SWARM)
def egress(site: Site) -> Findings:
    """What visitors transfer in a month costs no more than declared.

    Each byte that leaves the edge is paid for, and a million visitors a day multiply what nobody notices on a page.

    Fix: compress text, size pictures for their place, cache what does not change for longer in browsers; or raise
    `traffic.cost.egress`.
    """
    yield from _judged(site, "egress")


@check(needs=[swarm], source="profile: traffic.cost, traffic.prices", declared_by="traffic.cost", opt_in=NO_SWARM)
def origin_requests(site: Site) -> Findings:
    """What reaches the origin in a month costs no more than declared.

    Functions and origins are paid by the request, and only what no shared cache answers gets there. Counted are
    requests that the edge says it passed on; where it does not say, both can be.

    Fix: let shared caches answer more of it: longer lifetimes, stale-while-revalidate, a smaller key, a shield.
    """
    yield from _judged(site, "origin_requests")


def _judged(site: Site, name: str) -> Findings:
    """Yield what a month costs by what was measured, and whether that is within its budget."""
    run = seen(site)
    if run is None:
        yield never_began()
        return
    traffic, subject = site.profile.traffic, f"{name.replace('_', ' ')} of a month"
    budget, price, month = getattr(traffic.cost, name), getattr(traffic.prices, name), _views(run)
    if budget is None:
        yield Finding(Verdict.SKIP, "", reason=f"the profile declares no traffic.cost.{name}")
        return
    of = run.played.slice(range(len(run.played.stages)), EVERYTHING.holds)
    line = site.profile.line("traffic", "cost", name)
    if price is None or month is None or finished(of.pages) < VIEWS_NEEDED:
        why = f"{finished(of.pages):,} page views were played; it takes {VIEWS_NEEDED}"
        yield Finding(Verdict.UNKNOWN, subject, f"at most {budget}", "nothing", reason=why, profile_line=line)
        return
    each = _each_view(of, name)
    cost = Between(price.of(each.low * month.low), price.of(each.high * month.high))
    yield Measure(f"{name}_a_view", each.mean, "bytes" if name == "egress" else "requests", finished(of.pages))
    found = _within(run, cost, budget.amount, f"{_shown(cost)} {budget.currency}/month at {_said(each, name)} a view")
    yield Finding(found.verdict, subject, f"at most {budget}", found.observed, reason=found.reason, profile_line=line)


def _views(run: Seen) -> Between | None:
    """Return how many page views a month has; None where the profile does not say."""
    audience = run.site.profile.traffic.audience
    if audience.daily_users is None or audience.pages_per_user is None:
        return None
    return audience.pages_per_user.times(audience.daily_users * MONTH_DAYS)


def _each_view(of: Slice, name: str) -> Between:
    """Return what one page view takes, with its part of the load besides."""
    views = finished(of.pages)
    if name == "egress":
        return Between(of.requests.size / views, of.requests.size / views)
    answered, told = hits(of.requests)
    silent = sum(of.requests.statuses.values()) - told
    return Between((told - answered) / views, (told - answered + max(0, silent)) / views)


def _within(run: Seen, cost: Between, most: float, observed: str) -> Judged:
    """Return whether a range of costs is within a budget, as far as the run can be trusted."""
    if cost.low > most:
        return Judged(Verdict.FAIL, observed)
    if cost.high > most:
        return Judged(Verdict.UNKNOWN, observed, "within what the profile and the edge leave open")
    passed = Judged(Verdict.PASS, observed)
    return in_doubt(passed) if run.doubts else passed


def _shown(cost: Between) -> str:
    low, high = f"{cost.low:,.4g}", f"{cost.high:,.4g}"
    return low if low == high else f"{low} to {high}"


def _said(each: Between, name: str) -> str:
    if name == "egress":
        return write_bytes(round(each.mean))
    return f"{_shown(each)} requests"
