"""Page costs from evidence: what was fetched, what a warm cache keeps, and what the evidence does not know."""

from typing import Any

import pytest

from scalecheck.model.site import Site
from scalecheck.plan.costs import Measured, Source, ViewFigures
from scalecheck.plan.measured import measured
from tests.checks.rows import YEAR, exchange, failure, profile, site

HTML = (
    '<script src="/_next/static/app.9f2c1b7e.js"></script><link rel="stylesheet" href="/_next/static/a.12345678.css">'
)
HOME = exchange("/", {"cache-control": "no-cache", "etag": '"a"'}, body=HTML, wire_bytes=2_000, header_bytes=100)
SCRIPT = exchange("/_next/static/app.9f2c1b7e.js", {"cache-control": YEAR}, wire_bytes=50_000, header_bytes=100)
SHEET = exchange("/_next/static/a.12345678.css", {"cache-control": YEAR}, wire_bytes=9_000, header_bytes=100)
PRODUCT = exchange("/products/1", {"cache-control": "no-cache", "etag": '"b"'}, body=HTML, wire_bytes=3_000)
TRAFFIC: dict[str, Any] = {
    "normal": "1 pages/s",
    "pages": {
        "home": {"share": "50%", "get": "/", "api": ["GET /api/menu x3", "POST /api/seen"]},
        "product": {"share": "50%", "get": "/products/{id}", "data": {"from": "ids.csv"}},
    },
    "routes": {"GET /catalog/{id}": {"rate": "1/s", "bytes": "9KB"}},
    "devices": {"mobile": {"share": "60%"}, "desktop": {"share": "40%"}},
}


def found(*records: Any, **traffic: Any) -> Measured:
    return measured(seen(*records, **traffic))


def seen(*records: Any, **traffic: Any) -> Site:
    return site(*records, profile=profile(traffic={**TRAFFIC, **traffic}))


def test_the_first_visit_is_everything_that_was_transferred() -> None:
    home = found(HOME, SCRIPT, SHEET).pages["home"]
    assert home.first == ViewFigures(3, 61_300, Source.MEASURED, 2_100)


def test_a_warm_cache_keeps_what_is_fresh_and_asks_whether_the_rest_changed() -> None:
    home = found(HOME, SCRIPT, SHEET).pages["home"]
    assert (home.repeat.requests, home.repeat.source) == (1, Source.MEASURED)
    assert home.repeat.size == home.repeat.html
    assert home.repeat.size is not None
    assert 0 < home.repeat.size < 2_100


def test_a_page_with_parameters_is_another_one_each_time() -> None:
    product = found(PRODUCT, SCRIPT, SHEET).pages["product"]
    assert product.repeat == ViewFigures(1, 3_000, Source.MEASURED, 3_000)


def test_pages_of_one_kind_are_averaged() -> None:
    other = exchange("/products/2", {"cache-control": "no-cache"}, body="<p>", wire_bytes=1_000)
    first = found(PRODUCT, other, SCRIPT, SHEET).pages["product"].first
    assert (first.requests, first.size, first.html) == pytest.approx((2, 31_600, 2_000))


def test_devices_see_pages_in_their_own_windows() -> None:
    picture = '<img src="/images/s.png" srcset="/images/s.png 800w, /images/l.png 3200w" sizes="100vw">'
    page = exchange("/", {}, body=picture, wire_bytes=1_000)
    images = [exchange(f"/images/{name}.png", {}, wire_bytes=size) for name, size in (("s", 10_000), ("l", 90_000))]
    first = found(page, *images, devices={"desktop": {"share": "100%"}}).pages["home"].first
    assert first.size == pytest.approx(91_000)
    narrow = {"narrow": {"share": "100%", "viewport": "mobile"}}
    assert found(page, *images, devices=narrow).pages["home"].first.size == pytest.approx(11_000)


def test_what_the_evidence_does_not_know_is_said() -> None:
    known = found(HOME, SCRIPT, failure("/_next/static/a.12345678.css"))
    (lower, absent) = known.notes
    assert lower.startswith("home: a lower bound, since not all that it loads was measured (https://shop.test/_next")
    assert absent == "product: the evidence has no page of /products/{id}, so what is declared stands"


def test_a_page_that_failed_is_no_page() -> None:
    error = exchange("/", {}, status=500, body="no", wire_bytes=100)
    assert found(error).pages == {}


def test_answers_to_calls() -> None:
    menu = exchange("/api/menu", {}, content_type="application/json", wire_bytes=700, header_bytes=100)
    entries = [exchange(f"/catalog/{at}", {}, content_type="application/json", wire_bytes=at * 1000) for at in (1, 3)]
    missing = exchange("/catalog/9", {}, status=404, wire_bytes=9_000)
    assert found(menu, *entries, missing).answers == {"GET /api/menu": 800, "GET /catalog/{id}": 2_000}


def test_evidence_of_another_host_is_not_this_pages() -> None:
    away = {"home": {"share": "100%", "get": "https://www.shop.test/"}}
    assert found(HOME, SCRIPT, SHEET, pages=away).pages == {}
