"""Where pictures stand, what is shown there, and which keep their room."""

from scalecheck.page.places import PLACES_AT_MOST, places, shown
from scalecheck.page.room import without_room
from tests.checks.rows import absolute, exchange, site
from tests.wire.test_picture import avif

AVIF = avif(900, 600)
TWO = "<picture><source srcset=/b.png media='(min-width: 1000px)'><img src=/a.png width=300></picture><img src=/c.png>"


def test_a_picture_is_shown_by_page_and_window() -> None:
    known = site(exchange("/", body=TWO), exchange("/about", body=TWO), exchange("/a.png", body=AVIF))
    found = {each.url: each for each in shown(known)}
    assert {url: [use.window for use in each.uses] for url, each in found.items()} == {
        absolute("/a.png"): ["mobile", "tablet"] * 2,
        absolute("/b.png"): ["desktop"] * 2,
        absolute("/c.png"): ["mobile", "tablet", "desktop"] * 2,
    }
    use = found[absolute("/a.png")].uses[0]
    assert (use.needed, use.place.page.url) == (300 * 1.75, absolute("/"))
    assert found[absolute("/c.png")].uses[0].needed is None
    assert found[absolute("/b.png")].answer is None


def test_it_is_the_answer_behind_redirects() -> None:
    moved = exchange("/a.png", {"location": "/z.png"}, status=302)
    known = site(exchange("/", body=TWO), moved, exchange("/z.png", body=AVIF, wire_bytes=500, header_bytes=70))
    found = {each.url: each for each in shown(known)}[absolute("/a.png")]
    assert found.answer is not None
    assert (found.answer.url, str(found.picture), found.transferred_bytes) == (absolute("/z.png"), "AVIF 900x600", 570)


def test_a_redirect_to_nowhere_and_an_error_are_no_picture() -> None:
    moved = exchange("/a.png", {"location": "/z.png"}, status=302)
    known = site(exchange("/", body=TWO), moved, exchange("/c.png", body=AVIF, status=404))
    assert [each.answer for each in shown(known)] == [None] * 3


def test_a_place_is_one_object() -> None:
    known = site(exchange("/", body=TWO))
    page = next(known.pages())
    first, second = places(known, page)
    assert first in {use.place for each in shown(known) for use in each.uses}
    assert without_room(known, page) == ((first, second), "")
    assert not first.lazy


def test_a_page_of_too_many_pictures_is_read_in_part() -> None:
    known = site(exchange("/", body="<img src=/a.png>" * (PLACES_AT_MOST + 1)))
    assert len(places(known, next(known.pages()))) == PLACES_AT_MOST
