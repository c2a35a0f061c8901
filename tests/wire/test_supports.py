import pytest
import tinycss2

from scalecheck.wire.supports import supports


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False),
        ("(display: grid)", True),
        ("display: grid", True),
        ("(display: sideways)", False),
        ("not (display: sideways)", True),
        ("not (display: grid)", False),
        ("(display: grid) and (gap: 1px)", True),
        ("(display: grid) and (display: sideways)", False),
        ("(display: sideways) or (display: grid)", True),
        ("((display: grid))", True),
        ("(not (display: grid)) or (-moz-appearance: none)", False),
        ("(-webkit-touch-callout: none)", False),
        ("(-ms-ime-align: auto)", False),
        ("(width: -moz-available)", False),
        ("(backdrop-filter: blur(1px))", True),
        ("(color: oklch(0 0 0))", True),
        ("(--css: variables)", True),
        ("selector(:has(a))", True),
        ("selector(:-moz-thing)", False),
        ("font-format(woff2)", True),
        ("font-format(embedded-opentype)", False),
        ("font-tech(variations)", True),
        ("(((-webkit-hyphens: none)) and (not (margin-trim: inline))) or (-moz-orient: inline)", False),
        ("(" * 100 + "display: grid" + ")" * 100, False),
    ],
)
def test_what_chromium_supports(text: str, expected: bool) -> None:
    assert supports(tinycss2.parse_component_value_list(text)) is expected
