"""Judging: the rules that no check may break (design: no evidence is never a pass)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from scalecheck.checks.check import Check
from scalecheck.checks.reproduce import curl
from scalecheck.model.evidence import Exchange, Loss
from scalecheck.model.profile import Profile
from scalecheck.model.site import FIRST, Site
from scalecheck.model.verdict import Finding, Measure, Outcome, Verdict, worst
from scalecheck.probes.probe import Probe
from scalecheck.wire.vendors import recognise

PASSES_KEPT = 20
"""Passing findings a check keeps in a report; the rest are counted in one line, so that reports stay readable."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one check came to."""

    outcome: Outcome
    measures: tuple[Measure, ...] = ()


def judge(site: Site, checks: Iterable[Check]) -> tuple[tuple[Outcome, ...], tuple[Measure, ...]]:
    """Return the outcome of every check, and the figures they took."""
    servers = recognised(site)
    chosen = tuple(checks)
    spoken = frozenset(check.id for check in chosen if site.profile.level(check.id) != "off")
    judged = [judge_one(site, check, servers, spoken) for check in chosen]
    return tuple(each.outcome for each in judged), tuple(figure for each in judged for figure in each.measures)


def judge_one(site: Site, check: Check, servers: tuple[str, ...] = (), spoken: frozenset[str] | None = None) -> Judged:
    """Return one check's outcome: its findings with place, command, level and waiver applied.

    `spoken` are the ids of the checks that are run beside it; None is all there are.
    """
    if site.profile.level(check.id) == "off":
        return Judged(_outcome(check, (Finding(Verdict.SKIP, "", reason="switched off by the profile's levels"),), ()))
    findings, measures = _found(site, check)
    findings = tuple(_heard(each, spoken) for each in findings)
    kept = tuple(_waived(site, check, _placed(site, check, _levelled(site.profile, check, each))) for each in findings)
    return Judged(_outcome(check, _folded(kept), servers), measures)


def recognised(site: Site) -> tuple[str, ...]:
    """Return the servers and CDNs that the first answers show, nearest the client last."""
    names: dict[str, None] = {}
    for exchange in site.records.get(FIRST, ())[:50]:
        if isinstance(exchange, Exchange):
            names.update(dict.fromkeys(recognise(exchange.fields)))
    return tuple(names)


def _found(site: Site, check: Check) -> tuple[tuple[Finding, ...], tuple[Measure, ...]]:
    """Return what the check found, or why it could not be judged."""
    if missing := sorted((probe for probe in check.probes if not site.asked(probe.name)), key=lambda each: each.name):
        return (_unasked(site, check, missing),), ()
    view = site.restricted(check.readable)
    try:
        found = tuple(check.judge(view))
    except LookupError as error:
        if "among its needs" in str(error):
            raise  # the check reads what it does not declare: our mistake, found by its first test
        return (_crashed(error),), ()
    except Exception as error:  # one broken check must not hide what the others say
        return (_crashed(error),), ()
    findings = tuple(each for each in found if isinstance(each, Finding))
    measures = tuple(each for each in found if isinstance(each, Measure))
    return findings or (_nothing(view, check),), measures


def _unasked(site: Site, check: Check, missing: list[Probe]) -> Finding:
    """Return why the check could not be judged: skip where it has to be asked for, else unknown."""
    if site.profile.browser.required and any(probe.by.is_browser for probe in missing):
        return Finding(Verdict.UNKNOWN, "", reason="the profile requires a browser: run with --browser")
    verdict, why = (Verdict.SKIP, check.opt_in) if check.opt_in else (Verdict.UNKNOWN, "not probed")
    return Finding(verdict, "", reason=f"{why}: {', '.join(probe.name for probe in missing)}")


def _crashed(error: Exception) -> Finding:
    return Finding(Verdict.UNKNOWN, "", reason=f"the check itself failed: {type(error).__name__}: {error}")


def _nothing(view: Site, check: Check) -> Finding:
    """Return unknown when requests were lost, skip when there was nothing to judge."""
    lost = [failure for probe in check.probes for failure in view.lost(probe.name)]
    if not lost:
        return Finding(Verdict.SKIP, "", reason="nothing to judge")
    if browser := next((failure for failure in lost if failure.loss is Loss.BROWSER), None):
        return Finding(Verdict.UNKNOWN, "", reason=browser.detail)
    budget = sum(failure.loss is Loss.BUDGET for failure in lost)
    reason = "the request budget was used up" if budget == len(lost) else "the requests were lost, see site.answers"
    return Finding(Verdict.UNKNOWN, "", reason=reason)


def _heard(finding: Finding, spoken: frozenset[str] | None) -> Finding:
    """Return a subject left to another check as unknown where that check is not run."""
    if finding.left_to and spoken is not None and finding.left_to not in spoken:
        return replace(finding, verdict=Verdict.UNKNOWN, reason=f"{finding.reason}, which was not run")
    return finding


def _levelled(profile: Profile, check: Check, finding: Finding) -> Finding:
    """Return the finding no worse than the profile's level lets it be."""
    if profile.level(check.id) == "warn" and finding.verdict.badness > Verdict.WARN.badness:
        return replace(finding, verdict=Verdict.WARN)
    return finding


def _placed(site: Site, check: Check, finding: Finding) -> Finding:
    """Return the finding with its route, the profile's line and the command that shows it."""
    record = site.by_number.get(finding.evidence) if finding.evidence is not None else None
    route = finding.route
    if record is not None and route is None and (declared := site.route(record)) is not None:
        route = declared.name
    line = finding.profile_line
    if line is None and ("{route}" not in check.declared_by or route is not None):
        line = site.profile.line(*check.declared_by.format(route=route).split("."))
    wrong = finding.verdict.badness > Verdict.PASS.badness
    command = finding.reproduce or (curl(record) if wrong and record is not None else "")
    return replace(finding, route=route, profile_line=line, reproduce=command)


def _waived(site: Site, check: Check, finding: Finding) -> Finding:
    """Return the finding waived where the profile says so and the evidence's day is not past the waiver's last."""
    if finding.verdict.badness <= Verdict.WAIVED.badness:
        return finding
    record = site.by_number.get(finding.evidence) if finding.evidence is not None else None
    names = [finding.subject, finding.route or "", *([urlsplit(record.url).path] if record is not None else [])]
    for waiver in site.profile.waivers:
        if waiver.check == check.id and any(fnmatchcase(name, waiver.subject) for name in names):
            if _day(site) <= waiver.until:
                return replace(finding, verdict=Verdict.WAIVED, reason=f"{waiver.reason} (until {waiver.until})")
            return replace(finding, reason=f"its waiver ended on {waiver.until}: {waiver.reason}")
    return finding


def _day(site: Site) -> date:
    return datetime.fromtimestamp(site.started_at, UTC).date()


def _folded(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings worst first, and of many passes the first few and the number of the others."""
    passes = [finding for finding in findings if finding.verdict is Verdict.PASS]
    if len(passes) > PASSES_KEPT:
        of_each_route = {finding.route: finding for finding in reversed(passes)}  # pipelines keep a history by route
        kept = list(dict.fromkeys((*of_each_route.values(), *passes)))[: max(PASSES_KEPT, len(of_each_route))]
        passes = (
            [*kept, Finding(Verdict.PASS, f"and {len(passes) - len(kept)} more")] if len(kept) < len(passes) else kept
        )
    others = (finding for finding in findings if finding.verdict is not Verdict.PASS)
    return tuple(sorted((*others, *passes), key=lambda finding: -finding.verdict.badness))


def _outcome(check: Check, findings: tuple[Finding, ...], servers: tuple[str, ...]) -> Outcome:
    words = [check.fix, *(f"On {name}: {check.remedies[name]}" for name in servers if name in check.remedies)]
    verdict = worst(tuple(finding.verdict for finding in findings))
    return Outcome(check.id, verdict, check.title, check.why, "\n".join(words), check.source, findings)
