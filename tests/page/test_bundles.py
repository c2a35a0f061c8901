"""What pages ship: whose each chunk is, what is shared, what counts, and why it is loaded."""

import pytest

from scalecheck.page.bundles import Bundles, PageBundle, Row, Whose, matching, reasons
from scalecheck.page.cost import Figures
from scalecheck.page.fetches import Use, When
from tests.checks.rows import absolute, failure, site
from tests.page.shipping import SHOP, asset, fetch, loaded, page, shipped, shop


@pytest.fixture(scope="module")
def found() -> Bundles:
    return shop()


def of(found: Bundles, path: str) -> PageBundle:
    return next(each for each in found.pages if each.url == absolute(path))


def row(found: Bundles, path: str, what: str) -> Row:
    return next(each for each in of(found, path).rows if each.what == what)


def test_each_chunk_is_owned_shared_or_a_third_partys(found: Bundles) -> None:
    whose = {each.item.url.rpartition("/")[2]: each.whose for each in of(found, "/").chunks}
    assert whose == {
        "framework.js": Whose.SHARED,
        "home.js": Whose.OWN,
        "date-1.js": Whose.OWN,
        "t.js": Whose.THIRD_PARTY,
        "site.css": Whose.SHARED,
    }


def test_two_pages_of_one_route_share_nothing(found: Bundles) -> None:
    chunk = next(each for each in of(found, "/products/1").chunks if each.item.url.endswith("/product.js"))
    assert (chunk.whose, chunk.routes) == (Whose.OWN, ("product",))


def test_scripts_come_first_and_the_largest_before_the_others(found: Bundles) -> None:
    names = [each.item.url.rpartition("/")[2] for each in of(found, "/products/1").chunks]
    assert names == ["framework.js", "product.js", "date-2.js", "site.css"]


def test_shared_code_is_told_by_url_and_by_content(found: Bundles) -> None:
    (common,) = found.common
    assert common.routes == ("home", "product")
    assert {each.url.rpartition("/")[2] for each in common.items} == {"framework.js", "site.css"}
    (copies,) = found.copies
    assert copies.urls == (absolute("/_next/static/date-1.js"), absolute("/_next/static/date-2.js"))
    assert copies.routes == ("home", "product")
    assert copies.figures == Figures(1, 5_100, 15_000)
    chunk = next(each for each in of(found, "/").chunks if each.item.url.endswith("/date-1.js"))
    assert chunk.copies == (absolute("/_next/static/date-2.js"),)


def test_empty_answers_and_errors_are_no_copies() -> None:
    known = site(page("/"), asset("/a.js", 0, "none"), asset("/b.js", 0, "none"), failure("/c.js"), failure("/d.js"))
    assert not shipped(known, loaded("/", *(fetch(f"/{name}.js") for name in "abcd"))).copies


def test_rows_stand_beside_their_budgets(found: Bundles) -> None:
    script = row(found, "/products/1", "JavaScript")
    assert script.first == Figures(3, 95_300, 285_000)
    assert (script.limit, script.over, script.missing) == (90_000, True, ())
    assert script.used == pytest.approx(1.0589, abs=1e-4)
    assert script.repeat == Figures()
    assert (row(found, "/products/1", "fonts").limit, row(found, "/products/1", "fonts").used) == (None, None)
    assert row(found, "/products/1", "requests").counted == 5


def test_what_comes_from_others_is_counted_apart(found: Bundles) -> None:
    foreign = row(found, "/", "third parties")
    assert (foreign.counted, foreign.first.requests, foreign.first.transferred_bytes) == (1, 1, 0)
    assert (foreign.limit, foreign.over, foreign.used) == (0, True, None)
    assert row(found, "/", "JavaScript").first.requests == 3


def test_a_page_is_shown_in_the_window_in_which_it_costs_most(found: Bundles) -> None:
    home = of(found, "/")
    assert home.window == "desktop"
    assert home.windows["desktop"] - home.windows["mobile"] == 90_100


def test_lower_bounds_say_why(found: Bundles) -> None:
    assert row(found, "/", "JavaScript").missing == (
        f"{absolute('/_next/static/home.js')}: react: the import map has no such name",
    )
    assert not row(found, "/", "CSS").missing


def test_later_files_stand_apart(found: Bundles) -> None:
    assert [each.url for each in of(found, "/products/2").dynamic] == [absolute("/_next/static/gallery.js")]
    assert not any(each.item.url.endswith("gallery.js") for each in of(found, "/products/2").chunks)


def test_pages_stand_by_route_with_the_heaviest_first(found: Bundles) -> None:
    assert {name: [each.url for each in pages] for name, pages in found.routes.items()} == {
        "home": [absolute("/")],
        "product": [absolute("/products/1"), absolute("/products/2")],
        "about": [absolute("/about")],
    }


def test_reasons_name_the_pages_and_the_way(found: Bundles) -> None:
    (reason,) = reasons(found, absolute("/_next/static/gallery.js"))
    assert reason.when is When.DYNAMIC
    assert reason.pages == (absolute("/products/1"), absolute("/products/2"))
    assert [(each.how, each.url) for each in reason.chain] == [
        ("<script>", absolute("/_next/static/product.js")),
        ("import()", absolute("/_next/static/gallery.js")),
    ]


def test_reasons_that_differ_stand_apart_the_surest_first() -> None:
    later = fetch("/a.js", Use.SCRIPT, When.DYNAMIC, "/b.js", "import()")
    found = shipped(SHOP, loaded("/about", fetch("/b.js"), later), loaded("/", fetch("/a.js")))
    assert [(each.when, each.pages) for each in reasons(found, absolute("/a.js"))] == [
        (When.INITIAL, (absolute("/"),)),
        (When.DYNAMIC, (absolute("/about"),)),
    ]
    assert not reasons(found, absolute("/c.js"))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (absolute("/_next/static/home.js"), ["home.js"]),
        ("home.js", ["home.js"]),
        ("date", ["date-2.js", "date-1.js"]),
        (".css", ["site.css"]),
        ("/t.js", ["t.js"]),
        ("nowhere", []),
    ],
)
def test_a_part_of_an_url_is_enough(text: str, names: list[str], found: Bundles) -> None:
    assert [url.rpartition("/")[2] for url in matching(found, text)] == names


def test_a_site_without_pages_ships_nothing() -> None:
    found = shipped(site())
    assert (found.pages, found.common, found.copies, dict(found.routes)) == ((), (), (), {})
