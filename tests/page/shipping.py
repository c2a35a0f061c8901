"""A small shop's pages for tests of what pages ship: two routes, shared code, copies, third parties, later files."""

from collections.abc import Mapping
from typing import Any

from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.page.bundles import Bundles, bundles_of
from scalecheck.page.fetches import Fetch, Loading, Unresolved, Use, When
from scalecheck.wire.viewport import Viewport
from tests.checks.rows import YEAR, absolute, exchange, profile, site

MOBILE, DESKTOP = Viewport(412, 823, 1.75), Viewport(1350, 940)


def page(path: str, size: int = 2_000) -> Exchange:
    return exchange(path, {"etag": '"p"'}, wire_bytes=size, decoded_bytes=3 * size, header_bytes=200)


def asset(url: str, size: int, digest: str | None = None) -> Exchange:
    fields = {"cache-control": YEAR}
    own = digest or url
    return exchange(url, fields, wire_bytes=size, decoded_bytes=3 * size, header_bytes=100, digest=own)


def fetch(url: str, use: Use = Use.SCRIPT, when: When = When.INITIAL, via: str = "/", how: str = "<script>") -> Fetch:
    return Fetch(absolute(url), use, when, absolute(via), how)


def loaded(path: str, *fetches: Fetch, window: Viewport = MOBILE, unresolved: tuple[Unresolved, ...] = ()) -> Loading:
    """Return what the page loads; its exchange is replaced by the known one in `shipped`."""
    address = absolute(path)
    document = Fetch(address, Use.DOCUMENT, When.INITIAL, address, "")
    return Loading(page(path), window, (document, *fetches), unresolved)


def shipped(known: Site, *loadings: Loading | Mapping[str, Loading]) -> Bundles:
    """Return the bundles of these pages, in one window unless several are given."""
    return bundles_of(known, ({"mobile": each} if isinstance(each, Loading) else each for each in loadings))


SHOP = site(
    *(page("/"), page("/products/1", 3_000), page("/products/2", 2_500), page("/about", 1_000)),
    *(asset("/_next/static/framework.js", 60_000), asset("/_next/static/home.js", 20_000)),
    *(asset("/_next/static/product.js", 30_000), asset("/_next/static/gallery.js", 8_000)),
    *(asset("/_next/static/date-1.js", 5_000, "date"), asset("/_next/static/date-2.js", 5_000, "date")),
    *(asset("/_next/static/site.css", 4_000), asset("/images/hero.webp", 40_000), asset("/images/big.webp", 90_000)),
    profile=profile(budgets={"js": "90KB", "css": "60KB", "page": "900KB", "requests": "60", "third_parties": "0"}),
)


def shop(**more: Any) -> Bundles:
    """Return what the shop's pages ship."""
    framework, sheet = fetch("/_next/static/framework.js"), fetch("/_next/static/site.css", Use.STYLE, how="<link>")
    hero = fetch("/images/hero.webp", Use.IMAGE, how="<img>")
    product = fetch("/_next/static/product.js")
    gallery = fetch("/_next/static/gallery.js", Use.SCRIPT, When.DYNAMIC, "/_next/static/product.js", "import()")
    tag = fetch("https://tags.example/t.js")
    products = (framework, product, fetch("/_next/static/date-2.js"), sheet, gallery)
    home = (framework, fetch("/_next/static/home.js"), fetch("/_next/static/date-1.js"), sheet, hero, tag)
    lost = Unresolved(absolute("/_next/static/home.js"), "react: the import map has no such name")
    return shipped(
        SHOP,
        {
            "mobile": loaded("/", *home, unresolved=(lost,)),
            "desktop": loaded("/", *home, fetch("/images/big.webp", Use.IMAGE), window=DESKTOP, unresolved=(lost,)),
        },
        loaded("/products/1", *products),
        loaded("/products/2", *products),
        loaded("/about"),
    )
