"""Whether pages have grown since an earlier run."""

from collections.abc import Iterator

from scalecheck.checks.bundle.earlier import earlier, growth, twin
from scalecheck.checks.bundle.sizes import PAGE, PARTS, REQUESTS, Size, uncompressed_bytes
from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding
from scalecheck.page.cost import Cost
from scalecheck.probes.discovery import first
from scalecheck.wire.units import show_ratio

ASKS_FOR_EARLIER = "needs the evidence of an earlier run (--before)"
UNNOTICED = {False: 1_000, True: 2}
"""Bytes, or requests, by which a size may grow whatever its share: of little, a twentieth is next to nothing."""


@check(needs=[first], source="scalecheck: targets.growth", declared_by="targets.growth", opt_in=ASKS_FOR_EARLIER)
def not_grown(site: Site) -> Findings:
    """No budgeted size of a page has grown by more than its share since the earlier run.

    Budgets are lost five kilobytes at a time. What one change adds is cheap to take back while somebody still knows
    why. What is over its budget by now is left to that budget's check, which says as well what has grown.

    Fix: look at the files named: a new import, a library that came twice, a polyfill. Where the growth is meant, take
    the evidence of today as the one to compare with.
    """
    before = earlier(site)
    if before is None:
        yield skipped(ASKS_FOR_EARLIER)
        return
    for page in site.pages():
        then = twin(site, page)
        if then is None:
            yield skipped("the earlier run did not see it", page)
        else:
            yield from _compared(site, page, before, then)


def _compared(site: Site, page: Exchange, before: Site, then: Exchange) -> Iterator[Finding]:
    """Yield what has grown; a pass where nothing has. The page as a whole only grows by what no part explains."""
    sizes = [size for size in (*PARTS, PAGE, REQUESTS) if size.limit(site, page) is not None]
    findings: list[Finding] = []
    explained = 0
    for size in sizes:
        was, now = size.largest(before, then)[1], size.largest(site, page)[1]
        excess = size.amount(now) - _most(site, size, was)
        if size.over(site, page) or size.missing(site, page):
            findings.append(left(page, size.check))
        elif lost := size.missing(before, then):
            findings.append(undecided(page, f"in the earlier run: {lost[0]}", expected=_promise(site)))
        elif excess > 0 and not (size is PAGE and explained >= excess):
            findings.append(_grown(site, page, size, was, now))
        explained += max(0, excess) if size is not REQUESTS else 0
    yield from findings
    if sizes and not findings:
        told = (f"{size.what} {size.shown(size.amount(size.largest(site, page)[1]))}" for size in sizes)
        yield expect(True, page, expected=_promise(site), observed=", ".join(told))
    elif not sizes:
        yield skipped("no budget is declared", page)


def _grown(site: Site, page: Exchange, size: Size, then: Cost, now: Cost) -> Finding:
    was, amount, most = size.amount(then), size.amount(now), _most(site, size, then)
    if not size.counted and uncompressed_bytes(site, now.of(*size.uses)) >= amount - most:
        return left(page, "assets.compressed")
    by = f"{(amount - was) / was:+.1%}" if was else "from nothing"
    files = growth(then.of(*size.uses), now.of(*size.uses))
    expected = f"at most {size.shown(most)}" + (f" of {size.what}" if size.uses else "")
    observed = f"{size.shown(amount)}, {by} since {size.shown(was)}" + (f": {files}" if files else "")
    return expect(False, page, expected=expected, observed=observed)


def _most(site: Site, size: Size, then: Cost) -> int:
    was = size.amount(then)
    return was + max(int(was * site.profile.targets.growth), UNNOTICED[size.counted])


def _promise(site: Site) -> str:
    return f"nothing more than {show_ratio(site.profile.targets.growth)} larger than in the earlier run"
