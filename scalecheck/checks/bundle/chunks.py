"""How the JavaScript of a site is cut: no chunk that holds nearly all, and nothing twice."""

from collections.abc import Iterator

from scalecheck.checks.bundle.earlier import nameless
from scalecheck.checks.bundle.sizes import JS, REASONS_NAMED, declared, largest_items, named, placed, visits_of
from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding
from scalecheck.page.cost import answers
from scalecheck.page.fetches import Use
from scalecheck.page.likeness import likenesses
from scalecheck.probes.discovery import first
from scalecheck.wire.units import show_bytes, show_ratio

USUAL_JS_BYTES = 200_000
"""Initial JavaScript of a page for which no budget is declared."""
SHARED_AT_LEAST = 30_000
"""Characters, decoded, that two files have in common: a small library; less is what bundlers repeat of their own."""
PAIRS_TOLD = 10


@check(needs=[first], source="scalecheck: budgets.largest_chunk", declared_by="budgets.largest_chunk")
def no_mega_chunk(site: Site) -> Findings:
    """No one file holds more than its share of a page's initial JavaScript.

    One large chunk is downloaded, parsed and compiled as a whole before any of it runs, and changes with every line
    that anybody changes: who comes back has to load all of it again. A file that would keep within its share of
    `budgets.js` is in order whatever its share of the page: a page of little JavaScript may have it in one file.

    Fix: let the bundler cut libraries apart (`splitChunks` of webpack, `output.manualChunks` of Rollup and Vite), and
    load with `import()` what one view needs.
    """
    if not declared(site, "largest_chunk"):
        yield skipped("no share is declared: budgets.largest_chunk")
        return
    for page in site.pages():
        yield placed(site, page, "largest_chunk", _largest_chunk(site, page))


def _largest_chunk(site: Site, page: Exchange) -> Finding:
    budget = site.profile.budget(site.route(page))
    if budget.largest_chunk is None:
        return skipped("no share is declared for it", page)
    if JS.over(site, page):
        return left(page, JS.check)
    visit = JS.largest(site, page)[1]
    chunks = visit.of(Use.SCRIPT)
    room = round(budget.largest_chunk * (site.profile.budgets.js or USUAL_JS_BYTES))
    share = show_ratio(budget.largest_chunk)
    expected = f"at most {share} of the initial JavaScript, or {show_bytes(room)}, in one file"
    if missing := JS.missing(site, page):
        return undecided(page, "; ".join(missing[:REASONS_NAMED]), expected=expected)
    if not (largest := largest_items(chunks)):
        return skipped("it loads no script of the site", page)
    size, whole = largest[0].figures.transferred_bytes, JS.amount(visit)
    observed = f"{named(page, largest[0].url)} {size / whole:.0%}, {show_bytes(size)} of {show_bytes(whole)}"
    return expect(size <= max(room, round(budget.largest_chunk * whole)), page, expected=expected, observed=observed)


@check(needs=[first], source="scalecheck: a byte is sent once")
def split_by_route(site: Site) -> Findings:
    """What two pages share they load from one URL.

    Whoever goes from one page to the next has the shared code already, if it stands in a file of its own. Bundled into
    each page's file, it is downloaded, parsed and kept once for every page. Code is told by its statements, so that
    other names of variables do not hide it; two versions of one file, as a deploy leaves them, are not meant.

    Fix: let the bundler put what several entries import into chunks of their own (`optimization.splitChunks.chunks:
    "all"` of webpack; Rollup, Vite and esbuild with `splitting` do so by themselves), and build all pages in one run.

    On Next.js: import the page's own components in the page, and what all pages share in the layout.
    """
    pages = tuple(site.pages())
    loaders = _loaders(site, pages)
    scripts = {url: each for url in loaders if isinstance(each := answers(site).get(url), Exchange)}
    unread = [url for url in scripts if not _text(scripts[url]) and scripts[url].response.decoded_bytes]
    strays = list(_strays(site, pages))
    yield from strays
    pairs = list(_pairs(scripts, loaders))
    yield from pairs[:PAIRS_TOLD]
    if pairs or strays:
        return
    if pages and len({each.url for found in loaders.values() for each in found}) < 2:
        yield skipped("fewer than two pages load scripts of the site")
    elif unread:
        yield undecided(scripts[unread[0]], "its text was not kept, so that it cannot be compared")
    else:
        yield from _shared(site, pages, loaders)


def _loaders(site: Site, pages: tuple[Exchange, ...]) -> dict[str, list[Exchange]]:
    """Return the pages that load each of the site's initial scripts, by its URL."""
    loaders: dict[str, list[Exchange]] = {}
    for page in pages:
        urls = {each.url for visit in visits_of(site, page).values() for each in visit.of(Use.SCRIPT)}
        for url in sorted(urls):
            loaders.setdefault(url, []).append(page)
    return loaders


def _pairs(scripts: dict[str, Exchange], loaders: dict[str, list[Exchange]]) -> Iterator[Finding]:
    """Yield the scripts of which much stands in another one."""
    texts = {url: _text(each) for url, each in scripts.items() if len(_text(each)) >= SHARED_AT_LEAST}
    expected = f"less than {show_bytes(SHARED_AT_LEAST)} of the same code under two URLs"
    for like in likenesses(texts, SHARED_AT_LEAST):
        one, other = scripts[like.one], scripts[like.other]
        together = {each.url for each in loaders[like.one]} & {each.url for each in loaders[like.other]}
        if one.response.digest == other.response.digest and together:
            yield left(other, "assets.no_duplicates")
        elif nameless(like.one) != nameless(like.other):
            users = (loaders[like.one][0], loaders[like.other][0])
            where = " and ".join(dict.fromkeys(named(each, each.url) for each in users))
            observed = f"{show_bytes(like.characters)} of it stand in {named(other, like.one)} too (loaded by {where})"
            yield expect(False, other, expected=expected, observed=observed)


def _text(script: Exchange) -> str:
    return (script.response.body or b"").decode("utf-8", "replace")


def _strays(site: Site, pages: tuple[Exchange, ...]) -> Iterator[Finding]:
    """Yield the pages that load what is another page's own, where names tell: the files of Next.js' pages folder."""
    for page in pages:
        urls = {each.url for visit in visits_of(site, page).values() for each in visit.of(Use.SCRIPT)}
        own = sorted(url for url in urls if _is_pages_own(url))
        if len(own) > 1:
            observed = ", ".join(named(page, url) for url in own[:REASONS_NAMED])
            yield expect(False, page, expected="one page's own code", observed=observed)


def _is_pages_own(url: str) -> bool:
    """Whether a chunk is one page's own: `/_next/static/chunks/pages/products/[id]-….js`, but not `_app`."""
    name = url.partition("/_next/static/chunks/pages/")[2]
    return bool(name) and not name.startswith("_")


def _shared(site: Site, pages: tuple[Exchange, ...], loaders: dict[str, list[Exchange]]) -> Iterator[Finding]:
    """Yield for each page how much of its JavaScript others load from the same URLs."""
    for page in pages:
        chunks = JS.largest(site, page)[1].of(Use.SCRIPT)
        if chunks:
            whole = sum(each.figures.transferred_bytes for each in chunks)
            shared = sum(each.figures.transferred_bytes for each in chunks if len(loaders[each.url]) > 1)
            observed = f"{show_bytes(shared)} of {show_bytes(whole)} shared with other pages by URL, nothing copied"
            yield expect(True, page, expected="what is shared under one URL", observed=observed)
