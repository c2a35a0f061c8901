"""Opening pages in Lighthouse: how often, and in which order."""

from scalecheck.model.browsing import LabRun
from scalecheck.model.evidence import Ask, Exchange, Record
from scalecheck.model.medians import ENOUGH, MORE, Median
from scalecheck.model.site import Site
from scalecheck.model.verdict import Verdict
from scalecheck.probes.browsers import opened_pages
from scalecheck.probes.discovery import first
from scalecheck.probes.probe import Agent, Asks, probe

LAB_RUNS = "lab_runs"
LAB_ROUNDS = 3
"""After the first round more runs follow only while a median is undecided."""


@probe(after=[first], rounds=LAB_ROUNDS, by=Agent.LIGHTHOUSE)
def lab_runs(site: Site) -> Asks:
    """Run Lighthouse on pages, as often as the profile says, and more often where the median is not decided yet.

    The label names device and run: `mobile 2`. Each page has its first run before any has its second, so that what
    slows this machine for a while slows one run of many pages rather than all runs of one.
    """
    views = [(page, device) for page in opened_pages(site) for device in site.profile.browser.devices]
    wanted = {(page.number, device): _wanted(site, page, device) for page, device in views}
    for run in range(1, max(wanted.values(), default=0) + 1):
        for page, device in views:
            if run <= wanted[page.number, device]:
                yield Ask(page.request, of=page.number, label=f"{device} {run}")


def _wanted(site: Site, page: Exchange, device: str) -> int:
    """Return how many runs a page should have by now; one that never brought any figures gets no more."""
    asked = site.profile.browser.runs
    records = [each for each in site.all(LAB_RUNS) if each.ask.of == page.number and device_of(each) == device]
    runs = [each for each in records if isinstance(each, LabRun)]
    if not runs:
        return asked
    return len(records) + (MORE if len(runs) < min(asked, ENOUGH) or _undecided(site, runs) else 0)


def _undecided(site: Site, runs: list[LabRun]) -> bool:
    """Whether the runs leave open on which side of its limit a median lies."""
    figures = ((limit, [run.metrics[name] for run in runs if name in run.metrics]) for name, limit in limits(site))
    return any(values and Median.of(values).judged(limit) is Verdict.UNKNOWN for limit, values in figures)


def limits(site: Site) -> tuple[tuple[str, float], ...]:
    """Return what the profile allows of each figure that is judged."""
    targets = site.profile.targets
    return ("lcp_s", targets.lcp), ("fcp_s", targets.fcp), ("cls", targets.cls), ("tbt_s", targets.tbt)


def device_of(record: Record) -> str:
    """Return the device of a run."""
    return record.ask.label.partition(" ")[0]


def run_of(record: Record) -> int:
    """Return the number of a run, from 1; 0 where the label names none."""
    number = record.ask.label.partition(" ")[2]
    return int(number) if number.isascii() and number.isdigit() else 0
