"""What is wrong with the pictures that pages show, as several checks ask it."""

from collections.abc import Iterator

from scalecheck.checks.answers import storable
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.page.cost import answers, is_own
from scalecheck.page.places import Shown, Use, has_widths, shown, unsized_widths
from scalecheck.probes.representations import PAST_THE_CACHE
from scalecheck.wire.picture import DRAWN, MODERN, Picture, read_picture
from scalecheck.wire.vary import vary

WORTH_BYTES = 8 * 1024
"""What is smaller is left: halving it would save less than three packets."""
PHOTOGRAPH_BYTES = 30_000
"""From here on another format saves 8 KB: at the same quality, WebP is a quarter to a third smaller than JPEG."""
PLACE_AT_LEAST_PX = 2.0
"""A narrower place shows nothing: it is there to be counted."""


def own(site: Site) -> Iterator[Shown]:
    """Yield the pictures with a good answer; what strangers send was not asked for, what was lost is told elsewhere."""
    return (each for each in shown(site) if each.answer is not None)


def unasked(site: Site) -> Iterator[Finding]:
    """Yield an unknown where the site's own pictures lie on a host that may not be asked."""
    known = answers(site)
    urls = [each.url for each in shown(site) if each.url not in known and is_own(site, each.url)]
    if barred := [url for url in urls if not site.profile.allows(url)]:
        reason = f"not asked, since its host is not among safety.allow_hosts; {len(barred)} pictures in all"
        yield Finding(Verdict.UNKNOWN, f"GET {barred[0]}", reason=reason)


def is_worth(each: Shown) -> bool:
    """Whether a picture's pixels matter: it is made of them, and not small anyway."""
    picture = each.picture
    return picture is not None and picture.format not in DRAWN and each.transferred_bytes >= WORTH_BYTES


def worst_fit(each: Shown) -> tuple[Use, float] | None:
    """Return where a picture is largest beside its place, and how many times as wide; None where no place says."""
    picture = each.picture
    if picture is None or picture.width is None:
        return None
    fits = [
        (use, picture.width / use.needed)
        for use in each.uses
        if use.needed is not None and use.needed >= PLACE_AT_LEAST_PX * use.viewport.density
    ]
    return max(fits, key=lambda fit: fit[1], default=None)


def oversized(site: Site, each: Shown) -> bool:
    """Whether `images.right_size` fails a picture."""
    fit = worst_fit(each) if is_worth(each) else None
    return fit is not None and fit[1] > site.profile.targets.oversize


def overwide(site: Site, each: Shown) -> int | None:
    """Return how many pixels wide a picture that comes in one version may be; None where it is no wider, or has more.

    That is what the smallest window would show from edge to edge, times the tolerance.
    """
    picture = each.picture
    if picture is None or picture.width is None or not is_worth(each) or all(has_versions(use) for use in each.uses):
        return None
    smallest = min(site.profile.viewports.values(), key=lambda window: window.width * window.density)
    limit = round(smallest.width * smallest.density * site.profile.targets.oversize)
    return limit if picture.width > limit else None


def has_versions(use: Use) -> bool:
    """Whether a place has several widths, or versions for several windows, to choose from."""
    return has_widths(use.choice.by) or any("media" in source.attributes for source in use.place.img.sources)


def lacks_sizes(each: Shown) -> bool:
    """Whether some place's candidates say how wide they are, and nothing says how wide the place is."""
    return any(unsized_widths(use.choice.by) for use in each.uses)


def as_chrome(site: Site, each: Shown) -> Exchange | None:
    """Return what a picture's URL answers to Chrome; None where nobody asked as Chrome does."""
    if each.answer is None:
        return None
    return by_client(site, each.answer).get("chrome")


def by_client(site: Site, answer: Exchange) -> dict[str, Exchange]:
    """Return the good answers to a picture's URL by client; `accepts` has them, and the first one is Chrome's too."""
    asked = answer.request.fields.get("accept") or ""
    found = {"chrome": answer} if any(kind in asked for kind in MODERN) else {}
    return found | {each.ask.label: each for each in site.following(answer, "accepts") if each.status == 200}


def is_outdated(picture: Picture, answer: Exchange) -> bool:
    """Whether a picture would be a good deal smaller in another format: no drawing, nothing that moves."""
    return (
        picture.format not in MODERN | DRAWN
        and not picture.animated
        and answer.response.decoded_bytes >= PHOTOGRAPH_BYTES
    )


def outdated(site: Site, each: Shown) -> bool:
    """Whether Chrome gets a picture in a format that `images.modern_format` fails."""
    answer = as_chrome(site, each)
    picture = read_picture(answer.response.body or b"") if answer is not None else None
    return answer is not None and picture is not None and is_outdated(picture, answer)


def speaker(site: Site, each: Shown) -> str:
    """Return the first check that fails a picture, in the order of this package; empty where none does."""
    if each.answer is not None and mixed_up(site, each.answer) is not None:
        return "images.vary_on_accept"
    if is_worth(each) and lacks_sizes(each):
        return "images.responsive"
    if oversized(site, each):
        return "images.right_size"
    if overwide(site, each) is not None:
        return "images.responsive"
    return "images.modern_format" if outdated(site, each) else ""


def mixed_up(site: Site, answer: Exchange) -> tuple[Exchange, str, str] | None:
    """Return the answer by which caches mix up clients of a picture, what is expected of it and what is observed.

    None where they do not: the format is the same for all, no shared cache may keep it, or Vary says what it follows.
    """
    clients = by_client(site, answer)
    formats = {client: _format(each) for client, each in clients.items()}
    old, past = formats.get("old", ""), formats.get(PAST_THE_CACHE, "")
    if len(set(formats.values()) - {""}) < 2 or not any(storable(site, each, shared=True) for each in clients.values()):
        return None
    if old in MODERN and past and past not in MODERN:
        return clients["old"], f"{_name(past)} for a client that reads neither AVIF nor WebP", _name(old)
    silent = [each for client, each in clients.items() if client != PAST_THE_CACHE and not _varies(each)]
    if not silent:
        return None
    observed = f"{_name(_format(silent[0]))} with Vary: {silent[0].fields.get('vary') or 'nothing'}"
    return (
        silent[0],
        f"Vary: Accept on each of {', '.join(sorted({_name(each) for each in formats.values() if each}))}",
        observed,
    )


def _format(exchange: Exchange) -> str:
    picture = read_picture(exchange.response.body or b"")
    return "" if picture is None else picture.format


def _name(format_: str) -> str:
    return format_.removeprefix("image/").upper()


def _varies(exchange: Exchange) -> bool:
    varies = vary(exchange.fields)
    return varies.star or "accept" in varies.names
