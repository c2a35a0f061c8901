"""Front ends as they are by default: what they send, and that what the audit says of it is true."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.again import again
from tests.peers import breaks
from tests.peers.asking import Get, getter
from tests.peers.audit import Told, audit
from tests.peers.front_ends import SESSIONS, nextjs, vite
from tests.peers.servers import require

pytestmark = pytest.mark.peer

ALICE = {"Cookie": "session=alice-session"}
ROUTER = "rsc, next-router-state-tree, next-router-prefetch, next-router-segment-prefetch, Accept-Encoding"
DYNAMIC = "private, no-cache, no-store, max-age=0, must-revalidate"


@dataclass(frozen=True, slots=True)
class Fact:
    """What a front end answers by default."""

    path: str
    status: int
    cache_control: str
    vary: str
    validator: str
    """`strong`, `weak` or `none`: the kind of its ETag."""
    coding: str = "gzip"
    """What it makes of `Accept-Encoding: br, gzip`."""


NEXTJS = (
    # built ahead: a year for shared caches, nothing for browsers, and the same strong tag in every coding
    Fact("/", 200, "s-maxage=31536000", ROUTER, "strong"),
    Fact("/checkout", 200, "s-maxage=31536000", ROUTER, "strong"),
    # `revalidate = 60`: stale for the rest of a year
    Fact("/products", 200, "s-maxage=60, stale-while-revalidate=31535940", ROUTER, "strong"),
    Fact("/products/1", 200, "s-maxage=60, stale-while-revalidate=31535940", ROUTER, "strong"),
    # reads cookies or search parameters: rendered on request, for nobody to keep
    Fact("/account", 307, DYNAMIC, ROUTER, "none"),
    Fact("/search?q=shoes", 200, DYNAMIC, ROUTER, "none"),
    # route handlers say nothing about caching, and bring no validator
    Fact("/api/products/1", 200, "", ROUTER, "none"),
    Fact("/health", 200, "", ROUTER, "none"),
    # public/: kept, but asked for anew each time
    Fact("/images/hero.webp", 200, "public, max-age=0", "", "weak", "identity"),
    Fact("/favicon.svg", 200, "public, max-age=0", "Accept-Encoding", "weak", "identity"),
    Fact("/sw.js", 200, "public, max-age=0", "Accept-Encoding", "weak", "identity"),
    Fact("/never-written", 404, DYNAMIC, ROUTER, "strong"),
    Fact("/_next/static/chunks/never.0a1b2c3d.js", 404, DYNAMIC, "Accept-Encoding", "none", "identity"),
    Fact("{chunk}", 200, "public, max-age=31536000, immutable", "Accept-Encoding", "weak"),
    Fact("{chunk}.map", 404, DYNAMIC, "Accept-Encoding", "none", "identity"),
)

VITE = (
    # nginx says nothing about caching, compresses nothing, and answers whatever is missing with the page
    Fact("/", 200, "", "", "strong", "identity"),
    Fact("/images/hero.webp", 200, "", "", "strong", "identity"),
    Fact("/favicon.svg", 200, "", "", "strong", "identity"),
    Fact("/never-written", 200, "", "", "strong", "identity"),
    Fact("/assets/never.0a1b2c3d.js", 200, "", "", "strong", "identity"),
    Fact("{chunk}", 200, "", "", "strong", "identity"),
    Fact("{chunk}.map", 200, "", "", "strong", "identity"),
)


@pytest.fixture(scope="module")
def nextjs_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    require("nginx", "nextjs")
    with nextjs(tmp_path_factory.mktemp("nextjs")) as url:
        yield url


@pytest.fixture(scope="module")
def vite_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    require("nginx", "vite")
    with vite(tmp_path_factory.mktemp("vite")) as url:
        yield url


@pytest.mark.parametrize("fact", NEXTJS, ids=lambda fact: fact.path)
def test_nextjs_sends_what_is_known_of_it(fact: Fact, nextjs_url: str) -> None:
    assert_holds(fact, getter(nextjs_url))


@pytest.mark.parametrize("fact", VITE, ids=lambda fact: fact.path)
def test_vite_behind_nginx_sends_what_is_known_of_it(fact: Fact, vite_url: str) -> None:
    assert_holds(fact, getter(vite_url))


def assert_holds(fact: Fact, get: Get) -> None:
    answer = get(fact.path.format(chunk=chunk(get)), coding="br, gzip")
    assert (answer.status, answer.field("cache-control")) == (fact.status, fact.cache_control)
    assert (answer.field("vary"), answer.field("content-encoding") or "identity") == (fact.vary, fact.coding)
    assert validator(answer.field("etag")) == fact.validator
    assert not answer.field("set-cookie")


def chunk(get: Get) -> str:
    """Return the first script that the home page loads."""
    found = re.search(r'"(/(?:_next/static/chunks|assets)/[^"]+\.js)"', get("/").text)
    assert found is not None
    return found.group(1)


def validator(etag: str) -> str:
    if not etag:
        return "none"
    return "weak" if etag.startswith("W/") else "strong"


def test_nextjs_tags_gzip_and_identity_alike(nextjs_url: str) -> None:
    get = getter(nextjs_url)
    assert get("/").field("etag") == get("/", coding="gzip").field("etag")
    assert get("/", coding="gzip").field("content-encoding") == "gzip"


def test_nginx_asks_for_anew_what_next_lets_nobody_keep_fresh(nextjs_url: str) -> None:
    get = getter(nextjs_url)
    icon = get("/favicon.svg")
    assert get("/favicon.svg", {"If-None-Match": icon.field("etag")}).status == 200
    page = get("/")
    assert get("/", {"If-None-Match": page.field("etag")}).status == 304


def test_nextjs_keeps_accounts_apart(nextjs_url: str) -> None:
    get = getter(nextjs_url)
    assert "Welcome, <!-- -->Alice" in get("/account", ALICE).text
    assert get("/account").field("location") == "/login"


def test_vite_answers_a_missing_chunk_with_the_page(vite_url: str) -> None:
    get = getter(vite_url)
    missing = get("/assets/never.0a1b2c3d.js")
    assert missing.body == get("/").body
    assert missing.field("content-type") == "text/html"


def test_what_is_said_of_nextjs_is_true(tmp_path: Path) -> None:
    require("nginx", "nextjs")
    (tmp_path / "app").mkdir()
    with nextjs(tmp_path / "app") as url:
        told = again(
            lambda: audit(url, "shop", tmp_path, environment=SESSIONS),
            lambda told: told.checks("fail", "unknown") == set(breaks.NEXTJS),
        )
    says_what_is_true(told, breaks.NEXTJS, breaks.NEXTJS_KEEPS)


def test_what_is_said_of_vite_is_true(tmp_path: Path) -> None:
    require("nginx", "vite")
    (tmp_path / "app").mkdir()
    with vite(tmp_path / "app") as url:
        told = again(
            lambda: audit(url, "content", tmp_path),
            lambda told: told.checks("fail", "unknown") == set(breaks.VITE),
        )
    says_what_is_true(told, breaks.VITE, breaks.VITE_KEEPS)


def says_what_is_true(told: Told, broken: dict[str, str], kept: set[str]) -> None:
    assert told.checks("fail", "unknown") == set(broken), str(told)
    assert told.checks("pass") >= kept, str(told)
    assert told.exit_code == 1, str(told)
