"""Evidence read back: judged again without a request."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scalecheck.checks.catalogue import CHECKS, UnknownCheck, chosen
from scalecheck.checks.check import Check
from scalecheck.checks.judge import judge
from scalecheck.checks.load.measures import figures
from scalecheck.cli.exit import UsageError
from scalecheck.cli.notes import browser_notes, inferred_note, swarm_notes
from scalecheck.cli.profiles import checked, read, shown_path
from scalecheck.gather.record import Evidence, EvidenceError, by_probe, profile_digest, read_evidence
from scalecheck.model.evidence import Exchange, Failure, Loss, Run
from scalecheck.model.infer import infer, starting_profile
from scalecheck.model.load_run import Played
from scalecheck.model.profile import Profile
from scalecheck.model.profile_file import ProfileError, profile_from_data
from scalecheck.model.site import FIRST, Site
from scalecheck.model.verdict import Measure, Report
from scalecheck.report.json_reading import read as read_report

HAR = re.compile(rb'\s*(?:\xef\xbb\xbf)?\s*\{\s*"log"\s*:')


@dataclass(frozen=True, slots=True)
class Recorded:
    """A site as evidence shows it, and the run it comes from."""

    site: Site
    run: Run
    interrupted: bool
    inferred: bool = False
    """Neither the evidence nor the command line brought a profile that somebody wrote."""


def read_site(path: Path, profile: str | None = None) -> Recorded:
    """Return what an evidence file or a HAR shows of a site, by its own profile or another."""
    har = is_har(path)
    evidence = _read(path, har=har)
    run = evidence.run
    checked(run.target)
    declared = read(profile, None).at(run.target) if profile is not None else _own_profile(path, run)
    site = Site(declared or starting_profile(run.target), run.started_at, by_probe(evidence))
    if declared is None:
        site = infer(site)
    if har:
        site = _of_the_site(site)
    if evidence.load is not None:
        site = site.swarmed(evidence.load, baseline(site.profile))
    interrupted = evidence.cut_off or any(each.loss is Loss.INTERRUPTED for each in site.losses) or by_hand(site)
    return Recorded(site, run, interrupted, inferred=profile is None and run.profile_path is None)


def earlier_site(path: Path, profile: Profile) -> Site:
    """Return what an earlier run saw, as today's profile reads it."""
    return replace(read_site(path).site, profile=profile)


def baseline(profile: Profile) -> tuple[Measure, ...] | None:
    """Return the figures of the report that `slo.baseline` names, None without one; UsageError on what is none."""
    if profile.slo.baseline.file is None:
        return None
    path = Path(profile.source or ".").parent / profile.slo.baseline.file
    if not path.is_file():
        return None
    try:
        return read_report(path.read_text(encoding="utf-8")).measures
    except (OSError, ValueError) as error:
        raise UsageError(f"slo.baseline.file: {path}: {error}") from None


def by_hand(site: Site) -> bool:
    """Whether somebody interrupted the swarm."""
    return site.load is not None and Played(site.load).by_hand


def with_earlier(site: Site, before: Site) -> Site:
    """Return a site with what an earlier run saw; its swarm, where it had one, is what today's is compared with."""
    earlier = Played(before.load) if before.load is not None else None
    return replace(site, before=before, baseline=site.baseline if earlier is None else tuple(figures(earlier)))


def judge_file(
    path: Path, profile: str | None, only: tuple[str, ...], skip: tuple[str, ...], before: Path | None
) -> Report:
    """Return the report on an evidence file: the same outcomes as its live run had."""
    return judged_site(path, profile, only, skip, before)[0]


def judged_site(
    path: Path, profile: str | None, only: tuple[str, ...], skip: tuple[str, ...], before: Path | None
) -> tuple[Report, Site]:
    """Return the report on an evidence file, and the site as the file shows it."""
    recorded = read_site(path, profile)
    site, run = recorded.site, recorded.run
    checks = _chosen(recorded, only, skip)
    if before is not None:
        site = with_earlier(site, earlier_site(before, site.profile))
    outcomes, measures = judge(site, checks)
    times = [each.received_at for each in site.by_number.values() if not isinstance(each, Failure)]
    if site.load is not None:
        times.append(site.load.run.started_at + Played(site.load).ended_s)
    ended = max(times, default=site.started_at)
    report = Report(
        tool=run.tool,
        target=site.profile.site,
        profile=shown_path(profile or run.profile_path),
        started_at=site.started_at,
        seconds=round(max(0.0, ended - site.started_at), 1),
        outcomes=outcomes,
        measures=measures,
        notes=tuple(_notes(path, recorded)),
        interrupted=recorded.interrupted,
    )
    return report, site


def _read(path: Path, *, har: bool) -> Evidence:
    try:
        if not har:
            return read_evidence(path)
        from scalecheck.gather.har_reading import read_har

        return read_har(path)
    except EvidenceError as error:
        raise UsageError(str(error)) from None


def is_har(path: Path) -> bool:
    """Whether a file is a HAR, by its name or by how it begins."""
    if path.suffix.lower() == ".har" or not path.is_file():
        return path.suffix.lower() == ".har"
    try:
        with path.open("rb") as file:
            return HAR.match(file.read(200)) is not None
    except OSError:
        return False


def _own_profile(path: Path, run: Run) -> Profile | None:
    """Return the profile that the evidence was gathered by; None where the run ended before one was inferred."""
    if not run.profile:
        return None
    try:
        recorded = profile_from_data(run.profile)
    except ProfileError as error:
        raise UsageError(f"{path}: {error}") from None
    return _with_lines(recorded, run.profile_path).at(run.target)


def _with_lines(recorded: Profile, source: str | None) -> Profile:
    """Return the profile as its file says it, where that is still there and says the same: then lines can be named.

    What the command line may override need not be the same.
    """
    if source is None or not Path(source).is_file():
        return recorded
    try:
        file = read(source, None)
    except UsageError:
        return recorded
    overrides = {"safety": recorded.safety, "browser": recorded.browser, "site": recorded.site}
    same = profile_digest(file.model_copy(update=overrides).public()) == profile_digest(recorded.public())
    return file.model_copy(update=overrides) if same else recorded


def _of_the_site(site: Site) -> Site:
    """Return the site with what a browser asked of others apart: checks are about the site's own answers."""
    own = {
        probe: tuple(each for each in records if site.profile.allows(each.url))
        for probe, records in site.records.items()
    }
    others = (each for each in site.records.get(FIRST, ()) if isinstance(each, Exchange))
    elsewhere = {each.url: each for each in others if not site.profile.allows(each.url)}
    return replace(site, records=own, elsewhere=elsewhere)


def _chosen(recorded: Recorded, only: tuple[str, ...], skip: tuple[str, ...]) -> tuple[Check, ...]:
    """Return the checks of the live run unless others are named; of a HAR those that can be judged from it."""
    try:
        return chosen(only or recorded.run.checks or _answerable(recorded.site), skip)
    except UnknownCheck as error:
        raise UsageError(str(error)) from None


def _answerable(site: Site) -> tuple[str, ...]:
    """Return the ids of the checks that can be judged from what was recorded: of a HAR, those that ask once."""
    return tuple(check.id for check in CHECKS if all(site.asked(probe.name) for probe in check.probes))


def _notes(path: Path, recorded: Recorded) -> Iterator[str]:
    yield f"judged again from {path}"
    if recorded.inferred:
        yield inferred_note(recorded.site.profile)
    yield from browser_notes(recorded.site)
    if recorded.site.load is not None:
        yield from swarm_notes(recorded.site.load)
    if recorded.interrupted:
        yield "the run was interrupted: judged by what was gathered until then"
