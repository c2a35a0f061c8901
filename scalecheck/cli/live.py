"""One live run: choose, ask, keep, judge, tell."""

import asyncio
import errno
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from scalecheck import __version__
from scalecheck.checks.catalogue import UnknownCheck, chosen, probes_of
from scalecheck.checks.check import Check
from scalecheck.checks.judge import judge
from scalecheck.cli.exit import UsageError
from scalecheck.cli.notes import browser_notes, inferred_note
from scalecheck.cli.output import Target, claim, files_of, targets, tell, write
from scalecheck.cli.plan import Plan
from scalecheck.cli.profiles import (
    beyond_the_site,
    certificates,
    connected_to,
    load_profile,
    overridden,
    shown_path,
)
from scalecheck.cli.progress import Display
from scalecheck.gather.agents import Agents
from scalecheck.gather.gather import Interrupted, gather
from scalecheck.gather.record import EvidenceFile
from scalecheck.gather.redact import Redactor
from scalecheck.model.evidence import Ask, Loss, Record, Run
from scalecheck.model.infer import infer, starting_profile
from scalecheck.model.profile import Profile
from scalecheck.model.profile_proxy import proxy_credentials
from scalecheck.model.site import Site
from scalecheck.model.verdict import Report
from scalecheck.probes.discovery import first
from scalecheck.probes.probe import Agent, Probe

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""Errors of a disk that takes no more."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What came of a live run: the site as far as it is known, and whether it was cut short."""

    site: Site
    inferred: bool
    interrupted: bool
    seconds: float


def run_audit(plan: Plan, formats: Sequence[str], *, verbose: bool = False) -> None:
    """Run an audit, render its report, and exit with its code."""
    where = targets(formats)
    report = audited(plan, where)
    tell(report, where, verbose=verbose)
    raise SystemExit(report.exit_code)


def audited(plan: Plan, where: Sequence[Target] = ()) -> Report:
    """Return the report of a live run; UsageError as `audited_site`."""
    return audited_site(plan, where)[0]


def audited_site(plan: Plan, where: Sequence[Target] = ()) -> tuple[Report, Site]:
    """Return the report of a live run, and the site as far as it became known.

    UsageError, before anything is asked or overwritten, where the command line is wrong; `where` is part of it.
    """
    checks = _chosen(plan)
    profile = load_profile(plan.profile, plan.url)
    start = overridden(profile or starting_profile(str(plan.url)), plan)
    plan = replace(plan, connect_to=connected_to(plan.connect_to), ca_file=certificates(plan.ca_file))
    before = _before(plan.before, start)
    claim(
        (("--keep", plan.evidence), ("--har", plan.har), *files_of(where)),
        [Path(profile.source) if profile is not None and profile.source else None],
    )
    done = _asked(plan, start, checks, before, inferred=profile is None)
    if plan.har is not None:
        from scalecheck.gather.har import write_har

        write("--har", plan.har, write_har(done.site))
    return _report(plan, done, checks, shown_path(profile.source if profile is not None else None)), done.site


def _chosen(plan: Plan) -> tuple[Check, ...]:
    try:
        return chosen(plan.only, plan.skip)
    except UnknownCheck as error:
        raise UsageError(str(error)) from None


def _report(plan: Plan, done: Audited, checks: Sequence[Check], source: str | None) -> Report:
    site = done.site
    outcomes, measures = judge(site, checks)
    return Report(
        tool=f"scalecheck {__version__}",
        target=site.profile.site,
        profile=source,
        started_at=site.started_at,
        seconds=round(done.seconds, 1),
        outcomes=outcomes,
        measures=measures,
        notes=tuple(_notes(plan, done)),
        interrupted=done.interrupted,
    )


def _notes(plan: Plan, done: Audited) -> Iterator[str]:
    if done.inferred:
        yield inferred_note(done.site.profile)
    elif beyond_the_site(plan.url):
        yield "of the URL only scheme, host and port count: the profile's routes say what is asked"
    yield from browser_notes(done.site)
    unasked = sum(failure.loss is Loss.BUDGET for failure in done.site.losses)
    if unasked:
        yield f"the request budget was used up: {unasked} requests were not sent (--requests)"
    if done.interrupted:
        yield "interrupted: judged by what was gathered until then"


def _asked(plan: Plan, profile: Profile, checks: Sequence[Check], before: Site | None, *, inferred: bool) -> Audited:
    """Return what asking brought, evidence kept on the way."""
    began, started_at = time.monotonic(), time.time()
    run = Run(
        f"scalecheck {__version__}",
        profile.site,
        started_at,
        {} if inferred else profile.public(),
        shown_path(profile.source),
        tuple(check.id for check in checks),
    )
    redactor = Redactor.of(secrets_of(profile))
    probes = _affordable(plan, checks)
    display = Display(profile, len(checks), probes, plan.evidence, inferred=inferred, quiet=plan.quiet)
    try:
        with plan.evidence.open("w", encoding="utf-8") as file, display:
            asking = _Asking(plan, redactor, EvidenceFile(file, run), display, probes)
            site, interrupted = asyncio.run(asking.run(Site(profile, started_at, before=before), inferred=inferred))
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise UsageError(f"--keep: {plan.evidence} cannot be written: {error.strerror}") from None
    return Audited(site, inferred, interrupted, time.monotonic() - began)


def _affordable(plan: Plan, checks: Sequence[Check]) -> tuple[Probe, ...]:
    """Return the probes of these checks; those that open pages in a browser only where that was asked for."""
    agents = {agent for agent in Agent if agent is Agent.CLIENT or (plan.browser and agent.is_browser)}
    return tuple(probe for probe in probes_of(checks) if probe.by in agents)


def secrets_of(profile: Profile) -> set[str]:
    """Return what must not be written: environment values, whole field values of the identities, and the proxy's."""
    values = set(profile.secrets)
    if profile.traffic.proxy is not None and (
        credentials := proxy_credentials(profile.traffic.proxy, profile.revealed)
    ):
        values |= {credentials, credentials.partition(":")[2]} - {""}
    for name in profile.identities:
        values.update(value for _, value in profile.identity_fields(name))
    return values


def _before(path: Path | None, profile: Profile) -> Site | None:
    if path is None:
        return None
    from scalecheck.cli.offline import earlier_site

    return earlier_site(path, profile)


@dataclass(frozen=True, slots=True)
class _Asking:
    """The effects of one run, bound together."""

    plan: Plan
    redactor: Redactor
    ledger: EvidenceFile
    display: Display
    probes: tuple[Probe, ...]

    async def run(self, site: Site, *, inferred: bool) -> tuple[Site, bool]:
        """Return the site and whether the run was cut short, by Ctrl-C or by SIGTERM."""
        _cancelled_by_sigterm()
        try:
            async with Agents(
                site.profile, self.probes, connect_to=self.plan.connect_to, ca_file=self.plan.ca_file
            ) as agents:
                site, interrupted = await self._learned(agents, site, inferred=inferred)
        except asyncio.CancelledError:  # while the connections were closed: there was nothing left to ask
            return site, False
        if interrupted:
            print("interrupted: judging what was gathered", file=sys.stderr)
        return site, interrupted

    async def _learned(self, agents: Agents, site: Site, *, inferred: bool) -> tuple[Site, bool]:
        async def send(probe: str, ask: Ask, number: int) -> Record:
            return self.redactor.record(await agents.send(probe, ask, number))

        try:
            if inferred:
                site = self._inferred(await gather(site, (first,), send, self.ledger, self.display))
        except Interrupted as cut:
            return self._inferred(cut.site), True
        try:
            site = await gather(site, self.probes, send, self.ledger, self.display)
        except Interrupted as cut:
            return cut.site, True
        self.ledger.end()
        return site, False

    def _inferred(self, site: Site) -> Site:
        """Return the site, and what an earlier run saw of it, under the profile that today's answers suggest."""
        site = infer(site)
        self.ledger.keep_profile(site.profile.public())
        before = replace(site.before, profile=site.profile) if site.before is not None else None
        return replace(site, before=before)


def _cancelled_by_sigterm() -> None:
    """Let SIGTERM end the run as Ctrl-C does, where signals can be caught: not on Windows, nor in a thread."""
    task = asyncio.current_task()
    if task is not None:
        with suppress(NotImplementedError, RuntimeError, ValueError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
