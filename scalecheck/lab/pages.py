"""The pages: HTML that shows its content without JavaScript and loads what the build put out."""

import json
from collections.abc import Iterable
from html import escape

from scalecheck.lab import figures
from scalecheck.lab.build import Build

PRODUCTS = {"1": "Runner", "2": "Trail", "3": "Court", "4": "Walker", "5": "Climber", "6": "Sprint"}
WORN = tuple(f"worn-{number}" for number in range(1, 6))
"""What customers sent in."""
POSTS = {"launch": "We are open", "soles": "What soles are made of", "returns": "How returns work"}
_PRELOADED = ("framework", "vendor")
"""Chunks that `app` imports, named so that they need not wait for it."""
_PROSE = (
    "Every pair is made to be repaired: soles are sewn, not glued, laces and insoles come as spare parts, and the "
    "leather is tanned without chrome. We measure each last on forty feet before we cut the first pattern, and we keep "
    "the pattern for as long as somebody still wears the shoe. Orders leave the workshop on the day they are placed."
)


def home(
    build: Build,
    site: str,
    faults: frozenset[str] = frozenset(),
    *,
    more_scripts: tuple[str, ...] = (),
    extra_head: str = "",
) -> bytes:
    """Return the home page; the faults are those of its pictures."""
    worn = "".join(f"<figure>{figures.small(name, faults)}</figure>" for name in WORN)
    body = "<h1>Shoes that last</h1>" + figures.large("hero", faults) + _prose(3) + _grid(list(PRODUCTS)[:3])
    body += f"<h2>As our customers wear them</h2>{worn}"
    return _page(build, site, "/", "Shoes that last", body, ("home", *more_scripts), extra_head=extra_head)


def catalogue(build: Build, site: str, visitor: str = "") -> bytes:
    """Return the list of all products; `visitor` is somebody to greet."""
    greeting = f"<p>Welcome back, {visitor}.</p>" if visitor else ""
    body = f"<h1>All shoes</h1>{greeting}" + _grid(PRODUCTS) + _prose(2)
    return _page(build, site, "/products", "All shoes", body, ("catalogue",))


def product(build: Build, site: str, number: str) -> bytes:
    """Return one product's page."""
    name = PRODUCTS[number]
    body = f"<h1>{name}</h1>{figures.large(f'shoe-{number}')}<p>{price(number) / 100:.2f} EUR</p>" + _prose(3)
    return _page(build, site, f"/products/{number}", name, body, ("product",))


def post(build: Build, site: str, slug: str, *, inlined: str = "") -> bytes:
    """Return one blog post, with what is written into it for scripts to read."""
    title = POSTS[slug]
    body = f"<article><h1>{title}</h1>{_prose(5)}</article>{inlined}"
    return _page(build, site, f"/blog/{slug}", title, body, ("blog",))


def arrivals(build: Build, site: str) -> bytes:
    """Return what came in today: the page that is sent as it is rendered."""
    body = "<h1>Today's arrivals</h1>" + _grid(list(PRODUCTS)[3:]) + _prose(2)
    return _page(build, site, "/arrivals", "Today's arrivals", body, ("catalogue",))


def search(build: Build, site: str, words: str) -> bytes:
    """Return the products whose names hold these words, or all when none does."""
    shown = escape(words[:100])
    found = [number for number, name in PRODUCTS.items() if words.lower() in name.lower()] or list(PRODUCTS)
    body = f"<h1>Results for {shown}</h1>" + _grid(found) + _prose(2)
    return _page(build, site, "/search", f"Search: {shown}", body, ("search",))


def account(build: Build, site: str, visitor: str) -> bytes:
    """Return one visitor's own page."""
    body = f"<h1>Hello {visitor}</h1><p>Two orders are on their way to {visitor}.</p>" + _prose(2)
    return _page(build, site, "/account", "Your account", body, ("account",))


def checkout(build: Build, site: str, *, more_scripts: tuple[str, ...] = (), inlined: str = "") -> bytes:
    """Return the shell of the checkout: what a browser fills in comes from the API, unless data stand in the HTML."""
    body = f'<h1>Checkout</h1><div id="app"><p>Your basket is being loaded.</p></div>{inlined}' + _prose(2)
    return _page(build, site, "/checkout", "Checkout", body, ("checkout", *more_scripts))


def login(build: Build, site: str) -> bytes:
    """Return the form to sign in with."""
    form = '<form method="post" action="/login"><label>Name <input name="user"></label><button>Sign in</button></form>'
    return _page(build, site, "/login", "Sign in", f"<h1>Sign in</h1>{form}" + _prose(2), ("login",))


def missing(build: Build, site: str) -> bytes:
    """Return the page for what does not exist."""
    body = "<h1>Not found</h1><p>There is nothing at this address.</p>" + _prose(1)
    return _page(build, site, "", "Not found", body, ())


def shell(build: Build, site: str) -> bytes:
    """Return a page that shows nothing before its scripts have run."""
    chunks = "".join(f'<script type="module" src="{build.names[name]}"></script>\n' for name in (*_PRELOADED, "app"))
    head = f'<head>\n<meta charset="utf-8">\n<title>The lab\'s shop</title>\n<base href="{site}/">\n{chunks}</head>'
    return f'<!doctype html>\n<html lang="en">\n{head}\n<body><div id="app"></div></body>\n</html>\n'.encode()


def manifest() -> bytes:
    """Return the manifest by which the shop can be installed."""
    icons = [{"src": f"/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)]
    said = {"name": "The lab's shop", "start_url": "/?from=home-screen", "scope": "/", "display": "standalone"}
    return json.dumps({**said, "icons": icons}).encode()


def price(number: str) -> int:
    """Return a product's price in cents."""
    return 8900 + 1000 * int(number)


def _page(
    build: Build, site: str, path: str, title: str, body: str, scripts: tuple[str, ...], *, extra_head: str = ""
) -> bytes:
    font = build.names["inter"]
    preloads = "".join(f'<link rel="modulepreload" href="{build.names[name]}">\n' for name in _PRELOADED)
    chunks = preloads + "".join(
        f'<script type="module" src="{build.names[name]}"></script>\n' for name in ("app", *scripts)
    )
    canonical = f'<link rel="canonical" href="{site}{path}">' if path else '<meta name="robots" content="noindex">'
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title} · The lab's shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{title}. A small site that keeps its promises, to try scalecheck on.">
{canonical}
<link rel="icon" href="/favicon.ico">
<link rel="manifest" href="/manifest.webmanifest">
<link rel="preload" href="{font}" as="font" type="font/{font.rpartition(".")[2]}" crossorigin>
<link rel="stylesheet" href="{build.names["site"]}">
<link rel="stylesheet" href="{build.names["shop"]}">
{chunks}{extra_head}</head>
<body>
<header><a href="/"><img src="/images/logo-320.png" width="160" height="120" alt="The lab's shop"></a>
<nav><a href="/products">Shoes</a> <a href="/arrivals">Arrivals</a> <a href="/search?q=shoes">Search</a> {_links()}
<a href="/account">Account</a> <a href="/checkout">Checkout</a> <a href="/login">Sign in</a></nav></header>
<main>{body}</main>
<footer><p>An embedded site on loopback. It is no shop, and no CDN.</p></footer>
</body>
</html>
""".encode()


def _links() -> str:
    return " ".join(f'<a href="/blog/{slug}">{title}</a>' for slug, title in POSTS.items())


def _grid(numbers: Iterable[str]) -> str:
    cells = (f'<li><a href="/products/{n}">{figures.small(f"shoe-{n}")} {PRODUCTS[n]}</a></li>' for n in numbers)
    return f"<ul>{''.join(cells)}</ul>"


def _prose(paragraphs: int) -> str:
    return "".join(f"<p>{number}. {_PROSE}</p>" for number in range(1, paragraphs + 1))
