"""Requests of visitors: what goes along with them, to whom, and what is left out."""

from typing import Any

import pytest

from scalecheck.model.load import Key, Part
from scalecheck.model.profile import Profile
from scalecheck.page.fetches import Use
from scalecheck.swarm.asked import ANYBODY
from scalecheck.swarm.cache import Essence
from scalecheck.swarm.devices import guise
from scalecheck.swarm.errands import CONDITIONALS, Errand, Errands, Pose, Wanted
from scalecheck.swarm.expectations import FINE, Expectation
from scalecheck.swarm.ledger import Counter
from tests.checks.rows import SITE, profile

KEY = Key(Part.ASSET, "assets")
CDN = "https://cdn.shop.test"
PAGE = f"{SITE}/p?q=1#top"
SHOP = profile()


def pose(of: Profile = SHOP, number: int = 0) -> Pose:
    return Pose(number, "all", guise(ANYBODY["all"], "all", None, of.safety.mark, "run"), 6)


def made(of: Profile = SHOP, most: int = 20_000) -> Errands:
    return Errands(of, lambda scheme, host, port: (scheme, host, port), lambda key: Counter(key, 0.0), most)


def errand(url: str, of: Profile = SHOP, **wanted: Any) -> Errand:
    return made(of).of(pose(of), Wanted(url, KEY, **{"use": Use.SCRIPT, **wanted}))


def said(of: Errand, name: str) -> str | None:
    values = [value for each, value in of.outgoing.fields if each.lower() == name]
    assert len(values) <= 1
    return values[0] if values else None


RELATED = [
    ("what the visitor asks for", "", f"{SITE}/", "none"),
    ("the same origin", PAGE, f"{SITE}/a.js", "same-origin"),
    ("the same origin, its port spelt out", PAGE, "https://shop.test:443/a.js", "same-origin"),
    ("another port", PAGE, "https://shop.test:8443/a.js", "same-site"),
    ("another host of the owner's", PAGE, f"{CDN}/a.js", "same-site"),
    ("another scheme", PAGE, "http://shop.test/a.js", "cross-site"),
    ("another owner's", PAGE, "https://shop.example/a.js", "cross-site"),
    ("another customer of a platform", "https://a.github.io/", "https://b.github.io/a.js", "cross-site"),
    ("addresses", "http://127.0.0.1:1/", "http://127.0.0.2:1/a.js", "cross-site"),
    ("ports of an address", "http://127.0.0.1:1/", "http://127.0.0.1:2/a.js", "same-site"),
    ("a name of this machine, and its address", "http://localhost:1/", "http://127.0.0.1:1/a.js", "cross-site"),
    ("IPv6", "http://[::1]:1/", "http://[::1]:2/a.js", "same-site"),
]


@pytest.mark.parametrize(("page", "url", "site"), [pytest.param(*row[1:], id=row[0]) for row in RELATED])
def test_how_page_and_request_are_related(page: str, url: str, site: str) -> None:
    trusted = url.startswith("https:") or "127." in url or "[::1]" in url
    assert said(errand(url, page=page), "sec-fetch-site") == (site if trusted else None)


REFERRERS = [
    ("what the visitor asks for", "", "", f"{SITE}/", None),
    ("the same origin: all but the fragment", PAGE, "", f"{SITE}/a.js", f"{SITE}/p?q=1"),
    ("another origin: no more than whose it is", PAGE, "", f"{CDN}/a.js", f"{SITE}/"),
    ("down to plain http: nothing", PAGE, "", "http://shop.test/a.js", None),
    ("up from plain http", "http://shop.test/p", "", f"{SITE}/a.js", "http://shop.test/"),
    ("plain http", "http://shop.test/p", "", "http://shop.test/a.js", "http://shop.test/p"),
    ("a sheet of the same origin", PAGE, f"{SITE}/a.css", f"{SITE}/f.woff2", f"{SITE}/a.css"),
    ("a sheet of another host, for its own font", PAGE, f"{CDN}/a.css", f"{CDN}/f.woff2", f"{CDN}/a.css"),
    ("a sheet of another host, for ours", PAGE, f"{CDN}/a.css", f"{SITE}/f.woff2", f"{CDN}/"),
]


@pytest.mark.parametrize(("page", "by", "url", "referrer"), [pytest.param(*row[1:], id=row[0]) for row in REFERRERS])
def test_referrers(page: str, by: str, url: str, referrer: str | None) -> None:
    assert said(errand(url, page=page, referrer=by), "referer") == referrer


ORIGINS = [
    ("a script", "GET", "no-cors", f"{CDN}/a.js", PAGE, None),
    ("a module of its own", "GET", "cors", f"{SITE}/a.js", PAGE, None),
    ("a module of another host", "GET", "cors", f"{CDN}/a.js", PAGE, SITE),
    ("a call of another host", "GET", "include", f"{CDN}/api", PAGE, SITE),
    ("a call of its own that only reads", "HEAD", "include", f"{SITE}/api", PAGE, None),
    ("a write of its own", "POST", "include", f"{SITE}/api", PAGE, SITE),
    ("a write that no page makes", "POST", "include", f"{SITE}/api", "", None),
]


@pytest.mark.parametrize(
    ("method", "mode", "url", "page", "origin"), [pytest.param(*row[1:], id=row[0]) for row in ORIGINS]
)
def test_origins(method: str, mode: str, url: str, page: str, origin: str | None) -> None:
    assert said(errand(url, method=method, mode=mode, page=page), "origin") == origin


CREDENTIALED = [
    ("what the visitor asks for", "navigate", "", f"{SITE}/", True),
    ("a script", "no-cors", PAGE, f"{SITE}/a.js", True),
    ("a script of another host of the owner's", "no-cors", PAGE, f"{CDN}/a.js", True),
    ("a module of another host of the owner's", "cors", PAGE, f"{CDN}/a.js", False),
    ("a call of another host of the owner's", "include", PAGE, f"{CDN}/api", True),
    ("a script of another owner's", "no-cors", PAGE, "https://shop.example/a.js", False),
    ("a call of another owner's", "include", PAGE, "https://shop.example/api", False),
]


@pytest.mark.parametrize(("mode", "page", "url", "goes"), [pytest.param(*row[1:], id=row[0]) for row in CREDENTIALED])
def test_where_cookies_go(mode: str, page: str, url: str, goes: bool) -> None:
    assert errand(url, mode=mode, page=page).credentialed is goes


SECURE = [("https://shop.test/", True), ("http://shop.test/", False), ("http://127.0.0.1:1/", True)]


@pytest.mark.parametrize(("url", "secure"), SECURE)
def test_where_secure_cookies_go(url: str, secure: bool) -> None:
    assert errand(url).secure is secure
    assert (said(errand(url), "sec-fetch-mode") is not None) is secure


ADDRESSED = [
    ("https://shop.test", "GET / HTTP/1.1", "shop.test", ("https", "shop.test", 443)),
    ("https://shop.test?a=b", "GET /?a=b HTTP/1.1", "shop.test", ("https", "shop.test", 443)),
    ("https://shop.test:8443/a%20b/?", "GET /a%20b/ HTTP/1.1", "shop.test:8443", ("https", "shop.test", 8443)),
    ("http://[::1]:81/a;b?c=d&e", "GET /a;b?c=d&e HTTP/1.1", "[::1]:81", ("http", "::1", 81)),
]


@pytest.mark.parametrize(("url", "line", "authority", "origin"), ADDRESSED)
def test_where_it_goes(url: str, line: str, authority: str, origin: tuple[str, str, int]) -> None:
    found = errand(url)
    assert found.outgoing.data.startswith(f"{line}\r\nHost: {authority}\r\n".encode())
    assert found.origin == origin


@pytest.mark.parametrize("url", ["mailto:a@b", "/a.js", "https://"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValueError, match="no URL that can be asked"):
        errand(url)


TWO = {
    "alice": {"headers": {"Cookie": "session=a1", "Authorization": "Bearer a1"}, "marker": "Alice"},
    "bob": {"headers": {"X-Me": "b"}, "marker": "Bob"},
}
IDENTITIES = [
    ("nobody", f"{SITE}/account", None, None, None),
    ("alice", f"{SITE}/account", "alice", "session=a1", "Bearer a1"),
    ("bob, who has no cookie", f"{SITE}/account", "bob", None, None),
    ("alice over plain http, of a site on https", "http://shop.test/account", "alice", None, None),
]


@pytest.mark.parametrize(
    ("url", "identity", "cookie", "authorization"), [pytest.param(*row[1:], id=row[0]) for row in IDENTITIES]
)
def test_identities(url: str, identity: str | None, cookie: str | None, authorization: str | None) -> None:
    found = errand(url, profile(identities=TWO), identity=identity)
    assert (said(found, "cookie"), said(found, "authorization")) == (cookie, authorization)
    assert found.fields.first("cookie") == cookie


OWN = [
    ("in place of the browser's", (("user-agent", "mine"),), "user-agent", "mine"),
    ("beside them", (("X-Own", "1"),), "x-own", "1"),
    ("an identity's comes before the route's", (("Authorization", "Bearer route"),), "authorization", "Bearer a1"),
    ("cookies are one field", (("Cookie", "consent=1"),), "cookie", "session=a1; consent=1"),
]


@pytest.mark.parametrize(("fields", "name", "value"), [pytest.param(*row[1:], id=row[0]) for row in OWN])
def test_fields_of_the_profile(fields: tuple[tuple[str, str], ...], name: str, value: str) -> None:
    assert said(errand(f"{SITE}/account", profile(identities=TWO), identity="alice", fields=fields), name) == value


JAR = ((("Cookie", "own=1"),), b"Cookie: own=1\r\n")
COOKIES = [
    ("none but the visitor's", None, (), "own=1"),
    ("an identity's", "alice", (), "session=a1; own=1"),
    ("the route's", None, (("cookie", "consent=1"),), "consent=1; own=1"),
    ("all of them", "alice", (("Cookie", "consent=1"),), "session=a1; consent=1; own=1"),
]


@pytest.mark.parametrize("essence", [None, Essence((("If-None-Match", '"1"'),))], ids=["plain", "conditional"])
@pytest.mark.parametrize(("identity", "fields", "cookies"), [pytest.param(*row[1:], id=row[0]) for row in COOKIES])
def test_cookies_are_one_field(
    identity: str | None, fields: tuple[tuple[str, str], ...], cookies: str, essence: Essence | None
) -> None:
    found = errand(f"{SITE}/account", profile(identities=TWO), identity=identity, fields=fields)
    sent = found.with_cookies(JAR, essence)
    assert [value for name, value in sent.fields if name.lower() == "cookie"] == [cookies]
    assert sent.data.count(b"Cookie: ") + sent.data.count(b"cookie: ") == 1
    assert f"Cookie: {cookies}\r\n".encode() in sent.data
    assert sent.data.endswith(b"\r\n\r\n")
    assert (b'\r\nIf-None-Match: "1"\r\n' in sent.data) is (essence is not None)


CACHED = [
    ("a GET", "GET", (), True, True),
    ("a GET that says something else", "GET", (("X-Own", "1"),), True, True),
    ("a HEAD", "HEAD", (), False, False),
    ("a write", "POST", (), False, False),
    ("a GET that wants it fresh", "GET", (("cache-control", "no-cache"),), True, False),
    ("a GET of some bytes", "GET", (("Range", "bytes=0-9"),), True, False),
    ("as old caches know it", "GET", (("PRAGMA", "no-cache"),), True, False),
    ("a GET with a condition of its own", "GET", (("If-None-Match", '"x"'),), False, False),
    ("a GET with an old condition", "GET", (("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT"),), False, False),
    ("a GET of bytes of one version", "GET", (("If-Range", '"x"'), ("Range", "bytes=0-9")), False, False),
]


@pytest.mark.parametrize(
    ("method", "fields", "by_cache", "plain"), [pytest.param(*row[1:], id=row[0]) for row in CACHED]
)
def test_what_the_cache_may_answer(
    method: str, fields: tuple[tuple[str, str], ...], by_cache: bool, plain: bool
) -> None:
    found = errand(f"{SITE}/a", method=method, fields=fields)
    assert (found.by_cache, found.plain) == (by_cache, plain)


STOPS = [
    ("anything good", Expectation(FINE), frozenset()),
    ("anything good, and more", Expectation(FINE | {404}), frozenset()),
    ("an answer", Expectation(frozenset({200})), frozenset()),
    ("a redirect", Expectation(frozenset({200, 302})), frozenset({302})),
    ("a 304 leads nowhere", Expectation(frozenset({304})), frozenset()),
]


@pytest.mark.parametrize(("expected", "stops"), [pytest.param(*row[1:], id=row[0]) for row in STOPS])
def test_redirects_that_are_the_answer(expected: Expectation, stops: frozenset[int]) -> None:
    found = errand(f"{SITE}/a", expected=expected)
    assert (found.stops, found.simple) == (stops, expected.statuses)
    assert errand(f"{SITE}/a", expected=Expectation(expected.statuses, ("x",))).simple is None


def test_what_is_expected_of_assets() -> None:
    errands = made()
    assert errands.expectation("https://elsewhere.example/").statuses == FINE
    route = SHOP.route_for(f"{SITE}/static/a.js")
    assert route is not None
    assert errands.expectation(f"{SITE}/static/a.js").statuses == frozenset(SHOP.statuses(route))
    broken = errands.expectation(f"{SITE}/static/a.js", 404)
    assert 404 in broken.statuses
    assert errands.expectation(f"{SITE}/static/b.js", 404) is broken


@pytest.mark.parametrize("identity", [None, "alice"])
def test_another_url_of_the_same_errand(identity: str | None) -> None:
    first = errand(f"{SITE}/p/1?a=b", identity=identity, body=b"{}", method="POST", page=PAGE)
    other = first.aimed(f"{SITE}/q/2?c=d", "/q/2?c=d")
    whole = errand(f"{SITE}/q/2?c=d", identity=identity, body=b"{}", method="POST", page=PAGE)
    assert other.outgoing.data == whole.outgoing.data
    assert other.bare.data == whole.bare.data
    shared = set(Errand.__slots__) - {"wanted", "bare", "outgoing", "conditionals", "counter", "fields"}
    assert {name: getattr(other, name) for name in shared} == {name: getattr(whole, name) for name in shared}
    assert other.fields.lines == whole.fields.lines
    assert other.counter is first.counter


def test_conditions_are_kept_ready_and_bounded() -> None:
    found = errand(f"{SITE}/a")
    essences = [Essence((("If-None-Match", f'"{number}"'),)) for number in range(CONDITIONALS + 1)]
    ready = [found.conditional(each) for each in essences[:-1]]
    assert [found.conditional(each) for each in essences[:-1]] == ready
    assert b'If-None-Match: "0"' in ready[0].data
    assert found.conditional(essences[-1]).data.count(b"If-None-Match") == 1
    assert len(found.conditionals) == 1
    assert found.aimed(f"{SITE}/b", "/b").conditionals == {}


def test_errands_are_made_once_for_a_pose_and_forgotten_when_there_are_too_many() -> None:
    errands, wanted = made(most=2), [Wanted(f"{SITE}/{name}", KEY, Use.SCRIPT) for name in "abc"]
    first = errands.of(pose(), wanted[0])
    assert errands.of(pose(), Wanted(f"{SITE}/a", KEY, Use.SCRIPT)) is first
    assert errands.of(pose(number=1), wanted[0]) is not first
    errands.of(pose(), wanted[2])
    assert errands.of(pose(), wanted[0]) is not first
