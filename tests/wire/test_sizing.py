import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalecheck.wire.sizing import NESTED_AT_MOST, SELECTORS_AT_MOST, fixes_height, sizing_selectors


@pytest.mark.parametrize(
    ("text", "selectors"),
    [
        ("", ()),
        ("img { max-width: 100%; height: auto }", ()),
        ("img { width: 100px; min-height: 9px; object-fit: cover }", ()),
        ("img { height: }", ()),
        ("img { aspect-ratio: auto; height: fit-content }", ()),
        ("img { position: relative; display: block }", ()),
        (".h-10 { height: 2.5rem }", (".h-10",)),
        (".full { HEIGHT: 100% }", (".full",)),
        (".calc { block-size: calc(1px + 2px) }", (".calc",)),
        (".wide { aspect-ratio: 16 / 9 }", (".wide",)),
        (".wide { aspect-ratio: auto 16 / 9 }", (".wide",)),
        (".layer { position: absolute }", (".layer",)),
        (".none { display: none }", (".none",)),
        ("#a img, .b > img:hover { height: 3px !important }", ("#a img, .b > img:hover",)),
        ("@media (min-width: 9px) { @supports (a: b) { .a { height: 1px } } }", (".a",)),
        ("@layer base { .a { height: 1px } } @layer x;", (".a",)),
        ("@keyframes a { from { height: 1px } } @font-face { height: 1px }", ()),
        (".a { img { height: 1px } &.b, .c & { height: 2px } }", (".a img", ".a.b, .c .a")),
        (".a, .b { > img { height: 1px } }", (".a > img, .b > img",)),
        (".a { @media print { height: 1px } }", (".a",)),
        (".a { height: 1px", (".a",)),
        (".a { height: " + "9" * 5000 + "px }", ()),
    ],
)
def test_what_has_its_height_before_its_content(text: str, selectors: tuple[str, ...]) -> None:
    assert sizing_selectors(text) == selectors


@pytest.mark.parametrize(
    ("style", "fixed"),
    [
        ("", False),
        ("width: 100%", False),
        ("height: auto", False),
        ("color: transparent; aspect-ratio: 3/2", True),
        ("position:absolute;height:100%;width:100%;inset:0", True),
        ("height: 9" + "9" * 5000, False),
    ],
)
def test_a_style_attribute(style: str, fixed: bool) -> None:
    assert fixes_height(style) is fixed


def test_it_is_bounded() -> None:
    many = "".join(f".a{number} {{ height: 1px }}" for number in range(SELECTORS_AT_MOST + 1))
    assert len(sizing_selectors(many)) == SELECTORS_AT_MOST
    lists = ", ".join(f".a{number}" for number in range(100))
    (nested,) = sizing_selectors(f"{lists} {{ {lists} {{ height: 1px }} }}")
    assert nested.count(",") == NESTED_AT_MOST - 1
    assert sizing_selectors("a{" * 10_000) == ()


@given(st.lists(st.sampled_from([".a", "{", "}", "height", ":", "1px", ";", "@media ", "&", ",", " "])).map("".join))
def test_it_never_raises(text: str) -> None:
    assert all(isinstance(each, str) for each in sizing_selectors(text))
    assert fixes_height(text) in {True, False}
