"""Every fault changes what it says it changes, and the clean lab does not have it."""

import re
import time
from email.utils import parsedate_to_datetime

import httpx
import pytest

from scalecheck.checks.catalogue import CHECKS
from scalecheck.lab import faults_load
from scalecheck.lab.faults import FAULTS, chosen
from scalecheck.lab.lab import Lab
from tests.lab.visitor import ALICE, BOB, USUAL, Predicate, Visitor

MISSING = "/assets/none.0a1b2c3d.js"
FORMATS = ("image/avif", "image/webp", "image/png")


def says(path: str, name: str, word: str) -> Predicate:
    return lambda visitor: word in visitor.get(path).headers.get(name, "")


def lacks(path: str, name: str) -> Predicate:
    return lambda visitor: name not in visitor.get(path).headers


def chunk_says(chunk: str, name: str, word: str) -> Predicate:
    return lambda visitor: word in visitor.get(visitor.chunk(chunk)).headers.get(name, "")


def chunk_holds(chunk: str, text: str) -> Predicate:
    return lambda visitor: text in visitor.get(visitor.chunk(chunk)).text


def shows(path: str, text: str, **fields: str) -> Predicate:
    return lambda visitor: text in visitor.get(path, **fields).text


def has_status(path: str, status: int, method: str = "GET") -> Predicate:
    return lambda visitor: visitor.ask(method, path).status_code == status


def in_script(text: str) -> Predicate:
    return lambda visitor: text in visitor.get(visitor.chunk("app")).text


def misses_twice(path: str) -> Predicate:
    return lambda visitor: not visitor.hit(path) and not visitor.hit(path)


def hops(visitor: Visitor) -> bool:
    path, count = "/auth/callback", 0
    while location := visitor.get(path).headers.get("location"):
        path, count = location, count + 1
    return count > 2


def clock_ahead(visitor: Visitor) -> bool:
    return parsedate_to_datetime(visitor.get("/health").headers["date"]).timestamp() > time.time() + 60


def leaks(visitor: Visitor) -> bool:
    visitor.get("/account", **ALICE)
    return "Alice" in visitor.get("/account", **BOB).text


def conditional(visitor: Visitor) -> httpx.Response:
    return visitor.get("/", if_none_match=visitor.get("/").headers["etag"])


def same_etag(visitor: Visitor) -> bool:
    return len({visitor.get("/", accept_encoding=coding).headers["etag"] for coding in ("gzip", "br", "identity")}) == 1


def age(path: str, at_least: int) -> Predicate:
    return lambda visitor: int(visitor.get(path).headers.get("age", "0")) >= at_least


def head_differs(visitor: Visitor) -> bool:
    return visitor.ask("HEAD", "/").headers["cache-control"] != visitor.get("/").headers["cache-control"]


def gzip_differs(visitor: Visitor) -> bool:
    path = visitor.chunk("app")
    return visitor.get(path, accept_encoding="gzip").content != visitor.get(path, accept_encoding="br").content


def after_deploy(visitor: Visitor, path: str) -> tuple[httpx.Response, httpx.Response]:
    before = visitor.get(path)
    visitor.lab.release(2)
    after = visitor.get(path)
    visitor.lab.release(1)
    return before, after


def rebuilt(visitor: Visitor) -> bool:
    before, after = after_deploy(visitor, visitor.chunk("vendor"))
    return before.content != after.content


def gone(visitor: Visitor) -> bool:
    return after_deploy(visitor, visitor.chunk("app"))[1].status_code == 404


def twice(visitor: Visitor) -> bool:
    paths = set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', visitor.get("/").text))
    bodies = {visitor.get(path).content for path in paths}
    return len(bodies) < len(paths)


def longer(path: str, than: int) -> Predicate:
    return lambda visitor: len(visitor.get(path).content) > than


def chunk_longer(name: str, than: int) -> Predicate:
    return lambda visitor: len(visitor.get(visitor.chunk(name)).content) > than


def scripts(path: str, more_than: int) -> Predicate:
    return lambda visitor: visitor.get(path).text.count("<script") > more_than


def copied(visitor: Visitor) -> bool:
    return all("// library," in visitor.get(visitor.chunk(name)).text for name in ("blog", "search"))


def grown(visitor: Visitor) -> bool:
    before = visitor.get(visitor.chunk("app"))
    visitor.lab.release(2)
    after = visitor.get(visitor.chunk("app"))
    visitor.lab.release(1)
    return len(after.content) > 1.5 * len(before.content)


def first_bytes_s(visitor: Visitor, path: str) -> float:
    began = time.perf_counter()
    with visitor.client.stream("GET", path, headers=USUAL) as answer:
        next(answer.iter_raw())
        return time.perf_counter() - began


def edges_differ(visitor: Visitor) -> bool:
    other = httpx.get(f"http://{visitor.lab.second_edge}/", headers=USUAL)
    return other.headers["cache-control"] != visitor.get("/").headers["cache-control"]


def framed(visitor: Visitor) -> bool:
    headers = visitor.get("/").headers
    return "frame-ancestors" not in headers["content-security-policy"] and "x-frame-options" not in headers


PREDICATES: dict[str, Predicate] = {
    "server-error": has_status("/blog/returns", 500),
    "page-gone": has_status("/checkout", 302),
    "redirect-chain": hops,
    "clock-ahead": clock_ahead,
    "no-cache-control": lacks("/blog/launch", "cache-control"),
    "wrong-lifetime": says("/products", "cache-control", "s-maxage=30"),
    "html-for-a-year": says("/blog/launch", "cache-control", "max-age=31536000"),
    "personal-stored": lambda visitor: "public" in visitor.get("/account", **ALICE).headers["cache-control"],
    "alice-leaks": leaks,
    "cookie-on-shared": says("/products/2", "set-cookie", "visit="),
    "vary-cookie": says("/search?q=shoes", "vary", "Cookie"),
    "gzip-without-vary": lacks("/blog/launch", "vary"),
    "never-304": lambda visitor: conditional(visitor).status_code == 200,
    "304-without-cache-control": lambda visitor: "cache-control" not in conditional(visitor).headers,
    "same-etag-for-codings": same_etag,
    "etag-per-node": lambda visitor: visitor.get("/sw.js").headers["etag"] != visitor.get("/sw.js").headers["etag"],
    "no-store-with-max-age": says("/blog/launch", "cache-control", "no-store, max-age"),
    "age-beyond-lifetime": age("/favicon.ico", 86_401),
    "nearly-expired": age("/images/hero-320.png", 86_340),
    "cached-404": says("/none", "cache-control", "86400"),
    "query-splits-key": lambda visitor: not visitor.hit(f"/?utm_source={time.time_ns()}"),
    "encoding-splits-key": lambda visitor: not visitor.hit("/", accept_encoding=f"br, x-{time.time_ns()}"),
    "head-differs": head_differs,
    "poisonable-host": shows("/?bust=1", "stranger.invalid", x_forwarded_host="stranger.invalid"),
    "deceivable-account": shows("/account/x.css", "Alice", **ALICE),
    "writes-cached": lambda visitor: "; hit" in visitor.ask("POST", "/").headers["cache-status"],
    "unfingerprinted": shows("/", '"/assets/home.js"'),
    "hashed-short": chunk_says("app", "cache-control", "max-age=3600"),
    "changing-bytes": gzip_differs,
    "rebuilt-same-name": rebuilt,
    "old-chunks-gone": gone,
    "spa-fallback-cached": has_status(MISSING, 200),
    "unhashed-immutable": says("/favicon.ico", "cache-control", "immutable"),
    "uncompressed": lambda visitor: "content-encoding" not in visitor.get(visitor.chunk("site")).headers,
    "wrong-type": chunk_says("app", "content-type", "text/plain"),
    "cookie-on-asset": chunk_says("site", "set-cookie", "visit="),
    "font-ttf": lambda visitor: ".ttf" in visitor.get(visitor.chunk("site")).text,
    "public-source-maps": lambda visitor: visitor.get(visitor.chunk("app") + ".map").status_code == 200,
    "duplicate-chunk": twice,
    "too-much-js": scripts("/checkout", 5),
    "too-much-css": lambda visitor: visitor.get("/").text.count('rel="stylesheet"') > 2,
    "heavy-html": longer("/blog/launch", 30_000),
    "heavy-font": chunk_longer("inter", 60_000),
    "heavy-page": shows("/", 'as="fetch"'),
    "too-many-requests": scripts("/", 20),
    "third-parties": shows("/", '<script src="https://tags.example/'),
    "mega-chunk": chunk_longer("vendor", 90_000),
    "copied-code": copied,
    "blocking-script": shows("/", '<script src="/assets/consent.'),
    "polyfills": lambda visitor: "Array.prototype.find = " in visitor.get(visitor.chunk("app")).text,
    "grown-chunk": grown,
    "png-photograph": lambda visitor: visitor.picture("/images/hero-640.png") == "image/png",
    "images-without-vary": lacks("/images/hero-640.png", "vary"),
    "formats-mixed-up": lambda visitor: len({visitor.picture("/images/logo-320.png", each) for each in FORMATS}) == 1,
    "one-size-picture": shows("/", '<img src="/images/hero-1600.png"'),
    "oversized-pictures": shows("/", 'srcset="/images/worn-1-1280.png 1280w"'),
    "no-dimensions": shows("/", '200px" loading="lazy" alt="worn-1"'),
    "eager-below": shows("/", 'height="150" alt="worn-1"'),
    "lazy-hero": shows("/", 'loading="lazy" alt="hero"'),
    "heavy-picture": lambda visitor: len(visitor.get("/images/hero-320.png", accept="image/webp").content) > 30_000,
    "shell-for-content": lambda visitor: "EUR" not in visitor.get("/products/3").text,
    "heavy-shell": longer("/checkout", 30_000),
    "buffered-page": lambda visitor: first_bytes_s(visitor, "/arrivals") > 0.2,
    "greeting-on-shared": shows("/products?bust=1", "Welcome back, Alice", **ALICE),
    "cached-island": says("/api/basket", "cache-control", "s-maxage=60"),
    "lasting-worker": says("/sw.js", "cache-control", "max-age=2592000"),
    "manifest-icon-gone": has_status("/icon-512.png", 404),
    "no-server-timing": lacks("/", "server-timing"),
    "flags-for-a-year": says("/api/flags", "cache-control", "immutable"),
    "silent-edge": lacks("/", "cache-status"),
    "assets-bypassed": lambda visitor: misses_twice(visitor.chunk("app"))(visitor),
    "pages-bypassed": misses_twice("/blog/soles"),
    "cold-edge": lambda visitor: not visitor.hit("/products"),
    "second-edge-disagrees": edges_differ,
    "open-origin": lambda visitor: httpx.get(f"http://{visitor.lab.origin}/").status_code == 200,
    "slow-posts": lambda visitor: visitor.get(f"/blog/launch?new={time.time_ns()}").elapsed.total_seconds() > 0.9,
    "import-chain": lambda visitor: "@import" in visitor.get(visitor.chunk("site")).text,
    "late-hero": chunk_holds("home", "import("),
    "jumping-banner": chunk_holds("home", ".prepend(banner)"),
    "long-task": chunk_holds("home", "performance.now()"),
    "no-csp": lacks("/", "content-security-policy"),
    "sniffable": lacks("/", "x-content-type-options"),
    "frameable": framed,
    "leaky-referrer": says("/", "referrer-policy", "unsafe-url"),
    "no-permissions-policy": lacks("/", "permissions-policy"),
    "bare-session-cookie": lambda visitor: "HttpOnly" not in visitor.get("/auth/callback").headers["set-cookie"],
    "third-party-script": shows("/", '<script src="https://widgets.example/'),
    "secret-in-bundle": lambda visitor: bool(re.search("AKIA[A-Z2-7]{16}", visitor.get(visitor.chunk("app")).text)),
    "open-purge": has_status("/nowhere", 200, "PURGE"),
    "server-version": says("/", "server", "/2.4.1"),
    "token-in-storage": in_script("accessToken"),
    "beacon-never-sent": in_script("60_000"),
    "beacon-refused": has_status("/beacon", 400, "POST"),
    "errors-swallowed": lambda visitor: not in_script('addEventListener("error"')(visitor),
    "trace-ends-in-browser": lambda visitor: not in_script("traceparent")(visitor),
    "chatty-catalogue": in_script("[1, 2, 3"),
    "no-offline-page": lambda visitor: "caches.open" not in visitor.get("/sw.js").text,
}
IN_TEST_EDGE = {"stale-blocks", "slow-hits", "no-coalescing"}
"""Faults that show in the order of events, which test_edge.py controls."""
IN_TEST_PRESSURE = {fault.name for fault in faults_load.FAULTS}
"""Faults that show under load, which test_pressure.py makes."""
NOT_ON_LOOPBACK = {"cdn.modern_transport", "security.hsts", "security.tls", "bundle.third_party_bytes"}
"""Checks that only look at https, or at what others send."""
NOT_OF_THE_SITE = {"load.delivered"}
"""Checks of the generator."""
TRIPPED_BY_OTHERS = {"load.hit_ratio"}
"""Checks that a fault of another check trips under load: pages that bypass the edge."""
IN_MANY_RUNS = {"vitals.not_regressed"}
"""Checks that a single fault cannot trip: they compare many runs of two deploys."""


@pytest.mark.live
@pytest.mark.parametrize("name", PREDICATES)
def test_a_fault_shows(name: str) -> None:
    with Lab(faults=(name,), latency_s=0.001) as lab, httpx.Client(base_url=lab.url) as client:
        assert PREDICATES[name](Visitor(lab, client))


@pytest.mark.live
@pytest.mark.parametrize("name", PREDICATES)
def test_the_clean_lab_does_not_have_it(name: str, visitor: Visitor) -> None:
    assert not PREDICATES[name](visitor)


def test_every_fault_is_tested() -> None:
    assert set(FAULTS) == set(PREDICATES) | IN_TEST_EDGE | IN_TEST_PRESSURE


def test_every_check_has_a_fault_and_every_fault_a_check() -> None:
    expected = {check.id for check in CHECKS} - NOT_ON_LOOPBACK - IN_MANY_RUNS - NOT_OF_THE_SITE - TRIPPED_BY_OTHERS
    assert {fault.check for fault in FAULTS.values()} == expected


def test_an_unknown_fault_is_named() -> None:
    with pytest.raises(ValueError, match="cached-405"):
        chosen(("cached-404", "cached-405"))
