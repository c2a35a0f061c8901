"""Whether the swarm itself did what it was to do."""

from scalecheck.checks.check import Findings, check
from scalecheck.checks.load.baseline import changes
from scalecheck.checks.load.doubt import NO_SWARM, Seen, delivered_as, delivery, seen
from scalecheck.checks.load.measures import check_of
from scalecheck.checks.load.stated import aborts, finding, never_began
from scalecheck.model.load_run import Doubt
from scalecheck.model.load_verdict import Judged
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.swarm import swarm


@check(needs=[swarm], source="scalecheck: what was not sent shows nothing", declared_by="slo", opt_in=NO_SWARM)
def delivered(site: Site) -> Findings:
    """Everything that was planned was sent on time, and all of it was reported.

    A generator that cannot keep up sends less than it says, later than it says, and takes its own slowness for the
    site's. So what was late, what was never sent, and what was planned but never reported is counted; so are workers
    that were lost and reports that are missing. Then this is unknown, and nothing else passes: what the site would have
    made of the whole load, nobody knows.

    Fix: give the generator more processes or machines (`--processes`, `--worker`), or ask for less (`--scale`). Where
    a worker was lost, look at its log; where files ran out, raise `ulimit -n`.
    """
    run = seen(site)
    if run is None:
        yield never_began()
        return
    yield from (figure for figure in run.figures if check_of(figure.name) == "load.delivered")
    yield from aborts(run, "load.delivered")
    if not run.played.scheduled and not run.doubts:
        yield Finding(Verdict.SKIP, "", reason="no arrivals were planned")
        return
    yield from _levels(run)
    for doubt in run.played.doubts:
        yield _doubted(doubt)
    yield from changes(run, "load.delivered")


def _levels(run: Seen) -> Findings:
    """Yield what is asked of the generator itself."""
    for level in delivery(run):
        found = delivered_as(run, level)
        if found.verdict is Verdict.PASS and run.doubts:
            found = Judged(Verdict.UNKNOWN, found.observed, run.doubts[0].reason)
        yield finding(run, level, found)


def _doubted(doubt: Doubt) -> Finding:
    return Finding(Verdict.UNKNOWN, "the run", expected="every report", observed="not all", reason=doubt.reason)
