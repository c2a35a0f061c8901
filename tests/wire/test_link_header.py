import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.link_header import LINKS_AT_MOST, read_links

URL = "https://shop.test/products/1"


def links(*values: str) -> list[tuple[str, str]]:
    return [(load.kind.value, load.url.removeprefix("https://shop.test")) for load in read_links(values, URL)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", []),
        ("/a.css; rel=preload", []),
        ("<>; rel=preload", []),
        ("</a.css", []),
        ("</a.css>", []),
        ("</a.css>; rel", []),
        ("</a.css>; as=style", []),
        ("</feed>; rel=alternate, </p/2>; rel=next, </x>; rel=icons", []),
        ("<data:,x>; rel=preload", []),
        ('</a.css>; rel=preload; anchor="#x"', []),
        ("</a.css>; rel=preload; as=style", [("preload", "/a.css")]),
        ("</a.css>;REL=PreLoad", [("preload", "/a.css")]),
        ('</a.css>;rel="preload"', [("preload", "/a.css")]),
        ("<a.css>; rel=preload; rel=stylesheet", [("preload", "/products/a.css")]),
        ("<//cdn.test/a.css>; rel=preload", [("preload", "https://cdn.test/a.css")]),
        ("< /a.css >; rel=preload", [("preload", "/a.css")]),
        ('</a.css>; title="a, </b.css>; \\" b"; rel=preload', [("preload", "/a.css")]),
        ("</a,b;c.css>; rel=preload", [("preload", "/a,b;c.css")]),
        ("</a.css>; rel=preload, </b.js>; rel=modulepreload", [("preload", "/a.css"), ("modulepreload", "/b.js")]),
        ("</a.css>; rel=preload,,</b.js>;rel=modulepreload,", [("preload", "/a.css"), ("modulepreload", "/b.js")]),
        ("bogus; x, </b.js>; rel=modulepreload", [("modulepreload", "/b.js")]),
        ("</a.css>; @; rel=preload, </b.js>; rel=modulepreload", [("modulepreload", "/b.js")]),
        ("<https://cdn.test>; rel=preconnect", [("preconnect", "https://cdn.test/")]),
        ('</a>; rel="next prefetch"', [("prefetch", "/a")]),
        ("<//cdn.test>; rel='dns-prefetch'", []),
        ("<//cdn.test>; rel=dns-prefetch", [("dns-prefetch", "https://cdn.test/")]),
        ("</a.css>; rel=stylesheet", [("style", "/a.css")]),
    ],
)
def test_what_one_line_says(value: str, expected: list[tuple[str, str]]) -> None:
    assert links(value) == expected


def test_several_lines_are_one_list() -> None:
    assert links("</a>; rel=preload", "</b>; rel=preload") == [("preload", "/a"), ("preload", "/b")]


def test_parameters_become_attributes() -> None:
    value = (
        "</a.png>; rel=preload; as=IMAGE; crossorigin; fetchpriority=high; type=image/avif; nopush; "
        'media="(min-width: 1px)"; imagesrcset="/a.png 1x, /b.png 2x"; imagesizes=50vw'
    )
    (load,) = read_links([value], URL)
    assert (load.as_, load.crossorigin, load.fetchpriority, load.type, load.media) == (
        *("image", "anonymous", "high", "image/avif", "(min-width: 1px)"),
    )
    assert [each.url for each in load.srcset] == ["https://shop.test/a.png", "https://shop.test/b.png"]
    assert (load.attributes["imagesizes"], "nopush" in load.attributes, load.tag) == ("50vw", True, "link")


def test_how_many_are_read_is_bounded() -> None:
    assert len(links("</a>; rel=preload, " * 2 * LINKS_AT_MOST)) == LINKS_AT_MOST


@pytest.mark.parametrize("piece", ["<", "<a>;", '<a>;a="', ",", '"\\', "<a>;rel=preload,", "<a> ;", ';"', "x,"])
def test_repetition_takes_no_time(piece: str) -> None:
    began = time.perf_counter()
    read_links([piece * (100_000 // len(piece))], URL)
    assert time.perf_counter() - began < 2


@settings(max_examples=300)
@given(st.text(max_size=100) | st.text(alphabet='<>;,=" \\arel', max_size=60))
def test_never_raises(value: str) -> None:
    for load in read_links([value, f"</a>; rel=preload; {value}"], URL):
        assert load.url.startswith("http")
