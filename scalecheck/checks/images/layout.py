"""Where pictures stand: what moves when they come, what loads before anybody scrolls, and what is seen first."""

from scalecheck.checks.bundle.sizes import named
from scalecheck.checks.check import Findings, check, expect, undecided
from scalecheck.checks.images.seen import is_worth
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.page.fetches import Use as Purpose
from scalecheck.page.fetches import When
from scalecheck.page.loading import loading
from scalecheck.page.places import Place, Shown, places, shown
from scalecheck.page.room import without_room
from scalecheck.probes.discovery import first
from scalecheck.wire.urls import PathPattern, path_of

FOLD = 8
"""Pictures of a page that may be seen without scrolling: a logo, a hero and two rows of three; nobody lays it out."""
TEXT_BEFORE = 600
"""Characters shown before a picture that still starts in the first window: half a phone's screen of text."""
NAMED_AT_MOST = 3


@check(needs=[first], source="HTML section 4.8.17 (width and height), web.dev: optimize cumulative layout shift")
def sized(site: Site) -> Findings:
    """Every picture has its room before it comes: width and height, or a style that says so.

    Without, the text below it jumps when it arrives, and a visitor who was about to tap taps something else. Style
    sheets count where a rule for the picture fixes its height or its shape.

    Fix: write `width` and `height` on every `<img>`; CSS may still scale it (`max-width: 100%; height: auto`), browsers
    keep the shape.

    On Next.js: `next/image` asks for both, or for `fill` in a container that has its size.
    """
    for page in site.pages():
        standing = places(site, page)
        if not standing:
            continue
        bare, unread = without_room(site, page)
        expected = f"width and height, or a style, on each of {len(standing)} pictures"
        if bare and unread:
            yield undecided(page, unread, expected=expected, observed=_counted(bare, "without"))
        else:
            observed = _counted(bare, "without") if bare else "each has its room"
            yield expect(not bare, page, expected=expected, observed=observed)


def _counted(found: tuple[Place, ...], words: str) -> str:
    names = ", ".join(_name(each) for each in found[:NAMED_AT_MOST])
    return f"{len(found)} {words}: {names}{' …' if len(found) > NAMED_AT_MOST else ''}"


def _name(place: Place) -> str:
    return named(place.page, place.img.url)


@check(needs=[first], source="HTML section 2.5.7 (lazy loading), web.dev: browser-level image lazy loading")
def lazy_below(site: Site) -> Findings:
    """Pictures far down a page load when somebody scrolls near them.

    What nobody sees competes with what everybody waits for, and most visitors never scroll that far. Without a layout
    nobody knows where the first window ends, so the first 8 pictures of the HTML are left, and so are small ones.

    Fix: `loading="lazy"` on every picture below the first window, and on none in it.

    On Next.js: `next/image` does so by itself; look for `priority` or `loading="eager"` that was copied along.
    """
    worth = {use.place for each in shown(site) if is_worth(each) for use in each.uses}
    for page in site.pages():
        below = [place for place in places(site, page)[FOLD:] if place in worth]
        eager = tuple(place for place in below if not place.lazy)
        if below:
            expected = f"loading=lazy on each of {len(below)} pictures behind the first {FOLD}"
            yield expect(
                not eager, page, expected=expected, observed=_counted(eager, "without") if eager else "so it is"
            )


@check(needs=[first], source="web.dev: optimize largest contentful paint", declared_by="routes.{route}.hero")
def eager_hero(site: Site) -> Findings:
    """The picture that visitors see first is found in the HTML, is not lazy, and comes before the others.

    It is what the largest contentful paint waits for. A browser that has to lay the page out before it knows that it
    needs the picture, or to read a style sheet or a script first, asks for it seconds later on a phone.
    It is the one that the route's `hero` names, or else the first large one near the top. A missing priority is a
    warning.

    Fix: put it into the HTML as an `<img>`, without `loading="lazy"`, with `fetchpriority="high"`; one that must be a
    CSS background needs `<link rel="preload" as="image">`.

    On Next.js: `priority` (`preload` from Next.js 16 on) on that one `next/image`.
    """
    for page in site.pages():
        route = site.route(page)
        if route is not None and route.hero is not None:
            yield _declared(site, page, PathPattern(route.hero))
        elif (guessed := _guessed(site, page)) is not None:
            yield _judged(site, page, guessed)


def _declared(site: Site, page: Exchange, pattern: PathPattern) -> Finding:
    """Return what becomes of the picture that a route names as its hero."""
    windows = site.profile.viewports.values()
    for place in places(site, page):
        chosen = (place.choice(window) for window in windows)
        if any(each is not None and pattern.matches(path_of(each.url)) for each in chosen):
            return _judged(site, page, place)
    fetches = [
        fetch
        for window in windows
        for fetch in loading(site, page, window).fetches
        if fetch.use is Purpose.IMAGE and pattern.matches(path_of(fetch.url))
    ]
    early = next((fetch for fetch in fetches if fetch.when is When.INITIAL and fetch.how != "url()"), None)
    expected = f"a picture that matches {pattern.text} in the HTML, or its preload"
    if early is None:
        observed = f"in a style sheet only: {named(page, fetches[0].url)}" if fetches else "none in the HTML"
        return expect(False, page, expected=expected, observed=observed)
    return expect(True, page, expected=expected, observed=f"{named(page, early.url)} by {early.how}")


def _guessed(site: Site, page: Exchange) -> Place | None:
    """Return the first large picture near the top of a page; None where there is none.

    Large is half as wide as the smallest window, by the markup, or where that does not say, by its own pixels.
    """
    smallest = min(site.profile.viewports.values(), key=lambda window: window.width)
    pictures = {each.url: each for each in shown(site)}
    for place in places(site, page)[:FOLD]:
        chosen = place.choice(smallest)
        found = pictures.get(chosen.url) if chosen is not None else None
        if place.img.text_before > TEXT_BEFORE or chosen is None or found is None or not is_worth(found):
            continue
        width_px = chosen.width_px if chosen.width_px is not None else _own_px(found, chosen.density)
        if width_px >= smallest.width / 2:
            return place
    return None


def _own_px(each: Shown, density: float) -> float:
    """Return how wide a picture shows itself, in CSS pixels."""
    width = each.picture.width if each.picture is not None else None
    return (width or 0) / density if density else 0.0


def _judged(site: Site, page: Exchange, hero: Place) -> Finding:
    """Return whether a hero that stands in the HTML comes early."""
    if hero.lazy:
        return expect(False, page, expected="a hero that is not lazy", observed=f"{_name(hero)} with loading=lazy")
    if hero.img.fetchpriority == "low":
        return expect(False, page, expected="a hero of high priority", observed=f"{_name(hero)} with fetchpriority=low")
    high = hero.img.fetchpriority == "high" or _preloaded(site, page, hero)
    observed = f"{_name(hero)} {'comes first' if high else 'with neither'}"
    expected = "fetchpriority=high or a preload"
    return expect(high, page, expected=expected, observed=observed, otherwise=Verdict.WARN)


def _preloaded(site: Site, page: Exchange, hero: Place) -> bool:
    """Whether a preload brings what a hero shows, in one of the windows."""
    for window in site.profile.viewports.values():
        chosen = hero.choice(window)
        for fetch in loading(site, page, window).fetches:
            if chosen is not None and fetch.url == chosen.url and fetch.how in {"preload", "Link", "103"}:
                return True
    return False
