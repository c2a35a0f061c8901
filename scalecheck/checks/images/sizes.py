"""How large pictures are, beside the place that shows them and beside the budget."""

from collections.abc import Iterator

from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.checks.images.seen import (
    has_versions,
    is_worth,
    lacks_sizes,
    oversized,
    overwide,
    own,
    speaker,
    unasked,
    worst_fit,
)
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding
from scalecheck.page.cost import Cost, Item, cost
from scalecheck.page.fetches import Use as Purpose
from scalecheck.page.fetches import When
from scalecheck.page.loading import loading
from scalecheck.page.places import Shown, shown
from scalecheck.page.room import without_room
from scalecheck.probes.discovery import first
from scalecheck.probes.representations import accepts
from scalecheck.wire.units import show_bytes
from scalecheck.wire.urls import path_of


@check(needs=[first], source="HTML section 4.8.4.2.1 (srcset and sizes)", declared_by="targets.oversize")
def responsive(site: Site) -> Findings:
    """Large pictures come in several widths, and the markup says how wide their place is.

    With one version for all, either a phone loads what a desktop needs, several times its own pixels, or the desktop
    shows a blur. Widths without `sizes` mean a place as wide as the window, and browsers load for that.

    Fix: give `srcset` a few widths and `sizes` the place, `<img srcset="a-480.avif 480w, a-960.avif 960w"
    sizes="(max-width: 40rem) 100vw, 480px">`, or let the framework's image component write both.

    On Next.js: `next/image` with `sizes` writes both; without `sizes` it offers two densities.
    """
    for each in own(site):
        if not is_worth(each) or each.answer is None:
            continue
        limit = overwide(site, each)
        if lacks_sizes(each):
            yield expect(False, each.answer, expected="sizes beside the widths of srcset", observed="no sizes")
        elif limit is not None and oversized(site, each):
            yield left(each.answer, "images.right_size")
        elif limit is not None:
            expected = f"several widths, or at most {limit} pixels"
            yield expect(False, each.answer, expected=expected, observed=f"one version, {_width(each)} pixels wide")
        else:
            observed = "several versions" if all(map(has_versions, each.uses)) else "small enough for every window"
            yield expect(True, each.answer, expected="several widths where one is too large", observed=observed)
    yield from unasked(site)


def _width(each: Shown) -> int:
    return (each.picture.width if each.picture is not None else None) or 0


@check(needs=[first], source="web.dev: serve images with correct dimensions", declared_by="targets.oversize")
def right_size(site: Site) -> Findings:
    """No picture has many more pixels than the screen shows of it.

    Twice as wide as its place means four times the pixels, and about as many times the bytes. What a place needs is
    what the markup says, `sizes` or else the width, in each of the profile's windows, times that window's density.

    Fix: offer a width near what the place needs in each window, and name the place in `sizes`; browsers take the
    smallest that will do.

    On Next.js: set `sizes` on `next/image`, and `deviceSizes` and `imageSizes` to the widths that occur.
    """
    tolerated = site.profile.targets.oversize
    for each in own(site):
        picture = each.picture
        if picture is None or each.answer is None or not is_worth(each):
            continue
        fit = worst_fit(each)
        if lacks_sizes(each):
            yield left(each.answer, "images.responsive")
        elif fit is not None:
            use, ratio = fit
            limit = round((use.needed or 0) * tolerated)
            place = f"{use.choice.width_px:g} px at density {use.viewport.density:g} in the window {use.window}"
            yield expect(
                ratio <= tolerated,
                each.answer,
                expected=f"at most {limit} pixels wide, for {place} on {path_of(use.place.page.url)}",
                observed=f"{picture.width} pixels wide",
            )
        elif picture.width is None:
            yield undecided(each.answer, f"its bytes do not tell the pixels of {picture}")
        elif any(use.choice.width_px is None for use in each.uses):
            yield _unsaid(site, each, each.answer)
    yield from unasked(site)


def _unsaid(site: Site, each: Shown, answer: Exchange) -> Finding:
    """Return what becomes of a picture whose place has no width in the markup."""
    bare = any(use.place in without_room(site, use.place.page)[0] for use in each.uses)
    return left(answer, "images.sized") if bare else undecided(answer, "the markup does not say how wide its place is")


@check(needs=[accepts], source="scalecheck: budgets", declared_by="budgets.images")
def within_budget(site: Site) -> Findings:
    """Pictures keep to their budget: the largest one, and those that load before anybody scrolls.

    Pictures are most of a page's bytes, and they grow with every editor's upload. Counted is what is transferred,
    header and body, in the window where it is most.

    Fix: compress harder (AVIF at quality 50, WebP at 75), offer smaller widths, load what is below the fold lazily.
    """
    judged = False
    for page in site.pages():
        budget = site.profile.budget(site.route(page))
        if budget.image is None and budget.images is None:
            continue
        judged = True
        costs = [cost(site, loading(site, page, window)) for window in site.profile.viewports.values()]
        if budget.image is not None:
            yield from _largest(site, costs, budget.image)
        if budget.images is not None:
            yield _together(site, page, costs, budget.images)
    if not judged and any(True for _ in site.pages()):
        yield skipped("the profile declares no budget for images")


def _largest(site: Site, costs: list[Cost], limit_bytes: int) -> Iterator[Finding]:
    """Yield whether the largest picture that a page shows is within the budget for one."""
    speakers = _speakers(site)
    found = {item.url: item for each in costs for when in (When.INITIAL, When.LAZY) for item in _pictures(each, when)}
    known = {each.url: each.answer for each in shown(site)}
    largest = max(found.values(), key=lambda item: item.figures.transferred_bytes, default=None)
    for item in found.values():
        size = item.figures.transferred_bytes
        answer = known.get(item.url)
        if answer is None or (size <= limit_bytes and item is not largest):
            continue
        if size > limit_bytes and item.url in speakers:
            yield left(answer, speakers[item.url])
        else:
            expected, observed = f"at most {show_bytes(limit_bytes)}", show_bytes(size)
            yield expect(size <= limit_bytes, answer, expected=expected, observed=observed)


def _together(site: Site, page: Exchange, costs: list[Cost], limit_bytes: int) -> Finding:
    """Return whether what a page shows before anybody scrolls is within the budget."""
    speakers = _speakers(site)
    worst = max(costs, key=lambda each: each.own(Purpose.IMAGE).transferred_bytes)
    items = _pictures(worst, When.INITIAL)
    total_bytes = sum(item.figures.transferred_bytes for item in items)
    unspoken = sum(item.figures.transferred_bytes for item in items if item.url not in speakers)
    expected, observed = f"at most {show_bytes(limit_bytes)}", f"{show_bytes(total_bytes)} in {len(items)} pictures"
    if total_bytes > limit_bytes >= unspoken:
        return left(page, next(speakers[item.url] for item in items if item.url in speakers))
    missing = worst.missing(Purpose.IMAGE)
    if total_bytes <= limit_bytes and missing:
        return undecided(page, missing[0], expected=expected, observed=observed)
    return expect(total_bytes <= limit_bytes, page, expected=expected, observed=observed)


def _pictures(each: Cost, when: When) -> tuple[Item, ...]:
    return each.of(Purpose.IMAGE, when=when)


def _speakers(site: Site) -> dict[str, str]:
    """Return which check speaks of a picture whose bytes are many for another reason, by URL."""
    found: dict[str, str] | None = site.remembered.get(_speakers)
    if found is None:
        spoken = ((each.url, speaker(site, each)) for each in own(site))
        found = site.remembered[_speakers] = {url: check_id for url, check_id in spoken if check_id}
    return found
