"""What a swarm's visitors ask for is what `page.cost` says that a page costs: on the first visit, and on the next."""

from collections.abc import Callable, Iterator

import pytest

from scalecheck.lab.lab import Lab
from tests.cli.serving import Answer, serving
from tests.swarm.visiting import SHAPES, Site, compare, scouting

pytestmark = pytest.mark.live

LAB = {
    "home": "/",
    "catalogue": "/products",
    "product": "/products/1",
    "post": "/blog/launch",
    "arrivals": "/arrivals",
    "search": "/search?q=shoes",
    "account": "/account",
    "checkout": "/checkout",
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Site]:
    shares = "".join(f'    {name}: {{share: 12.5%, get: "{path}"}}\n' for name, path in LAB.items())
    with Lab(latency_s=0.001) as running, scouting(f"{running.profile}traffic:\n{SHAPES}  pages:\n{shares}") as site:
        yield site


@pytest.mark.parametrize("page", LAB)
def test_the_labs_pages(lab: Site, page: str) -> None:
    assert len(lab.poses) >= 3
    compare(lab, page)


SCRIPT = '<script src="/a.js"></script>'
MODULE = '<script type="module" src="/a.js"></script>'
FRESH = {"Cache-Control": "public, max-age=86400"}
HTML = {"Content-Type": "text/html", "Cache-Control": "no-cache"}
LONG_AGO = "Sun, 06 Nov 1994 08:49:37 GMT"
POLICIES = [
    ("nothing said", {}),
    ("a date of change alone", {"Last-Modified": LONG_AGO}),
    ("a date of change that is none", {"Last-Modified": "long ago"}),
    ("a validator alone", {"ETag": '"1"'}),
    ("never stored", {"Cache-Control": "no-store", "ETag": '"1"'}),
    ("asked first", {"Cache-Control": "no-cache", "ETag": '"1"'}),
    ("asked first, both validators", {"Cache-Control": "no-cache", "ETag": '"1"', "Last-Modified": LONG_AGO}),
    ("asked first, for some fields", {"Cache-Control": 'max-age=86400, no-cache="set-cookie"'}),
    ("an hour and a bit", {"Cache-Control": "max-age=3660"}),
    ("less than an hour", {"Cache-Control": "max-age=3590", "ETag": '"1"'}),
    ("a day, old already", {"Cache-Control": "max-age=86400", "Age": "86000", "ETag": '"1"'}),
    ("for shared caches alone", {"Cache-Control": "s-maxage=86400", "ETag": '"1"'}),
    ("private", {"Cache-Control": "private, max-age=86400"}),
    ("immutable without a lifetime", {"Cache-Control": "immutable", "ETag": '"1"'}),
    ("immutable, run out", {"Cache-Control": "max-age=60, immutable", "ETag": '"1"'}),
    ("a lifetime that is none", {"Cache-Control": "max-age=a day", "ETag": '"1"'}),
    ("expired", {"Expires": LONG_AGO, "ETag": '"1"'}),
    ("expires that is no date", {"Expires": "0", "ETag": '"1"'}),
    ("expires far off", {"Expires": "Fri, 01 Jan 2100 00:00:00 GMT"}),
    ("pragma", {"Pragma": "no-cache", "ETag": '"1"'}),
    ("stale while renewed", {"Cache-Control": "max-age=60, stale-while-revalidate=86400", "ETag": '"1"'}),
    ("stale while renewed, no validator", {"Cache-Control": "max-age=60, stale-while-revalidate=86400"}),
    ("stale never", {"Cache-Control": "max-age=60, stale-while-revalidate=86400, must-revalidate", "ETag": '"1"'}),
    ("stale too long", {"Cache-Control": "max-age=60, stale-while-revalidate=60", "ETag": '"1"'}),
    ("by coding", {**FRESH, "Vary": "Accept-Encoding"}),
    ("by everything", {**FRESH, "Vary": "*"}),
    ("by cookie", {**FRESH, "Vary": "Cookie"}),
    ("by cookie, asked first", {"Cache-Control": "no-cache", "ETag": '"1"', "Vary": "Cookie"}),
]  # fmt: skip


@pytest.mark.parametrize("tag", [SCRIPT, MODULE, SCRIPT + MODULE], ids=["plain", "module", "both"])
@pytest.mark.parametrize("fields", [pytest.param(fields, id=name) for name, fields in POLICIES])
def test_scripts_of_every_policy(fields: dict[str, str], tag: str) -> None:
    asked(tag, lambda path: Answer(200, b"1", {"Content-Type": "text/javascript", **fields}))


def asked(tag: str, answer: Callable[[str], Answer], fields: dict[str, str] | None = None) -> None:
    """Compare a page that holds a tag, at a site that answers so."""
    page = Answer(200, f"<!doctype html><title>x</title>{tag}".encode(), {**HTML, **(fields or {})})

    def site(asked_for: str) -> Answer:
        return page if asked_for == "/" else answer(asked_for)

    with serving(site) as url, scouting(home(url)) as made:
        compare(made, "home")


def home(url: str) -> str:
    return f'scalecheck: 1\nsite: {url}\ntraffic:\n{SHAPES}  pages: {{home: {{share: 100%, get: "/"}}}}\n'


REDIRECTS = [
    ("for good", 301, {}),
    ("for good, kept a day", 301, FRESH),
    ("for good, never stored", 308, {"Cache-Control": "no-store"}),
    ("for now", 302, {}),
    ("for now, kept a day", 302, FRESH),
    ("for now, asked first", 307, {"Cache-Control": "no-cache", "ETag": '"m"'}),
    ("for now, half a day, old", 302, {"Cache-Control": "max-age=43200", "Age": "43000"}),
    ("stale while renewed", 302, {"Cache-Control": "max-age=60, stale-while-revalidate=86400"}),
]


@pytest.mark.parametrize("kept", [FRESH, {"Cache-Control": "no-cache", "ETag": '"1"'}], ids=["kept", "asked"])
@pytest.mark.parametrize(("status", "fields"), [pytest.param(*row[1:], id=row[0]) for row in REDIRECTS])
def test_redirects_of_every_policy(status: int, fields: dict[str, str], kept: dict[str, str]) -> None:
    def site(path: str) -> Answer:
        moved = path == "/a.js"
        return Answer(status, b"", {**fields, "Location": "/b.js"}) if moved else Answer(200, b"1", kept)

    asked(SCRIPT, site)


SHEETS = '<link rel="stylesheet" href="/a.css"><style>@font-face {font-family: F; src: url(/f.woff2)} h1 {font: 1em F}'
SHEETS += "</style><h1>x</h1>"
PAGES = [
    ("a validator", {"ETag": '"1"'}),
    ("a cookie", {"ETag": '"1"', "Set-Cookie": "a=b"}),
    ("a cookie, by cookie", {"ETag": '"1"', "Set-Cookie": "a=b", "Vary": "Cookie"}),
    ("a cookie taken away, by cookie", {"ETag": '"1"', "Set-Cookie": "a=; max-age=0", "Vary": "Cookie"}),
    ("a cookie of long ago, by cookie", {"ETag": '"1"', "Set-Cookie": f"a=; expires={LONG_AGO}", "Vary": "Cookie"}),
    ("by cookie, and none", {"ETag": '"1"', "Vary": "Cookie"}),
]


@pytest.mark.parametrize("script", [FRESH, {**FRESH, "Vary": "Cookie"}], ids=["script", "script by cookie"])
@pytest.mark.parametrize("fields", [pytest.param(fields, id=name) for name, fields in PAGES])
def test_pages_with_cookies(fields: dict[str, str], script: dict[str, str]) -> None:
    asked(SCRIPT, lambda path: Answer(200, b"1", script), fields)


@pytest.mark.parametrize(("fields", "again"), [({}, 1), (FRESH, 0)], ids=["asked", "kept"])
def test_pages_behind_redirects(fields: dict[str, str], again: int) -> None:
    moved = Answer(302, b"", {**fields, "Location": "/home"})
    answer = Answer(200, b"1", FRESH)
    page = Answer(200, f"<!doctype html><title>x</title>{SCRIPT}".encode(), {**HTML, "ETag": '"1"'})
    with serving(lambda path: {"/": moved, "/home": page}.get(path, answer)) as url, scouting(home(url)) as site:
        compare(site, "home", {f"{url}/": (1, 0)}, {f"{url}/": (1, 0)} if again else {})


SHAPED = [
    ("pictures by format", '<img src="/p.png">', {**FRESH, "Vary": "Accept", "Content-Type": "image/png"}),
    ("pictures by format, stale", '<img src="/p.png">', {"Cache-Control": "no-cache", "Vary": "Accept", "ETag": '"1"'}),
    ("sheets and fonts", SHEETS, FRESH),
    ("sheets by coding", SHEETS, {"Cache-Control": "no-cache", "ETag": '"1"', "Vary": "accept-encoding, origin"}),
    ("a frame", '<iframe src="/f.html"></iframe>', {**FRESH, "Content-Type": "text/html"}),
    ("a frame, asked first", '<iframe src="/f.html"></iframe>', HTML),
    ("the page itself in a frame's place", '<iframe src="/"></iframe>', FRESH),
    ("preloaded and used", '<link rel="preload" href="/a.js" as="script">' + SCRIPT, FRESH),
    ("preloaded and used, never stored", '<link rel="preload" href="/a.js" as="script">' + SCRIPT,
     {"Cache-Control": "no-store"}),
    ("named twice", SCRIPT + SCRIPT, {"Cache-Control": "no-store"}),
    ("by the browser", SCRIPT, {**FRESH, "Vary": "User-Agent"}),
    ("by the language", SCRIPT, {**FRESH, "Vary": "Accept-Language"}),
    ("by where it is asked from", SCRIPT + MODULE, {**FRESH, "Vary": "Origin, Sec-Fetch-Mode"}),
    ("a cookie with it", SCRIPT, {**FRESH, "Set-Cookie": "a=b"}),
    ("a cookie with it, by cookie", SCRIPT, {**FRESH, "Set-Cookie": "a=b", "Vary": "Cookie"}),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "fields"), [pytest.param(*row[1:], id=row[0]) for row in SHAPED])
def test_pages_of_many_kinds(tag: str, fields: dict[str, str]) -> None:
    def site(path: str) -> Answer:
        if path == "/a.css":
            return Answer(200, b"@import '/b.css'; body {color: red}", {"Content-Type": "text/css", **fields})
        return Answer(200, b"", fields)

    asked(tag, site)


@pytest.mark.parametrize("status", [404, 410, 500, 503])
@pytest.mark.parametrize("fields", [{}, FRESH, {"Cache-Control": "no-store"}], ids=["nothing", "kept", "no-store"])
def test_what_is_not_there(status: int, fields: dict[str, str]) -> None:
    asked(SCRIPT, lambda path: Answer(status, b"no", fields))
