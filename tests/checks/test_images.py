"""Pictures: rows of pages, what they show, and what Chrome and others get."""

from struct import pack
from typing import Any

import pytest

from scalecheck.checks import images
from scalecheck.checks.images.layout import FOLD, TEXT_BEFORE
from scalecheck.checks.images.seen import PHOTOGRAPH_BYTES, WORTH_BYTES
from scalecheck.model.evidence import Exchange
from scalecheck.wire.accept import CHROME, OLD, SAFARI
from tests.checks.rows import FAIL, PASS, ROUTES, SKIP, UNKNOWN, WARN, Case, case, exchange, judged, profile, site
from tests.wire.test_picture import LOOP, avif, gif, jpeg

MOVING = gif(900, 600, more=LOOP)
SVG = "<svg xmlns='http://www.w3.org/2000/svg'/>"
VARIES = {"cache-control": "public, max-age=86400", "vary": "Accept"}
SILENT = {"cache-control": "public, max-age=86400"}
PRIVATE = {"cache-control": "private, max-age=86400"}
KB = 1000


def png(width: int, height: int) -> bytes:
    """Return the head of a PNG."""
    return b"\x89PNG\r\n\x1a\n" + pack(">I", 13) + b"IHDR" + pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0) + bytes(20)


def page(html: str, url: str = "/", **more: Any) -> Exchange:
    return exchange(url, body=f"<!doctype html><title>Shoes</title>{html}", **more)


def image(
    url: str = "/images/a.png",
    body: bytes | str | None = None,
    size: int = 100 * KB,
    *,
    accept: str = CHROME,
    of: int | None = None,
    label: str = "",
    fields: dict[str, str] | None = None,
    **more: Any,
) -> Exchange:
    """Return an answer of this many bytes; an AVIF 1200 pixels wide unless the row says otherwise."""
    data = avif(1200, 800) if body is None else body
    probe = "first" if of is None else "accepts"
    more |= {"body": data, "sent": {"accept": accept}, "decoded_bytes": size, "wire_bytes": size}
    return exchange(url, fields, of=of, label=label, probe=probe, **more)


SHOWN = page("<img src=/images/a.png width=600 height=400>")

FORMATS = [
    case("AVIF", images.modern_format, PASS, SHOWN, image()),
    case("PNG", images.modern_format, FAIL, SHOWN, image(body=png(900, 600)), observed="PNG 900x600, 100KB"),
    case("JPEG", images.modern_format, FAIL, SHOWN, image(body=jpeg(900, 600))),
    case("a GIF that does not move", images.modern_format, FAIL, SHOWN, image(body=gif(900, 600))),
    case("PNG under a modern name and type", images.modern_format, FAIL,
         page("<img src=/images/a.webp width=600>"), image("/images/a.webp", png(900, 600))),
    case("a GIF that moves", images.modern_format, SKIP, SHOWN, image(body=MOVING)),
    case("a drawing", images.modern_format, SKIP, SHOWN, image(body=SVG)),
    case("at the limit", images.modern_format, FAIL, SHOWN, image(body=png(900, 600), size=PHOTOGRAPH_BYTES)),
    case("one byte less", images.modern_format, SKIP, SHOWN, image(body=png(900, 600), size=PHOTOGRAPH_BYTES - 1)),
    case("AVIF below that", images.modern_format, PASS, SHOWN, image(size=WORTH_BYTES)),
    case("AVIF too small to matter", images.modern_format, SKIP, SHOWN, image(size=WORTH_BYTES - 1)),
    case("no picture at all", images.modern_format, SKIP, SHOWN, image(body="<!doctype html>")),
    case("its bytes were not kept", images.modern_format, UNKNOWN, SHOWN,
         exchange("/images/a.png", sent={"accept": CHROME}, body=None, decoded_bytes=9 * KB)),
    case("shown by no page", images.modern_format, SKIP, page("<p>"), image(body=png(900, 600))),
    case("only where browsers take a source before it", images.modern_format, PASS,
         page("<picture><source srcset=/images/a.avif type=image/avif><img src=/images/a.png width=600></picture>"),
         image("/images/a.avif"), image(body=png(900, 600))),
    case("where browsers cannot take the source", images.modern_format, FAIL,
         page("<picture><source srcset=/images/a.jp2 type=image/jp2><img src=/images/a.png width=600></picture>"),
         image(body=png(900, 600))),
    case("nobody asked as Chrome does", images.modern_format, SKIP, SHOWN, image(body=png(900, 600), accept="*/*")),
    case("asked as Chrome in a second request", images.modern_format, PASS, SHOWN,
         image(body=png(900, 600), accept="*/*"), image(accept=CHROME, of=2, label="chrome")),
    case("likewise, and PNG", images.modern_format, FAIL, SHOWN, image(accept="*/*"),
         image(body=png(900, 600), accept=CHROME, of=2, label="chrome")),
    case("left where caches mix clients up", images.modern_format, SKIP, SHOWN,
         image(body=png(900, 600), fields=SILENT), image(fields=SILENT, accept=SAFARI, of=2, label="safari"),
         reason="images.vary_on_accept"),
    case("left where it has too many pixels besides", images.modern_format, SKIP,
         page("<img src=/images/a.png width=100>"), image(body=png(900, 600)), reason="images.right_size"),
    case("a stranger's", images.modern_format, SKIP, page("<img src=https://cdn.test/a.png>")),
    case("the site's own, on a host that may not be asked", images.modern_format, UNKNOWN,
         page("<img src=https://img.shop.test/a.png>"), reason="safety.allow_hosts"),
]  # fmt: skip


def clients(chrome: bytes, safari: bytes, old: bytes, fields: dict[str, str], past: bytes | None = None) -> Any:
    """Return a page, and the answers to three clients."""
    found = [
        SHOWN,
        image(body=chrome, fields=fields),
        image(body=safari, fields=fields, accept=SAFARI, of=2, label="safari"),
        image(body=old, fields=fields, accept=OLD, of=2, label="old"),
    ]
    if past is not None:
        found.append(image(body=past, fields=fields, accept=OLD, of=2, label="old, past the cache"))
    return found


AVIF, PNG = avif(900, 600), png(900, 600)
WEBP = b"RIFF" + pack("<I", 40) + b"WEBPVP8X" + pack("<I", 10) + bytes(4) + b"\x83\x03\0\x57\x02\0"

VARY = [
    case("three formats that say so", images.vary_on_accept, PASS, clients(AVIF, WEBP, PNG, VARIES)),
    case("no Vary", images.vary_on_accept, FAIL, clients(AVIF, WEBP, PNG, SILENT), observed="AVIF with Vary: nothing"),
    case("Vary on something else", images.vary_on_accept, FAIL,
         clients(AVIF, AVIF, PNG, {**SILENT, "vary": "Accept-Encoding"}), observed="AVIF with Vary: Accept-Encoding"),
    case("Vary among others", images.vary_on_accept, PASS,
         clients(AVIF, AVIF, PNG, {**SILENT, "vary": "Accept-Encoding, accept"})),
    case("Vary on all but the fallback", images.vary_on_accept, FAIL, SHOWN, image(body=AVIF, fields=VARIES),
         image(body=PNG, fields=SILENT, accept=OLD, of=2, label="old"), observed="PNG with Vary: nothing"),
    case("the same for all", images.vary_on_accept, SKIP, clients(PNG, PNG, PNG, SILENT), reason="the same format"),
    case("the same modern one for all, past the cache too", images.vary_on_accept, SKIP,
         clients(WEBP, WEBP, WEBP, SILENT, past=WEBP)),
    case("an old client gets what Chrome got", images.vary_on_accept, FAIL, clients(AVIF, AVIF, AVIF, SILENT, past=PNG),
         observed="AVIF"),
    case("likewise, though Vary is right", images.vary_on_accept, FAIL, clients(AVIF, AVIF, AVIF, VARIES, past=PNG)),
    case("an old client gets the oldest there is", images.vary_on_accept, PASS,
         clients(AVIF, WEBP, WEBP, VARIES, past=WEBP)),
    case("nothing to be mixed up", images.vary_on_accept, SKIP, clients(AVIF, AVIF, PNG, PRIVATE),
         reason="no shared cache"),
    case("the old client was not answered", images.vary_on_accept, SKIP, SHOWN, image(fields=SILENT),
         image(fields=SILENT, accept=OLD, of=2, label="old", status=406)),
    case("no picture", images.vary_on_accept, SKIP, SHOWN),
]  # fmt: skip

STEPS = "/images/a.png 600w, /images/b.png 1200w, /images/c.png 2400w"


def widths(**sizes: int) -> list[Exchange]:
    """Return an AVIF for each name, so many pixels wide."""
    return [image(f"/images/{name}.png", avif(width, width // 2)) for name, width in sizes.items()]


THREE = widths(a=600, b=1200, c=2400)

RESPONSIVE = [
    case("widths and sizes", images.responsive, PASS,
         page(f"<img src=/images/c.png srcset='{STEPS}' sizes='(max-width: 50rem) 100vw, 50rem'>"), THREE),
    case("widths without sizes", images.responsive, FAIL, page(f"<img src=/images/c.png srcset='{STEPS}'>"), THREE,
         observed="no sizes"),
    case("widths with empty sizes", images.responsive, FAIL, page(f"<img srcset='{STEPS}' sizes=' '>"), THREE),
    case("sizes on the source that is taken", images.responsive, PASS,
         page(f"<picture><source srcset='{STEPS}' sizes=50vw><img src=/images/c.png></picture>"), THREE),
    case("no sizes on the source that is taken", images.responsive, FAIL,
         page(f"<picture><source srcset='{STEPS}'><img src=/images/c.png sizes=50vw></picture>"), THREE),
    case("one version, no wider than a phone may show", images.responsive, PASS,
         page("<img src=/images/a.png width=1442>"), widths(a=1442)),
    case("one version, wider", images.responsive, FAIL, page("<img src=/images/a.png width=1442>"), widths(a=1443),
         observed="one version, 1443 pixels wide"),
    case("a tolerance of three", images.responsive, PASS, page("<img src=/images/a.png width=1443>"), widths(a=1443),
         profile=profile(targets={"oversize": "3x"})),
    case("two densities of one that is too wide", images.responsive, FAIL,
         page("<img src=/images/b.png srcset='/images/b.png 1x, /images/c.png 2x' width=1400>"), THREE),
    case("another version for narrow windows", images.responsive, PASS,
         page("<picture><source media='(max-width: 600px)' srcset=/images/a.png><img src=/images/c.png></picture>"),
         THREE),
    case("another format is no other version", images.responsive, FAIL,
         page("<picture><source type=image/avif srcset=/images/c.png><img src=/images/d.png></picture>"), THREE),
    case("left where it is too large for any window", images.responsive, SKIP,
         page("<img src=/images/a.png width=100>"), widths(a=1443), reason="images.right_size"),
    case("small in bytes", images.responsive, SKIP, page("<img src=/images/a.png>"),
         image(body=avif(4000, 2000), size=WORTH_BYTES - 1)),
    case("a drawing", images.responsive, SKIP, page("<img src=/images/a.png>"), image(body=SVG)),
]  # fmt: skip

RIGHT_SIZE = [
    case("as wide as its place", images.right_size, PASS, page("<img src=/images/a.png width=600>"), widths(a=600)),
    case("twice as wide", images.right_size, PASS, page("<img src=/images/a.png width=600>"), widths(a=1200)),
    case("a pixel more than twice", images.right_size, FAIL, page("<img src=/images/a.png width=600>"), widths(a=1201),
         observed="1201 pixels wide"),
    case("a tolerance of three", images.right_size, PASS, page("<img src=/images/a.png width=600>"), widths(a=1800),
         profile=profile(targets={"oversize": "3x"})),
    case("narrower than its place", images.right_size, PASS, page("<img src=/images/a.png width=600>"), widths(a=60)),
    case("small in bytes", images.right_size, SKIP, page("<img src=/images/a.png width=10>"),
         image(size=WORTH_BYTES - 1)),
    case("the least that counts", images.right_size, FAIL, page("<img src=/images/a.png width=10>"),
         image(size=WORTH_BYTES)),
    case("a drawing", images.right_size, SKIP, page("<img src=/images/a.png width=10>"), image(body=SVG)),
    case("by sizes, from steps that are near enough", images.right_size, PASS,
         page(f"<img srcset='{STEPS}' sizes='(max-width: 600px) 400px, 600px'>"), THREE),
    case("by sizes, from steps too far apart", images.right_size, FAIL,
         page("<img srcset='/images/a.png 600w, /images/c.png 2400w' sizes='(max-width: 600px) 400px, 600px'>"), THREE),
    case("more pixels than its descriptor says", images.right_size, FAIL,
         page("<img srcset='/images/a.png 600w' sizes=600px>"), widths(a=2400)),
    case("in the window where it is worst", images.right_size, FAIL,
         page("<img srcset='/images/c.png 2400w' sizes='(min-width: 1000px) 300px, 100vw'>"), THREE),
    case("right on one page, wrong on another", images.right_size, FAIL,
         page("<img src=/images/a.png width=600>"), page("<img src=/images/a.png width=60>", "/about"), widths(a=600)),
    case("a place of one pixel counts visitors", images.right_size, SKIP,
         page("<img src=/images/a.png width=1 height=1>"), widths(a=600)),
    case("without sizes, left", images.right_size, SKIP, page(f"<img srcset='{STEPS}' width=60>"), THREE,
         reason="images.responsive"),
    case("a place without width nor room, left", images.right_size, SKIP, page("<img src=/images/a.png>"),
         widths(a=600), reason="images.sized"),
    case("a place whose width only the layout knows", images.right_size, UNKNOWN,
         page("<img src=/images/a.png style='aspect-ratio: 2'>"), widths(a=600), reason="the markup does not say"),
    case("pixels that nobody reads", images.right_size, UNKNOWN, page("<img src=/images/a.png width=60>"),
         image(body=b"\xff\x0a" + bytes(30))),
    case("the site's own, on a host that may not be asked", images.right_size, UNKNOWN,
         page("<img src=https://img.shop.test/a.png>")),
]  # fmt: skip

SHEET = "<link rel=stylesheet href=/a.css>"


def styled(css: str, html: str) -> list[Exchange]:
    return [page(SHEET + html), exchange("/a.css", body=css)]


SIZED = [
    case("width and height", images.sized, PASS, page("<img src=/a.png width=30 height=20>")),
    case("neither", images.sized, FAIL, page("<img src=/a.png>"), observed="1 without: /a.png"),
    case("width alone", images.sized, FAIL, page("<img src=/a.png width=30>")),
    case("a share and auto", images.sized, FAIL, page("<img src=/a.png width='100%' height=auto>")),
    case("zero", images.sized, FAIL, page("<img src=/a.png width=0 height=0>")),
    case("one of two", images.sized, FAIL, page("<img src=/a.png width=3 height=2><img src=/b.png>"),
         observed="1 without: /b.png"),
    case("a ratio in its style", images.sized, PASS, page("<img src=/a.png style='aspect-ratio: 3/2'>")),
    case("out of the flow, as frameworks fill", images.sized, PASS,
         page("<img src=/a.png style='position:absolute;height:100%;width:100%;inset:0'>")),
    case("on its sources and not on itself", images.sized, PASS,
         page("<picture><source srcset=/b.png width=3 height=2><img src=/a.png></picture>")),
    case("on one of its sources only", images.sized, FAIL,
         page("<picture><source srcset=/b.png width=3 height=2><source srcset=/c.png><img src=/a.png></picture>")),
    case("by class in a sheet", images.sized, PASS,
         styled(".card .photo { height: 9rem }", "<p class=card><img class=photo src=/a.png>")),
    case("by a class of something else", images.sized, FAIL,
         styled(".logo img { height: 9rem }", "<p class=card><img src=/a.png>")),
    case("by an escaped class", images.sized, PASS,
         styled(r".md\:h-9 { height: 9rem }", "<img class='md:h-9 w-9' src=/a.png>")),
    case("whatever is hovered or negated", images.sized, PASS,
         styled("img:not([hidden], .x):hover { aspect-ratio: 1 }", "<img src=/a.png>")),
    case("by a sheet that leaves the height to the picture", images.sized, FAIL,
         styled("img { max-width: 100%; height: auto }", "<img src=/a.png>")),
    case("by a style of the page", images.sized, PASS, page("<style>img { height: 9px }</style><img src=/a.png>")),
    case("by an imported sheet", images.sized, PASS, styled("@import '/b.css';", "<img src=/a.png>"),
         exchange("/b.css", body="img { height: 9px }")),
    case("by a sheet that nobody read", images.sized, UNKNOWN, page(f"{SHEET}<img src=/a.png>"), reason="was not read"),
    case("a sheet that nobody read does not matter", images.sized, PASS,
         page(f"{SHEET}<img src=/a.png width=3 height=2>")),
    case("a placeholder that scripts replace is no picture", images.sized, SKIP,
         page("<img data-src=/a.png src='data:,'>")),
    case("no pictures", images.sized, SKIP, page("<p>")),
]  # fmt: skip


def many(count: int, attributes: str = "", *, start: int = 1) -> str:
    return "".join(f"<img src=/images/{n}.png width=600 height=400 {attributes}>" for n in range(start, start + count))


ALL = [image(f"/images/{n}.png") for n in range(1, 20)]

LAZY = [
    case("lazy from the ninth on", images.lazy_below, PASS, page(many(8) + many(3, "loading=lazy", start=9)), ALL),
    case("the ninth is not", images.lazy_below, FAIL, page(many(9)), ALL, observed="1 without: /images/9.png"),
    case("eager by word", images.lazy_below, FAIL, page(many(8) + many(4, "loading=eager", start=9)), ALL,
         observed="4 without: /images/9.png, /images/10.png, /images/11.png …"),
    case("no more than the first ones", images.lazy_below, SKIP, page(many(FOLD)), ALL),
    case("small ones", images.lazy_below, SKIP, page(many(12)),
         [image(f"/images/{n}.png", size=WORTH_BYTES - 1) for n in range(1, 13)]),
    case("of others", images.lazy_below, SKIP, page(many(8) + "<img src=https://ads.test/a.png>"), ALL),
]  # fmt: skip

LARGE = "<img src=/images/a.png width=600 height=400 {}>"
HERO = profile(routes={**ROUTES, "home": {**ROUTES["home"], "hero": "/images/hero*"}})
NAMED = image("/images/hero-1.png")
BACKGROUND = "<style>p { background: url(/images/hero-1.png) }</style><p>"
TEXT = "<p>" + "x" * (TEXT_BEFORE + 1)

EAGER = [
    case("first, with priority", images.eager_hero, PASS, page(LARGE.format("fetchpriority=high")), image()),
    case("lazy", images.eager_hero, FAIL, page(LARGE.format("loading=lazy")), image(),
         observed="/images/a.png with loading=lazy"),
    case("lazy with priority", images.eager_hero, FAIL, page(LARGE.format("loading=lazy fetchpriority=high")), image()),
    case("of low priority", images.eager_hero, FAIL, page(LARGE.format("fetchpriority=low")), image()),
    case("without priority", images.eager_hero, WARN, page(LARGE.format("")), image()),
    case("preloaded", images.eager_hero, PASS,
         page("<link rel=preload as=image href=/images/a.png>" + LARGE.format("")), image()),
    case("preloaded by a field", images.eager_hero, PASS,
         page(LARGE.format(""), fields={"link": "</images/a.png>; rel=preload; as=image"}), image()),
    case("preloaded for other windows", images.eager_hero, WARN,
         page("<link rel=preload as=image href=/images/a.png media=print>" + LARGE.format("")), image()),
    case("small in the window", images.eager_hero, SKIP, page("<img src=/images/a.png width=205 loading=lazy>"),
         image()),
    case("half of the window", images.eager_hero, FAIL, page("<img src=/images/a.png width=206 loading=lazy>"),
         image()),
    case("by its own pixels where nothing says its width", images.eager_hero, FAIL,
         page("<img src=/images/a.png loading=lazy>"), image()),
    case("by its own few pixels", images.eager_hero, SKIP, page("<img src=/images/a.png loading=lazy>"),
         image(body=avif(200, 100))),
    case("small in bytes", images.eager_hero, SKIP, page(LARGE.format("loading=lazy")), image(size=WORTH_BYTES - 1)),
    case("behind a logo", images.eager_hero, FAIL,
         page("<img src=/images/logo.png width=300>" + LARGE.format("loading=lazy")),
         image("/images/logo.png", size=2 * KB), image()),
    case("below a screen of text", images.eager_hero, SKIP, page(TEXT + LARGE.format("loading=lazy")), image()),
    case("no pictures", images.eager_hero, SKIP, page("<p>")),
    case("the one that the route names, not the first", images.eager_hero, PASS,
         page(LARGE.format("loading=lazy") + "<img src=/images/hero-1.png fetchpriority=high>"), image(), NAMED,
         profile=HERO),
    case("named, lazy", images.eager_hero, FAIL, page(TEXT + "<img src=/images/hero-1.png loading=lazy>"), NAMED,
         profile=HERO),
    case("named by one of several widths", images.eager_hero, PASS,
         page("<img src=/x.png srcset='/images/hero-1.png 600w' sizes=100vw fetchpriority=high>"), profile=HERO),
    case("named, a background", images.eager_hero, FAIL, page(BACKGROUND), NAMED, profile=HERO,
         observed="in a style sheet only: /images/hero-1.png"),
    case("named, a background that is preloaded", images.eager_hero, PASS,
         page("<link rel=preload as=image href=/images/hero-1.png>" + BACKGROUND),
         NAMED, profile=HERO),
    case("named, a poster", images.eager_hero, PASS, page("<video poster=/images/hero-1.png>"), NAMED, profile=HERO),
    case("named, nowhere in the HTML", images.eager_hero, FAIL, page("<div id=app>"), profile=HERO,
         observed="none in the HTML"),
    case("named for another page", images.eager_hero, SKIP, page("<p>", "/about"), profile=HERO),
]  # fmt: skip

ONE = profile(budgets={"image": "100KB"})
SOME = profile(budgets={"images": "150KB"})
TWO = "<img src=/images/a.png width=600 height=400><img src=/images/b.png width=600 height=400 {}>"

BUDGET = [
    case("nothing declared", images.within_budget, SKIP, SHOWN, image(), reason="declares no budget"),
    case("at the limit", images.within_budget, PASS, SHOWN, image(size=100 * KB), profile=ONE),
    case("a byte more", images.within_budget, FAIL, SHOWN, image(size=100 * KB + 1), profile=ONE,
         observed="100.001KB"),
    case("a header more", images.within_budget, FAIL, SHOWN, image(header_bytes=300), profile=ONE),
    case("a lazy one counts alone", images.within_budget, FAIL, page(TWO.format("loading=lazy")),
         image(size=10 * KB), image("/images/b.png", size=101 * KB), profile=ONE),
    case("a poster counts together", images.within_budget, FAIL,
         page("<img src=/images/a.png width=600><video poster=/images/b.png>"),
         image(), image("/images/b.png"), profile=SOME),
    case("two together", images.within_budget, FAIL, page(TWO.format("")), image(), image("/images/b.png"),
         profile=SOME, observed="200KB in 2 pictures"),
    case("one of them later", images.within_budget, PASS, page(TWO.format("loading=lazy")), image(),
         image("/images/b.png"), profile=SOME, observed="100KB in 1 pictures"),
    case("in the window where it is most", images.within_budget, FAIL,
         page("<img srcset='/images/a.png 412w, /images/b.png 2000w' sizes=100vw>"), image(size=50 * KB),
         image("/images/b.png", size=200 * KB), profile=SOME),
    case("a route's own budget", images.within_budget, FAIL, SHOWN, image(),
         profile=profile(routes={**ROUTES, "home": {**ROUTES["home"], "budget": {"image": "50KB"}}})),
    case("left where it is too large for its place", images.within_budget, SKIP,
         page("<img src=/images/a.png width=60>"), image(size=101 * KB), profile=ONE, reason="images.right_size"),
    case("left where its format is old", images.within_budget, SKIP, SHOWN, image(body=png(900, 600), size=101 * KB),
         profile=ONE, reason="images.modern_format"),
    case("together, left where one of them speaks for itself", images.within_budget, SKIP, page(TWO.format("")),
         image(), image("/images/b.png", png(900, 600)), profile=SOME, reason="images.modern_format"),
    case("together, though one of them speaks for itself", images.within_budget, FAIL, page(TWO.format("")),
         image(size=151 * KB), image("/images/b.png", png(900, 600)), profile=SOME),
    case("one was not answered, and the others are too many", images.within_budget, FAIL, page(TWO.format("")),
         image(size=151 * KB), profile=SOME),
    case("one was not answered", images.within_budget, UNKNOWN, page(TWO.format("")), image(), profile=SOME,
         reason="not asked"),
    case("strangers' do not count", images.within_budget, PASS, page("<img src=https://ads.test/a.png>"),
         profile=SOME),
]  # fmt: skip


CASES = [*FORMATS, *VARY, *RESPONSIVE, *RIGHT_SIZE, *SIZED, *LAZY, *EAGER, *BUDGET]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()


HEAVY = profile(budgets={"image": "100KB", "images": "150KB"})
LARGE_PNG = image(body=png(2400, 1600), size=500 * KB)
COMBINED = {
    "a PNG, too large for its place, in one version, over budget": (
        "images.right_size",
        [page("<img src=/images/a.png width=300 height=200 fetchpriority=high>"), LARGE_PNG],
    ),
    "a PNG in one version that phones cannot show, over budget": (
        "images.responsive",
        [page("<img src=/images/a.png width=2000 height=1333 fetchpriority=high>"), LARGE_PNG],
    ),
    "a PNG without sizes, over budget": (
        "images.responsive",
        [page("<img srcset='/images/a.png 2400w' width=300 height=200 fetchpriority=high>"), LARGE_PNG],
    ),
    "a PNG that fits its place, over budget": (
        "images.modern_format",
        [
            page("<img src=/images/a.png width=600 height=400 fetchpriority=high>"),
            image(body=png(900, 600), size=500 * KB),
        ],
    ),
    "an AVIF that fits its place, over budget": (
        "images.within_budget",
        [page("<img src=/images/a.png width=600 height=400 fetchpriority=high>"), image(size=500 * KB)],
    ),
    "a PNG for Chrome from a cache that mixes clients up": (
        "images.vary_on_accept",
        [
            page("<img src=/images/a.png width=600 height=400 fetchpriority=high>"),
            image(body=png(900, 600), size=500 * KB, fields=SILENT),
            image(fields=SILENT, accept=SAFARI, of=2, label="safari"),
        ],
    ),
    "a picture without room nor width": ("images.sized", [page("<img src=/images/a.png fetchpriority=high>"), image()]),
}
"""One picture that is wrong in several ways, and the check that speaks."""


@pytest.mark.parametrize("name", COMBINED)
def test_one_check_speaks(name: str) -> None:
    speaker, records = COMBINED[name]
    known = site(records, profile=HEAVY)
    verdicts = {each: judged(getattr(images, each), known).verdict for each in images.__all__}
    assert {f"images.{each}" for each, verdict in verdicts.items() if verdict not in {PASS, SKIP}} == {speaker}
