"""The real Lighthouse against itself: how far its runs spread on an unchanged site, and what is made of that."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from statistics import fmean, median, stdev
from tempfile import TemporaryDirectory

from scalecheck.checks.judge import judge_one
from scalecheck.checks.vitals import not_regressed
from scalecheck.checks.vitals.views import METRICS, Metric, Seen, seen
from scalecheck.cli.profiles import load_profile
from scalecheck.gather.agents import Agents
from scalecheck.gather.gather import gather
from scalecheck.gather.record import EvidenceFile
from scalecheck.lab.lab import Lab
from scalecheck.model.evidence import LabRun, Run
from scalecheck.model.profile import Profile
from scalecheck.model.site import Site
from scalecheck.probes.lab_runs import LAB_RUNS, lab_runs

SESSIONS = 3
TWO_PAGES = "routes: {product: off, blog: off, search: off, account: off, checkout: off, login: off}\n"


def run() -> None:
    """Print the spread of each figure, and how many comparisons of two sessions found a change."""
    with Lab() as lab, TemporaryDirectory() as folder:
        path = Path(folder) / "demo.yaml"
        path.write_text(lab.profile + TWO_PAGES)
        profile = load_profile(str(path), None)
        assert profile is not None
        sessions = [asyncio.run(_session(profile)) for _ in range(SESSIONS)]
    for metric in METRICS:
        print(f"  {metric.name}: {_spread(metric, (view for site in sessions for view in seen(site)))}")
    verdicts = [
        judge_one(replace(after, before=before), not_regressed).outcome.verdict
        for before, after in permutations(sessions, 2)
    ]
    print(f"  compared: {len(verdicts)}, of which {', '.join(sorted(map(str, verdicts)))}")


async def _session(profile: Profile) -> Site:
    site = Site(profile, time.time())
    ledger = EvidenceFile(None, Run("benchmark", profile.site, site.started_at))
    async with Agents(profile, (lab_runs,)) as agents:
        site = await gather(site, (lab_runs,), agents.send, ledger)
    speeds = [run.benchmark for run in site.all(LAB_RUNS) if isinstance(run, LabRun) and run.benchmark]
    print(
        f"  {len(site.all(LAB_RUNS))} runs, machine at {median(speeds):.0f}, in {time.time() - site.started_at:.0f} s"
    )
    return site


def _spread(metric: Metric, views: Iterable[Seen]) -> str:
    """Return the standard deviations of one page, device and session each, as shares of their means."""
    all_values = [view.values(metric) for view in views]
    shares = sorted(stdev(values) / fmean(values) for values in all_values if fmean(values) > 0)
    if not shares:
        return "always 0"
    return f"runs spread by {median(shares):.1%} (at most {shares[-1]:.1%}) around {median(map(fmean, all_values)):.3g}"
