"""Finding what to ask: samples, links, redirects, sitemaps, and what pages load."""

from collections.abc import Mapping
from typing import Any

import pytest

from scalecheck.model.evidence import Ask, Record
from scalecheck.model.profile import Profile
from scalecheck.probes.discovery import first, sample_urls, sitemap
from scalecheck.wire.accept import CHROME
from tests.checks.rows import ROUTES, SITE, exchange, profile, site
from tests.probes.asking import Answer, asked, shown

XML = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
INDEX = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</sitemapindex>'


def only(*names: str, **keys: Any) -> Profile:
    """Return a profile with these routes only."""
    return profile(routes={name: ROUTES[name] for name in names}, **keys)


def serving(**bodies: str) -> Answer:
    """Return a site with these bodies; `home` is `/`, and what is not named is an empty 200."""
    by_path = {"/" if name == "home" else f"/{name}": body for name, body in bodies.items()}

    def answer(ask: Ask) -> Record:
        path = ask.request.url.removeprefix(SITE)
        return exchange(ask.request.url, body=by_path.get(path, ""))

    return answer


def redirecting(targets: Mapping[str, str]) -> Answer:
    """Return a site that redirects these paths."""

    def answer(ask: Ask) -> Record:
        target = targets.get(ask.request.url.removeprefix(SITE))
        return exchange(ask.request.url, {"location": target} if target else {}, status=301 if target else 200)

    return answer


def moved_picture(ask: Ask) -> Record:
    """Answer as a site whose one picture has moved."""
    path = ask.request.url.removeprefix(SITE)
    moved = path == "/a.png"
    body = '<img src="/a.png">' if path == "/" else ""
    sent = dict(ask.request.fields)
    return exchange(path, {"location": "/b.png"} if moved else {}, status=302 if moved else 200, body=body, sent=sent)


def links(*urls: str) -> str:
    return "<p>Shop</p>" + "".join(f'<a href="{url}">x</a>' for url in urls)


LISTED = exchange(
    "/sitemap.xml",
    probe="sitemap",
    content_type="application/xml",
    body=XML.format(f"<url><loc>{SITE}/products/7</loc></url>"),
)
SAMPLED = profile(routes={"product": {**ROUTES["product"], "samples": ["/products/1", "/products/2?a=b"]}})
SEARCH = profile(routes={"search": {"path": "/search", "kind": "ssr", "query": {"q": "red shoes"}}})
TWO = only("home", "product", safety={"samples": "2"})
CDN = only("home", safety={"allow_hosts": ["cdn.shop.test"]})

PICTURED = profile(
    routes={"home": ROUTES["home"], "images": {"path": "/images/**", "kind": "image", "samples": ["/images/a"]}}
)

FIRST: list[Any] = [
    ("a literal path", only("about"), serving(), [["/about"]]),
    ("samples instead of the path", SAMPLED, serving(), [["/products/1", "/products/2?a=b"]]),
    ("the route's query", SEARCH, serving(), [["/search?q=red+shoes"]]),
    ("nothing for a pattern that nobody names", only("product"), serving(), []),
    ("a page that is linked", only("home", "product"), serving(home=links("/products/1")), [["/"], ["/products/1"]]),
    (
        "as many of a route as the limit says",
        TWO,
        serving(home=links(*(f"/products/{n}" for n in range(5)))),
        [["/"], ["/products/0", "/products/1"]],
    ),
    ("no page that no route declares", only("home"), serving(home=links("/elsewhere")), [["/"]]),
    ("no page of another host", only("home", "product"), serving(home=links("https://other.test/products/1")), [["/"]]),
    ("a beacon is not asked", profile(routes={"b": {"path": "/b", "kind": "beacon"}}), serving(), []),
    (
        "what a page loads",
        only("home"),
        serving(home='<script src="/a.js"></script><link rel="stylesheet" href="/a.css"><img src="/a.png">'),
        [["/"], ["/a.js", "/a.css", f"/a.png; accept: {CHROME}"]],
    ),
    (
        "a picture that a route names once, as Chrome asks",
        profile(
            routes={"home": ROUTES["home"], "images": {"path": "/images/**", "kind": "image", "samples": ["/images/a"]}}
        ),
        serving(home='<img src="/images/a">'),
        [["/", f"/images/a; accept: {CHROME}"]],
    ),
    (
        "a picture behind a redirect likewise",
        only("home"),
        moved_picture,
        [["/"], [f"/a.png; accept: {CHROME}"], [f"/b.png; accept: {CHROME}"]],
    ),
    (
        "nothing that another host serves",
        only("home"),
        serving(home='<script src="https://cdn.shop.test/a.js"></script>'),
        [["/"]],
    ),
    (
        "unless it is allowed",
        CDN,
        serving(home='<script src="https://cdn.shop.test/a.js"></script>'),
        [["/"], ["https://cdn.shop.test/a.js"]],
    ),
    ("no private address", only("home"), serving(home='<script src="http://169.254.169.254/a.js"></script>'), [["/"]]),
    (
        "what a style sheet loads",
        only("home"),
        serving(
            home='<link rel="stylesheet" href="/a.css">',
            **{"a.css": '@import "/b.css"; @font-face {font-family: F; src: url(/f.woff2), url(/f.woff)}'},
        ),
        [["/"], ["/a.css"], ["/b.css", "/f.woff2"]],
    ),
    ("where a redirect leads", only("home"), redirecting({"/": "/en"}), [["/"], ["/en"]]),
    ("not to another host", only("home"), redirecting({"/": "https://other.test/"}), [["/"]]),
    ("a loop once", only("home"), redirecting({"/": "/a", "/a": "/"}), [["/"], ["/a"]]),
]


@pytest.mark.parametrize(("name", "declared", "answer", "expected"), FIRST, ids=[row[0] for row in FIRST])
def test_first_asks(name: str, declared: Profile, answer: Answer, expected: list[list[str]]) -> None:
    assert shown(asked(first, site(profile=declared), answer)) == expected


def test_first_asks_what_a_sitemap_lists() -> None:
    assert shown(asked(first, site(LISTED, profile=only("product")))) == [["/products/7"]]


def test_first_asks_no_more_of_what_a_sitemap_lists_than_the_limit_says() -> None:
    many = "".join(f"<url><loc>{SITE}/products/{n}</loc></url>" for n in range(5_000))
    listed = exchange("/sitemap.xml", probe="sitemap", content_type="application/xml", body=XML.format(many))
    rounds = shown(asked(first, site(listed, profile=TWO), serving(home=links("/products/9"))))
    assert rounds == [["/", "/products/0", "/products/1"], ["/products/9"]]


def test_a_redirect_chain_is_bounded() -> None:
    rounds = asked(
        first, site(profile=only("home")), redirecting({"/" + "a" * n: "/" + "a" * (n + 1) for n in range(99)})
    )
    assert len(rounds) == first.rounds


def in_xml(ask: Ask) -> Record:
    """Answer robots.txt with a sitemap index, the index with nine sitemaps, and those with nothing."""
    url = ask.request.url
    if url.endswith("/robots.txt"):
        return exchange(url, body=f"User-agent: *\nSitemap: {SITE}/index.xml\nSitemap: https://other.test/x.xml\n")
    if url.endswith("/index.xml"):
        body = INDEX.format("".join(f"<sitemap><loc>{SITE}/{n}.xml</loc></sitemap>" for n in range(9)))
        return exchange(url, body=body, content_type="application/xml")
    return exchange(url, status=404)


def test_sitemap_follows_robots_and_indexes_within_bounds() -> None:
    rounds = shown(asked(sitemap, site(profile=only("product")), in_xml))
    assert rounds == [["/robots.txt", "/sitemap.xml"], ["/index.xml"], ["/0.xml", "/1.xml", "/2.xml"]]


def test_sample_urls_of_a_pattern_are_its_samples() -> None:
    known = site(profile=SAMPLED)
    assert sample_urls(known, known.profile.routes["product"]) == (f"{SITE}/products/1", f"{SITE}/products/2?a=b")
