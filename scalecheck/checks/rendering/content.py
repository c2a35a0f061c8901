"""What the HTML itself shows, before any script runs."""

from collections.abc import Iterator, Sequence

from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.model.evidence import Exchange, View
from scalecheck.model.kinds import PAGES, Kind
from scalecheck.model.profile import Route
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding
from scalecheck.probes.browsers import visit
from scalecheck.probes.discovery import first
from scalecheck.probes.identities import as_identity
from scalecheck.wire import content_type
from scalecheck.wire.codings import gzip_size
from scalecheck.wire.html import Page
from scalecheck.wire.loads import LoadKind
from scalecheck.wire.selection import Selected, select_text
from scalecheck.wire.shown import squeezed
from scalecheck.wire.units import show_bytes

AHEAD = PAGES - {Kind.CSR}
"""Kinds whose HTML holds the content."""
NEXT_TO_NOTHING = 100
"""Characters: less text than this is a title and a spinner."""
PIECE = 6
"""Characters by which the text of the HTML is compared with the rendered one."""
MOST = 0.5
"""Of the rendered text: basket, recommendations and consent may well come by script, the page itself may not."""
MOUNTS = "#root, #app, #__next, #__nuxt, #___gatsby, #react-root, #q-app, app-root"
"""Where React, Vue, Vite, Next.js, Nuxt, Gatsby, Quasar and Angular put what they render."""
SCRIPTS = frozenset({LoadKind.SCRIPT, LoadKind.MODULEPRELOAD})
PICTURES = frozenset({LoadKind.IMAGE, LoadKind.IFRAME, LoadKind.MEDIA})
"""Content that is no text."""


@check(
    needs=[first, as_identity],
    reads=[visit],
    source="HTML section 4.12.1, scalecheck: content does not wait for scripts",
    declared_by="routes.{route}.content",
)
def content_in_html(site: Site) -> Findings:
    """Pages that are rendered ahead or on the server show their content without JavaScript.

    What stands in the HTML is seen with its first bytes, by search engines and by visitors whose script was blocked or
    lost on the way. A shell costs two more rounds, one for the script and one for the data, before anything is there.
    Judged by the text (`content`) and the element (`content_at`) that the route declares; without them beside what a
    browser shows once all scripts have run (`--browser`); and without that, only pages that are plainly empty fail.

    Fix: render the page on the server or at build time, and let the script take over what is there; or declare the
    route as `csr`, if a shell is what it is meant to be. Then find out what answers in the page's place: a fallback
    to `index.html` covers every path.

    On nginx: `try_files $uri $uri/index.html =404;` so that each page's own HTML is found before any fallback.

    On Apache: `FallbackResource disabled` where every page has a file of its own.

    On Next.js: read data in server components. What stands under `dynamic(…, { ssr: false })` is left to the browser,
    and so is, on a static page, what calls `useSearchParams()`, up to the nearest Suspense boundary.

    On Netlify: in `_redirects`, `/* /index.html 200` belongs to single-page applications only; prerender the pages.

    On Vercel: no `rewrites` of `/(.*)` to `/index.html` for pages that are rendered ahead.
    """
    rendered = _rendered(site)
    for page in _pages(site):
        route = site.route(page)
        if page.response.undecodable:
            yield left(page, "assets.compressed")
        elif page.response.body is None:
            yield undecided(page, "its text was not kept: there was no more room for bodies")
        elif route is not None and (route.content or route.content_at):
            yield _declared(page, site.page(page), route)
        elif len(squeezed(text := rendered.get(page.url, ""))) >= PIECE:
            yield _beside(page, site.page(page), text)
        else:
            yield _told_by_itself(page, site.page(page))
    if not any(True for _ in _pages(site)) and any(True for _ in site.good({Kind.CSR})):
        yield skipped("its pages are rendered in the browser (kind csr), see rendering.shell_is_small")


def _pages(site: Site) -> Iterator[Exchange]:
    """Yield the pages whose HTML is to hold their content; what is personal as its visitor gets it."""
    seen: set[str] = set()
    owner = next(iter(site.profile.identities), "")
    own = (each for each in site.seen("as_identity", AHEAD) if each.ask.label == owner and each.status == 200)
    for page in (*own, *site.good(AHEAD)):
        if page.url not in seen and content_type.is_html(page.response.content_type):
            seen.add(page.url)
            yield page


def _declared(page: Exchange, read: Page, route: Route) -> Finding:
    """Return whether the page shows what its route declares, where it declares it."""
    found = _selected(read, page, route)
    place = f" at {route.content_at}" if route.content_at else ""
    expected = (_quoted(route.content) or "text") + place
    if not found.elements:
        return _unless_cut_off(page, found, expected, f"no {route.content_at}")
    shown = squeezed(found.text)
    missing = [text for text in route.content if squeezed(text) not in shown]
    if missing or not shown:
        named = f"no {_quoted(missing)}" if missing else "no text"
        return _unless_cut_off(page, found, expected, f"{named} in {len(found.text)} characters of text{place}")
    return expect(True, page, expected=expected, observed=f"{len(found.text)} characters of text{place}")


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)


def _selected(read: Page, page: Exchange, route: Route) -> Selected:
    """Return what the page shows, or what the element does that its route names."""
    if route.content_at is None:
        return Selected(1, read.text, read.text_truncated)
    return _at(page, route.content_at)


def _at(page: Exchange, selector: str) -> Selected:
    return select_text(page.response.body or b"", selector, page.fields.first("content-type") or "")


def _unless_cut_off(page: Exchange, found: Selected, expected: str, observed: str) -> Finding:
    if found.truncated or page.response.truncated:
        return undecided(page, "the page is longer than what was read of it", expected=expected, observed=observed)
    return expect(False, page, expected=expected, observed=observed)


def _rendered(site: Site) -> dict[str, str]:
    """Return what pages show once their scripts have run, by URL; nothing where no browser was asked."""
    views = (each for each in site.all("visit") if isinstance(each, View) and each.status == 200)
    return {view.url: view.text for view in views if view.text}


def _beside(page: Exchange, read: Page, text: str) -> Finding:
    """Return whether most of what a page shows in the end stands in its HTML; compared in pieces, in any language."""
    own = squeezed(read.text)
    shown = squeezed(text)
    pieces = {own[at : at + PIECE] for at in range(len(own) - PIECE + 1)}
    wanted = [shown[at : at + PIECE] for at in range(len(shown) - PIECE + 1)]
    share = sum(each in pieces for each in wanted) / len(wanted)
    expected = f"at least {MOST:.0%} of the text that the browser shows in the end"
    observed = f"{share:.0%} of {len(text)} characters"
    if share < MOST and read.text_truncated:
        return undecided(page, "its text is longer than what is kept of it", expected=expected, observed=observed)
    return expect(share >= MOST, page, expected=expected, observed=observed)


def _told_by_itself(page: Exchange, read: Page) -> Finding:
    """Return whether a page of which nothing is declared is plainly a shell."""
    expected = "content in the HTML"
    scripts = sum(load.kind in SCRIPTS for load in read.loads) + read.inline_script_count
    pictures = sum(load.kind in PICTURES for load in read.loads)
    observed = f"{read.text_length} characters of text"
    if read.text_length < NEXT_TO_NOTHING and scripts and not pictures:
        mounts = _at(page, MOUNTS).elements
        if mounts or not read.text_length:
            observed += f", {scripts} scripts" + (" and an element for them to fill" if mounts else "")
            return expect(False, page, expected=expected, observed=observed)
    return expect(True, page, expected=expected, observed=observed)


@check(needs=[first], source="RFC 6928 section 2, scalecheck: a shell is one round trip", declared_by="targets.shell")
def shell_is_small(site: Site) -> Findings:
    """The HTML of a page that the browser renders is small enough for the first round trip.

    Nothing is shown before the shell, its scripts and their data have come, one after the other. A server sends about
    14 KB before it waits for the client; beyond that, a shell costs one more round trip.

    Fix: leave data, inline styles and inline pictures out of the shell; load them beside the scripts, or render the
    page on the server if that much of it is known there.

    On Next.js: what a page's server components pass to client components stands in the HTML a second time; pass less.
    """
    most = site.profile.targets.shell
    for page in site.good({Kind.CSR}):
        response = page.response
        if not content_type.is_html(response.content_type):
            continue
        transferred = response.header_bytes + response.wire_bytes
        expected = f"at most {show_bytes(most)} transferred"
        observed = f"{show_bytes(transferred)} transferred, {show_bytes(response.decoded_bytes)} of HTML"
        if transferred > most and response.coding == "identity" and _fits_compressed(page, most):
            yield left(page, "assets.compressed")
        else:
            yield expect(transferred <= most, page, expected=expected, observed=observed)


def _fits_compressed(page: Exchange, most: int) -> bool:
    body = page.response.body
    return body is not None and not page.response.truncated and page.response.header_bytes + gzip_size(body) <= most
