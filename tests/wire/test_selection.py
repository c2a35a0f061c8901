import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.selection import ELEMENTS_AT_MOST, Selected, select_elements, select_text, selector_problem
from scalecheck.wire.shown import TEXT_AT_MOST

PAGE = """<!doctype html>
<title>Shoes</title>
<header id=top><h1 class="big title">The shop</h1></header>
<main lang=en-GB data-kind=product>
<h1>Run<b>ner</b></h1>
<p class=price>89.00&nbsp;EUR<p>Sewn,<br>not glued<ul><li>one<li>two</ul>
<p hidden>not shown yet</p>
<noscript><h1>Switch scripts on</h1></noscript><template><h1>Later</h1></template>
<p>x<script>"<h1>no</h1>"</script></p>
</main>
<footer><my-el>h1</my-el></footer>"""

FOUND = [
    ("h2", 0, ""),
    ("main main", 0, ""),
    ("h1 > main", 0, ""),
    ("main > b", 0, ""),
    ("noscript h1, template h1", 0, ""),
    ("p + h1", 0, ""),
    ("h1 + ul", 0, ""),
    ("[lang=en]", 0, ""),
    (".Title", 0, ""),
    ("[class^=''], [class$=''], [class*='']", 0, ""),
    ("main > h1", 1, "Runner"),
    ("MAIN H1", 1, "Runner"),
    ("main b", 1, "ner"),
    ("h1", 2, "The shop Runner"),
    ("#top .title", 1, "The shop"),
    ("header#top h1.title.big", 1, "The shop"),
    (".price", 1, "89.00 EUR"),
    ("h1 + p", 1, "89.00 EUR"),
    ("h1 ~ ul", 1, "one two"),
    (".price + p", 1, "Sewn, not glued"),
    ("li + li", 1, "two"),
    ("[data-kind]", 1, "Runner 89.00 EUR Sewn, not glued one two not shown yet x"),
    ("[lang|=en] li", 2, "one two"),
    ("[data-kind='product'] .price, [class~=big]", 2, "The shop 89.00 EUR"),
    ("[data-kind^=pro][data-kind$=uct][data-kind*=od] b", 1, "ner"),
    ("my-el", 1, "h1"),
    ("head + body > main > ul > li", 2, "one two"),
    ("head main, body body", 0, ""),
    ("main, main h1", 2, "Runner 89.00 EUR Sewn, not glued one two not shown yet x"),
]


@pytest.mark.parametrize(("selector", "elements", "text"), FOUND)
def test_what_is_found(selector: str, elements: int, text: str) -> None:
    assert select_text(PAGE.encode(), selector) == Selected(elements, text)


@pytest.mark.parametrize(
    "selector",
    ["", " ", ">", "main >", "p::before", "li:nth-child(2)", "a:hover", ":not(p)", "[a!=b]", "((", "\\", "x" * 501],
)
def test_what_is_no_selector_has_its_reason_and_finds_nothing(selector: str) -> None:
    assert selector_problem(selector)
    assert select_text(PAGE.encode(), selector) == Selected()


def test_the_encoding_counts() -> None:
    assert select_text("<p>größe".encode("latin1"), "p", "text/html; charset=iso-8859-1").text == "größe"
    assert select_text("\ufeff<p>größe".encode("utf-16-le"), "p").text == "größe"


@pytest.mark.parametrize("body", [b"", b"\0", b"\xff\xfe", b"text", b"<", b"<p", b"%PDF-1.7\n\xff", b"<!--"])
def test_what_is_no_page_holds_nothing(body: bytes) -> None:
    assert select_text(body, "h1") == Selected()


def test_long_pages_are_cut_off() -> None:
    many = b"<p>" * (ELEMENTS_AT_MOST + 100_000) + b"<h1>x"
    assert select_text(many, "h1") == Selected(truncated=True)
    long = select_text(b"<p>" + b"x" * (TEXT_AT_MOST + 1), "p")
    assert (len(long.text), long.truncated) == (TEXT_AT_MOST, True)
    assert not select_text(b"<p>" + b"x" * TEXT_AT_MOST, "p").truncated


HOSTILE = {
    "nested elements": b"<div>" * 700_000,
    "nested formatting": b"<p><b>x" * 400_000,
    "siblings": b"<p></p>" * 500_000,
    "many attributes": b"<a " + b"".join(b"a%d=1 " % each for each in range(50_000)) + b">",
    "open comments": b"<!--" * 500_000,
    "open scripts": b"<script>" * 300_000,
    "end tags": b"</p>" * 500_000,
    "references": b"<div>" + b"&lt;" * 500_000,
    "tables": b"<table><tr>" * 200_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_markup_takes_linear_time(body: bytes) -> None:
    """A tree, or XPath, would not come back within the test run."""
    found = select_text(body, "div div div, p ~ p, b b > b, table tr")
    assert len(found.text) <= 2 * TEXT_AT_MOST


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.text(max_size=20) | st.text("ab #.>+~[]=*|:,()\"'\\", max_size=20))
def test_never_raises(body: bytes, selector: str) -> None:
    found = select_text(b"<p><b class=a>" + body, selector)
    assert not (found.elements and selector_problem(selector))


def test_the_elements_themselves() -> None:
    html = b"<main><img class=a src=1><p><img class='b a' src=2></p></main><img class=a src=3>"
    assert [each["src"] for each in select_elements(html, "main .a")] == ["1", "2"]
    assert select_elements(html, "img:hover") == ()
