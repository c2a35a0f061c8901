"""Evidence read back: judged again without a request."""

from dataclasses import dataclass
from pathlib import Path

from scalecheck.checks.catalogue import CHECKS, UnknownCheck, chosen
from scalecheck.checks.judge import judge
from scalecheck.cli.exit import UsageError
from scalecheck.cli.profiles import load_profile
from scalecheck.gather.record import EvidenceError, by_probe, read_evidence
from scalecheck.model.evidence import Exchange, Loss, Run
from scalecheck.model.profile_file import profile_from_data
from scalecheck.model.site import Site
from scalecheck.model.verdict import Report


@dataclass(frozen=True, slots=True)
class Recorded:
    """A site as evidence shows it, and the run it comes from."""

    site: Site
    run: Run
    cut_off: bool


def read_site(path: Path, profile: str | None = None) -> Recorded:
    """Return what an evidence file or a HAR shows of a site, by its own profile or another."""
    try:
        if path.suffix == ".har":
            from scalecheck.gather.har import read_har

            evidence = read_har(path)
        else:
            evidence = read_evidence(path)
    except EvidenceError as error:
        raise UsageError(str(error)) from None
    judged_by = load_profile(profile, evidence.run.target) if profile is not None else None
    if judged_by is None:
        judged_by = profile_from_data(evidence.run.profile)
        judged_by = judged_by if judged_by.site else judged_by.at(evidence.run.target)
    site = Site(judged_by, evidence.run.started_at, by_probe(evidence))
    return Recorded(site, evidence.run, evidence.cut_off)


def _answerable(site: Site) -> tuple[str, ...]:
    """Return the ids of the checks that can be judged from what was recorded: of a HAR, those that ask once."""
    return tuple(check.id for check in CHECKS if all(site.asked(probe.name) for probe in check.probes))


def judge_file(
    path: Path, profile: str | None, only: tuple[str, ...], skip: tuple[str, ...], before: Path | None
) -> Report:
    """Return the report on an evidence file: the same outcomes as its live run had."""
    recorded = read_site(path, profile)
    try:
        checks = chosen(only or recorded.run.checks or _answerable(recorded.site), skip)
    except UnknownCheck as error:
        raise UsageError(str(error)) from None
    site = recorded.site
    if before is not None:
        site = Site(site.profile, site.started_at, site.records, read_site(before).site)
    outcomes, measures = judge(site, checks)
    times = [each.received_at for each in site.by_number.values() if isinstance(each, Exchange)]
    ended = max(times, default=site.started_at)
    return Report(
        tool=recorded.run.tool,
        target=site.profile.site,
        profile=profile or recorded.run.profile_path,
        started_at=site.started_at,
        seconds=round(max(0.0, ended - site.started_at), 1),
        outcomes=outcomes,
        measures=measures,
        notes=(f"judged again from {path}",),
        interrupted=recorded.cut_off or any(each.loss is Loss.INTERRUPTED for each in site.losses),
    )
