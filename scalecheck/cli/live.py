"""One live run: choose, ask, keep, judge, tell."""

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scalecheck import __version__
from scalecheck.checks.catalogue import UnknownCheck, chosen, probes_of
from scalecheck.checks.check import Check
from scalecheck.checks.judge import judge
from scalecheck.cli.exit import UsageError
from scalecheck.cli.output import Target, targets, tell, writable
from scalecheck.cli.profiles import load_profile, overridden
from scalecheck.cli.progress import Display
from scalecheck.gather.client import Client
from scalecheck.gather.gather import Interrupted, gather
from scalecheck.gather.record import EvidenceFile
from scalecheck.gather.redact import Redactor
from scalecheck.model.evidence import Ask, Loss, Record, Run
from scalecheck.model.infer import infer, starting_profile
from scalecheck.model.profile import Profile
from scalecheck.model.site import Site
from scalecheck.model.verdict import Report
from scalecheck.probes.discovery import first

if TYPE_CHECKING:
    from scalecheck.probes.probe import Probe

EVIDENCE = Path("reports/evidence.jsonl")
"""Where evidence is kept unless `--keep` says otherwise."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the command line overrides of the profile's safety; None leaves it."""

    requests: int | None = None
    concurrency: int | None = None
    samples: int | None = None
    patience: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One audit as the command line asks for it."""

    url: str | None = None
    profile: str | None = None
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    keep: Path | None = None
    before: Path | None = None
    har: Path | None = None
    connect_to: str | None = None
    limits: Limits = Limits()
    ca_file: Path | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Audited:
    """What came of a live run: the site as far as it is known, and whether it was cut short."""

    site: Site
    inferred: bool
    interrupted: bool
    seconds: float


def run_audit(plan: Plan, formats: Sequence[str], *, verbose: bool = False) -> None:
    """Run an audit, render its report, and exit with its code."""
    report, where = audited(plan, targets(formats))
    tell(report, where, verbose=verbose)
    raise SystemExit(report.exit_code)


def audited(plan: Plan, where: tuple[Target, ...] = ()) -> tuple[Report, tuple[Target, ...]]:
    """Return the report of a live run, and where it is to be rendered."""
    try:
        checks = chosen(plan.only, plan.skip)
    except UnknownCheck as error:
        raise UsageError(str(error)) from None
    for each in where:
        if each.file is not None:
            writable(each.file)
    profile = load_profile(plan.profile, plan.url)
    start = overridden(profile or starting_profile(str(plan.url)), plan)
    done = _asked(plan, start, checks, inferred=profile is None)
    report = judged(done.site, checks, done, plan.profile or (profile.source if profile is not None else None))
    return report, where


def judged(site: Site, checks: Sequence[Check], done: Audited, source: str | None) -> Report:
    """Return the report on what is known of a site."""
    outcomes, measures = judge(site, checks)
    return Report(
        tool=f"scalecheck {__version__}",
        target=site.profile.site,
        profile=source,
        started_at=site.started_at,
        seconds=round(done.seconds, 1),
        outcomes=outcomes,
        measures=measures,
        notes=tuple(_notes(site, done)),
        interrupted=done.interrupted,
    )


def _notes(site: Site, done: Audited) -> list[str]:
    notes = []
    if done.inferred:
        kinds = ", ".join(f"{route.path} {route.kind}" for route in site.profile.routes.values()) or "none"
        notes.append(f"no profile: the kinds of routes were inferred ({kinds}); `scalecheck init` writes them down")
    unasked = sum(failure.loss is Loss.BUDGET for failure in site.losses)
    if unasked:
        notes.append(f"the request budget was used up: {unasked} requests were not sent (--requests)")
    if done.interrupted:
        notes.append("interrupted: judged by what was gathered until then")
    return notes


def _asked(plan: Plan, profile: Profile, checks: Sequence[Check], *, inferred: bool) -> Audited:
    """Return what asking brought, evidence kept on the way."""
    began, started_at = time.monotonic(), time.time()
    redactor = Redactor.of(_secrets(profile))
    run = Run(
        f"scalecheck {__version__}",
        profile.site,
        started_at,
        {} if inferred else profile.public(),
        profile.source,
        tuple(check.id for check in checks),
    )
    before = _before(plan.before, profile)
    with ExitStack() as stack:
        path = writable(plan.keep or EVIDENCE)
        file = stack.enter_context(path.open("w", encoding="utf-8"))
        ledger = EvidenceFile(file, run)
        display = stack.enter_context(Display(profile, len(checks), quiet=plan.quiet))
        site = Site(profile, started_at, before=before)
        asking = _Asking(plan, redactor, ledger, display, probes_of(checks))
        site, interrupted = asyncio.run(asking.run(site, inferred=inferred))
    if plan.har is not None:
        from scalecheck.gather.har import write_har

        writable(plan.har).write_text(write_har(site), encoding="utf-8")
    return Audited(site, inferred, interrupted, time.monotonic() - began)


def _secrets(profile: Profile) -> set[str]:
    """Return what must not be written: environment values, and whole field values of the identities."""
    values = set(profile.secrets)
    for name in profile.identities:
        values.update(value for _, value in profile.identity_fields(name))
    return values


def _before(path: Path | None, profile: Profile) -> Site | None:
    if path is None:
        return None
    from scalecheck.cli.offline import read_site

    return replace(read_site(path).site, profile=profile)


@dataclass(frozen=True, slots=True)
class _Asking:
    """The effects of one run, bound together."""

    plan: Plan
    redactor: Redactor
    ledger: EvidenceFile
    display: Display
    probes: "tuple[Probe, ...]"

    async def run(self, site: Site, *, inferred: bool) -> tuple[Site, bool]:
        """Return the site and whether the run was cut short."""
        async with Client(site.profile, connect_to=self.plan.connect_to, ca_file=self.plan.ca_file) as client:

            async def send(probe: str, ask: Ask, number: int) -> Record:
                return self.redactor.record(await client.send(probe, ask, number))

            try:
                if inferred:
                    site = infer(await gather(site, (first,), send, self.ledger, self.display))
                    self.ledger.keep_profile(site.profile.public())
                return await gather(site, self.probes, send, self.ledger, self.display), False
            except Interrupted as cut:
                print("interrupted: judging what was gathered", file=sys.stderr)
                return cut.site, True
