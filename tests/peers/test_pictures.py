"""What Chromium fetches for pictures and makes of media queries, beside what we say it does."""

import random
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from scalecheck.model.profile_pages import VIEWPORTS
from scalecheck.wire.accept import CHROME
from scalecheck.wire.html import read_page
from scalecheck.wire.media_query import TOUCHED_BELOW_PX, matches
from scalecheck.wire.responsive import SHOWN, choice
from scalecheck.wire.viewport import Viewport
from tests.peers.servers import require
from tests.wire.test_media_query import CASES

pytestmark = pytest.mark.peer

URL = "http://pictures.test/"
PICTURES = 150
"""Of one page."""
SEEDS = (1, 2, 3)
PIXEL = bytes.fromhex("47494638396101000100800000ffffff00000021f90400000000002c00000000010001000002024401003b")
CONDITIONS = (
    *("(max-width: 600px)", "(min-width: 600px)", "(min-width: 50em) and (max-width: 90em)", "(width < 1000px)"),
    *("(orientation: landscape)", "(min-resolution: 1.5dppx)", "(hover: hover)", "not (min-width: 800px)", "(odd: 1)"),
    *("(min-aspect-ratio: 1/1) or (max-width: 500px)", "(prefers-color-scheme: dark)", "((color))", "(min-width"),
)
SIZES = (
    *(
        "100vw",
        "50vw",
        "300px",
        "20rem",
        "calc(100vw - 2rem)",
        "min(400px, 90vw)",
        "clamp(100px, 40vw, 30em)",
        "33.3vw",
    ),
    *("max(100px, calc(25vw + 1em))", "50vh", "10vmin", "0", "-1px", "50%", "1e2px", "calc(100vw / 3)", "auto"),
    *("7cm", "calc(10px - 500px)", "calc(2 * (50px + 1vw))", "calc(1px + 1)", "calc(50vw -10px)", "bogus"),
)
WIDTHS = (16, 90, 180, 320, 400, 412, 480, 640, 721, 768, 800, 1024, 1280, 1600, 2048, 2560, 3840)
DENSITIES = ("", "1x", "1.25x", "1.5x", "1.75x", "2x", "2.5x", "3x", "0.5x", "0x", "-1x", "2q", "1.x", "+1x", "1e0x")
TYPES = (*sorted(SHOWN), "image/heic", "image/jp2", "image/tiff", "image/jxr", "image/foo", "png", "text/html")
MORE_QUERIES = """
and|only|layer|foo|not foo|only print|screen, print|print, speech|screen and (not (print))
screen and not (min-width: 5000px)|(width:820px)|(width = 412px)|(412px < width)|(400px = width = 400px)
(400px < width)|(width < 400px < 500px)|(width=>400px)|(max-width: 40rem)|(min-width:51.25rem)|(min-width: 4in)
(min-width: 10cm)|(min-width: 300pt)|(min-width: 20vw)|(min-width:50vh)|(height > 900px)|(min-width: -1px)
(min-width: max(10px, 412px))|(min-width: clamp(1px, 500px, 900px))|(min-width: 100%)|(min-width: foo)|(min-width:)
(orientation)|(aspect-ratio: 412/823)|(min-aspect-ratio: 16/9)|(min-aspect-ratio: 1/0)|(aspect-ratio)
(aspect-ratio: -1/2)|(min-resolution: 2dppx)|(resolution: 1.75x)|(min-resolution: 60dpcm)|(resolution)
(resolution >= 2)|(-webkit-device-pixel-ratio: 2)|(-webkit-max-device-pixel-ratio: 1)
(-webkit-device-pixel-ratio >= 1)|(prefers-color-scheme)|(prefers-contrast: no-preference)|(prefers-contrast)
(prefers-reduced-data: no-preference)|(prefers-reduced-transparency: no-preference)|(forced-colors: none)
(forced-colors)|(inverted-colors: none)|(scripting)|(scripting: enabled)|(display-mode: standalone)|(update: fast)
(update)|(overflow-block: scroll)|(overflow-inline: scroll)|(dynamic-range: standard)|(dynamic-range: high)
(video-dynamic-range: standard)|(color-gamut: srgb)|(color-gamut: p3)|(grid)|(-webkit-transform-3d)|(scan)
(hover: none)|(any-hover: hover)|(pointer)|(any-pointer: fine)|(min-color: 8)|(color-index)|(monochrome: 0)
(min-monochrome: 1)|(max-device-width: 500px)|(min-device-height: 700px)|(device-aspect-ratio: 1/1)
(horizontal-viewport-segments: 1)|(foo) and (color)|((color) and (grid))|(not grid)|not grid|not (grid)
not not (grid)|not foo(1)|(color) or foo(1)|not(grid)|(color)and (color)|(color) and(color)|(min-width:1px) {}
[color]|(color|"x"|screen,(|not (min-width:400px),(grid)|not all and (monochrome)|not all, all|all and (color)
(--custom)|(max-width: 1000000000000px)
"""
QUERIES = [*(media for media, *_ in CASES), *MORE_QUERIES.strip("\n").replace("\n", "|").split("|")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    require("chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        yield browser
        browser.close()


def opened(browser: Any, viewport: Viewport, html: str) -> Any:
    """Return a page of its own, with this HTML, in this window; every picture is one pixel."""
    touched = viewport.width < TOUCHED_BELOW_PX
    page = browser.new_page(
        viewport={"width": viewport.width, "height": viewport.height},
        device_scale_factor=viewport.density,
        is_mobile=touched,
        has_touch=touched,
    )
    page.route("**/*", lambda route: route.fulfill(body=html if route.request.url == URL else PIXEL))
    page.goto(URL)
    return page


class Writer:
    """Writes pictures as authors do, and as they should not."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.written = 0

    def page(self) -> str:
        pictures = "".join(self.picture() for _ in range(PICTURES))
        return f'<!doctype html><meta name=viewport content="width=device-width">{pictures}'

    def picture(self) -> str:
        sources = "".join(self.source() for _ in range(self.random.choice((0, 0, 1, 2, 3))))
        img = f"<img {self.maybe('src', self.url())}{self.candidates(0.8)}{self.maybe('width', '77')}>"
        return f"<picture>{sources}{img}</picture>\n"

    def source(self) -> str:
        media = self.maybe("media", self.random.choice(("", "all", "screen and (color)", "print", *CONDITIONS)))
        kind = self.maybe("type", self.random.choice(("", "IMAGE/PNG; q=1", *TYPES)))
        return f"<source {media}{kind}{self.candidates(0.9)}>"

    def candidates(self, share: float) -> str:
        """Return srcset and sizes, the first with this probability."""
        by_width = self.random.random() < 0.7
        count = self.random.randint(1, 6)
        widths = [f"{width}w" for width in self.random.choices(WIDTHS, k=count)]
        densities = self.random.choices(DENSITIES, k=count)
        mixed = [*widths[:1], *densities[1:]] if self.random.random() < 0.1 else widths if by_width else densities
        srcset = self.random.choice((", ", ",\n ", " ,")).join(f"{self.url()} {each}" for each in mixed)
        return self.maybe("srcset", srcset, share) + self.maybe("sizes", self.sizes(), 0.8)

    def sizes(self) -> str:
        entries = [
            f"{self.random.choice(CONDITIONS)} {self.random.choice(SIZES)}" for _ in range(self.random.randint(0, 3))
        ]
        return ", ".join([*entries, self.random.choice(SIZES)])

    def maybe(self, name: str, value: str, share: float = 0.5) -> str:
        return f'{name}="{value}" ' if self.random.random() < share else ""

    def url(self) -> str:
        self.written += 1
        return f"/{self.written}.png"


def ours(html: str, viewport: Viewport) -> list[str]:
    """Return what we say is fetched for each picture; empty for nothing."""
    found: list[str] = []
    for picture in html.split("</picture>")[:-1]:
        img = next((load for load in read_page(picture.encode(), URL).loads if load.tag in {"img", "picture"}), None)
        chosen = None if img is None else choice(img.sources, img, viewport)
        found.append(chosen.url if chosen is not None else "")
    return found


@pytest.mark.parametrize("name", VIEWPORTS)
@pytest.mark.parametrize("seed", SEEDS)
def test_pictures_are_chosen_as_chromium_does(seed: int, name: str, browser: Any) -> None:
    viewport, html = VIEWPORTS[name], Writer(seed).page()
    page = opened(browser, viewport, html)
    theirs = page.evaluate("() => [...document.images].map(image => image.currentSrc)")
    page.close()
    assert len(theirs) == PICTURES
    pictures = html.split("</picture>")
    different = [each for each in zip(theirs, ours(html, viewport), pictures, strict=False) if each[0] != each[1]]
    assert not different


@pytest.mark.parametrize("name", VIEWPORTS)
def test_media_queries_hold_as_in_chromium(name: str, browser: Any) -> None:
    viewport = VIEWPORTS[name]
    page = opened(browser, viewport, '<!doctype html><meta name=viewport content="width=device-width">')
    theirs = page.evaluate("queries => queries.map(query => matchMedia(query).matches)", QUERIES)
    page.close()
    assert {query: matches(query, viewport) for query in QUERIES} == dict(zip(QUERIES, theirs, strict=True))


def test_pictures_are_asked_for_as_chromium_does(browser: Any) -> None:
    page = opened(browser, VIEWPORTS["desktop"], "<!doctype html>")
    with page.expect_request("**/asked.png") as asked:
        page.evaluate("() => { new Image().src = '/asked.png' }")
    assert asked.value.all_headers()["accept"] == CHROME
    page.close()
