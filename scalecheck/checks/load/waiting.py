"""What visitors wait for in vain, and how a site says no."""

from scalecheck.checks.check import Findings, check
from scalecheck.checks.load.doubt import NO_SWARM, Seen, in_doubt, seen, trusted
from scalecheck.checks.load.stated import judged_level, never_began
from scalecheck.model.load import Key, Part
from scalecheck.model.load_levels import EVERYTHING, Role, where
from scalecheck.model.load_totals import finished
from scalecheck.model.load_verdict import Judged, judged_share
from scalecheck.model.sentence import Measure
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.swarm import swarm
from scalecheck.wire.units import show_ratio, show_seconds

REFUSALS = (429, 503)


@check(
    needs=[swarm],
    source="profile: targets.slow, targets.slow_ratio",
    declared_by="targets.slow_ratio",
    opt_in=NO_SWARM,
)
def slow_ratio(site: Site) -> Findings:
    """Few requests keep visitors waiting for long, those that fail in the end among them.

    A percentile counts answers. Who waits ten seconds for a timeout has waited longest of all, and is in none of them:
    a site that gives up on its slowest requests looks faster for it. Here both are counted, by the share that the
    profile allows (`targets.slow`, `targets.slow_ratio`). Spikes have levels of their own.

    Fix: fail fast: bound queues and time out early, so that nobody waits for what will not come.
    """
    run = seen(site)
    if run is None:
        yield never_began()
        return
    stages = tuple(
        number for number, role in enumerate(run.roles) if role is Role.PLAIN and run.played.seconds_of(number)
    )
    of = run.played.slice(stages, EVERYTHING.holds).requests
    if not finished(of):
        return
    targets = site.profile.targets
    answered, failed = of.latency.beyond(targets.slow), of.failures.beyond(targets.slow)
    total, allowed = finished(of), targets.slow_ratio
    limit, share = show_seconds(targets.slow), show_ratio(float(f"{(answered + failed) / total:.3g}"))
    observed = f"{share}: {answered:,} answers and {failed:,} failures of {total:,} took longer"
    found = trusted(run, Measure.LATENCY, judged_share(answered + failed, total, allowed, observed))
    subject = f"all requests{where(run.played.stages, stages)}"
    expected = f"at most {show_ratio(allowed)} longer than {limit}"
    if found.verdict is Verdict.FAIL and not _without_failures(run, answered, total, allowed):
        yield Finding(Verdict.SKIP, subject, expected, observed, reason="left to load.latency", left_to="load.latency")
        return
    yield Finding(
        found.verdict,
        subject,
        expected,
        found.observed,
        evidence=run.played.line(stages, EVERYTHING.holds),
        reason=found.reason,
    )


def _without_failures(run: Seen, answered: int, total: int, allowed: float) -> bool:
    """Whether the failures make the difference, or no level of latency speaks of slow answers anyway."""
    if judged_share(answered, total, allowed, "").verdict is not Verdict.FAIL:
        return True
    spoken = [level for level in run.levels if level.check == "load.latency" and level.scope == EVERYTHING]
    return all(judged_level(run, level).verdict is not Verdict.FAIL for level in spoken)


@check(
    needs=[swarm],
    source="RFC 9110 section 10.2.3, RFC 6585 section 4",
    declared_by="safety.obey_retry_after",
    opt_in=NO_SWARM,
)
def polite_refusals(site: Site) -> Findings:
    """Who is refused for now learns when to come back: every 429 and 503 carries Retry-After.

    Clients that are told nothing try again at once, all of them, and the load that was refused comes back doubled. One
    field tells browsers' workers, SDKs and crawlers to wait.

    Fix: send `Retry-After` with a few seconds, a little different for each client, from wherever refusals are made:
    rate limiter, load balancer, CDN, application.

    On nginx: `limit_req_status 429; error_page 429 @later;`, and
    `location @later { add_header Retry-After 5 always; return 429; }`.
    """
    run = seen(site)
    if run is None:
        yield never_began()
        return
    for key in run.played.keys:
        yield from _refusals(run, key)


def _refusals(run: Seen, key: Key) -> Findings:
    """Yield whether what a route refused said when to come back."""
    tally = run.played.total(key)
    refused = sum(tally.statuses.get(status, 0) for status in REFUSALS)
    if key.part is Part.PAGE or not refused:
        return
    observed = f"{tally.impolite:,} of {refused:,} without it"
    found = Judged(Verdict.FAIL if tally.impolite else Verdict.PASS, observed)
    if found.verdict is Verdict.PASS and run.doubts:
        found = in_doubt(found)
    yield Finding(
        found.verdict,
        key.name,
        expected="Retry-After with every 429 and 503",
        observed=observed,
        route=key.name,
        evidence=run.played.line(range(len(run.played.stages)), lambda each: each == key),
        reason=found.reason,
    )
