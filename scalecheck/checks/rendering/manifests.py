"""The manifest that pages name, and what it names in turn."""

from collections.abc import Iterator

from scalecheck.checks.check import Findings, check, expect, left, skipped, undecided
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.pages import ICONS_AT_MOST, manifest_of, manifests, manifests_of
from scalecheck.wire import content_type
from scalecheck.wire.manifest import Icon, Manifest
from scalecheck.wire.picture import read_picture

INSTALLABLE = (192, 512)
"""Widths and heights in pixels that Android wants of an application's icons."""
NOT_NOW = frozenset({429, 503})


@check(needs=[manifests], source="Web Application Manifest (W3C), sections 1.1 to 1.14")
def manifest_works(site: Site) -> Findings:
    """The manifest that pages link to can be read, and its icons and its start page are there.

    Browsers say nothing of a manifest that they cannot use: the site cannot be installed, or stands on home screens
    under a grey letter, and opens at a page that is gone. What keeps a working manifest from being installed (no name,
    no icon of 192 and of 512 pixels) is a warning.

    Fix: serve the manifest as JSON under its own URL, name icons that exist in the sizes that they really have, and let
    `start_url` stay within the site and within `scope`. Or take the link out, if nobody is to install the site.

    On nginx: `types { application/manifest+json webmanifest; }` beside `include mime.types;`, and no fallback to
    index.html for it: `location = /manifest.webmanifest { try_files $uri =404; }`

    On Apache: `AddType application/manifest+json .webmanifest`

    On Next.js: `app/manifest.ts` writes it and links to it; icons that it names belong into `public/`.

    On Netlify: in `_headers`: `/manifest.webmanifest` and below it `Content-Type: application/manifest+json`
    """
    named = manifests_of(site)
    asked = {each.url: each for each in site.seen("manifests") if each.ask.label == "manifest"}
    if not named and any(True for _ in site.pages()):
        yield skipped("no page links to a manifest")
    for url, page in named.items():
        if not site.profile.allows(url):
            yield skipped(f"{url} is on a host that the profile does not name (safety.allow_hosts)", page)
        elif url in asked:
            yield from _judged(site, asked[url])
        else:
            yield undecided(page, f"{url} was not answered, see site.answers", expected="a manifest")


def _judged(site: Site, exchange: Exchange) -> Iterator[Finding]:
    expected = "a manifest"
    if exchange.status in NOT_NOW:
        yield undecided(exchange, "the site did not answer for load", expected=expected, observed=_status(exchange))
    elif exchange.status != 200:
        yield expect(False, exchange, expected=expected, observed=_status(exchange))
    elif exchange.response.undecodable:
        yield left(exchange, "assets.compressed")
    elif exchange.response.decoded_bytes > len(exchange.response.body or b""):
        yield _typed(exchange)
        yield undecided(exchange, "only its first bytes were kept, for its type is no text's", expected=expected)
    elif problem := (manifest := manifest_of(exchange)).problem:
        observed = "a web page" if content_type.looks_like_html(exchange.response.body or b"") else problem
        yield expect(False, exchange, expected=expected, observed=observed)
    else:
        yield _typed(exchange)
        yield from _start(site, exchange, manifest)
        yield from _icons(site, exchange, manifest)


def _status(exchange: Exchange) -> str:
    return f"status {exchange.status}"


def _typed(exchange: Exchange) -> Finding:
    """Return whether its media type is JSON's; browsers take it whatever it says."""
    media_type = exchange.response.content_type
    met = media_type == "application/json" or media_type.endswith("+json")
    expected, observed = "application/manifest+json", media_type or "no Content-Type"
    return expect(met, exchange, expected=expected, observed=observed, otherwise=Verdict.WARN)


def _start(site: Site, exchange: Exchange, manifest: Manifest) -> Iterator[Finding]:
    """Yield whether the site can be started where the manifest says."""
    expected = "a start_url of the site"
    if manifest.starts_elsewhere:
        yield expect(False, exchange, expected=expected, observed=manifest.start[:200])
    elif manifest.starts_outside:
        observed = f"{manifest.start_url}, outside of {manifest.scope}"
        yield expect(False, exchange, expected="a start_url within the scope", observed=observed)
    for answer in site.following(exchange, "manifests"):
        if answer.ask.label == "start" and answer.status in NOT_NOW:
            yield undecided(answer, "the site did not answer for load", expected=expected, observed=_status(answer))
        elif answer.ask.label == "start":
            yield expect(answer.status < 400, answer, expected="a start page", observed=_status(answer))


def _icons(site: Site, exchange: Exchange, manifest: Manifest) -> Iterator[Finding]:
    """Yield whether each icon is the picture that the manifest says, and whether they suffice to install the site."""
    answers = {each.url: each for each in site.following(exchange, "manifests") if each.ask.label == "icon"}
    asked = [icon for icon in manifest.icons if icon.url in answers]
    for icon in asked:
        yield _icon(icon, answers[icon.url or ""])
    for icon in manifest.icons:
        if icon.url is None and not icon.src.lower().startswith("data:"):
            yield expect(False, exchange, expected="an icon with an URL", observed=icon.src[:100] or "no src")
    if manifest.installed:
        missing = [f"{each}x{each}" for each in INSTALLABLE if not any(_covers(icon, each) for icon in manifest.icons)]
        wanted = [*(["name"] if not manifest.name else []), *(f"icon of {size}" for size in missing)]
        expected = "a name, and icons of 192x192 and 512x512"
        observed = f"no {' and no '.join(wanted)}" if wanted else expected
        yield expect(not wanted, exchange, expected=expected, observed=observed, otherwise=Verdict.WARN)
    if len(manifest.icons) > ICONS_AT_MOST:
        yield skipped(f"of {len(manifest.icons)} icons the first {ICONS_AT_MOST} were asked for", exchange)


def _covers(icon: Icon, pixels: int) -> bool:
    """Whether an icon serves an application of which this size is asked."""
    plain = not icon.purposes.isdisjoint({"any", "maskable"})
    return plain and (icon.any_size or any(min(size) >= pixels for size in icon.sizes))


def _icon(icon: Icon, answer: Exchange) -> Finding:
    """Return whether an icon answers with a picture of a size that the manifest names."""
    sizes = [f"{width}x{height}" for width, height in icon.sizes]
    expected = "a picture" + (f" of {' or '.join(sizes)}" if sizes and not icon.any_size else "")
    if answer.status in NOT_NOW:
        return undecided(answer, "the site did not answer for load", expected=expected, observed=_status(answer))
    if answer.status != 200:
        return expect(False, answer, expected=expected, observed=_status(answer))
    picture = read_picture(answer.response.body or b"")
    if picture is None:
        observed = answer.response.content_type or "no picture"
        return expect(False, answer, expected=expected, observed=observed if "image" not in observed else "no picture")
    real = None if picture.width is None else f"{picture.width}x{picture.height}"
    met = icon.any_size or not sizes or real is None or real in sizes
    return expect(met, answer, expected=expected, observed=str(picture))
