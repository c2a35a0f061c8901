import pytest

from scalecheck.wire.html import read_page
from scalecheck.wire.shown import TEXT_AT_MOST, Shown, squeezed


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("", ""),
        (" \n\t", ""),
        ("a<!-- c -->b", "ab"),
        ("Welcome, <!-- -->Alice", "Welcome, Alice"),
        ("<b>S</b>ale <i>now</i>", "Sale now"),
        ("<p>one<p>two", "one two"),
        ("<li>one</li><li>two</li>", "one two"),
        ("one<br>two", "one two"),
        ("<a>one</a> <a>two</a>", "one two"),
        ("<button>one</button><button>two</button>", "one two"),
        ("a&nbsp;&amp;\n b", "a & b"),
        ("<title>t</title><script>s</script><style>y</style><noscript>n</noscript><template>x</template>z", "z"),
        ("<textarea>in it</textarea>", "in it"),
    ],
)
def test_what_a_page_shows(markup: str, text: str) -> None:
    page = read_page(markup.encode(), "https://shop.test/")
    assert (page.text, page.text_truncated) == (text, False)


def test_a_long_text_is_cut_off() -> None:
    shown = Shown(at_most=5)
    assert [shown.add("abc "), shown.add(" def")] == [3, 3]
    assert (shown.text, shown.truncated) == ("abc de", True)
    page = read_page(b"x" * (TEXT_AT_MOST + 1), "https://shop.test/")
    assert (len(page.text), page.text_length, page.text_truncated) == (TEXT_AT_MOST, TEXT_AT_MOST + 1, True)


def test_white_space_and_capitals_are_squeezed_out() -> None:
    assert squeezed(" Add \n to\xa0Basket ") == squeezed("ADD TO BASKET") == "addtobasket"
