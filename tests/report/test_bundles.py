"""What pages ship, as it is printed: complete, within the width, in colours and without, and inert."""

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from scalecheck.page.bundles import Bundles
from scalecheck.page.fetches import Unresolved
from scalecheck.report.bundles import print_bundles, print_why
from tests.checks.rows import absolute, site
from tests.page.shipping import asset, fetch, loaded, page, shipped, shop
from tests.report.hostile import ATTACKS

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def printed(found: Bundles, width: int = 100, *, color: bool = False, encoding: str = "utf-8", why: str = "") -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(
        file=file,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        legacy_windows=False,
    )
    if why:
        print_why(found, why, console)
    else:
        print_bundles(found, console)
    file.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [32, 40, 60, 80, 120, 200])
@pytest.mark.parametrize("color", [False, True])
def test_lines_fit(width: int, color: bool) -> None:
    lines = ESCAPE.sub("", printed(shop(), width, color=color)).splitlines()
    assert [line for line in lines if cell_len(line) > min(width, 120)] == []


def test_it_says_everything() -> None:
    text = printed(shop())
    for said in (
        "home  /  ssg, desktop",
        "product  /products/1, the heaviest of 2 pages  isr",
        "  JavaScript            3    ≥ 85.3 KB  255.0 KB           0   90 KB  ≥ 95 %  ━━━━━━━━━─",
        "  JavaScript            3      95.3 KB  285.0 KB           0   90 KB  106 %  ━━━━━━━━━━",
        "  third parties         1",
        "            in other windows: mobile 131.7 KB",
        "  scripts and sheets  own 25.2 KB  shared 64.2 KB",
        "this route, same bytes as /_next/static/date-2.js",
        "with product",
        "1 file that import() may load, 8.1 KB: /_next/static/gallery.js 8.1 KB",
        "  missing   /_next/static/home.js: react: the import map has no such name",
        "Shared between routes, by URL",
        "  64.2 KB   home, product: 1 script, 1 sheet",
        "Same bytes, several URLs",
        "  5.1 KB    /_next/static/date-1.js, /_next/static/date-2.js (on home, product)",
    ):
        assert said in text


def test_a_chunk_keeps_its_letter() -> None:
    text = printed(shop())
    home, product = (block for block in text.split("scripts and sheets")[1:])
    assert "C  /_next/static/framework.js" in home
    assert "C D as above" in product
    assert "E  /_next/static/product.js" in product


@pytest.mark.parametrize(("encoding", "blocks"), [("utf-8", r"E█+F█+C▓+"), ("ascii", r"E#+F#+C=+")])
def test_blocks_are_as_wide_as_their_share(encoding: str, blocks: str) -> None:
    text = printed(shop(), 82, encoding=encoding)
    bar = next(line.strip() for line in text.splitlines() if re.match(rf"  {blocks}", line))
    assert len(bar) == 80
    assert abs(bar.index("F") - 80 * 30_100 / 99_400) <= 1


def test_painted_blocks_have_names_where_there_is_room() -> None:
    text = ESCAPE.sub("", printed(shop(), 100, color=True))
    assert re.search(r" C  framework\.js  60\.1 KB +", text)


def test_a_page_of_crumbs_has_its_names_and_the_rest() -> None:
    known = site(page("/"), *(asset(f"/{at}.js", 1_000 + at) for at in range(60)))
    text = printed(shipped(known, loaded("/", *(fetch(f"/{at}.js") for at in range(60)))))
    assert "52 smaller ones, 58.5 KB" in text
    assert "A  /59.js" in text


def test_one_route_has_nobody_to_share_with() -> None:
    text = printed(shipped(site(page("/"), asset("/a.js", 1_000)), loaded("/", fetch("/a.js"))))
    assert "this route" not in text
    assert "Shared" not in text


def test_nothing_is_said_of_nothing() -> None:
    assert printed(shipped(site())) == ""


def test_why_names_pages_and_the_way_to_it() -> None:
    assert printed(shop(), why="gallery.js").splitlines() == [
        absolute("/_next/static/gallery.js"),
        "  dynamic   on 2 of 4 pages: /products/1, /products/2",
        "            <script> /_next/static/product.js",
        "              import() /_next/static/gallery.js",
    ]


def test_why_asks_back_where_too_much_fits() -> None:
    assert "and 2 URLs more that fit" in printed(shop(), why="/_next/static/")


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
@pytest.mark.parametrize("width", [30, 100])
def test_names_are_inert(attack: str, width: int) -> None:
    url = f"{absolute('/')}{attack}.js"
    later = fetch(url, how=attack)
    lost = Unresolved(url, attack)
    found = shipped(site(page("/"), asset(url, 5_000)), loaded("/", later, unresolved=(lost,)))
    for text in (printed(found, width), printed(found, width, why=".js")):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066\u200b\u2028\u2029]", text)
        assert not re.search(r"(?m)^\s*::|##\[|##vso", text)
