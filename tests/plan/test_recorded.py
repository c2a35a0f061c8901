"""Traffic from requests that were recorded: pages and their shares, calls, visits, devices."""

from typing import Any

import pytest
import yaml

from scalecheck.model.profile import Profile
from scalecheck.model.profile_file import parse_profile
from scalecheck.plan.recorded import Recorder, generalised
from scalecheck.plan.recorded_audience import percent
from scalecheck.plan.recorded_traffic import Recorded, recorded_traffic
from scalecheck.wire.access_log import Hit

AT = 1_795_132_800.0  # midnight UTC
PHONE = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
IPAD = "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15"


def hit(target: str, at: float = 0.0, *, client: str = "a", status: int = 200, method: str = "GET", **more: Any) -> Hit:
    return Hit(AT + at, method, target, status, client, **more)


def found(*hits: Hit, folder: str | None = None, profile: Profile | None = None) -> Recorded:
    recorder = Recorder(profile)
    for each in hits:
        recorder.take(each)
    recorder.finish()
    recorded = recorded_traffic(recorder, folder)
    section = yaml.safe_dump({"traffic": recorded.traffic})
    assert parse_profile(f"scalecheck: 1\n{section}").traffic.pages, "what is printed is a profile's traffic"
    return recorded


GENERAL = [
    ("/", "/"),
    ("/products/17", "/products/{id}"),
    ("/products/17/reviews/3", "/products/{id}/reviews/{id2}"),
    ("/o/8f14e45f-ceea-467f-a0d7-1b2c3d4e5f60", "/o/{id}"),
    ("/o/0123456789abcdef", "/o/{id}"),
    ("/news/2026-11-20", "/news/{id}"),
    ("/deadbeef", "/deadbeef"),
    ("/products/boots", "/products/boots"),
    ("/v2/users", "/v2/users"),
]


@pytest.mark.parametrize(("path", "pattern"), GENERAL)
def test_segments_that_name_one_of_many_are_parameters(path: str, pattern: str) -> None:
    assert generalised(path) == pattern


def test_pages_have_their_share_of_the_views() -> None:
    pages = found(*[hit("/")] * 2, hit("/products/1"), hit("/products/2?from=mail")).traffic["pages"]
    assert pages == {"home": {"share": "50%", "get": "/"}, "products": {"share": "50%", "get": "/products/1"}}


NO_PAGES = [
    hit("/app.js"),
    hit("/logo.SVG?v=2"),
    hit("/api/session"),
    hit("/de/api/session"),
    hit("/graphql", method="POST"),
    hit("/checkout", method="POST"),
    hit("/gone", status=404),
    hit("/old", status=301),
    hit("/broken", status=500),
    hit("/{x}"),
    hit("/crawled", agent="Mozilla/5.0 (compatible; Googlebot/2.1)"),
    hit("/checked", agent="curl/8.5.0"),
    hit("/data", content_type="application/json"),
    hit("/picture", content_type="image/png"),
]


@pytest.mark.parametrize("other", NO_PAGES, ids=lambda each: each.target)
def test_what_is_no_page_has_no_share(other: Hit) -> None:
    pages = found(hit("/"), other).traffic["pages"]
    assert {name: page["share"] for name, page in pages.items()} == {"home": "100%"}


def test_a_recordings_media_type_says_what_a_page_is() -> None:
    assert list(found(hit("/feed.xml", content_type="text/html")).traffic["pages"]) == ["feed-xml"]


def test_many_pages_of_one_folder_are_one_page() -> None:
    few = found(*(hit(f"/blog/{name}") for name in "abcdefghi")).traffic["pages"]
    many = found(*(hit(f"/blog/{name}") for name in "abcdefghij")).traffic["pages"]
    assert (len(few), len(many)) == (9, 1)
    assert many["blog"]["share"] == "100%"


def test_data_keeps_what_parameters_stood_for_the_most_frequent_first() -> None:
    views = [hit(f"/products/{number}") for number in (3, 1, 3, 2, 3)]
    recorded = found(*views, folder="data")
    assert recorded.traffic["pages"]["products"]["data"] == {"from": "data/products.csv", "pick": "random"}
    assert recorded.tables == {"products.csv": (("id",), ("3",), ("1",), ("2",))}
    popular = found(*views, *[hit("/products/3")] * 40, *(hit(f"/products/{each}") for each in range(9)), folder="data")
    assert popular.traffic["pages"]["products"]["data"]["pick"] == "zipf"


def test_calls_belong_to_the_page_that_they_name_or_that_is_looked_at() -> None:
    product = "https://shop.example/products/1"
    recorded = found(
        hit("/products/1"),
        hit("/", 5),
        hit("/api/products/1", 6, referer=product),
        hit("/api/products/1/stock", 6, referer=product),
        hit("/api/products/1/stock", 6, referer=product),
        hit("/api/menu", 7),
        hit("/api/session", 7, referer="https://elsewhere.example/nowhere"),
        hit("/api/menu", 7, client="b"),
        folder="data",
    )
    pages = recorded.traffic["pages"]
    assert pages["products"]["api"] == ["GET /api/products/{id}/stock x2", "GET /api/products/{id}"]
    assert pages["home"]["api"] == ["GET /api/menu", "GET /api/session"]


def test_a_call_whose_parameter_is_another_one_keeps_its_usual_address() -> None:
    recorded = found(hit("/products/1"), hit("/api/depots/7", 1), folder="data")
    assert recorded.traffic["pages"]["products"]["api"] == ["GET /api/depots/7"]
    assert found(hit("/products/1"), hit("/api/products/1", 1)).traffic["pages"]["products"]["api"] == [
        "GET /api/products/1"
    ]


def test_calls_that_few_views_make_are_load_besides() -> None:
    views = [hit("/", at) for at in range(0, 3600, 4)]
    searches = [hit("/api/search?q=x", at + 1) for at in range(0, 3600, 20)]
    traffic = found(*sorted([*views, *searches], key=lambda each: each.at)).traffic
    assert traffic["normal"] == "0.25 pages/s"
    assert traffic["routes"] == {"GET /api/search": {"rate": "3/m"}}
    assert "api" not in traffic["pages"]["home"]


def test_bytes_of_calls_are_their_mean() -> None:
    traffic = found(hit("/"), hit("/api/menu", 1, size=1000), hit("/api/menu", 2, size=3000)).traffic
    assert traffic["routes"] == {"GET /api/menu": {"bytes": "2KB"}}


def test_calls_that_write_are_named_and_left_out() -> None:
    recorded = found(hit("/cart"), hit("/api/cart", 1, method="POST"))
    assert "api" not in recorded.traffic["pages"]["cart"]
    assert any("writes: true sends: POST /api/cart (1)" in note for note in recorded.notes)


def test_a_visit_ends_after_half_an_hour() -> None:
    hits = [hit("/", 0), hit("/", 10), hit("/", 1810), hit("/", 3611), hit("/", 3621, client="b")]
    audience = found(*hits).traffic["audience"]
    assert audience == {"pages_per_user": "1..3", "think_time": "10s..1800s"}


def test_a_day_says_how_many_come_and_what_the_busiest_hour_is() -> None:
    quiet = [hit("/", hour * 3600, client=f"q{hour}") for hour in range(24)]
    busy = [hit("/", 12 * 3600 + at, client=f"b{at}") for at in range(0, 3600, 2)]
    traffic = found(*sorted([*quiet, *busy], key=lambda each: each.at)).traffic
    assert traffic["normal"] == "0.5 pages/s"
    assert traffic["expect"] == "0.5..0.517 requests/s"
    assert traffic["audience"]["daily_users"] == 1824


def test_a_moment_says_nothing_of_rates() -> None:
    recorded = found(hit("/"), hit("/", 30))
    assert "normal" not in recorded.traffic
    assert "expect" not in recorded.traffic
    assert any(note.startswith("normal is not known") for note in recorded.notes)


def test_devices_are_those_of_visits() -> None:
    agents = [PHONE, PHONE, PHONE, DESK, IPAD]
    devices = found(*(hit("/", client=str(at), agent=agent) for at, agent in enumerate(agents))).traffic["devices"]
    assert devices == {
        "mobile": {"share": "60%", "user_agent": "chrome-android"},
        "desktop": {"share": "20%", "user_agent": "chrome-windows"},
        "tablet": {"share": "20%", "user_agent": "safari-ipad"},
    }


def test_rare_pages_are_left_out_and_the_shares_still_add_up() -> None:
    hits = [hit("/a")] * 100 + [hit("/b")] * 100 + [hit("/c")] * 100 + [hit("/rare")]
    recorded = found(*hits)
    assert [page["share"] for page in recorded.traffic["pages"].values()] == ["33.4%", "33.3%", "33.3%"]
    assert "left out: pages with few views: 1, 0.33% of all views" in recorded.notes


@pytest.mark.parametrize("counts", [[1], [1, 1, 1], [1] * 7, [997, 1, 1, 1], [3, 5, 9, 11, 13, 17]])
def test_shares_in_tenths_add_up(counts: list[int]) -> None:
    assert sum(round(float(share) * 10) for share in percent(counts)) == 1000


SHOP = """\
scalecheck: 1
site: https://shop.example
routes:
  home: {path: /, kind: ssg}
  data: {path: /session, kind: api}
  files: {path: "/files/*", kind: static}
  product: {path: "/{slug}-p", kind: isr}
"""


def test_a_profiles_routes_say_what_a_page_is() -> None:
    hits = [hit("/"), hit("/session", 1), hit("/files/menu", 1), hit("/boot-p", 2), hit("/shoe-p", 3)]
    recorded = found(*hits, profile=parse_profile(SHOP), folder="data")
    assert not recorded.tables
    assert recorded.traffic["pages"] == {
        "p": {"share": "66.7%", "get": "/boot-p"},
        "home": {"share": "33.3%", "get": "/", "api": ["GET /session"]},
    }


def test_names_of_pages_are_unlike() -> None:
    pages = found(hit("/a-b"), hit("/a/b"), hit("/anonymous"), hit("/Ü"), hit("/")).traffic["pages"]
    assert len(pages) == 5
    assert "anonymous" not in pages
