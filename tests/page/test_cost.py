"""What a page costs: by use, by party, on the first visit and on the next."""

from typing import Any

import pytest

from scalecheck.model.evidence import Exchange, Loss, Record
from scalecheck.model.site import Site
from scalecheck.page.cost import Cost, Figures, cost, repeated, total
from scalecheck.page.fetches import Fetch, Loading, Unresolved, Use, When
from scalecheck.wire.reuse import Reuse
from scalecheck.wire.viewport import Viewport
from tests.checks.rows import YEAR, absolute, exchange, failure, profile, site

PAGE = exchange("/", {"cache-control": "max-age=0", "etag": '"p"'}, wire_bytes=2_000, decoded_bytes=8_000)
WINDOW = Viewport(412, 823, 1.75)


def fetch(url: str, use: Use, when: When = When.INITIAL, via: str = "/") -> Fetch:
    return Fetch(absolute(url), use, when, absolute(via), "")


def visit(known: Site, *fetches: Fetch, unresolved: tuple[Unresolved, ...] = ()) -> Cost:
    page = next(known.seen("first"))
    document = Fetch(page.url, Use.DOCUMENT, When.INITIAL, page.url, "")
    return cost(known, Loading(page, WINDOW, (document, *fetches), unresolved))


def asset(url: str, size: int, **more: Any) -> Exchange:
    return exchange(url, {"cache-control": YEAR}, wire_bytes=size, decoded_bytes=4 * size, header_bytes=100, **more)


def test_it_counts_by_use_what_was_transferred_and_decoded() -> None:
    known = site(PAGE, asset("/a.js", 1_000), asset("/b.js", 500), asset("/a.css", 300))
    paid = visit(known, fetch("/a.js", Use.SCRIPT), fetch("/b.js", Use.SCRIPT), fetch("/a.css", Use.STYLE))
    assert paid.own(Use.SCRIPT) == Figures(2, 1_700, 6_000)
    assert paid.own(Use.STYLE) == Figures(1, 400, 1_200)
    assert paid.own(Use.DOCUMENT) == Figures(1, 2_000, 8_000)
    assert paid.own() == Figures(4, 4_100, 15_200)
    assert paid.own(Use.FONT) == Figures()
    assert not paid.missing()


def test_what_is_not_initial_stands_apart() -> None:
    known = site(PAGE, asset("/a.js", 1_000), asset("/later.js", 500), asset("/i.png", 300), asset("/f.woff2", 200))
    paid = visit(
        known,
        fetch("/a.js", Use.SCRIPT),
        fetch("/later.js", Use.SCRIPT, When.DYNAMIC, "/a.js"),
        fetch("/i.png", Use.IMAGE, When.LAZY),
        fetch("/f.woff2", Use.FONT, When.POSSIBLE),
    )
    assert paid.own(Use.SCRIPT).transferred_bytes == 1_100
    assert paid.own(Use.SCRIPT, when=When.DYNAMIC) == Figures(1, 600, 2_000)
    assert paid.own(when=When.LAZY).transferred_bytes == 400
    assert paid.own(Use.FONT, when=When.POSSIBLE).transferred_bytes == 300
    assert paid.own().requests == 2


@pytest.mark.parametrize(
    ("url", "party"),
    [
        ("https://shop.test:8443/a.js", ""),
        ("https://cdn.shop.test/a.js", ""),
        ("https://static.partner.test/a.js", ""),  # the profile allows it
        ("https://www.partner.test/a.js", "partner.test"),
        ("https://a.b.tags.co.uk/a.js", "tags.co.uk"),
        ("https://x.github.io/a.js", "x.github.io"),
    ],
)
def test_parties(url: str, party: str) -> None:
    known = site(PAGE, profile=profile(safety={"allow_hosts": ["static.partner.test"]}))
    paid = visit(known, fetch(url, Use.SCRIPT))
    assert paid.items[1].third_party == party
    assert paid.items[1].figures == Figures(1, 0, 0)
    assert paid.items[1].unknown
    assert len(paid.foreign(Use.SCRIPT)) == (1 if party else 0)
    assert bool(paid.missing(Use.SCRIPT)) is not bool(party)


@pytest.mark.parametrize(
    ("url", "records", "reason"),
    [
        ("/a.js", [], "not asked"),
        ("/a.js", [failure("/a.js")], "not answered"),
        ("/a.js", [failure("/a.js", Loss.BUDGET)], "the request budget was used up"),
        ("https://cdn.shop.test/a.js", [], "safety.allow_hosts"),
        ("/a.js", [exchange("/a.js", {"location": "/b.js"}, status=302)], "redirected to where nothing was asked"),
        ("/a.js", [exchange("/a.js", wire_bytes=8 * 1024**2, truncated=True)], "cut off"),
    ],
)
def test_the_sites_own_bytes_that_are_not_known_are_missing(url: str, records: list[Record], reason: str) -> None:
    paid = visit(site(PAGE, records), fetch(url, Use.SCRIPT))
    (told,) = paid.missing(Use.SCRIPT)
    assert reason in told
    assert paid.own(Use.SCRIPT).requests == 1
    assert not paid.missing(Use.STYLE, Use.DOCUMENT)


@pytest.mark.parametrize("when", [When.DYNAMIC, When.LAZY, None])
def test_what_browsers_do_not_fetch_at_first_is_not_missed(when: When | None) -> None:
    known = site(PAGE, asset("/a.js", 1))
    paid = visit(known, fetch("/a.js", Use.SCRIPT), unresolved=(Unresolved(absolute("/a.js"), "import()", when),))
    assert not paid.missing()


def test_a_lost_sheet_may_hide_fonts_and_is_told_once() -> None:
    known = site(PAGE, failure("/a.css"))
    paid = visit(known, fetch("/a.css", Use.STYLE), unresolved=(Unresolved(absolute("/a.css"), "not answered"),))
    assert len(paid.missing()) == len(paid.missing(Use.STYLE)) == len(paid.missing(Use.FONT)) == 1


def test_a_text_of_which_not_all_is_kept_is_counted_whole() -> None:
    long = exchange("/a.js", wire_bytes=1_000_000, decoded_bytes=5_000_000, truncated=True, body=b"")
    paid = visit(site(PAGE, long), fetch("/a.js", Use.SCRIPT))
    assert paid.own(Use.SCRIPT) == Figures(1, 1_000_000, 5_000_000)
    assert not paid.missing()


def test_redirects_on_the_way_are_paid_too() -> None:
    onward = exchange("/a.js", {"location": "/b.js"}, status=302, header_bytes=150)
    paid = visit(site(PAGE, onward, asset("/b.js", 1_000)), fetch("/a.js", Use.SCRIPT))
    assert paid.own(Use.SCRIPT) == Figures(2, 1_250, 4_000)


def test_redirects_in_a_ring_end() -> None:
    ring = [exchange(one, {"location": other}, status=302) for one, other in (("/a.js", "/b.js"), ("/b.js", "/a.js"))]
    paid = visit(site(PAGE, ring), fetch("/a.js", Use.SCRIPT))
    assert paid.own(Use.SCRIPT).requests <= 6
    assert paid.missing(Use.SCRIPT)


@pytest.mark.parametrize(
    ("via", "use", "matters_to", "not_to"),
    [
        ("/", Use.DOCUMENT, [Use.SCRIPT, Use.STYLE, Use.IMAGE], []),
        ("/a.js", Use.SCRIPT, [Use.SCRIPT], [Use.STYLE, Use.FONT, Use.DOCUMENT]),
        ("/a.css", Use.STYLE, [Use.STYLE, Use.FONT, Use.IMAGE], [Use.SCRIPT, Use.DOCUMENT]),
        ("/f.woff2", Use.FONT, [Use.FONT], []),
        ("https://tags.example/t.js", Use.SCRIPT, [], [Use.SCRIPT, Use.DOCUMENT]),
        ("/never-named.js", Use.OTHER, [], [Use.SCRIPT]),
    ],
)
def test_what_could_not_be_followed_matters_where_it_may_hide_something(
    via: str, use: Use, matters_to: list[Use], not_to: list[Use]
) -> None:
    known = site(PAGE, asset("/a.js", 1), asset("/a.css", 1), asset("/f.woff2", 1))
    named = [fetch(via, use)] if via != "/" and "never" not in via else []
    paid = visit(known, *named, unresolved=(Unresolved(absolute(via), "not read"),))
    assert all(paid.missing(each) for each in matters_to)
    assert not any(paid.missing(each) for each in not_to)
    assert bool(paid.missing()) is bool(matters_to)


def test_what_a_lazy_chunk_hides_is_lazy_too() -> None:
    lazy = fetch("/later.js", Use.SCRIPT, When.DYNAMIC)
    paid = visit(
        site(PAGE, asset("/later.js", 1)), lazy, unresolved=(Unresolved(absolute("/later.js"), "no such name"),)
    )
    assert not paid.missing()


@pytest.mark.parametrize(
    ("fields", "decision", "figures", "estimated"),
    [
        ({"cache-control": YEAR}, Reuse.FRESH, Figures(), False),
        ({"cache-control": "max-age=3601"}, Reuse.FRESH, Figures(), False),
        ({"cache-control": "max-age=3600"}, Reuse.REVALIDATE, Figures(1, 1_100, 4_000), False),
        ({"cache-control": "max-age=7200", "age": "3600"}, Reuse.REVALIDATE, Figures(1, 1_100, 4_000), False),
        ({"cache-control": "max-age=60", "etag": '"a"'}, Reuse.REVALIDATE, Figures(1, 100, 0), True),
        ({"cache-control": "no-cache", "etag": '"a"'}, Reuse.REVALIDATE, Figures(1, 100, 0), True),
        ({"cache-control": "no-store", "etag": '"a"'}, Reuse.MISS, Figures(1, 1_100, 4_000), False),
        (
            {"cache-control": "max-age=60, stale-while-revalidate=86400", "etag": '"a"'},
            Reuse.STALE_WHILE_REVALIDATE,
            Figures(1, 100, 0),
            True,
        ),
        ({"cache-control": YEAR, "vary": "*"}, Reuse.MISS, Figures(1, 1_100, 4_000), False),
        ({"cache-control": YEAR, "vary": "*", "etag": '"a"'}, Reuse.MISS, Figures(1, 1_100, 4_000), False),
        ({"cache-control": YEAR, "vary": "cookie"}, Reuse.FRESH, Figures(), False),
        ({"cache-control": YEAR, "set-cookie": "a=b"}, Reuse.FRESH, Figures(), False),
        ({"cache-control": YEAR, "vary": "cookie", "set-cookie": "a=b"}, Reuse.MISS, Figures(1, 1_100, 4_000), False),
        ({"cache-control": YEAR, "vary": "cookie", "set-cookie": "a=; max-age=0"}, Reuse.FRESH, Figures(), False),
        ({"cache-control": YEAR, "vary": "cookie", "set-cookie": "a=; max-age=-1"}, Reuse.FRESH, Figures(), False),
        (
            {"cache-control": YEAR, "vary": "cookie", "set-cookie": "a=; expires=Thu, 01 Jan 1970 00:00:00 GMT"},
            Reuse.FRESH,
            Figures(),
            False,
        ),
        (
            {
                "cache-control": YEAR,
                "vary": "cookie",
                "set-cookie": "a=b; max-age=9; expires=Thu, 01 Jan 1970 00:00:00 GMT",
            },
            Reuse.MISS,
            Figures(1, 1_100, 4_000),
            False,
        ),
        ({}, Reuse.REVALIDATE, Figures(1, 1_100, 4_000), False),
    ],
)
def test_the_next_visit(fields: dict[str, str], decision: Reuse, figures: Figures, estimated: bool) -> None:
    script = exchange("/a.js", fields, wire_bytes=1_000, decoded_bytes=4_000, header_bytes=100)
    known = site(PAGE, script)
    paid = repeated(known, visit(known, fetch("/a.js", Use.SCRIPT)))
    assert (paid.items[1].reuse, paid.items[1].figures, paid.items[1].estimated) == (decision, figures, estimated)


def test_a_304_that_was_seen_costs_what_it_cost() -> None:
    script = exchange("/a.js", {"cache-control": "no-cache", "etag": '"a"'}, wire_bytes=1_000, header_bytes=300)
    seen = exchange("/a.js", status=304, probe="conditional", of=2, header_bytes=180)
    known = site(PAGE, script, seen)
    paid = repeated(known, visit(known, fetch("/a.js", Use.SCRIPT)))
    assert paid.items[1].figures == Figures(1, 180, 0)
    assert not paid.items[1].estimated


def test_a_server_that_ignores_validators_sends_all_of_it_again() -> None:
    script = exchange("/a.js", {"cache-control": "no-cache", "etag": '"a"'}, wire_bytes=1_000, header_bytes=300)
    whole = exchange("/a.js", probe="conditional", of=2, wire_bytes=1_000, decoded_bytes=4_000, header_bytes=280)
    known = site(PAGE, script, whole)
    paid = repeated(known, visit(known, fetch("/a.js", Use.SCRIPT)))
    assert paid.items[1].figures == Figures(1, 1_280, 4_000)


def test_the_document_is_asked_for_again() -> None:
    known = site(PAGE, asset("/a.js", 1_000))
    paid = repeated(known, visit(known, fetch("/a.js", Use.SCRIPT)))
    assert paid.own() == Figures(1, 0, 0)
    assert paid.items[0].estimated


def test_a_later_visit_finds_less() -> None:
    known = site(PAGE, exchange("/a.js", {"cache-control": "max-age=86400"}, wire_bytes=1_000, decoded_bytes=4_000))
    first = visit(known, fetch("/a.js", Use.SCRIPT))
    assert repeated(known, first).own(Use.SCRIPT) == Figures()
    assert repeated(known, first, after_s=86_400).own(Use.SCRIPT) == Figures(1, 1_000, 4_000)


def test_what_was_never_answered_stays_unknown_on_the_next_visit() -> None:
    known = site(PAGE)
    paid = repeated(known, visit(known, fetch("https://tags.example/t.js", Use.SCRIPT)))
    assert paid.items[1].unknown
    assert paid.items[1].reuse is None


def test_equal_items_of_many_pages_are_one_object() -> None:
    known = site(PAGE, asset("/a.js", 1_000))
    one, other = (visit(known, fetch("/a.js", Use.SCRIPT)) for _ in range(2))
    assert one.items[1] is other.items[1]
    assert total(one.items).requests == 2
