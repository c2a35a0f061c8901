"""What each page makes its visitor download, against its budgets."""

from collections import Counter
from collections.abc import Iterator

from scalecheck.checks.bundle.earlier import since
from scalecheck.checks.bundle.sizes import (
    CSS,
    FONTS,
    HTML,
    JS,
    PAGE,
    PARTS,
    REASONS_NAMED,
    REQUESTS,
    Size,
    declared,
    largest_items,
    measures,
    named,
    placed,
    uncompressed_bytes,
)
from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.model.evidence import Exchange
from scalecheck.model.kinds import Kind
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Measure, Verdict
from scalecheck.page.cost import Cost, repeated, total
from scalecheck.page.fetches import Use, When
from scalecheck.probes.discovery import first
from scalecheck.probes.representations import conditional
from scalecheck.wire.units import show_bytes


@check(needs=[first], source="scalecheck: budgets.js", declared_by="budgets.js")
def initial_js(site: Site) -> Findings:
    """The JavaScript that a page needs first is within its budget.

    Scripts are downloaded, parsed, compiled and run, on a phone four times as slowly as where they were written. What
    counts is transferred and the site's own: scripts of the HTML, module preloads, and all that these import
    statically. What scripts ask for later with `import()` does not count; what third parties send has budgets of its
    own.

    Fix: load with `import()` what the first view does not need, drop what no page uses, and look at what the largest
    files hold: `scalecheck bundles` says which page loads them, and through whom.
    """
    yield from _judged(site, JS)
    yield from measures(site, "initial_js", JS)


@check(needs=[first], source="scalecheck: budgets.css", declared_by="budgets.css")
def initial_css(site: Site) -> Findings:
    """The style sheets of a page are within their budget.

    Nothing is shown before the style sheets of the head are there. Sheets for other media, such as print, and alternate
    ones count too: browsers fetch those as well, if later.

    Fix: remove rules that no page uses, split sheets by route, and give a framework the list of files in which to look
    for class names.
    """
    yield from _judged(site, CSS)
    yield from measures(site, "initial_css", CSS)


@check(needs=[first], source="scalecheck: budgets.html", declared_by="budgets.html")
def html(site: Site) -> Findings:
    """The HTML of a page is within its budget.

    Everything else waits for it. Data and pictures that are written into it are paid for on every visit: HTML is asked
    for again where scripts and images are not.

    Fix: take inlined data, SVGs and styles out of the document, and send what the first view shows.

    On Next.js: look at `__NEXT_DATA__` or the `self.__next_f.push` scripts: a page's props are all in them.
    """
    yield from _judged(site, HTML)
    yield from measures(site, "html", HTML)


@check(needs=[first], source="scalecheck: budgets.fonts", declared_by="budgets.fonts")
def fonts(site: Site) -> Findings:
    """The fonts of a page are within their budget.

    Preloaded fonts compete with what draws the page. Which of the others are loaded depends on the text that uses them:
    where those that sheets offer would break the budget, and the preloaded ones do not, that is a warning.

    Fix: WOFF2 of the characters that you use (`unicode-range`), a variable font in place of six weights, and system
    fonts for what nobody reads as your brand.
    """
    yield from _judged(site, FONTS)
    yield from measures(site, "fonts", FONTS)


@check(needs=[conditional], source="scalecheck: budgets.page", declared_by="budgets.page")
def page(site: Site) -> Findings:
    """All that a page loads before anybody scrolls is within its budget.

    A million visitors a day turn each 100 KB into 100 GB of egress, and on a slow connection into a second each. What
    counts is the site's own, in the window in which it is most.

    Fix: begin with the largest files; pictures are usually among them.
    """
    yield from _judged(site, PAGE)
    yield from measures(site, "page", PAGE)
    yield from _next_visits(site)


@check(needs=[first], source="scalecheck: budgets.requests", declared_by="budgets.requests")
def requests(site: Site) -> Findings:
    """A page makes no more requests than its budget allows.

    Each one has a price whatever its size: a place in the queue, a header, a line in the CDN's bill. Requests to third
    parties count too; those that scripts make later do not.

    Fix: let the bundler merge small chunks, put icons into one sprite, load pictures below the fold lazily.
    """
    yield from _judged(site, REQUESTS)
    yield from measures(site, "requests", REQUESTS)


def _judged(site: Site, size: Size) -> Iterator[Finding]:
    if not declared(site, size.key):
        yield skipped(f"no budget is declared: budgets.{size.key}")
        return
    for each in site.pages():
        yield placed(site, each, size.key, _of_page(site, each, size))


def _of_page(site: Site, page: Exchange, size: Size) -> Finding:
    """Return the verdict on one size of one page: over is over; within is unknown while something is missing."""
    limit = size.limit(site, page)
    if limit is None:
        return skipped(f"no budget is declared for it: budgets.{size.key}", page)
    window, visit = size.largest(site, page)
    amount = size.amount(visit)
    expected = f"at most {size.shown(limit)}" + (f" of {size.what}" if size.uses else "")
    observed = _observed(page, size, window, visit)
    if amount > limit:
        if speaker := _speaker(site, page, size, visit, amount - limit):
            return left(page, speaker)
        return expect(False, page, expected=expected, observed=observed + since(site, page, size))
    if missing := size.missing(site, page):
        return undecided(page, _listed(missing), expected=expected, observed=f"at least {observed}")
    if size is FONTS and amount + (possible := total(visit.of(Use.FONT, when=When.POSSIBLE)).transferred_bytes) > limit:
        observed = f"{observed}, and up to {show_bytes(possible)} as text needs them"
        return expect(False, page, expected=expected, observed=observed, otherwise=Verdict.WARN)
    return expect(True, page, expected=expected, observed=observed)


def _speaker(site: Site, page: Exchange, size: Size, visit: Cost, excess: int) -> str:
    """Return the check that speaks of an excess; empty where that is the budget's own.

    It is another's where all of it is for want of compression, where the page is a shell that is too large for one, or
    where it comes of parts that have budgets of their own.
    """
    if not size.counted and uncompressed_bytes(site, visit.of(*size.uses)) >= excess:
        return "assets.compressed"
    if size is HTML and site.kind(page) is Kind.CSR and size.amount(visit) > site.profile.targets.shell:
        return "rendering.shell_is_small"
    over = {part: part.over(site, page) for part in PARTS} if size is PAGE else {}
    return max(over, key=lambda part: over[part]).check if sum(over.values()) >= excess else ""


def _observed(page: Exchange, size: Size, window: str, visit: Cost) -> str:
    """Return an amount and what it is made of: the largest files, or of requests the most frequent uses."""
    items = visit.of(*size.uses)
    if size.counted:
        uses = Counter(str(each.use) for each in (*items, *visit.foreign()))
        parts = ", ".join(f"{number} {use}" for use, number in uses.most_common(3))
    else:
        largest = ((named(page, each.url), each.figures.transferred_bytes) for each in largest_items(items))
        parts = ", ".join(f"{name} {show_bytes(amount)}" for name, amount in largest)
    words = [size.shown(size.amount(visit))]
    words += [f"in {len(items)} files"] if len(items) > 1 and not size.counted else []
    words += [f"({window})"] if window else []
    told = " ".join(words) + (f": {parts}" if parts else "")
    foreign = len(visit.foreign(*size.uses))
    told += f"; plus {foreign} of third parties, not asked" if foreign and not size.counted else ""
    return told


def _listed(reasons: tuple[str, ...]) -> str:
    more = len(reasons) - REASONS_NAMED
    return "; ".join(reasons[:REASONS_NAMED]) + (f"; and {more} more" if more > 0 else "")


def _next_visits(site: Site) -> Iterator[Measure]:
    """Yield what the costliest page of each route costs a browser that was there an hour ago."""
    most: dict[str, list[tuple[int, int]]] = {}
    for each in site.pages():
        if (route := site.route(each)) is not None:
            spent = repeated(site, PAGE.largest(site, each)[1]).own()
            most.setdefault(route.name, []).append((spent.transferred_bytes, spent.requests))
    for route_name, found in most.items():
        for name, unit, value in (
            ("page_again", "bytes", max(size for size, _ in found)),
            ("requests_again", "requests", max(count for _, count in found)),
        ):
            yield Measure(name, value, unit, len(found), value, value, route_name)
