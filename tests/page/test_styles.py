"""Which pictures and fonts a page needs at first, as Chromium 156 was seen to fetch them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.page.styles import Applied, Painted, painted
from scalecheck.wire.css import read_css
from scalecheck.wire.elements import read_elements
from scalecheck.wire.viewport import Viewport

URL = "https://shop.test/"
DESK = Viewport(1350, 940)


def paint(css: str, html: str, window: Viewport = DESK) -> Painted:
    elements, _ = read_elements(html.encode(), "text/html; charset=utf-8")
    return painted(elements, [Applied(read_css(css, URL))], window, URL)


def names(found: tuple[str, ...]) -> list[str]:
    return sorted(url.removeprefix(URL) for url in found)


SHOWING = """p {
    border-image: url(1) 1; mask-image: url(2); -webkit-mask-box-image: url(3); shape-outside: url(4);
    filter: url(5#x); cursor: url(6), auto; list-style-image: url(7); content: url(8)
}"""
IMAGES: list[tuple[str, str, str, list[str]]] = [
    ("nothing that matches no element", ".a{background:url(1)}", "<p>", []),
    ("a background", ".a{background:red url(1) no-repeat}", "<p class=a>", ["1"]),
    ("several in one", "p{background-image:url(1),url(2)}", "<p>", ["1", "2"]),
    ("every property that shows one",
     SHOWING, "<p>", list("12345678")),
    ("not what a later rule takes back", "p{background:url(1)} p{background:none}", "<p>", []),
    ("nor what a more specific one does", ".a{background:url(1)} p{background:url(2)}", "<p class=a>", ["1"]),
    ("importance comes first", "p{background:url(1)!important} #a{background:url(2)}", "<p id=a>", ["1"]),
    ("unlayered wins over layers, later layers over earlier ones",
     "@layer a,b;@layer b{p{background:url(1)}}@layer a{#x{background:url(2)}i{background:url(3)}}i{background:url(4)}",
     "<p id=x><i>", ["1", "4"]),
    ("but for what is important",
     "@layer a,b; @layer b{p{background:url(1)!important}} @layer a{p{background:url(2)!important}}", "<p>", ["2"]),
    ("what stands in a layer wins over its inner layers",
     "@layer a{@layer b{p{background:url(1)}} p{background:url(2)}}", "<p>", ["2"]),
    ("a style attribute wins over rules", "p{background:url(1)}", "<p style='background:url(2)'>", ["2"]),
    ("of media queries, those that hold",
     "p{background:url(1)}@media (max-width:600px){p{background:url(2)}}@media screen{@media print{i{cursor:url(3)}}}",
     "<p><i>", ["1"]),
    ("of conditions, those that Chromium meets",
     "@supports (display:grid){p{background:url(1)}} @supports not (display:grid){i{background:url(2)}}", "<p><i>",
     ["1"]),
    ("of what only the layout knows, nothing", "@container (width>1px){p{background:url(1)}}", "<p>", []),
    ("nothing that waits for a visitor", "p:hover{background:url(1)} p::selection{background:url(2)}", "<p>x", []),
    ("nothing that is hidden, nor what is in it",
     ".a{display:none} p,i{background:url(1)}", "<div class=a><p></div><i hidden></i><dialog><i></i></dialog>", []),
    ("but what is merely unseen",
     "p{visibility:hidden;background:url(1)}i{opacity:0;width:0;background:url(2)}b{display:contents;cursor:url(3),auto}",
     "<p><i></i><b></b>", ["1", "2", "3"]),
    ("what a sheet shows again", "i{display:block;background:url(1)}", "<i hidden></i>", ["1"]),
    ("nothing in what is folded", "p,summary{background:url(1)}", "<details><p>x</details>", []),
    ("but what is unfolded", "p{background:url(1)}", "<details open><p>x</details>", ["1"]),
    ("a pseudo-element that has content",
     "p::before{content:'';background:url(1)}p::after{background:url(2)}i:before{content:none;background:url(3)}",
     "<p><i></i>", ["1", "3"]),
    ("a pseudo-element that is one", "p:after{content:url(1)}", "<p>", ["1"]),
    ("those that need no content",
     "li::marker{content:url(1)} p::first-letter{background:url(2)} input::placeholder{background:url(3)}",
     "<p>x<ul><li></ul><input placeholder=x><input>", ["1", "2", "3"]),
    ("variables, as far as they are used and inherited",
     ":root{--a:url(1);--b:url(2);--c:url(3)} p{--c:url(4);background:var(--a)} p i{background:var(--c)}",
     "<p><i>", ["1", "4"]),
    ("what variables fall back to", "p{background:var(--a,url(1))} i{background:var(--b,var(--c))}", "<p><i>", ["1"]),
    ("variables that mean each other", "p{--a:var(--b);--b:var(--a);background:var(--a)}", "<p>", []),
    ("animations that run", "p{animation:a 1s} @keyframes a{to{background:url(1)}} @keyframes b{to{background:url(2)}}",
     "<p>", ["1"]),
    ("nested rules", ".a{& .b{background:url(1)} i{background:url(2)} @media screen{background:url(3)}}",
     "<p class=a><i class=b></i>", ["1", "3"]),
    ("nothing that is inline", "p{background:url(data:image/png,x)} i{background:url(#a)}", "<p><i>", []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "css", "html", "expected"), IMAGES, ids=[row[0] for row in IMAGES])
def test_pictures(name: str, css: str, html: str, expected: list[str]) -> None:
    found = paint(css, html)
    assert (names(found.images), found.problem) == (expected, "")


@pytest.mark.parametrize(("density", "expected"), [(0.5, "1"), (1.0, "1"), (1.5, "2"), (2.0, "2"), (3.0, "2")])
def test_the_picture_of_a_set_for_the_screen(density: float, expected: str) -> None:
    css = "p{background:image-set(url(2) 2x, '1' 1x, '3' type('image/jp2') 3x)}"
    assert names(paint(css, "<p>", Viewport(400, 800, density)).images) == [expected]


def faces(*rules: str) -> str:
    """Return @font-face rules, each from `family`, or `family file descriptor:value`."""
    found: list[str] = []
    for rule in rules:
        family, file, descriptors = (*rule.split(" ", 2), "", "")[:3]
        found.append(f"@font-face{{font-family:{family};src:url({file or family});{descriptors}}}")
    return "".join(found)


FONTS: list[tuple[str, str, str, list[str]]] = [
    ("nothing that no text is shown in", faces("F") + "p{font-family:F}", "<p></p><i>x</i>", []),
    ("what a text is shown in", faces("F", "G") + "p{font-family:F}", "<p>x", ["F"]),
    ("inherited", faces("F") + "body{font-family:F}", "<div><p>x", ["F"]),
    ("in any case of letters", faces("Inter") + "p{font-family:'INTER'}", "<p>x", ["Inter"]),
    ("by the shorthand", faces("F") + "p{font:italic 700 1rem/1.5 F, serif}", "<p>x", ["F"]),
    ("by a variable", faces("F") + ":root{--f:'F',serif} p{font-family:var(--f)}", "<p>x", ["F"]),
    ("not for what is hidden", faces("F") + "p{font-family:F;display:none}", "<p>x", []),
    ("not for the title", faces("F") + "html{font-family:F}", "<title>x</title>", []),
    ("for the content of a pseudo-element", faces("F") + "p::before{font-family:F;content:'x'}", "<p>", ["F"]),
    ("the first family that has the characters", faces("F", "G") + "p{font-family:F,G}", "<p>x", ["F"]),
    ("behind names that nobody declares", faces("F") + "p{font-family:Arial,F}", "<p>x", ["F"]),
    ("not behind a generic one", faces("F") + "p{font-family:system-ui,F}", "<p>x", []),
    ("the next one for what the first has not",
     faces("F F unicode-range:U+41-5A", "G") + "p{font-family:F,G}", "<p>Ax", ["F", "G"]),
    ("ranges that the text meets",
     faces("F latin unicode-range:U+0-FF", "F greek unicode-range:U+370-3FF", "F cyrillic unicode-range:U+4??")
     + "p{font-family:F}", "<p>Привет", ["cyrillic"]),
    ("a space is a character", faces("F latin unicode-range:U+0-FF", "F cyrillic unicode-range:U+4??")
     + "p{font-family:F}", "<p>Привет мир", ["cyrillic", "latin"]),
    ("so is the line that an image stands in", faces("F") + "p{font-family:F}", "<p><img>", ["F"]),
    ("and the marker of an item", faces("F") + "ul{font-family:F}", "<ul><li></ul>", ["F"]),
    ("unless it has none", faces("F") + "ul{font-family:F;list-style:none}", "<ul><li></ul>", []),
    ("the weight", faces("F 400", "F 700 font-weight:700") + "p,h1{font-family:F}", "<p>x<h1>x", ["400", "700"]),
    ("only the one that is used", faces("F 400", "F 700 font-weight:700") + "p{font-family:F}", "<p>x", ["400"]),
    ("the nearest one", faces("F 300 font-weight:300", "F 900 font-weight:900") + "p{font-family:F}", "<p>x", ["300"]),
    ("a heavier one for what is bold", faces("F 300 font-weight:300", "F 900 font-weight:900")
     + "p{font-family:F;font-weight:600}", "<p>x", ["900"]),
    ("one of variable weight", faces("F var font-weight:100 900", "F 400") + "h1{font-family:F}", "<h1>x", ["var"]),
    ("the slant", faces("F roman", "F italic font-style:italic") + "p{font-family:F}", "<p>x<em>y</em>",
     ["italic", "roman"]),
    ("a button has the system's", faces("F") + "div{font-family:F;display:none}", "<div></div><button>x</button>", []),
    ("unless they inherit", faces("F G") + "button{font:inherit;font-family:F}", "<button>x</button>", ["G"]),
    ("for other windows none", "@media print{" + faces("F") + "} p{font-family:F}", "<p>x", []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "css", "html", "expected"), FONTS, ids=[row[0] for row in FONTS])
def test_fonts(name: str, css: str, html: str, expected: list[str]) -> None:
    found = paint(css, html)
    assert (names(found.fonts), found.problem) == (expected, "")


def test_sheets_apply_in_order_and_for_their_media() -> None:
    one, other = read_css("p{background:url(1)}", URL), read_css("p{background:url(2)}", URL)
    elements, _ = read_elements(b"<p>")

    def images(*sheets: Applied) -> list[str]:
        return names(painted(elements, sheets, DESK, URL).images)

    assert images(Applied(one), Applied(other)) == ["2"]
    assert images(Applied(one), Applied(other, ("print",))) == ["1"]
    assert images(Applied(one), Applied(other, (), "imported")) == ["1"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("css", "html"),
    [
        ("a~" * 48 + "a{background:url(x)}", "<a></a>" * 20_000),
        ("".join("*{background:url(x)}" for _ in range(20_000)), "<a>" * 2_000),
        ("p{" + "".join(f"--a{n}:{f'var(--a{n + 1})' * 100};" for n in range(9)) + "background:var(--a0)}", "<p>" * 99),
        (faces(*(f"F {n} unicode-range:U+{n:x}" for n in range(5_000))) + "p{font-family:F}",
         "<p>" + "".join(map(chr, range(0x4E00, 0x6000)))),
    ],
    ids=["siblings", "rules", "variables", "faces"],
)  # fmt: skip
def test_what_multiplies_is_bounded(css: str, html: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bounds each would take minutes; a tenth of the steps shows that they are counted."""
    monkeypatch.setattr("scalecheck.page.styles.STEPS_AT_MOST", 200_000)
    assert paint(css, html).problem in {"", "its rules and elements are too many to be matched"}


WORDS = st.sampled_from(
    ["p", ".a", "{", "}", "background:url(1)", "font:", "1px F", "var(--a", ")", ";", "--a:", "@media ", "@layer a",
     "&", "!important",
     "@font-face{font-family:F;src:url(f)}", "content:", "'x'", ":not(", "image-set(", "display:none",
     "font-weight:bolder"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, max_size=30), st.lists(WORDS, max_size=5))
def test_never_raises(sheet: list[str], style: list[str]) -> None:
    html = f'<p class=a style="{"".join(style)}">x<i>y</i>'
    for css in (" ".join(sheet), "".join(sheet), f"p{{{''.join(sheet)}}}"):
        assert all(url.startswith("http") for url in (*paint(css, html).images, *paint(css, html).fonts))
