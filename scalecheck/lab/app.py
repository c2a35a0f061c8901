"""The application: what each path answers, and the caching contract it sends along."""

import json
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256

from scalecheck.lab import misbuilt, pages
from scalecheck.lab.build import CSS, JAVASCRIPT, Asset, Build, script, source_map
from scalecheck.lab.client import worker
from scalecheck.lab.codings import SMALLEST_BYTES, best_coding, encoded, flushed
from scalecheck.lab.faults import CSP, FOREVER
from scalecheck.lab.message import Answer, Request
from scalecheck.lab.pictures import TOO_WIDE, WIDTHS, icon, picture, png
from scalecheck.wire.fields import Fields

HTML = "text/html; charset=utf-8"
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
MANIFEST = "application/manifest+json"

PREBUILT = "public, max-age=0, s-maxage=3600, stale-while-revalidate=86400"
RENEWED = "public, max-age=0, s-maxage=60, stale-while-revalidate=86400"
SEARCHED = "public, max-age=0, s-maxage=10, stale-while-revalidate=86400"
PRODUCT_API = "public, max-age=0, s-maxage=30, stale-while-revalidate=300"
STOCK_API = "public, max-age=0, s-maxage=2, stale-while-revalidate=300"
FLAGS = "public, max-age=0, s-maxage=30"
PICTURES = "public, max-age=86400, s-maxage=604800, stale-while-revalidate=604800"
DAY = "public, max-age=86400"
HOUR = "public, max-age=3600"
ASK_FIRST = "no-cache"
PERSONAL = "private, no-store"
NEVER = "no-store"
MISSING = "public, max-age=10"

SESSIONS = {"alice-demo": "Alice", "bob-demo": "Bob"}
"""Visitors by the value of their session cookie."""
PAGE_FIELDS = (
    ("Content-Security-Policy", CSP),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ("Server-Timing", 'render;desc="as any application measures it";dur=20'),
)
COMPRESSED = frozenset({HTML, JSON, TEXT, CSS, JAVASCRIPT, MANIFEST, "application/xml"})
CONTENT_S, SLOW_CONTENT_S = 0.1, 0.25
"""Seconds that the content of the streamed page takes beyond its head; the longer where the head waits for it."""
STRANGER = "https://widgets.example/badge.js"
SECOND_STRANGER = "https://tags.example/all.js"
INLINED_CHARACTERS = 60_000


class App:
    """One instance of the application; instances differ in nothing but their number."""

    def __init__(self, node: int, site: str, build: Build, faults: frozenset[str]) -> None:
        self._node = node
        self._site = site
        self._build = build
        self._faults = faults

    def answer(self, request: Request) -> Answer:
        """Return what this instance has at a path."""
        if request.method == "POST":
            return self._written(request)
        if request.method not in {"GET", "HEAD"}:
            return _empty(405, NEVER, Allow="GET, HEAD")
        answerers = (self._broken, self._page, self._personal, self._api, self._file, self._asset)
        found = (answerer(request) for answerer in answerers)
        return next((answer for answer in found if answer is not None), None) or self._missing(request)

    def elsewhere(self, site: str) -> "App":
        """Return this instance as if the site were at another address."""
        return App(self._node, site, self._build, self._faults)

    def _page(self, request: Request) -> Answer | None:
        build, site = self._build, self._site
        match request.path.split("/")[1:]:
            case [""]:
                return self._html(request, self._home(), PREBUILT)
            case ["products"]:
                return self._html(request, pages.catalogue(build, site, self._greeted(request)), RENEWED)
            case ["products", "3"] if "shell-for-content" in self._faults:
                return self._html(request, pages.shell(build, site), RENEWED, "product-3")
            case ["products", number] if number in pages.PRODUCTS:
                return self._html(request, pages.product(build, site, number), RENEWED, f"product-{number}")
            case ["blog", slug] if slug in pages.POSTS:
                return self._html(request, pages.post(build, site, slug, inlined=self._inlined(slug)), PREBUILT)
            case ["arrivals"]:
                return self._streamed(request, pages.arrivals(build, site))
            case ["search"]:
                return self._html(request, pages.search(build, site, request.query.get("q", "")), SEARCHED)
            case ["checkout"]:
                more, inlined = misbuilt.named("checkout", self._faults), self._inlined("checkout")
                return self._html(request, pages.checkout(build, site, more_scripts=more, inlined=inlined), PREBUILT)
            case ["login"]:
                return self._html(request, pages.login(build, site), PREBUILT)
        return None

    def _greeted(self, request: Request) -> str:
        """Return who is greeted on a page that everybody shares: nobody, unless a fault does it."""
        return SESSIONS.get(request.cookie("session") or "", "") if "greeting-on-shared" in self._faults else ""

    def _streamed(self, request: Request, page: bytes) -> Answer:
        """Return a page whose head leaves at once, and the rest once its content is there."""
        coding = best_coding(request.fields.get("accept-encoding"))
        head, mark, rest = page.partition(b"</head>")
        first, last = flushed(head + mark, rest, coding)
        answer = self._html(request, page, NEVER)
        if "buffered-page" in self._faults:
            return replace(answer, body=first + last, rest_s=SLOW_CONTENT_S)
        return replace(answer, body=first + last, at_once=len(first), rest_s=CONTENT_S)

    def _home(self) -> bytes:
        more = misbuilt.named("home", self._faults)
        return pages.home(self._build, self._site, self._faults, more_scripts=more, extra_head=self._extra_head())

    def _extra_head(self) -> str:
        """Return what faults put into the head of the home page."""
        names, faults = self._build.names, self._faults
        found = f'<script src="{STRANGER}" defer></script>\n' if "third-party-script" in faults else ""
        if "third-parties" in faults:
            hashed = f'integrity="sha384-{"A" * 64}" crossorigin="anonymous"'
            found += "".join(f'<script src="{each}" {hashed} defer></script>\n' for each in (STRANGER, SECOND_STRANGER))
        if "blocking-script" in faults:
            found += f'<script src="{names["consent"]}"></script>\n'
        if "too-much-css" in faults:
            found += f'<link rel="stylesheet" href="{names["themes"]}">\n'
        if "heavy-page" in faults:
            found += f'<link rel="preload" href="{names["catalogue-data"]}" as="fetch" crossorigin>\n'
        return found

    def _inlined(self, page: str) -> str:
        heavy = {"launch": "heavy-html", "checkout": "heavy-shell"}.get(page)
        if heavy not in self._faults:
            return ""
        return f'<script type="application/json">{misbuilt.data().decode()[:INLINED_CHARACTERS]}</script>'

    def _personal(self, request: Request) -> Answer | None:
        visitor = SESSIONS.get(request.cookie("session") or "")
        if request.path == "/api/me":
            status, said = (200, {"name": visitor}) if visitor else (401, {"error": "not signed in"})
            return self._body(request, JSON, json.dumps(said).encode(), PERSONAL, status=status)
        if request.path == "/api/basket":
            basket = {"of": visitor, "pairs": 2} if visitor else {"pairs": 0}
            return self._body(request, JSON, json.dumps(basket).encode(), PERSONAL)
        deceived = "deceivable-account" in self._faults and request.path.startswith("/account/")
        if request.path != "/account" and not deceived:
            return None
        if visitor is None:
            return _empty(302, PERSONAL, Location="/login")
        return self._html(request, pages.account(self._build, self._site, visitor), DAY if deceived else PERSONAL)

    def _api(self, request: Request) -> Answer | None:
        match request.path.split("/")[1:]:
            case ["api", "products", number] if number in pages.PRODUCTS:
                shoe = {"id": number, "name": pages.PRODUCTS[number], "cents": pages.price(number)}
                return self._body(request, JSON, json.dumps(shoe).encode(), PRODUCT_API, tags=f"product-{number}")
            case ["api", "stock", number] if number in pages.PRODUCTS:
                stock = {"id": number, "left": 7 * int(number)}
                return self._body(request, JSON, json.dumps(stock).encode(), STOCK_API, tags=f"product-{number}")
            case ["api", "flags"]:
                return self._body(request, JSON, json.dumps({"repairs": True, "outlet": False}).encode(), FLAGS)
            case ["health"]:
                state = {"status": "ok", "node": self._node, "dependencies": {"catalogue": "ok", "sessions": "ok"}}
                return self._body(request, JSON, json.dumps(state).encode(), NEVER)
            case ["auth", "callback"]:
                onward = "/auth/session" if "redirect-chain" in self._faults else "/"
                cookie = "session=guest; Path=/; Secure; HttpOnly; SameSite=Lax"
                return _empty(302, PERSONAL, Location=onward, Set_Cookie=cookie)
        return None

    def _file(self, request: Request) -> Answer | None:
        match request.path:
            case "/sw.js":
                return self._body(request, JAVASCRIPT, worker(self._offline(), self._faults), ASK_FIRST)
            case "/manifest.webmanifest":
                return self._body(request, MANIFEST, pages.manifest(), HOUR)
            case "/icon-192.png":
                return self._body(request, "image/png", png(192, 192, 7), DAY)
            case "/icon-512.png" if "manifest-icon-gone" not in self._faults:
                return self._body(request, "image/png", png(512, 512, 7), DAY)
            case "/favicon.ico":
                return self._body(request, "image/x-icon", icon(), DAY)
            case "/robots.txt":
                text = f"User-agent: *\nDisallow: /account\nSitemap: {self._site}/sitemap.xml\n"
                return self._body(request, TEXT, text.encode(), HOUR)
            case "/sitemap.xml":
                return self._body(request, "application/xml", _sitemap(self._site), HOUR)
        return self._picture(request) if request.path.startswith("/images/") else None

    def _offline(self) -> tuple[str, ...]:
        """Return what the service worker keeps: the home page and what that loads."""
        names = self._build.names
        return "/", *(names[each] for each in ("site", "shop", "runtime", "framework", "vendor", "app", "home"))

    def _picture(self, request: Request) -> Answer | None:
        name, _, width = request.path.removeprefix("/images/").removesuffix(".png").rpartition("-")
        known = name in {"hero", "logo", *pages.WORN} or name.removeprefix("shoe-") in pages.PRODUCTS
        if not known or width not in map(str, (*WIDTHS, TOO_WIDE)) or not request.path.endswith(".png"):
            return None
        accepted = request.fields.get("accept") or ""
        found = next((each for each in ("avif", "webp") if f"image/{each}" in accepted), "png")
        if name == "hero" and "png-photograph" in self._faults:
            found = "png"
        body = picture(name, int(width), found)
        if name == "hero" and "heavy-picture" in self._faults:
            body += b"".join(picture(f"layer-{number}", int(width), found) for number in range(3))
        answer = self._body(request, f"image/{found}", body, PICTURES, tags="image")
        return answer if "images-without-vary" in self._faults else answer.having(vary="Accept")

    def _asset(self, request: Request) -> Answer | None:
        if not request.path.startswith("/assets/"):
            return None
        asset = self._build.files.get(request.path)
        script_path, _, suffix = request.path.rpartition(".")
        if "public-source-maps" in self._faults and suffix == "map" and script_path in self._build.files:
            return self._body(request, JSON, source_map(script_path), HOUR)
        if asset is not None:
            asset = self._stale_gzip(request, asset)
            policy = HOUR if request.path == "/assets/home.js" else FOREVER
            return self._body(request, asset.media_type, asset.body, policy, tags="asset")
        if "spa-fallback-cached" in self._faults:
            return self._html(request, self._home(), FOREVER)
        return self._body(request, TEXT, b"There is no such file.\n", MISSING, status=404)

    def _stale_gzip(self, request: Request, asset: Asset) -> Asset:
        """Return the asset, or what an older build left beside it for those who ask for gzip."""
        gzip = best_coding(request.fields.get("accept-encoding")) == "gzip"
        if "changing-bytes" in self._faults and request.path == self._build.names["app"] and gzip:
            return Asset(asset.media_type, script("app", 0))
        return asset

    def _missing(self, request: Request) -> Answer:
        return self._html(request, pages.missing(self._build, self._site), MISSING, status=404)

    def _broken(self, request: Request) -> Answer | None:
        """Return what some faults put in a path's place."""
        if "server-error" in self._faults and request.path == "/blog/returns":
            return self._body(request, TEXT, b"The blog's database does not answer.\n", NEVER, status=500)
        if "page-gone" in self._faults and request.path == "/checkout":
            return _empty(302, PERSONAL, Location="/")
        hops = {"/auth/session": "/auth/return", "/auth/return": "/"}
        if "redirect-chain" in self._faults and request.path in hops:
            return _empty(302, PERSONAL, Location=hops[request.path])
        return None

    def _written(self, request: Request) -> Answer:
        if request.path in {"/beacon", "/errors"}:
            refused = "beacon-refused" in self._faults and request.path == "/beacon"
            return _empty(400 if refused else 204, NEVER)
        if request.path == "/login":
            visitor = request.body.decode("ascii", "replace").removeprefix("user=")
            if f"{visitor}-demo" not in SESSIONS:
                return _empty(303, PERSONAL, Location="/login")
            cookie = f"session={visitor}-demo; Path=/; Secure; HttpOnly; SameSite=Lax"
            return _empty(303, PERSONAL, Location="/account", Set_Cookie=cookie)
        return _empty(405, NEVER, Allow="GET, HEAD")

    def _html(self, request: Request, body: bytes, policy: str, tags: str = "", *, status: int = 200) -> Answer:
        answer = self._body(request, HTML, body, policy, tags=f"page {tags}".strip(), status=status)
        return replace(answer, fields=answer.fields.with_lines(PAGE_FIELDS))

    def _body(
        self, request: Request, media_type: str, body: bytes, policy: str, *, tags: str = "", status: int = 200
    ) -> Answer:
        """Return the representation that the client takes, with validator and contract."""
        lines = [("Content-Type", media_type), ("Cache-Control", policy), ("X-Content-Type-Options", "nosniff")]
        coding = "identity"
        if media_type in COMPRESSED:
            lines.append(("Vary", "Accept-Encoding"))
            if len(body) >= SMALLEST_BYTES and not (media_type == CSS and "uncompressed" in self._faults):
                coding = best_coding(request.fields.get("accept-encoding"))
        if coding != "identity":
            lines.append(("Content-Encoding", coding))
        if status == 200 and "no-store" not in policy:
            lines.append(("ETag", self._etag(body, coding)))
        if tags:
            lines.append(("Surrogate-Key", tags))
        return Answer(status, Fields(tuple(lines)), encoded(body, coding))

    def _etag(self, body: bytes, coding: str) -> str:
        suffix = "" if coding == "identity" or "same-etag-for-codings" in self._faults else f"-{coding}"
        node = f"-node{self._node}" if "etag-per-node" in self._faults else ""
        return f'"{_digest(body)}{suffix}{node}"'


@lru_cache(maxsize=512)
def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()[:16]


def _sitemap(site: str) -> bytes:
    paths = ("/", "/products", *(f"/products/{n}" for n in pages.PRODUCTS), *(f"/blog/{slug}" for slug in pages.POSTS))
    urls = "".join(f"<url><loc>{site}{path}</loc></url>" for path in paths)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>\n'.encode()


def _empty(status: int, policy: str, **named: str) -> Answer:
    """Return an answer without a body; `Set_Cookie=` means `Set-Cookie`."""
    lines = tuple((name.replace("_", "-"), value) for name, value in named.items())
    return Answer(status, Fields((("Cache-Control", policy), ("X-Content-Type-Options", "nosniff"), *lines)))
