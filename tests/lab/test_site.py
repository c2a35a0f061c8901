"""What the clean lab promises, read with a plain client."""

import re
from email.utils import parsedate_to_datetime

import httpx
import pytest

from scalecheck.lab.edge import PURGE_TOKEN
from scalecheck.lab.lab import Lab
from scalecheck.wire.fingerprint import fingerprint
from tests.lab.visitor import ALICE, BOB, USUAL, Visitor

pytestmark = pytest.mark.live

YEAR = "public, max-age=31536000, immutable"
POLICIES = {
    "/": "public, max-age=0, s-maxage=3600, stale-while-revalidate=86400",
    "/products": "public, max-age=0, s-maxage=60, stale-while-revalidate=86400",
    "/products/3": "public, max-age=0, s-maxage=60, stale-while-revalidate=86400",
    "/blog/launch": "public, max-age=0, s-maxage=3600, stale-while-revalidate=86400",
    "/search?q=shoes": "public, max-age=0, s-maxage=10, stale-while-revalidate=86400",
    "/arrivals": "no-store",
    "/checkout": "public, max-age=0, s-maxage=3600, stale-while-revalidate=86400",
    "/login": "public, max-age=0, s-maxage=3600, stale-while-revalidate=86400",
    "/account": "private, no-store",
    "/auth/callback": "private, no-store",
    "/api/me": "private, no-store",
    "/api/basket": "private, no-store",
    "/api/flags": "public, max-age=0, s-maxage=30",
    "/api/products/1": "public, max-age=0, s-maxage=30, stale-while-revalidate=300",
    "/api/stock/1": "public, max-age=0, s-maxage=2, stale-while-revalidate=300",
    "/images/hero-640.png": "public, max-age=86400, s-maxage=604800, stale-while-revalidate=604800",
    "/favicon.ico": "public, max-age=86400",
    "/manifest.webmanifest": "public, max-age=3600",
    "/icon-512.png": "public, max-age=86400",
    "/robots.txt": "public, max-age=3600",
    "/sw.js": "no-cache",
    "/health": "no-store",
    "/none": "public, max-age=10",
    "/assets/none.0a1b2c3d.js": "public, max-age=10",
}
SHARED = [path for path, policy in POLICIES.items() if "s-maxage" in policy or path == "/favicon.ico"]
TEXT = ["/", "/products/1", "/search?q=shoes"]


@pytest.mark.parametrize(("path", "policy"), POLICIES.items())
def test_policy(path: str, policy: str, visitor: Visitor) -> None:
    assert visitor.get(path).headers["cache-control"] == policy


@pytest.mark.parametrize("path", SHARED)
def test_a_repeat_is_a_hit_with_an_age(path: str, visitor: Visitor) -> None:
    first, again = visitor.get(path), visitor.get(path)
    assert again.headers["cache-status"].startswith("scalecheck-lab; hit; ttl=")
    assert again.headers["age"].isdigit()
    assert again.content == first.content


@pytest.mark.parametrize("path", ["/", "/products"])
@pytest.mark.parametrize("accepted", ["gzip, br, zstd", "gzip, deflate", "identity", "gzip, deflate, br"])
def test_popular_pages_are_hits_on_the_first_request(path: str, accepted: str, visitor: Visitor) -> None:
    assert visitor.hit(path, accept_encoding=accepted)


@pytest.mark.parametrize("path", TEXT)
def test_each_coding_has_an_etag_and_vary(path: str, visitor: Visitor) -> None:
    codings = ("identity", "gzip", "br", "zstd")
    answers = {coding: visitor.get(path, accept_encoding=coding) for coding in codings}
    assert {answer.headers.get("content-encoding", "identity") for answer in answers.values()} == set(codings)
    assert {answer.headers["vary"] for answer in answers.values()} == {"Accept-Encoding"}
    assert len({answer.headers["etag"] for answer in answers.values()}) == len(codings)
    assert answers["gzip"].content == answers["br"].content == answers["identity"].content


@pytest.mark.parametrize("path", [*TEXT, "/images/hero-640.png", "/sw.js", "/api/products/2"])
def test_a_validator_is_worth_a_304_that_repeats_the_fields(path: str, visitor: Visitor) -> None:
    full = visitor.get(path)
    answer = visitor.get(path, if_none_match=f'"other", W/{full.headers["etag"]}')
    assert (answer.status_code, answer.content) == (304, b"")
    for name in ("cache-control", "etag", "vary"):
        assert answer.headers[name] == full.headers[name]
    assert "date" in answer.headers
    assert visitor.get(path, if_none_match='"other"').status_code == 200


@pytest.mark.parametrize("path", [*POLICIES])
def test_head_is_get_without_the_body(path: str, visitor: Visitor) -> None:
    full, head = visitor.get(path), visitor.ask("HEAD", path)
    assert (head.status_code, head.content) == (full.status_code, b"")
    moving = {"age", "cache-status", "date", "server-timing"}
    assert {k: v for k, v in head.headers.items() if k not in moving} == {
        k: v for k, v in full.headers.items() if k not in moving
    }


@pytest.mark.parametrize("path", [*POLICIES])
def test_every_answer_is_dated_and_names_no_software(path: str, visitor: Visitor) -> None:
    headers = visitor.get(path).headers
    assert parsedate_to_datetime(headers["date"])
    assert headers["x-content-type-options"] == "nosniff"
    assert not {"server", "via", "x-powered-by", "surrogate-key"} & set(headers)


def test_pages_carry_the_security_fields(visitor: Visitor) -> None:
    headers = visitor.get("/products/1").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in headers["permissions-policy"]


def test_what_pages_load_is_there_and_kept_for_a_year(visitor: Visitor) -> None:
    paths = set()
    for page in ("/", "/products", "/products/1", "/blog/soles", "/search?q=shoes", "/checkout", "/login"):
        paths.update(re.findall(r'(?:src|href)="(/assets/[^"]+)"', visitor.get(page).text))
    assert len(paths) >= 12
    for path in paths:
        answer = visitor.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, YEAR)
        assert fingerprint(path) is not None
        assert 1_000 < len(answer.content) < 61_000


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "image/png"),
        ("image/webp,*/*", "image/webp"),
        ("image/avif,image/webp,*/*", "image/avif"),
        ("text/html", "image/png"),
    ],
)
def test_images_by_accept(accept: str, media_type: str, visitor: Visitor) -> None:
    first, again = (visitor.get("/images/shoe-1-320.png", accept=accept) for _ in range(2))
    assert first.headers["content-type"] == again.headers["content-type"] == media_type
    assert (again.headers["vary"], again.content) == ("Accept", first.content)
    assert "; hit" in again.headers["cache-status"]


def test_the_account_belongs_to_its_visitor(visitor: Visitor) -> None:
    assert "Alice" in visitor.get("/account", **ALICE).text
    assert "Alice" not in visitor.get("/account", **BOB).text
    anonymous = visitor.get("/account")
    assert (anonymous.status_code, anonymous.headers["location"]) == (302, "/login")
    assert "hit" not in visitor.get("/account", **ALICE).headers["cache-status"]
    assert visitor.get("/api/me", **BOB).json() == {"name": "Bob"}


@pytest.mark.parametrize("path", ["/account/x.css", "/account;x.css", "/account/..%2fx.css", "/account%2fx.js"])
def test_the_account_has_no_other_name(path: str, visitor: Visitor) -> None:
    assert visitor.get(path, **ALICE).status_code == 404


def test_nobody_else_knows_the_names_of_the_visitors(visitor: Visitor) -> None:
    for path in POLICIES:
        assert not re.search("Alice|Bob", visitor.get(path).text)


def test_signing_in_sets_a_guarded_cookie(visitor: Visitor) -> None:
    answer = visitor.client.post("/login", content="user=alice", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert answer.headers["set-cookie"] == "session=alice-demo; Path=/; Secure; HttpOnly; SameSite=Lax"
    assert visitor.client.post("/login", content="user=mallory").headers["location"] == "/login"


@pytest.mark.parametrize(("path", "status"), [("/beacon", 204), ("/", 405), ("/products/1", 405)])
def test_writes_reach_the_origin(path: str, status: int, visitor: Visitor) -> None:
    seen = visitor.lab.requests
    answer = visitor.ask("POST", path)
    assert (answer.status_code, answer.headers["cache-status"]) == (status, "scalecheck-lab; fwd=method")
    assert visitor.lab.requests == seen + 1


@pytest.mark.parametrize("noise", ["utm_source=x", "gclid=1&fbclid=2", "utm_campaign=a&utm_id=3"])
def test_tracking_parameters_are_not_in_the_key(noise: str, visitor: Visitor) -> None:
    assert visitor.hit(f"/?{noise}")


def test_other_parameters_are_in_the_key_in_any_order(visitor: Visitor) -> None:
    assert not visitor.hit("/search?q=runner&page=7")
    assert visitor.hit("/search?page=7&utm_term=x&q=runner")
    assert not visitor.hit("/search?q=runner&page=8")


def test_forwarded_fields_are_not_believed(visitor: Visitor) -> None:
    fields = {"x_forwarded_host": "stranger.invalid", "x_original_url": "/account", "x_forwarded_proto": "gopher"}
    assert "stranger.invalid" not in visitor.get("/?bust=forwarded", **fields).text
    assert "gopher" not in visitor.get("/?bust=forwarded").text


def test_search_words_are_escaped(visitor: Visitor) -> None:
    assert "<b>x" not in visitor.get("/search?q=%3Cb%3Ex").text


def test_health_names_its_dependencies(visitor: Visitor) -> None:
    assert visitor.get("/health").json()["dependencies"] == {"catalogue": "ok", "sessions": "ok"}


def test_only_the_edge_reaches_the_origin(visitor: Visitor) -> None:
    address = f"http://{visitor.lab.origin}/"
    assert httpx.get(address).status_code == 403
    assert httpx.get(address, headers={"X-Edge-Secret": "guess"}).status_code == 403


def test_both_edges_agree(visitor: Visitor) -> None:
    other = httpx.get(f"http://{visitor.lab.second_edge}/products/1", headers=USUAL)
    ours = visitor.get("/products/1")
    assert other.content == ours.content
    assert other.headers["cache-control"] == ours.headers["cache-control"]


def test_purging_needs_the_token(visitor: Visitor) -> None:
    visitor.get("/products/6")
    assert visitor.ask("PURGE", "/products/6").status_code == 403
    assert visitor.hit("/products/6")
    assert visitor.ask("PURGE", "/products/6", x_purge_token=PURGE_TOKEN).json() == {"purged": 1}
    assert not visitor.hit("/products/6")


def test_a_deploy_renames_what_changed_and_keeps_what_was() -> None:
    with Lab(latency_s=0.001) as lab, httpx.Client(base_url=lab.url) as client:
        visitor = Visitor(lab, client)
        app, vendor = visitor.chunk("app"), visitor.chunk("vendor")
        old = visitor.get(app).content
        lab.release(2)
        assert visitor.chunk("app") != app
        assert visitor.chunk("vendor") == vendor
        assert visitor.get(app).content == old
        assert visitor.hit("/")


def test_a_port_that_is_taken_is_an_os_error(visitor: Visitor) -> None:
    taken = int(visitor.lab.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"), Lab(port=taken):
        pass


@pytest.mark.parametrize("accepted", ["identity", "gzip", "br", "zstd"])
def test_the_head_of_the_arrivals_comes_before_their_content(accepted: str, visitor: Visitor) -> None:
    headers = {**USUAL, "accept-encoding": accepted}
    with visitor.client.stream("GET", "/arrivals", headers=headers) as answer:
        pieces = list(answer.iter_bytes())
    assert answer.headers.get("content-encoding", "identity") == accepted
    assert pieces[0].endswith(b"</head>")
    assert b"".join(pieces).endswith(b"</html>\n")


def test_pages_say_what_took_their_time_in_every_layer(visitor: Visitor) -> None:
    visitor.get("/")
    told = visitor.get("/").headers.get_list("server-timing", split_commas=True)
    assert [each.partition(";")[0] for each in told] == ["render", "cache"]
    assert told[1] == "cache;desc=hit"


def test_the_basket_is_the_visitors_own(visitor: Visitor) -> None:
    assert visitor.get("/api/basket", **ALICE).json() == {"of": "Alice", "pairs": 2}
    assert visitor.get("/api/basket").json() == {"pairs": 0}


def test_the_manifest_names_icons_that_are_there(visitor: Visitor) -> None:
    manifest = visitor.get("/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    for icon in manifest.json()["icons"]:
        assert visitor.get(icon["src"]).content.startswith(b"\x89PNG")
