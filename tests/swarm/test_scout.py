"""What visitors will ask for, read from evidence."""

from typing import Any

import pytest

from scalecheck.probes.scouting import scouting
from scalecheck.swarm.asked import identity_of, is_sent
from scalecheck.swarm.data import Data, Source, Table
from scalecheck.swarm.scout import documents, to_ask, window, windows
from scalecheck.swarm.script import Script
from scalecheck.wire.viewport import Viewport
from tests.checks.rows import SITE, YEAR, exchange
from tests.swarm.shop import HOME, NO_DATA, PAGES, SKUS, answers, played, scouted, shop


def urls(script: Script, page: str, device: str = "all") -> list[list[str]]:
    return [[each.url.removeprefix(SITE) for each in sample.assets] for sample in script.views[page][device]]


OWN = ["/site.css", "/app.js", "/m.js", "/hero.png", "/base.css", "/f.woff2", "/dep.js"]


def test_views_hold_what_a_first_visit_fetches() -> None:
    script = played()
    assert [sorted(each) for each in urls(script, "home")] == [sorted(OWN)]
    assert [each.row for each in script.views["product"]["all"]] == [0, 2]
    assert {each.url: each.via for each in script.views["home"]["all"][0].assets if each.via} == {
        f"{SITE}/base.css": f"{SITE}/site.css",
        f"{SITE}/f.woff2": f"{SITE}/site.css",
        f"{SITE}/dep.js": f"{SITE}/m.js",
    }
    modes = {each.url.removeprefix(SITE): (each.mode, each.status) for each in script.views["home"]["all"][0].assets}
    assert modes == {
        **dict.fromkeys(("/site.css", "/app.js", "/base.css"), ("no-cors", 200)),
        **dict.fromkeys(("/m.js", "/dep.js", "/f.woff2"), ("cors", 200)),
        "/hero.png": ("no-cors", 404),
    }


def test_others_are_skipped_and_listed() -> None:
    assert played().skipped == {"ads.example": 1}
    allowed = shop(safety={"allow_hosts": ["ads.example"]})
    assert played(allowed).skipped == {}
    assert "https://ads.example/1.png" in [each.url for each in played(allowed).views["home"]["all"][0].assets]


def test_pages_without_assets() -> None:
    pages = {"home": {"share": "100%", "get": "/", "assets": "none"}}
    assert urls(played(shop(traffic={"pages": pages}), NO_DATA), "home") == [[]]


def test_warm_caches_hold_what_may_be_stored() -> None:
    held = {url.removeprefix(SITE) for url in played().warm}
    assert held == {"/", "/site.css", "/app.js", "/m.js", "/dep.js", "/f.woff2", "/hero.png", "/api/menu"}
    home = played().warm[f"{SITE}/"]
    assert home.fields == (("cache-control", "no-cache"), ("etag", '"h"'))


def test_warm_caches_hold_where_redirects_lead() -> None:
    tag = '<script src="/a.js"></script><script src="/b.js"></script>'
    moved = [exchange(f"/{name}.js", {"location": "/c.js"}, status=302) for name in "ab"]
    home = shop(traffic={"pages": {"home": {"share": "100%", "get": "/"}}})
    held = played(home, NO_DATA, exchange("/", body=tag), *moved, exchange("/c.js", {"cache-control": YEAR})).warm
    assert held[f"{SITE}/c.js"].via == (f"{SITE}/a.js", f"{SITE}/b.js")
    assert f"{SITE}/a.js" not in held


HELD = [
    ("by cookie", {"vary": "Cookie"}, True),
    ("a cookie with it", {"set-cookie": "a=b"}, True),
    ("a cookie with it, by cookie", {"set-cookie": "a=b", "vary": "Accept, Cookie"}, False),
    ("a cookie taken away, by cookie", {"set-cookie": "a=; max-age=0", "vary": "Cookie"}, True),
]


@pytest.mark.parametrize(("fields", "held"), [pytest.param(*row[1:], id=row[0]) for row in HELD])
def test_warm_caches_hold_what_fits_the_cookies_that_came(fields: dict[str, str], held: bool) -> None:
    home = shop(traffic={"pages": {"home": {"share": "100%", "get": "/"}}})
    assert (
        f"{SITE}/" in played(home, NO_DATA, exchange("/", {"cache-control": YEAR, **fields}, body="x")).warm
    ) is held


def test_each_device_has_its_own_window() -> None:
    devices = {"mobile": {"share": "50%"}, "wall": {"share": "25%", "viewport": "desktop"}, "tv": {"share": "25%"}}
    wide = HOME.replace('src="/hero.png"', 'src="/s.png" srcset="/s.png 500w, /l.png 1500w" sizes="100vw"')
    profile = shop(traffic={"devices": devices, "pages": {"home": {"share": "100%", "get": "/"}}})
    script = played(profile, NO_DATA, exchange("/", body=wide))
    pictures = {device: [each for each in urls(script, "home", device)[0] if ".png" in each] for device in devices}
    assert pictures == {"mobile": ["/l.png"], "wall": ["/l.png"], "tv": ["/l.png"]}
    assert window(profile, "wall") == profile.viewports["desktop"]
    assert window(profile, "tv") == profile.viewports["mobile"]
    assert len(windows(profile)) == 2


def test_documents_of_pages_with_data_are_those_of_the_first_rows() -> None:
    found = documents(shop(), SKUS)
    assert [(each.page, each.url.removeprefix(SITE), each.row) for each in found] == [
        ("home", "/", None),
        ("product", "/p/boot", 0),
        ("product", "/p/shoe%20%26%20sock", 1),
        ("product", "/p/cap", 2),
    ]
    assert [each.removeprefix(SITE) for each in to_ask(found)][4:6] == ["/api/session", "/api/menu"]


def test_parameters_of_other_pages_are_taken_from_their_first_row() -> None:
    pages = {**PAGES, "cart": {"share": "0%", "get": "/cart/{depot}"}}
    more = Data({**SKUS.tables, "d.csv": Table(("depot",), (("north",), ("south",)))}, SKUS.sources)
    assert documents(shop(traffic={"pages": pages}), more)[-1].url == f"{SITE}/cart/north"
    assert [each.page for each in documents(shop(traffic={"pages": pages}), SKUS)].count("cart") == 0


def test_redirects_are_followed_to_the_document() -> None:
    moved = exchange("/", {"location": "/en/"}, status=301), exchange("/en/", body=HOME)
    home = shop(traffic={"pages": {"home": {"share": "100%", "get": "/"}}})
    script = played(home, NO_DATA, *moved)
    assert script.views["home"]["all"][0].url == f"{SITE}/en/"
    away = exchange("/", {"location": "https://elsewhere.example/"}, status=301)
    assert not played(home, NO_DATA, away).views


def test_what_is_asked() -> None:
    probe = scouting({f"{SITE}/": None}, (Viewport(412, 823, 1.75),))
    asked = [ask.request.url.removeprefix(SITE) for ask in probe.asks(scouted())]
    assert asked[0] == "/"
    assert sorted(asked[1:]) == sorted(OWN)


SENT: list[tuple[str, dict[str, Any], bool]] = [
    ("GET /api/x", {}, True),
    ("HEAD /api/x", {}, True),
    ("POST /api/x", {}, False),
    ("POST /api/x", {"safety": {"writes": True}}, False),
    ("POST /api/x", {"traffic": {"routes": {"POST /api/x": {"writes": True}}}}, False),
    ("POST /api/x", {"safety": {"writes": True}, "traffic": {"routes": {"POST /api/x": {}}}}, False),
    ("POST /api/x", {"safety": {"writes": True}, "traffic": {"routes": {"POST /api/x": {"writes": True}}}}, True),
    ("GET https://elsewhere.example/x", {}, False),
    ("GET https://shop.test:8443/x", {}, False),
    ("GET https://cdn.example/x", {"safety": {"allow_hosts": ["cdn.example"]}}, True),
]


@pytest.mark.parametrize(("endpoint", "keys", "sent"), SENT)
def test_what_is_ever_sent(endpoint: str, keys: dict[str, Any], sent: bool) -> None:
    assert is_sent(shop(**keys), endpoint) is sent


def test_what_is_not_played_is_said() -> None:
    pages = {
        "home": {"share": "50%", "get": "/", "api": ["POST /api/cart", "GET https://elsewhere.example/x"]},
        "gone": {"share": "50%", "get": "/gone", "api": "3"},
    }
    assert played(shop(traffic={"pages": pages}), NO_DATA).notes == (
        "gone: no page was seen at /gone, so its views ask for the document and the calls alone",
        "gone: calls that are counted and not named are not sent",
        "POST /api/cart is never sent: POST is a write, and safety.writes does not allow it",
        "GET https://elsewhere.example/x is never sent: its host is not among safety.allow_hosts",
    )


ROWS = [
    ("no data", {"get": "/"}, 0, ""),
    ("as many as are looked at", {"get": "/p/{sku}"}, 5, ""),
    ("one more", {"get": "/p/{sku}"}, 6,
     "product: 5 of 6 rows were looked at, and views of the others load what one of those does"),
    ("most, and one of them is not there", {"get": "/p/{sku}"}, 40,
     "product: 4 of 40 rows were looked at, and views of the others load what one of those does"),
    ("no assets are loaded", {"get": "/p/{sku}", "assets": "none"}, 6, ""),
    ("none is there", {"get": "/p/{sku}"}, -6,
     "product: no page was seen at /p/{sku}, so its views ask for the document and the calls alone"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "count", "note"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
def test_rows_that_were_not_looked_at_are_said(page: dict[str, Any], count: int, note: str) -> None:
    table = Table(("sku",), tuple((str(number),) for number in range(abs(count))))
    data = Data({"skus.csv": table}, {"product": Source("skus.csv", "zipf")}) if count else NO_DATA
    declared = {"share": "100%", **page, **({"data": {"from": "skus.csv"}} if count else {})}
    found = [exchange("/", body=HOME), exchange("/p/4", body=HOME, status=404 if count == 40 else 200)]
    found += [exchange(f"/p/{number}", body=HOME) for number in range(4)]
    notes = played(shop(traffic={"pages": {"product": declared}}), data, *(found if count >= 0 else found[:1])).notes
    assert notes == ((note,) if note else ())


def test_identities_take_turns_on_personal_pages() -> None:
    profile = shop()
    assert identity_of(profile, f"{SITE}/", 0) is None
    assert [identity_of(profile, f"{SITE}/account", number) for number in range(3)] == ["alice", "bob", "alice"]
    account = shop(traffic={"pages": {"account": {"share": "100%", "get": "/account"}}})
    assert to_ask(documents(account, NO_DATA)) == {f"{SITE}/account": "alice"}
    assert "visitors of personal pages take turns as alice, bob" in played(account, NO_DATA).notes


def test_scripts_travel_as_json() -> None:
    script = played()
    assert Script.from_json(script.to_json()) == script
    assert script.sources == {"product": Source("skus.csv", "random")}
    for text in ("{}", "[]", "nothing", '{"views": 1}'):
        with pytest.raises(ValueError, match=r"no script|Expecting"):
            Script.from_json(text)


def test_answers_are_those_of_the_shop() -> None:
    assert len({each.url for each in answers()}) == len(answers())
