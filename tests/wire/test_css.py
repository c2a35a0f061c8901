from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.charset import css_text
from scalecheck.wire.css import CHARACTERS_AT_MOST, DEPTH_AT_MOST, URLS_AT_MOST, FontFace, Imported, Sheet, read_css

URL = "https://shop.test/css/site.css"
HOST = "https://shop.test"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Sheet()),
        ("/* @import 'a.css'; url(b.png) */", Sheet()),
        ("a{content:'url(b.png)'}", Sheet()),
        ("a{filter:url(#f);background:url(data:image/png;base64,x)}", Sheet()),
        ("@namespace svg url(http://www.w3.org/2000/svg);", Sheet()),
        ("@namespace url(http://w3.test/); a{background:url(b.png)}", Sheet(images=(f"{HOST}/css/b.png",))),
        ("a{background:url(http://[)}", Sheet()),
        ("@import;@import 'a.css';", Sheet(imports=(Imported(f"{HOST}/css/a.css"),))),
        ("@import url(/a.css) layer(x);@import url('b.css')",
         Sheet(imports=(Imported(f"{HOST}/a.css", layer="x"), Imported(f"{HOST}/css/b.css")))),
        ("@IMPORT 'a.css'; @import url(a.css);", Sheet(imports=(Imported(f"{HOST}/css/a.css"),) * 2)),
        ("a{} @import 'a.css';", Sheet()),
        ("@media print{} @import 'a.css';", Sheet()),
        ("@layer a{} @import 'a.css';", Sheet()),
        ("@namespace a url(b); @import 'a.css';", Sheet()),
        ("@layer a, b; @charset 'x'; @import 'a.css';", Sheet(imports=(Imported(f"{HOST}/css/a.css"),))),
        ("@media{@import 'a.css';}", Sheet()),
        ("@import 'a.css' supports(display: grid) print;", Sheet(imports=(Imported(f"{HOST}/css/a.css", "print"),))),
        ("@import 'a.css' screen and (width>1px); a{b:supports(c)}",
         Sheet(imports=(Imported(f"{HOST}/css/a.css", "screen and (width>1px)"),))),
        ("@import 'a.css' layer supports(display:sideways); @import 'a.css'",
         Sheet(imports=(Imported(f"{HOST}/css/a.css", "", "(0)", False), Imported(f"{HOST}/css/a.css")))),
        ("a{background:url( 'b.png' ),url(../c.png#x)}", Sheet(images=(f"{HOST}/css/b.png", f"{HOST}/c.png"))),
        ("@media screen{@supports (a:b){a{background:url(b.png)}}}", Sheet(images=(f"{HOST}/css/b.png",))),
        ("a{b:image-set('b.avif' 1x, url(c.png) 2x)}", Sheet(images=(f"{HOST}/css/b.avif", f"{HOST}/css/c.png"))),
        ("a{background:\\75rl(b.png);mask:URL(b.png)}", Sheet(images=(f"{HOST}/css/b.png",))),
        ("a{background:url(b.png", Sheet(images=(f"{HOST}/css/b.png",))),
        ("@font-face{}", Sheet(fonts=(FontFace(""),))),
        ("@font-face{font-family:A;src:local(A)}", Sheet(fonts=(FontFace("A"),))),
        ("@font-face{src:url(data:font/woff2;base64,x) format('woff2'),url(/i.woff) format('woff')}",
         Sheet(fonts=(FontFace("", (f"{HOST}/i.woff",), ("woff",)),))),
    ],
)  # fmt: skip
def test_what_a_sheet_refers_to(text: str, expected: Sheet) -> None:
    assert replace(read_css(text, URL), rules=(), layers=()) == expected


def test_a_font_face_is_read_wherever_it_stands() -> None:
    text = """@layer x{@font-face{font-family:'Inter Tight';font-display:SWAP;
        src:local(I),url(/i.woff2)format('woff2'),url(/i.woff) format(woff),url(/i.ttf)}}"""
    (face,) = read_css(text, URL).fonts
    assert (face.family, face.display) == ("Inter Tight", "swap")
    assert face.urls == (f"{HOST}/i.woff2", f"{HOST}/i.woff", f"{HOST}/i.ttf")
    assert face.formats == ("woff2", "woff", "")


@pytest.mark.parametrize(
    ("sources", "name"),
    [
        ("url(i.eot) format('embedded-opentype'),url(i.woff2) format(WOFF2),url(i.ttf)", "i.woff2"),
        ("url(i.ttf),url(i.woff2) format('woff2')", "i.ttf"),
        ("url(i.var.woff2) format('woff2-variations')", "i.var.woff2"),
        ("url(i.svg) format('svg')", ""),
        ("local(I)", ""),
        ("url(data:font/woff2,x) format('woff2'),url(i.woff)", ""),
    ],
)
def test_browsers_fetch_the_first_font_whose_format_they_know(sources: str, name: str) -> None:
    (face,) = read_css(f"@font-face{{src:{sources}}}", URL).fonts
    assert face.source == (name and f"{HOST}/css/{name}")


def test_the_sheet_names_its_encoding() -> None:
    assert css_text('@charset "latin1";a{content:"é"}'.encode("latin1")).endswith('"é"}')
    assert css_text('@charset "latin1";é'.encode(), "text/css; charset=utf-8").endswith("é")
    assert css_text("\ufeffé".encode("utf-16-le")) == "é"
    assert css_text(b"\xff") == "\ufffd"


@pytest.mark.slow
def test_a_sheet_is_bounded() -> None:
    assert not read_css("a{}" * 1000, URL).truncated
    assert read_css(" " * CHARACTERS_AT_MOST + "a", URL).truncated
    many = read_css("".join(f"a{{b:url({each})}}" for each in range(URLS_AT_MOST + 1)), URL)
    assert (len(many.images), many.truncated) == (URLS_AT_MOST, True)


@pytest.mark.slow
def test_what_nests_too_deep_is_read_for_its_pictures_only() -> None:
    sheet = read_css("@layer x{@media y{a{" * 20_000 + "b:url(c.png)", URL)
    assert sheet.images == (f"{HOST}/css/c.png",)
    assert len(sheet.layers) <= DEPTH_AT_MOST
    assert not sheet.rules


def rules(text: str) -> list[tuple[str, ...]]:
    """Return rules in words: layer, media and names of the properties."""
    return [
        (rule.layer, *rule.media, *(f"{each.name}{'!' * each.important}" for each in rule.declarations))
        for rule in read_css(text, URL).rules
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a{color:red}", []),
        ("a{color:red;background:blue}", [("", "background")]),
        ("a{BACKGROUND:x ! important;--A:{b:c};font:d}", [("", "background!", "--A", "font")]),
        ("a{background}b{:x}c{1:2}", []),
        ("a:::b{background:x}", []),
        ("@media x{@layer y{@layer z{a{font:x}}}}", [("y.z", "x", "font")]),
        ("@layer{a{font:x}}", [("(0)", "font")]),
        ("@supports (display:sideways){a{font:x}}", []),
        ("@supports (display:grid){a{font:x}}", [("", "font")]),
        ("@container (x){a{font:x}} @page{font:x} @unknown y{a{font:x}}", []),
        ("a{font:x;b{display:y}@media z{content:w}}", [("", "font"), ("", "display"), ("", "z", "content")]),
    ],
)
def test_the_rules_that_matter(text: str, expected: list[tuple[str, ...]]) -> None:
    assert rules(text) == expected


def test_animations_name_pictures() -> None:
    sheet = read_css("@keyframes a{from{b:url(1)}50%{b:url(2)}} @keyframes 'c'{to{b:d}}", URL)
    assert sheet.keyframes == (("a", (f"{HOST}/css/1", f"{HOST}/css/2")),)


def test_a_number_that_python_does_not_read_is_a_problem() -> None:
    assert "digits" in read_css(f"a{{width:{'1' * 10_000}}}", URL).problem


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece", ["(", "{", "[", "a{", "f(", "@font-face{", "@media{", "image-set(", "url('", '"', "/*", "\\", "@import "]
)
def test_hostile_sheets_take_linear_time(piece: str) -> None:
    """Anything quadratic or recursive would not come back."""
    assert read_css(piece * (100_000 // len(piece)), URL).problem == ""


PIECES = st.sampled_from(
    [
        "@import ",
        "@font-face{",
        "src:",
        "url(",
        "format(",
        "'",
        "}",
        ")",
        ";",
        "image-set(",
        "\\",
        "/*",
        "font-display:",
        "U+?",
        "1e9",
    ]
)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=25).map("".join), st.binary(max_size=30))
def test_never_raises(text: str, body: bytes) -> None:
    sheet = read_css(text, URL)
    assert all(url.startswith("http") for url in (*(each.url for each in sheet.imports), *sheet.images))
    assert all(len(face.urls) == len(face.formats) for face in sheet.fonts)
    assert css_text(body) is not None
