"""What Chromium fetches for the rules of a sheet, beside what we say it does."""

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Route

from scalecheck.wire.viewport import Viewport
from tests.page.test_styles import DESK, FONTS, IMAGES
from tests.peers import panel
from tests.peers.awkward_pages import FONT
from tests.peers.shop import PIXEL

pytestmark = pytest.mark.peer

URL = "http://styles.test/"
Row = tuple[str, str, str, list[str]]
ROWS: list[Row] = [*IMAGES, *FONTS]
AT_ONCE = 8
"""Pages that are open at the same time: each waits half a second for the network to stay quiet."""
GROUPS = [ROWS[at : at + AT_ONCE] for at in range(0, len(ROWS), AT_ONCE)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if reason := panel.missing():
        pytest.skip(reason)
    with panel.chromium() as each:
        yield each


class Opened:
    """A page of these rules, and the names of what Chromium asks for to show it."""

    def __init__(self, browser: Browser, css: str, html: str, window: Viewport) -> None:
        self._html = f"<!doctype html><meta charset=utf-8><style>{css}</style>{html}"
        self._asked: set[str] = set()
        self._page = browser.new_page(viewport={"width": window.width, "height": window.height})
        self._page.route("**/*", self._answer)
        self._page.goto(URL, wait_until="commit")

    def fetched(self) -> list[str]:
        self._page.wait_for_load_state("networkidle")
        self._page.close()
        return sorted(self._asked - {"favicon.ico"})

    def _answer(self, route: Route) -> None:
        name = route.request.url.removeprefix(URL)
        if not name:
            route.fulfill(body=self._html, content_type="text/html")
            return
        self._asked.add(name)
        font = route.request.resource_type == "font"
        route.fulfill(body=FONT if font else PIXEL, content_type="font/woff2" if font else "image/gif")


@pytest.mark.parametrize("rows", GROUPS, ids=lambda rows: f"{rows[0][0]} and {len(rows) - 1} more")
def test_rows_hold_in_chromium(browser: Browser, rows: Sequence[Row]) -> None:
    opened = {name: Opened(browser, css, html, DESK) for name, css, html, _ in rows}
    assert {name: page.fetched() for name, page in opened.items()} == {name: expected for name, _, _, expected in rows}
