"""Service levels of a swarm as findings: what a profile says, or its targets where it says nothing."""

from collections.abc import Iterator
from dataclasses import replace

from scalecheck.checks.check import Findings
from scalecheck.checks.load.baseline import changes
from scalecheck.checks.load.doubt import RATES, Seen, in_doubt, seen, served, trusted
from scalecheck.checks.load.measures import check_of
from scalecheck.model.load import Happening, Part
from scalecheck.model.load_levels import CHECKS, Level, where
from scalecheck.model.load_verdict import Judged, judged
from scalecheck.model.sentence import Measure
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict


def findings(site: Site, check: str) -> Findings:
    """Yield the figures of a check, how its levels came out, what stopped the run, what changed since the baseline."""
    run = seen(site)
    if run is None:
        yield never_began()
        return
    yield from (figure for figure in run.figures if check_of(figure.name) == check)
    yield from aborts(run, check)
    for level in run.levels:
        if level.check == check:
            yield from _level(run, level)
    yield from changes(run, check)


def never_began() -> Finding:
    """Return that nothing of a swarm was reported."""
    return Finding(Verdict.UNKNOWN, "", reason="the swarm never began")


def aborts(run: Seen, check: str) -> Iterator[Finding]:
    """Yield a failure where a rule of the profile stopped the run, by the check that its metric belongs to."""
    for event in run.played.load.events:
        if event.what is not Happening.ABORTED or event.then != "fail":
            continue
        rules = list(enumerate(run.site.profile.abort))
        number, rule = next(((n, r) for n, r in rules if event.detail.startswith(str(r.when))), (None, None))
        if check != (CHECKS[rule.when.metric.measure] if rule is not None else "load.errors"):
            continue
        line = run.site.profile.line("abort", number, "when") if number is not None else None
        said, _, value = event.detail.partition(": ")
        yield Finding(
            Verdict.FAIL,
            f"the run, stopped after {event.second:.0f} s",
            expected=f"not {said}",
            observed=value or "that it held",
            evidence=event.number,
            profile_line=line,
        )


def _level(run: Seen, level: Level) -> Iterator[Finding]:
    """Yield the stages that fail by themselves; where none does, what all of them come to."""
    if why := absent(run, level):
        place = run.site.profile.line(*level.place)
        yield Finding(Verdict.SKIP, subject(run, level), str(level.sentence), reason=why, profile_line=place)
        return
    begun = tuple(number for number in level.stages if run.played.seconds_of(number))
    if not begun:
        yield finding(run, level, Judged(Verdict.UNKNOWN, "nothing", "the run ended before"))
        return
    if level.sentence.metric.measure in RATES and level.sentence.operator.upwards:
        begun = (_busiest(run, level, begun),)
        level = replace(level, stages=begun)
    failing = [(number,) for number in begun if _judged(run, level, (number,)).verdict is Verdict.FAIL]
    if len(begun) > 1 and 0 < len(failing) < len(begun):
        for stages in failing:
            yield finding(run, replace(level, stages=stages), _judged(run, level, stages))
        return
    whole = _judged(run, level, begun)
    if level.optional and whole.verdict is Verdict.UNKNOWN and whole.observed == "nothing":
        return
    yield finding(run, level, whole)


def absent(run: Seen, level: Level) -> str:
    """Return why the traffic has nothing of what a level is about; empty where it has, or names it."""
    measure, pages = level.sentence.metric.measure, run.site.profile.traffic.pages
    of_views = measure in {Measure.PAGE, Measure.PAGES, Measure.FIRST_BYTES, Measure.REPEAT_BYTES}
    if level.scope.table not in {"all", "assets"} or not (of_views or level.scope.table == "assets"):
        return ""
    if not any(key.part in {Part.PAGE, Part.ASSET} for key in run.played.keys):
        return "the traffic has no pages"
    bare = run.played.load.run.bare
    if not of_views and pages and all(page.assets == "none" or name in bare for name, page in pages.items()):
        return "no page loads assets"
    return ""


def _busiest(run: Seen, level: Level, stages: tuple[int, ...]) -> int:
    """Return the stage that asks for most: what a site serves under less load shows nothing."""

    def asked(number: int) -> float:
        of = run.slice(level, (number,))
        tally = of.pages if level.sentence.metric.measure is Measure.PAGES else of.requests
        return tally.planned / of.seconds

    return max(stages, key=asked)


def judged_level(run: Seen, level: Level) -> Judged:
    """Return what a level comes to in all its stages together."""
    return _judged(run, level, level.stages)


def _judged(run: Seen, level: Level, stages: tuple[int, ...]) -> Judged:
    """Return what a level comes to in some stages, as far as the run can be trusted."""
    of = run.slice(level, stages)
    found = judged(level.sentence, of, run.tolerated)
    measure = level.sentence.metric.measure
    if found.verdict is Verdict.FAIL and run.overloaded and measure is Measure.ERRORS:
        sent = replace(of, requests=served(of.requests), pages=served(of.pages))
        again = judged(level.sentence, sent, run.tolerated)
        return found if again.verdict is Verdict.FAIL else in_doubt(found)
    return trusted(run, measure, found)


def finding(run: Seen, level: Level, found: Judged) -> Finding:
    """Return what a level came to, as a finding."""
    by_default = f" ({'.'.join(map(str, level.place))})" if level.place[0] == "targets" else ""
    return Finding(
        found.verdict,
        subject(run, level),
        expected=f"{level.sentence}{by_default}",
        observed=found.observed,
        route=level.scope.names[0] if level.scope.table in {"pages", "routes"} else None,
        evidence=run.played.line(level.stages, level.scope.holds),
        profile_line=run.site.profile.line(*level.place),
        reason=found.reason,
    )


def subject(run: Seen, level: Level) -> str:
    """Return what a level is about: `GET /api/search during recovery`."""
    since = f", from {level.since_s:g} s on" if level.since_s else ""
    return f"{level.scope}{where(run.played.stages, level.stages)}{since}"
