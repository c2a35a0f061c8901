"""Checks that judge what a profile says of its service levels, each its own metrics."""

from scalecheck.checks.check import Findings, check
from scalecheck.checks.load.doubt import NO_SWARM, Seen, in_doubt, seen
from scalecheck.checks.load.stated import findings
from scalecheck.model.load import Key, Part, Tally
from scalecheck.model.load_totals import finished, lost
from scalecheck.model.load_verdict import Judged
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.swarm import swarm


@check(needs=[swarm], source="profile: slo, targets.error_rate", declared_by="slo", opt_in=NO_SWARM)
def errors(site: Site) -> Findings:
    """Requests fail no more often than declared, and no route fails altogether.

    What a visitor sees of an overload is an error page, or nothing. Whatever is not the answer that was expected is a
    failure: a status, a body without what it must hold, a connection that is refused or cut, no answer in time. The
    share carries its 95 % bound, so that a few requests prove nothing.

    Fix: look at what fails first, and in which stage; errors that begin with the load are a limit (connections,
    workers, a pool, a rate limit), errors that are always there are a mistake.
    """
    yield from findings(site, "load.errors")
    if (run := seen(site)) is not None:
        for key in run.played.keys:
            yield from _altogether(run, key)


def _altogether(run: Seen, key: Key) -> Findings:
    """Yield a failure of what never answered as expected."""
    tally = run.played.total(key)
    if key.part is Part.PAGE or tally.answered or not finished(tally):
        return
    reasons = sorted(((count, why) for why, count in tally.failed.items()), reverse=True)
    observed = f"none of {lost(tally):,} ({', '.join(f'{why}: {count:,}' for count, why in reasons[:3])})"
    found = Judged(Verdict.FAIL, observed)
    if run.overloaded and not _server_said(tally):
        found = in_doubt(found)
    yield Finding(
        found.verdict,
        f"{key.part} {key.name}" if key.part in {Part.DOCUMENT, Part.ASSET} else key.name,
        expected="answers",
        observed=found.observed,
        route=key.name,
        evidence=run.played.line(range(len(run.played.stages)), lambda each: each == key),
        reason=found.reason,
    )


def _server_said(tally: Tally) -> bool:
    return any(why.startswith(("status ", "expected")) for why in tally.failed)


@check(needs=[swarm], source="profile: slo, targets.first_byte", declared_by="slo", opt_in=NO_SWARM)
def latency(site: Site) -> Findings:
    """Answers come as soon as declared, counted from the moment at which they were meant to be asked for.

    A tool that waits for one answer before it asks the next stops asking while a server stalls, and never sees what
    visitors see (coordinated omission). Here every request has its moment, and waits from then on. Only answers that
    were expected are counted: errors that come fast make nothing faster. A quantile is judged by the share of requests
    beyond its limit, with its 95 % bound.

    Fix: find the stage in which it begins. Where time grows with the load, something queues: look at pools, locks and
    the database; where it is high from the start, the request itself is slow.
    """
    yield from findings(site, "load.latency")


@check(needs=[swarm], source="profile: slo.pages", declared_by="slo", opt_in=NO_SWARM)
def page_time(site: Site) -> Findings:
    """Whole pages, with everything they make a browser fetch, come as soon as declared.

    A page is as late as the last thing it needs. Fast answers one by one are a slow page where there are many of them,
    or where one waits for another.

    Fix: send fewer requests for a view, and those that others wait for first; cache what all visitors share.
    """
    yield from findings(site, "load.page_time")


@check(needs=[swarm], source="profile: slo", declared_by="slo", opt_in=NO_SWARM)
def throughput(site: Site) -> Findings:
    """The site serves as many requests and pages a second as declared.

    Only answers that were expected count, in the stage that asks for most: what a site does under less load shows
    nothing, and what nobody asked for cannot be served.

    Fix: where the rate stays behind what was sent, look at what fails; where it stays behind the plan, play a shape
    that asks for more, or lower what is declared.
    """
    yield from findings(site, "load.throughput")


@check(
    needs=[swarm],
    source="profile: slo, targets.static_hit_ratio, targets.page_hit_ratio",
    declared_by="slo",
    opt_in=NO_SWARM,
)
def hit_ratio(site: Site) -> Findings:
    """Under load, shared caches answer the declared share of requests.

    An edge that answers a warm URL from its store may still pass on most of real traffic: many URLs, short lifetimes,
    cookies in the key. It is counted of what caches say they did, by the words of each vendor; what visitors' own
    caches answer is not asked for at all.

    Fix: look at the routes that miss; longer lifetimes, a smaller key, or a shield between edge and origin.
    """
    yield from findings(site, "load.hit_ratio")


@check(needs=[swarm], source="profile: slo", declared_by="slo", opt_in=NO_SWARM)
def bytes(site: Site) -> Findings:  # noqa: A001  its name is the promise
    """First and repeat visits transfer no more than declared.

    What a page weighs is paid by each visitor with an empty cache, and by the others as far as caching fails. A repeat
    visit that is almost as heavy as the first one asks again for what it has.

    Fix: cache fingerprinted assets for a year, compress text, and split what only some pages need.
    """
    yield from findings(site, "load.bytes")


@check(needs=[swarm], source="profile: slo", declared_by="slo", opt_in=NO_SWARM)
def headroom(site: Site) -> Findings:
    """At three to ten times the usual load, the service levels hold.

    A site that is at its limit on a usual day has none left for an unusual one: a newsletter, a holiday, one of two
    regions gone. Judged are those stages whose load is three times that before them, or more, by the levels of time and
    errors that hold there.

    Fix: find what saturates first, and scale that; or let the edge answer more of it.
    """
    yield from findings(site, "load.headroom")


@check(needs=[swarm], source="profile: slo.during", declared_by="slo", opt_in=NO_SWARM)
def survives_spike(site: Site) -> Findings:
    """At ten times the load before it, the site keeps to what is declared for a spike.

    A launch brings ten times the visitors within seconds, faster than anything scales out. What may happen then is the
    team's to say (`slo.during`), and must not be worse: judged are the stages at ten times the first hold or more, with
    the ramps that lead there.

    Fix: answer from the edge what can be; shed load early and politely; keep spare instances for as long as new ones
    take to start.
    """
    yield from findings(site, "load.survives_spike")


@check(needs=[swarm], source="profile: slo.during", declared_by="slo", opt_in=NO_SWARM)
def recovers(site: Site) -> Findings:
    """After a spike, back at the load before it, the service levels hold again in time.

    Queues, retries and cold caches can keep a site down long after the load is gone. A sentence such as
    `p95 < 300ms within 60s` is judged from so long after its stage begins; what says nothing of that has a minute, at
    most half of the stage.

    Fix: bound every queue, time out before clients do, back off with jitter, and drop what nobody waits for any more.
    """
    yield from findings(site, "load.recovers")
