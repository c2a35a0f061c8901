import pytest
import tinycss2
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.elements import read_elements
from scalecheck.wire.selectors import Budget, Selector, TooMuchError, read_selectors

HTML = b"""<html lang=en><body class="a b"><main id=m><p class=a title="x y"></p><p>text</p>
<ul><li>1<li class=on>2<li>3</ul><a href=/x>link</a><a>none</a><input type=checkbox checked disabled>
<details open><summary>s</summary></details></main>"""
ELEMENTS, _ = read_elements(HTML)


def read(text: str, within: str = "") -> tuple[Selector, ...]:
    outer = read(within) if within else ()
    return read_selectors(tinycss2.parse_component_value_list(text), outer)


def found(text: str, within: str = "") -> list[str]:
    """Return what a selector finds, in words: the tag with its id and classes."""
    selectors, budget = read(text, within), Budget(100_000)
    return [
        "".join((each.tag, each.id and f"#{each.id}", *(f".{name}" for name in sorted(each.classes))))
        for each in ELEMENTS
        if any(selector.matches(each, budget) for selector in selectors)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("P", ["p.a", "p"]),
        (".a", ["body.a.b", "p.a"]),
        (".A", []),
        (".a.b", ["body.a.b"]),
        ("#m", ["main#m"]),
        ("main#m.x", []),
        ("p.a[title]", ["p.a"]),
        ('[title~="y"]', ["p.a"]),
        ("[title=x]", []),
        ("[title^=x][title$=y][title*=' ']", ["p.a"]),
        ("[lang|=en]", ["html"]),
        ("[TYPE='CHECKBOX' i]", ["input"]),
        ("[type='CHECKBOX']", []),
        ("body p", ["p.a", "p"]),
        ("body > p", []),
        ("main > p", ["p.a", "p"]),
        ("p + p", ["p"]),
        ("p ~ ul", ["ul"]),
        ("ul ~ p", []),
        ("html body > main p ~ ul > li.on", ["li.on"]),
        (".b .a", ["p.a"]),
        (".a .b", []),
        ("h1, .on", ["li.on"]),
        ("li:first-child", ["li"]),
        ("li:last-child", ["li"]),
        ("li:nth-child(2)", ["li.on"]),
        ("li:nth-child(odd)", ["li", "li"]),
        ("li:nth-child(-n+2)", ["li", "li.on"]),
        (":root", ["html"]),
        ("p:empty", ["p.a"]),
        ("a:link", ["a"]),
        ("a:not([href])", ["a"]),
        ("li:not(.on, :last-child)", ["li"]),
        ("li:not(:hover)", ["li", "li.on", "li"]),
        (":is(main, ul) > :where(.on, p)", ["p.a", "p", "li.on"]),
        (":is(:hover, .on)", ["li.on"]),
        ("input:checked:disabled", ["input"]),
        ("details[open] > summary", ["summary"]),
        ("a::before", ["a", "a"]),
        ("a:before", ["a", "a"]),
        ("li:hover", []),
        ("li:focus-within", []),
        ("main:has(.on)", []),
        (".on, li:hover", ["li.on"]),
        (".on, li:::x", []),
        (".on, > p", []),
        (".on, p >", []),
        (".on, p > > p", []),
        (".on, 1", []),
        (".on, li:-moz-thing", []),
        (".on, [=x]", []),
    ],
)
def test_what_selectors_find(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "within", "expected"),
    [
        ("p", "main", ["p.a", "p"]),
        ("& p", "main", ["p.a", "p"]),
        ("> p", "body", []),
        ("&.a", "p, li", ["p.a"]),
        (".b &", "p", ["p.a", "p"]),
        ("& + &", "li", ["li.on", "li"]),
    ],
)
def test_nested_rules(text: str, within: str, expected: list[str]) -> None:
    assert found(text, within) == expected


@pytest.mark.parametrize(
    ("text", "specificity", "pseudo_element", "key"),
    [
        ("*", (0, 0, 0), "", "*"),
        ("a b", (0, 0, 2), "", "b"),
        ("a.b[c]:first-child", (0, 3, 1), "", ".b"),
        ("#a b::after", (1, 0, 2), "after", "b"),
        (":where(#a) b", (0, 0, 1), "", "b"),
        (":is(#a, b) c", (1, 0, 1), "", "c"),
        (":not(.a, b)", (0, 1, 0), "", "*"),
    ],
)
def test_specificity_and_key(text: str, specificity: tuple[int, int, int], pseudo_element: str, key: str) -> None:
    (selector,) = read(text)
    assert (selector.specificity, selector.pseudo_element, selector.key) == (specificity, pseudo_element, key)


@pytest.mark.slow
def test_matching_is_bounded() -> None:
    elements, truncated = read_elements(b"<i>" * 5_000)
    (selector,) = read("b " + "i " * 40)
    budget = Budget(10_000)
    with pytest.raises(TooMuchError):
        sum(selector.matches(each, budget) for each in elements)
    assert not truncated


@pytest.mark.slow
@pytest.mark.parametrize("piece", [".a", "[b]", ":not(c)", ":is(", "a ", "a,", "::", "&", "> "])
def test_long_selectors_are_left_aside(piece: str) -> None:
    assert len(read(piece * 20_000)) <= 200


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="a.#[]:()*>+~&,= '\"not1-|\\", max_size=40))
def test_never_raises(text: str) -> None:
    found(text)
    found(text, ".b")
