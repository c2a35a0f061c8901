"""The content of the shop behind every peer: what each path answers, before any coding or caching."""

import base64
import hashlib
from dataclasses import dataclass

from scalecheck.lab.pictures import picture

YEAR = "public, max-age=31536000, immutable"
PAGE = "public, max-age=0, s-maxage=60, stale-while-revalidate=86400"
YEAR_LONG_PAGE = PAGE.replace("max-age=0", "max-age=31536000")
API = "public, max-age=0, s-maxage=30, stale-while-revalidate=300"
IMAGE = "public, max-age=86400, s-maxage=604800, stale-while-revalidate=604800"
SHORT = "public, max-age=3600"
BRIEF = "public, max-age=10"
"""Of a 404."""

HTML = "text/html; charset=utf-8"
JSON = "application/json"
SCRIPT = "text/javascript; charset=utf-8"
STYLE = "text/css; charset=utf-8"
SVG = "image/svg+xml"
WEBP = "image/webp"

VISITOR = "visitor=7f3a; Path=/; HttpOnly; SameSite=Lax"
"""A cookie for everybody."""

PHOTO_PATH = "/images/photo.png"
"""A picture that comes in the best format that a client reads."""
FORMATS = ("avif", "webp", "png")
"""Best first."""

SESSIONS = {"alice-session": "Alice", "bob-session": "Bob"}
"""Who is logged in, by the value of the cookie `session`."""

PIXEL = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
ICON = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#27a"/></svg>'


@dataclass(frozen=True, slots=True)
class Resource:
    """What a path answers."""

    body: bytes
    media_type: str
    cache_control: str
    status: int = 200
    location: str | None = None

    @property
    def etag(self) -> str:
        """A strong tag of these bytes, without quotes."""
        return hashlib.sha256(self.body).hexdigest()[:16]

    @property
    def compressible(self) -> bool:
        """Whether its media type is worth compressing."""
        return self.media_type == SVG or not self.media_type.startswith("image/")


def _script(name: str) -> bytes:
    """Return about 2 KB of JavaScript that compresses as scripts do."""
    lines = [f"// the {name} chunk of the peer shop", f'export const chunk = "{name}";']
    lines += [f"export function {name}_{n}(value) {{ return value * {n} + {n * n}; }}" for n in range(30)]
    return "\n".join(lines).encode()


def _style() -> bytes:
    return "\n".join(f".shelf-{n} {{ margin: {n}px; padding: {n * 2}px; order: {n}; }}" for n in range(40)).encode()


def _fingerprinted(name: str, extension: str, body: bytes) -> str:
    return f"/assets/{name}.{hashlib.sha256(body).hexdigest()[:10]}.{extension}"


VENDOR, APP, CSS = _script("vendor"), _script("app"), _style()
VENDOR_PATH = _fingerprinted("vendor", "js", VENDOR)
APP_PATH = _fingerprinted("app", "js", APP)
CSS_PATH = _fingerprinted("shop", "css", CSS)

ASSETS = {
    VENDOR_PATH: Resource(VENDOR, SCRIPT, YEAR),
    APP_PATH: Resource(APP, SCRIPT, YEAR),
    CSS_PATH: Resource(CSS, STYLE, YEAR),
}
"""What the build made: fingerprinted scripts and styles."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{css}">
<script type="module" src="{vendor}"></script>
<script type="module" src="{app}"></script>
</head>
<body>
<nav><a href="/">Home</a> <a href="/products">Products</a> <a href="/account">Account</a></nav>
<h1>{title}</h1>
<img src="/images/hero.webp" width="320" height="180" alt="Our window" fetchpriority="high">
{content}
</body>
</html>
"""


def page(title: str, content: str = "") -> bytes:
    """Return a page of the shop."""
    return _PAGE.format(title=title, content=content, css=CSS_PATH, vendor=VENDOR_PATH, app=APP_PATH).encode()


def _product(number: int) -> bytes:
    text = " ".join(f"It is made of part {part}." for part in range(number, number + 60))
    return page(f"Product {number}", f"<p>{text}</p>")


def _product_data(number: int) -> bytes:
    parts = ", ".join(f'{{"part": {part}, "name": "Part {part}"}}' for part in range(60))
    return f'{{"id": {number}, "name": "Product {number}", "parts": [{parts}]}}'.encode()


_LINKS = "".join(f'<li><a href="/products/{n}">Product {n}</a></li>' for n in range(1, 7))
_PHOTO = f'<img src="{PHOTO_PATH}" width="640" height="480" alt="Our street" loading="lazy">'
_SHELVES = "".join(f"<h2>Shelf {n}</h2><p>{n * 7} things, {n * 3} of them new.</p>" for n in range(30))

RESOURCES = {
    "/": Resource(page("A small shop", "<p>Everything a peer needs.</p>" + _SHELVES + _PHOTO), HTML, PAGE),
    "/products": Resource(page("Products", f"<ul>{_LINKS}</ul>"), HTML, PAGE),
    **{f"/products/{n}": Resource(_product(n), HTML, PAGE) for n in range(1, 7)},
    "/login": Resource(page("Log in", '<form method="post"><input name="name"></form>'), HTML, PAGE),
    **{f"/api/products/{n}": Resource(_product_data(n), JSON, API) for n in range(1, 4)},
    "/api/delivery": Resource(b'{"days": 2}', JSON, "private, no-cache"),
    **ASSETS,
    "/images/hero.webp": Resource(PIXEL, WEBP, IMAGE),
    "/favicon.svg": Resource(ICON, SVG, SHORT),
    "/sw.js": Resource(b'self.addEventListener("fetch", () => {});\n', SCRIPT, "no-cache"),
    "/robots.txt": Resource(b"User-agent: *\nAllow: /\nSitemap: /sitemap.xml\n", "text/plain; charset=utf-8", SHORT),
    "/health": Resource(b'{"status": "ok"}', JSON, "no-store"),
}

MISSING = Resource(page("Not found"), HTML, BRIEF, status=404)
TO_LOGIN = Resource(b"", HTML, "private, no-store", status=302, location="/login")


def photo(image_format: str) -> Resource:
    """Return the photograph in one format."""
    return Resource(picture("street", 640, image_format), f"image/{image_format}", IMAGE)


def account(name: str) -> Resource:
    """Return the page that belongs to one visitor."""
    return Resource(page(f"Welcome, {name}", f"<p>Your orders, {name}.</p>"), HTML, "private, no-store")
