import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.elements import DEPTH_AT_MOST, ELEMENTS_AT_MOST, read_elements


def outline(html: str) -> list[str]:
    """Return elements in words, each behind its parent, `p<body`, with what it shows itself."""
    elements, _ = read_elements(html.encode(), "text/html; charset=utf-8")
    return [
        f"{each.tag}<{each.parent.tag if each.parent else ''}" + "".join(sorted(each.characters)).replace(" ", "_")
        for each in elements
        if each.tag not in {"html", "body", "head"}
    ]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", []),
        ("<p>b a<p>c", ["p<body_ab", "p<bodyc"]),
        ("<p>\n <b>x</b>", ["p<body_", "b<px"]),
        ("<p> \n </p>", ["p<body"]),
        ("<ul><li>a<li>b</ul>", ["ul<body", "li<ula", "li<ulb"]),
        ("<p>&eacute;&#x416;", ["p<bodyéЖ"]),
        ("<main>x", ["main<bodyx"]),
        ("<noscript><p>a</noscript><p>b", ["noscript<body", "p<bodyb"]),
        ("<script>a</script><style>b</style><!-- c --><p>d", ["script<head", "style<head", "p<bodyd"]),
        ("<template><p>a</p></template><p>b", ["template<body", "p<bodyb"]),
        ("<input value=a><input placeholder=b><input type=submit>", ["input<bodya", "input<bodyb", "input<bodySbimtu"]),
    ],
)
def test_elements_and_what_they_show(html: str, expected: list[str]) -> None:
    assert outline(html) == expected


def test_places_among_siblings() -> None:
    elements, _ = read_elements(b"<ul><li>1</li>text<li>2</li><li></li></ul>")
    items = [each for each in elements if each.tag == "li"]
    assert [(each.position, each.following, each.empty) for each in items] == [
        *((1, True, False), (2, True, False), (3, False, True)),
    ]
    assert items[1].previous is items[0]


def test_a_declared_shadow_is_part_of_the_page() -> None:
    elements, _ = read_elements(b"<div><template shadowrootmode=open><p>a</p></template></div>")
    assert [each.characters for each in elements if each.tag == "p"] == [{"a"}]


def test_pages_are_bounded() -> None:
    elements, truncated = read_elements(b"<i></i>" * (ELEMENTS_AT_MOST + 9))
    assert (len(elements), truncated) == (ELEMENTS_AT_MOST, True)
    deep, _ = read_elements(b"<i>" * 5_000)
    depth, each = 0, deep[-1]
    while each.parent is not None:
        depth, each = depth + 1, each.parent
    assert depth <= DEPTH_AT_MOST


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80) | st.text(alphabet="<>/abp= '\"!-&;\0", max_size=60).map(str.encode))
def test_never_raises(body: bytes) -> None:
    elements, _ = read_elements(body)
    assert all(each.parent is None or each.parent.position > 0 for each in elements)
