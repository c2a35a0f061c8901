"""What Chromium fetches for the rules of a sheet, beside what we say it does."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route

from scalecheck.wire.viewport import Viewport
from tests.page.test_styles import DESK, FONTS, IMAGES
from tests.peers import panel
from tests.peers.awkward_pages import FONT
from tests.peers.shop import PIXEL

pytestmark = pytest.mark.peer

URL = "http://styles.test/"
ROWS = [*IMAGES, *FONTS]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if reason := panel.missing():
        pytest.skip(reason)
    with panel.chromium() as each:
        yield each


def fetched(browser: Browser, css: str, html: str, window: Viewport) -> list[str]:
    """Return the names of what Chromium asks for to show a page of these rules."""
    page = browser.new_page(viewport={"width": window.width, "height": window.height})
    asked: set[str] = set()

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(URL)
        if not name:
            route.fulfill(
                body=f"<!doctype html><meta charset=utf-8><style>{css}</style>{html}", content_type="text/html"
            )
            return
        asked.add(name)
        font = route.request.resource_type == "font"
        route.fulfill(body=FONT if font else PIXEL, content_type="font/woff2" if font else "image/gif")

    page.route("**/*", answer)
    page.goto(URL, wait_until="networkidle")
    page.close()
    return sorted(asked - {"favicon.ico"})


@pytest.mark.parametrize(("name", "css", "html", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_rows_hold_in_chromium(browser: Browser, name: str, css: str, html: str, expected: list[str]) -> None:
    assert fetched(browser, css, html, DESK) == expected
