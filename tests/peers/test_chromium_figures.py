"""What we say that a page loads, beside what Chromium's network panel says of the same page."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from scalecheck.gather.client import Client
from scalecheck.gather.gather import gather
from scalecheck.gather.record import EvidenceFile
from scalecheck.model.evidence import Run
from scalecheck.model.profile import Profile
from scalecheck.model.profile_pages import VIEWPORTS
from scalecheck.model.site import Site
from scalecheck.page.cost import Cost, cost
from scalecheck.page.fetches import Loading, Use, When
from scalecheck.page.loading import loading
from scalecheck.probes.discovery import first
from tests.peers import awkward_pages, panel
from tests.peers.front_ends import nextjs, vite
from tests.peers.servers import require

pytestmark = pytest.mark.peer

WITHIN = 0.01
FRAMING_BYTES = 100
"""By how much transferred bytes may differ: Chromium counts what frames a chunked body, some bytes for every chunk."""
ERRORS = 400
"""Status codes from which on Chromium hides what an image or a script would have been, and its bytes."""
TYPES = {
    Use.DOCUMENT: {"Document"},
    Use.FRAME: {"Document"},
    Use.SCRIPT: {"Script"},
    Use.STYLE: {"Stylesheet"},
    Use.IMAGE: {"Image"},
    Use.FONT: {"Font"},
    Use.MEDIA: {"Media", "TextTrack", "Image"},  # object and embed say only in the answer what they are
    Use.FETCH: {"Fetch", "XHR", "Other"},
    Use.OTHER: {"Other", "Script", "Stylesheet"},
    Use.MANIFEST: {"Manifest"},
}
"""The panel's words for what we call a use."""
JUDGED = {Use.DOCUMENT: "Document", Use.SCRIPT: "Script", Use.STYLE: "Stylesheet", Use.IMAGE: "Image"}


@dataclass(frozen=True, slots=True)
class Awkward:
    """One page in one window, and what Chromium does there that HTML and CSS alone do not say."""

    name: str
    window: str = "desktop"
    used: tuple[str, ...] = ()
    """What is lazy, and was fetched: it is in view."""
    again: tuple[str, ...] = ()
    """What Chromium asks for twice: whether the second answer comes from its cache is a race. We count one."""

    def __str__(self) -> str:
        return f"{self.name} {self.window}"


PAGES = (
    Awkward("maps"),
    Awkward("imports"),
    Awkward("hints", "mobile", again=("wrong.woff2",)),
    Awkward("hints", "desktop", again=("wrong.woff2",)),
    Awkward("twins", again=("assets/shared.js",)),
    Awkward("pictures", "mobile", used=("set-3.webp", "lazy-near.webp")),
    Awkward("pictures", "tablet", used=("set-3.webp", "lazy-near.webp")),
    Awkward("pictures", "desktop", used=("set-1.webp", "lazy-near.webp")),
    Awkward("sheets", "mobile"),
    Awkward("sheets", "desktop"),
    Awkward("inert"),
    Awkward("guests"),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if reason := panel.missing():
        pytest.skip(reason)
    with panel.chromium() as each:
        yield each


@pytest.fixture(scope="module")
def awkward() -> Iterator[Site]:
    with awkward_pages.serving() as url:
        yield known(url, *(f"/{name}/" for name in (*dict.fromkeys(page.name for page in PAGES), "moved")))


def known(url: str, *paths: str) -> Site:
    """Return what the audit's own client learns of these pages and of what they load."""
    route = {"path": "/**", "kind": "ssr", "samples": paths}
    profile = Profile.model_validate({"site": url, "routes": {"pages": route}})
    with ThreadPoolExecutor() as apart:  # Playwright's own loop runs in this thread
        return apart.submit(lambda: asyncio.run(_gathered(profile))).result()


async def _gathered(profile: Profile) -> Site:
    ledger = EvidenceFile(None, Run("", profile.site, 0.0))
    async with Client(profile) as client:
        return await gather(Site(profile), (first,), client.send, ledger)


def ours(site: Site, path: str, window: str) -> tuple[Loading, Cost]:
    page = next(each for each in site.pages() if each.url == f"{site.profile.site}{path}")
    found = loading(site, page, VIEWPORTS[window])
    return found, cost(site, found)


def named(url: str) -> str:
    """Return an URL without the port, which is another one each time."""
    parts = urlsplit(url)
    host = "" if parts.hostname == "127.0.0.1" else f"//{parts.hostname}"
    return host + parts.path + (f"?{parts.query}" if parts.query else "")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_awkward_pages_load_what_we_say(page: Awkward, awkward: Site, browser: Browser) -> None:
    path = f"/{page.name}/"
    rows = panel.first_visit(browser, f"{awkward.profile.site}{path}", VIEWPORTS[page.window])
    _, visit = ours(awkward, path, page.window)
    used = {f"{path}{name}" for name in page.used}
    unsure = {named(item.url) for item in visit.items if item.when is not When.INITIAL}
    assert used <= unsure
    hinted = {named(item.url) for item in visit.items if item.when is When.PREFETCH}
    assert hinted <= {named(row.url) for row in rows}
    taken = [item for item in visit.items if item.when is When.INITIAL or named(item.url) in used]
    seen = [row for row in rows if not row.cached and named(row.url) not in hinted]
    counts = Counter(named(row.url) for row in seen)
    counts.update({name: 1 - counts[name] for name in (f"{path}{name}" for name in page.again)})
    assert Counter(named(item.url) for item in taken) == counts
    own = {named(item.url): item.figures.transferred_bytes for item in taken if not item.third_party}
    told = {named(row.url): row.transferred_bytes for row in seen if row.status < ERRORS}
    both = own.keys() & told.keys()
    assert {name: own[name] for name in both} == {name: told[name] for name in both}
    assert told.keys() - own.keys() == {named(item.url) for item in taken if item.third_party}
    types = {named(row.url): row.type for row in seen}
    assert not {named(item.url): item.use for item in taken if types[named(item.url)] not in TYPES[item.use]}


def test_redirects_count_as_chromium_counts_them(awkward: Site, browser: Browser) -> None:
    rows = panel.first_visit(browser, f"{awkward.profile.site}/moved/", VIEWPORTS["desktop"])
    _, visit = ours(awkward, "/moved/", "desktop")
    for use, kind in JUDGED.items():
        seen = [row for row in rows if row.type == kind]
        figures = visit.own(use)
        assert figures.requests == len(seen)
        assert figures.transferred_bytes == sum(row.transferred_bytes for row in seen)
    assert visit.own().requests == len(rows) == 12
    assert not visit.missing()


@dataclass(frozen=True, slots=True)
class App:
    """A page of a real front end."""

    name: str
    path: str
    scripted: tuple[tuple[str, str], ...] = ()
    """Patterns of what Chromium fetches besides, because a script asked for it, with the reason."""

    def __str__(self) -> str:
        return f"{self.name} {self.path}"


APPS = (
    App("nextjs", "/"),
    App("nextjs", "/products"),
    App("nextjs", "/products/1"),
    App("nextjs", "/search?q=shoes"),
    App("nextjs", "/checkout"),
    App(
        "vite",
        "/",
        (
            (r"/assets/article-.*\.js", "import() that the entry runs at once: dynamic, so not initial"),
            (r"/images/hero\.webp", "an image that the entry writes into the page: no HTML names it"),
        ),
    ),
)


@pytest.fixture(scope="module")
def app_urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    require("nginx", "nextjs", "vite")
    with nextjs(tmp_path_factory.mktemp("nextjs")) as next_url, vite(tmp_path_factory.mktemp("vite")) as vite_url:
        yield {"nextjs": next_url, "vite": vite_url}


@pytest.mark.parametrize("app", APPS, ids=str)
def test_front_ends_load_what_we_say(app: App, app_urls: dict[str, str], browser: Browser) -> None:
    url = app_urls[app.name]
    rows = panel.first_visit(browser, f"{url}{app.path}", VIEWPORTS["mobile"])
    found, visit = ours(known(url, app.path), app.path, "mobile")
    scripted = [row for row in rows if any(re.fullmatch(pattern, named(row.url)) for pattern, _ in app.scripted)]
    assert len(scripted) == len(app.scripted)
    assert all(row.initiator == "script" or row.type == "Image" for row in scripted)
    initial = [item for item in visit.items if item.when is When.INITIAL]
    expected = [row for row in rows if row not in scripted]
    assert Counter(named(item.url) for item in initial) == Counter(named(row.url) for row in expected)
    for use, kind in JUDGED.items():
        seen = [row for row in expected if row.type == kind]
        mine = visit.own(use)
        assert mine.requests == len(seen)
        transferred_bytes = sum(row.transferred_bytes for row in seen)
        slack = FRAMING_BYTES if use is Use.DOCUMENT else 0
        assert mine.transferred_bytes == pytest.approx(transferred_bytes, rel=WITHIN, abs=slack)
    assert not visit.missing()
    assert not found.unresolved
