"""One swarm: worked out, allowed, scouted, played by Locust, kept, judged, told."""

import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from math import inf
from pathlib import Path
from uuid import uuid4

from scalecheck import __version__
from scalecheck.checks.catalogue import chosen
from scalecheck.cli.exit import Exit, UsageError
from scalecheck.cli.live import FULL
from scalecheck.cli.notes import swarm_notes
from scalecheck.cli.offline import judged_site
from scalecheck.cli.output import claim, files_of, targets, tell
from scalecheck.cli.profiles import beyond_the_site, certificates, connected_to, load_profile, named_profile, shown_path
from scalecheck.cli.swarm_arithmetic import Ahead, ahead, chosen_shape, refuse_beyond_safety, said
from scalecheck.cli.swarm_export import exported
from scalecheck.cli.swarm_figures import Figures
from scalecheck.cli.swarm_live import View
from scalecheck.cli.swarm_plan import SwarmPlan
from scalecheck.cli.swarm_process import Locust, ending_by_hand, locustfile
from scalecheck.cli.swarm_scout import (
    Asking,
    UnreachableError,
    check_hosts,
    data_of,
    require_consent,
    scouted,
)
from scalecheck.cli.swarm_telemetry import check_telemetry, shown_elsewhere
from scalecheck.cli.swarm_totals import Totals
from scalecheck.gather.record import EvidenceFile
from scalecheck.model.evidence import Run
from scalecheck.model.load import Event, Happening, LoadRecord
from scalecheck.model.profile import Profile
from scalecheck.model.site import Site
from scalecheck.model.verdict import Report
from scalecheck.swarm.data import Data
from scalecheck.swarm.scout import script
from scalecheck.swarm.script import Script

GROUPS = ("load", "cost")
NEVER_BEGAN = frozenset({Happening.WORKER_LEFT_OUT})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A swarm that may be played."""

    profile: Profile
    data: Data
    shape: str
    on: date
    ahead: Ahead


def run_swarm(plan: SwarmPlan, formats: Sequence[str], *, verbose: bool = False) -> None:
    """Play a swarm, render its report, and exit with its code."""
    where = targets(formats)
    prepared = prepare(plan)
    source = prepared.profile.source
    claim((("--keep", plan.evidence), *files_of(where)), [Path(source) if source else None, plan.before])
    try:
        report = swarmed(plan, prepared)
    except UnreachableError as error:
        print(f"scalecheck: {error}", file=sys.stderr)
        raise SystemExit(Exit.NOT_JUDGED) from None
    if report is None:
        return
    tell(report, where, verbose=verbose)
    raise SystemExit(report.exit_code)


def prepare(plan: SwarmPlan) -> Prepared:
    """Return what is to be played; UsageError for all that is wrong with it, before anything is sent."""
    profile = load_profile(plan.profile, plan.url) if named_profile(plan.profile) is not None else None
    if profile is None:
        raise UsageError("expected --profile, or a scalecheck.yaml beside you; see scalecheck swarm --help")
    own = plan.locustfile is not None
    shape = chosen_shape(profile, plan.shape or (next(iter(profile.traffic.shapes), None) if own else None))
    on = datetime.now(UTC).date()
    found = ahead(profile, shape, plan.scale, on)
    if not own:
        refuse_beyond_safety(found)
    check_hosts(profile, plan.may_load)
    check_telemetry(otlp=plan.otlp, prometheus=plan.prometheus)
    return Prepared(profile, data_of(profile), shape, on, found)


def swarmed(plan: SwarmPlan, of: Prepared) -> Report | None:
    """Return the report of a swarm, its evidence kept; None where only the script was asked for."""
    began = time.monotonic()
    checks = tuple(check.id for check in chosen(GROUPS, ()))
    played, interrupted = kept(plan, of, checks)
    if played is None:
        return None
    report, site = judged_site(plan.evidence, None, (), (), plan.before)
    return replace(
        report,
        seconds=round(time.monotonic() - began, 1),
        notes=tuple(_notes(plan, site)),
        interrupted=report.interrupted or interrupted,
    )


def kept(plan: SwarmPlan, of: Prepared, checks: tuple[str, ...]) -> tuple[Script | None, bool]:
    """Play a swarm into its evidence file; return what was played, if anything, and whether somebody cut it short."""
    plan = replace(plan, connect_to=connected_to(plan.connect_to), ca_file=certificates(plan.ca_file))
    profile = of.profile
    run = Run(
        f"scalecheck {__version__}", profile.site, time.time(), profile.public(), shown_path(profile.source), checks
    )
    try:
        with plan.evidence.open("w", encoding="utf-8") as file:
            ledger = EvidenceFile(file, run)
            played, interrupted = _asked_and_played(plan, of, ledger)
            if played is not None:
                ledger.end()
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise UsageError(f"--keep: {plan.evidence} cannot be written: {error.strerror}") from None
    return played, interrupted


def _asked_and_played(plan: SwarmPlan, of: Prepared, ledger: EvidenceFile) -> tuple[Script | None, bool]:
    """Return the script that was played, and whether somebody cut it short."""
    asking = Asking(ledger, plan.connect_to, plan.ca_file)
    seen = scouted(of.profile, of.data, asking)
    found = ahead(of.profile, of.shape, plan.scale, of.on, seen.site)
    own = plan.locustfile is not None
    if not own:
        refuse_beyond_safety(found)
    written = script(
        seen.site,
        seen.documents,
        seen.data,
        shape=of.shape,
        scale=plan.scale,
        seed=plan.seed,
        run_id=uuid4().hex[:12],
        started=of.on.isoformat(),
        profile_path=shown_path(of.profile.source),
    )
    workers = plan.elsewhere.processes or plan.elsewhere.expect_workers or min(found.workers, os.cpu_count() or 1)
    if not plan.quiet:
        lines = said(found, workers, local=not plan.elsewhere.master)
        for line in lines if not own else (f"Swarming {of.profile.site} with the users of {plan.locustfile}",):
            print(line, file=sys.stderr)
    require_consent(of.profile, written, inf if own else found.peak_rate, plan.may_load, asking)
    if _written_only(plan, written, found):
        return None, False
    if not plan.quiet:
        print(f"evidence goes to {plan.evidence}; Ctrl-C ramps down", file=sys.stderr, flush=True)
    ledger.begin("swarm")
    return written, _played(plan, of.profile, written, workers, ledger)


def _written_only(plan: SwarmPlan, written: Script, found: Ahead) -> bool:
    """Write a script, or what other machines need, where that is all that was asked for; return whether it was."""
    files: tuple[Path, ...] = ()
    if plan.script is not None:
        _write_secretly(plan.script, written.to_json())
        files = (plan.script,)
    if plan.export is not None:
        files += exported(plan.export, written, plan.export_to, plan.elsewhere.expect_workers or found.workers)
    for file in files:
        print(f"written: {file}", file=sys.stderr)
    return bool(files)


def _played(plan: SwarmPlan, profile: Profile, written: Script, workers: int, ledger: EvidenceFile) -> bool:
    """Play a script, every record kept; return whether somebody cut it short."""
    figures, totals = Figures(profile), Totals()
    patient = plan.elsewhere.master or plan.web or bool(plan.locust)
    with (
        _script_file(written) as path,
        View(figures, quiet=plan.quiet) as view,
        shown_elsewhere(totals, profile.site, view.say, otlp=plan.otlp, prometheus=plan.prometheus) as show,
        Locust(words(plan, path, workers), patient=patient) as locust,
        ending_by_hand(locust, view.say),
    ):
        records: list[LoadRecord] = []
        for record in locust.listen(view.beat):
            kept = ledger.keep_load(record)
            figures.take(kept)
            show(kept)
            if isinstance(kept, Event):
                records.append(kept)
        view.beat()
        _explain(figures, records, locust)
        return locust.interrupted > 0


def _explain(figures: Figures, events: Sequence[LoadRecord], locust: Locust) -> None:
    """Show what Locust printed where it did not play; raise where nothing was played at all."""
    what = {each.what for each in events if isinstance(each, Event)}
    if figures.run is None:
        raise UnreachableError(f"Locust ended before the swarm began:\n{locust.log()}")
    if Happening.MASTER_LOST in what:
        print(locust.log(), file=sys.stderr)


def words(plan: SwarmPlan, path: Path, workers: int) -> list[str]:
    """Return Locust's command line."""
    found = ["-f", str(plan.locustfile or locustfile()), "--scalecheck-script", str(path), "--loglevel", "WARNING"]
    if plan.web:
        found += ["--autostart", "--autoquit", "3", "--web-host", "127.0.0.1"]
    else:
        found += ["--headless", "--only-summary"]
    if plan.elsewhere.master:
        found += ["--master", "--master-bind-host", plan.elsewhere.bind_host]
        found += ["--master-bind-port", str(plan.elsewhere.port)]
        found += ["--expect-workers", str(workers)]
        found += ["--expect-workers-max-wait", str(plan.elsewhere.expect_workers_max_wait)]
    else:
        port = str(_free_port())
        found += ["--processes", str(workers), "--master-bind-host", "127.0.0.1", "--master-bind-port", port]
        found += ["--master-host", "127.0.0.1", "--master-port", port]
    if plan.ca_file is not None:
        found += ["--scalecheck-ca-file", str(plan.ca_file)]
    if plan.connect_to is not None:
        found += ["--scalecheck-connect-to", plan.connect_to]
    return [*found, *plan.locust]


def _free_port() -> int:
    """Return a port that is free now, so that two swarms on one machine do not meet."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def _script_file(written: Script) -> Iterator[Path]:
    """Yield a file with the script, which nobody else can read, as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="scalecheck-") as folder:
        path = Path(folder) / "script.json"
        _write_secretly(path, written.to_json())
        yield path


def _write_secretly(path: Path, text: str) -> None:
    """Write a file that only its owner can read: headers that the profile spells out stand in it."""
    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None


def _notes(plan: SwarmPlan, site: Site) -> Iterator[str]:
    if beyond_the_site(plan.url):
        yield "of the URL only scheme, host and port count: the profile's traffic says what is asked"
    if site.load is not None:
        yield from swarm_notes(site.load)
