"""The servers do what the tests of the audit take for granted: rightly configured, and with each mistake."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scalecheck.wire.accept import CHROME, OLD
from tests.peers import shop
from tests.peers.asking import Get, getter
from tests.peers.mistakes import Mistake
from tests.peers.peer import CADDY, MISTAKES, PEERS, Peer
from tests.peers.servers import require

pytestmark = pytest.mark.peer

ALICE = {"Cookie": "session=alice-session"}
BOB = {"Cookie": "session=bob-session"}
PHOTOS = {CHROME: "image/avif", "image/webp,*/*": "image/webp", OLD: "image/png"}
"""What a client accepts, and which format it gets."""
MISSING_CHUNK = "/assets/never-built.0a1b2c3d4e.js"


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_rightly_configured_it_keeps_the_contract(peer: Peer, tmp_path: Path) -> None:
    require(peer.name)
    with peer.standing(tmp_path) as url:
        get = getter(url)
        keeps_the_contract(get)
        keeps_accounts_apart(get)
        negotiates_formats(get)
        if peer is not CADDY:
            stores_what_it_may(get)


def keeps_the_contract(get: Get) -> None:
    for path in ("/", "/products", "/api/products/1", shop.APP_PATH, shop.CSS_PATH):
        seen = {coding: get(path, coding=coding) for coding in ("identity", "gzip, br, zstd, x-new", "gzip", "br")}
        for coding, answer in seen.items():
            again = get(path, {"If-None-Match": answer.field("etag")}, coding=coding)
            head = get(path, coding=coding, method="HEAD")
            assert answer.status == 200
            assert again.status == 304, (path, coding, answer.fields.items())
            for name in ("cache-control", "vary"):
                assert again.field(name) == answer.field(name), (path, coding, name)
                assert head.field(name) == answer.field(name), (path, coding, name)
            assert again.field("etag").removeprefix("W/") == answer.field("etag").removeprefix("W/")
            assert answer.field("vary") == "Accept-Encoding"
        assert seen["gzip"].field("content-encoding") == "gzip"
        assert seen["gzip"].text == seen["identity"].text
        strong = [a.field("etag") for a in (seen["identity"], seen["gzip"]) if not a.field("etag").startswith("W/")]
        assert len(strong) == len(set(strong))
    assert get("/").field("cache-control") == shop.PAGE
    assert get(shop.APP_PATH).field("cache-control") == shop.YEAR
    assert get("/health").field("cache-control") == "no-store"
    assert get("/api/delivery", {"If-None-Match": get("/api/delivery").field("etag")}).status == 304
    for path in ("/never-written", MISSING_CHUNK):
        assert (get(path).status, get(path).field("cache-control")) == (404, shop.BRIEF)


def keeps_accounts_apart(get: Get) -> None:
    seen = [get("/account", fields) for fields in (ALICE, ALICE, BOB, {}, ALICE)]
    assert [answer.status for answer in seen] == [200, 200, 200, 302, 200]
    assert ["Alice" in answer.text for answer in seen] == [True, True, False, False, True]
    assert not any(answer.hit for answer in seen)


def negotiates_formats(get: Get) -> None:
    for accept, media_type in (*PHOTOS.items(), *PHOTOS.items()):  # the second time from the cache, where there is one
        answer = get(shop.PHOTO_PATH, {"Accept": accept})
        assert (answer.field("content-type"), answer.field("vary")) == (media_type, "Accept")


def stores_what_it_may(get: Get) -> None:
    for path in ("/products/5", "/images/hero.webp", "/favicon.svg", "/api/products/3", shop.VENDOR_PATH):
        assert not get(path).hit, path
        assert get(path).hit, path
    get("/products/6", coding="br")
    assert get("/products/6?utm_source=mail&utm_medium=x&gclid=7", coding="br").hit
    assert not get("/products/6?page=2", coding="br").hit


@pytest.mark.parametrize(("peer", "mistake"), MISTAKES, ids=lambda each: each.name)
def test_its_mistake_shows(peer: Peer, mistake: Mistake, tmp_path: Path) -> None:
    require(peer.name)
    with peer.standing(tmp_path, mistake) as url:
        SHOWS[mistake](getter(url))


def year_long_html(get: Get) -> None:
    assert "max-age=31536000, s-maxage=60" in get("/").field("cache-control")
    assert "max-age=31536000, s-maxage=60" in get("/").field("cache-control")


def cookie(get: Get) -> None:
    assert [bool(get("/products").field("set-cookie")) for _ in range(3)] == [True] * 3
    assert "s-maxage=60" in get("/products").field("cache-control")
    assert not get("/").field("set-cookie")


def no_vary(get: Get) -> None:
    assert get("/", coding="gzip").field("content-encoding") == "gzip"
    assert not get("/").field("vary")
    assert not get("/").field("content-encoding")


def same_strong_etag(get: Get) -> None:
    plain, zipped = get("/"), get("/", coding="gzip")
    assert zipped.field("content-encoding") == "gzip"
    assert plain.field("etag") == zipped.field("etag")
    assert plain.field("etag").startswith('"')


def bare_304(get: Get) -> None:
    bare = get("/api/delivery", {"If-None-Match": get("/api/delivery").field("etag")})
    assert (bare.status, bare.field("cache-control")) == (304, "")


def spa_fallback(get: Get) -> None:
    shell = get(MISSING_CHUNK)
    assert (shell.status, shell.field("content-type"), shell.field("cache-control")) == (200, shop.HTML, shop.YEAR)
    assert get("/never-written").status == 404


def personal_public(get: Get) -> None:
    assert get("/account", ALICE).field("cache-control").startswith("public")
    assert "Alice" in get("/account", ALICE).text


def personal_stored(get: Get) -> None:
    assert get("/account", ALICE).field("cache-control") == "private, no-store"
    assert "Alice" in get("/account", BOB).text
    assert "Alice" in get("/account").text


def unhashed_immutable(get: Get) -> None:
    assert get("/favicon.svg").field("cache-control") == shop.YEAR


def contradiction(get: Get) -> None:
    assert get("/health").field("cache-control") == "no-store, max-age=3600"


def lasting_404(get: Get) -> None:
    assert get("/never-written").field("cache-control") == "public, max-age=86400"
    assert get(MISSING_CHUNK).field("cache-control") == shop.BRIEF


def changing_chunk(get: Get) -> None:
    assert len({get(shop.APP_PATH, coding=coding).text for coding in ("br", "gzip")}) == 2
    assert len({get(shop.VENDOR_PATH, coding=coding).text for coding in ("br", "gzip")}) == 1


def silent_on_accept(get: Get) -> None:
    types = formats(get)
    assert len(set(types)) == len(types) or len(set(types)) == 1  # without a word, a cache may well mix them up
    assert not get(shop.PHOTO_PATH, {"Accept": CHROME}).field("vary")


def mixed_formats(get: Get) -> None:
    assert formats(get) == ["image/avif"] * len(PHOTOS)


def old_format(get: Get) -> None:
    assert formats(get) == ["image/png"] * len(PHOTOS)


def formats(get: Get) -> list[str]:
    return [get(shop.PHOTO_PATH, {"Accept": accept}).field("content-type") for accept in PHOTOS]


SHOWS: Mapping[Mistake, Callable[[Get], None]] = {
    Mistake.YEAR_LONG_HTML: year_long_html,
    Mistake.COOKIE_ON_SHARED_PAGE: cookie,
    Mistake.NO_VARY: no_vary,
    Mistake.SAME_STRONG_ETAG: same_strong_etag,
    Mistake.BARE_304: bare_304,
    Mistake.SPA_FALLBACK: spa_fallback,
    Mistake.PERSONAL_PUBLIC: personal_public,
    Mistake.PERSONAL_STORED: personal_stored,
    Mistake.UNHASHED_IMMUTABLE: unhashed_immutable,
    Mistake.CONTRADICTION: contradiction,
    Mistake.LASTING_404: lasting_404,
    Mistake.CHANGING_CHUNK: changing_chunk,
    Mistake.SILENT_ON_ACCEPT: silent_on_accept,
    Mistake.MIXED_FORMATS: mixed_formats,
    Mistake.OLD_FORMAT: old_format,
}
