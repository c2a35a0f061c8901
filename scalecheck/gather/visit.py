"""One visit of a page in Chromium: opened, watched, read, made to fail or taken offline, and left."""

import asyncio
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scalecheck.gather import in_page
from scalecheck.gather.tap import Tap
from scalecheck.model.browsing import Fetched, Stored, Worker
from scalecheck.model.profile import Profile
from scalecheck.probes.browsers import ERROR, OFFLINE
from scalecheck.wire.kept_values import looks_like

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

READING_S = 5.0
"""The longest that one reading may take; a page that is busier cannot be read."""
LOADING_SHARE = 0.5
"""The part of a visit's time that a page may take to load."""
STEP_S = 0.05
METRICS_AT_MOST = 20


@dataclass(slots=True)
class Seen:
    """What a visit saw, as far as it came."""

    text: str = ""
    stored: tuple[Stored, ...] = ()
    workers: tuple[Worker, ...] = ()
    metrics: dict[str, float] = field(default_factory=dict)
    marks: dict[str, float] = field(default_factory=dict)
    missed: dict[str, str] = field(default_factory=dict)


class Visit:
    """A page in a browser of its own; `seen` holds what is known whenever the visit ends."""

    def __init__(self, profile: Profile, page: "Page", session: "CDPSession", tap: Tap) -> None:
        self.seen = Seen()
        self._profile = profile
        self._page = page
        self._session = session
        self._tap = tap

    async def go(self, url: str, label: str, stay_s: float) -> None:
        """Do what the label says: look for so long, provoke an error, or come back without a network."""
        await self._open(url)
        if label == OFFLINE:
            await self._come_back_offline(url)
        elif label == ERROR:
            await self._provoke(stay_s)
        else:
            await self._look(stay_s)

    async def _open(self, url: str) -> None:
        """Open the page and wait until it has loaded; one that never does is read as it is."""
        from playwright.async_api import Error
        from playwright.async_api import TimeoutError as Late

        limit_s = self._profile.browser.timeout * LOADING_SHARE
        try:
            await self._page.goto(url, wait_until="load", timeout=limit_s * 1000)
        except Late:
            self.seen.missed["page"] = f"it had not loaded after {limit_s:g} s"
        except Error as error:
            self.seen.missed["page"] = reason(error)

    async def _look(self, stay_s: float) -> None:
        told = self._profile.observability
        await asyncio.sleep(stay_s)
        await self._read()
        self._mark("watched")
        if told.rum is not None or told.errors is not None:
            await self._leave(lambda: self._answered(self._of_rum), stay_s)

    async def _provoke(self, stay_s: float) -> None:
        await asyncio.sleep(min(stay_s, 0.5))  # until the page's own handlers are in place
        self._mark("thrown")
        if await self._run(in_page.THROW, own_world=False) is None and "page" not in self.seen.missed:
            self.seen.missed["page"] = "nothing could be run in it"
        errors = self._profile.observability.errors
        within_s = stay_s if errors is None else errors.within
        await self._until(lambda: self._answered(self._of_errors), within_s)
        await self._leave(lambda: self._answered(self._of_errors), stay_s)

    async def _come_back_offline(self, url: str) -> None:
        """Come back once the page's service worker is active, without a network."""
        ready = await self._run(in_page.WORKER_READY)
        await asyncio.sleep(self._profile.browser.settle)
        await self._read_workers()
        if not ready:
            self.seen.missed.setdefault("workers", "no service worker became active")
        self._tap.offline = True
        await self._page.context.set_offline(True)
        self._tap.log.forget()
        self.seen.missed.pop("page", None)
        await self._open(url)
        await asyncio.sleep(min(1.0, self._profile.browser.settle))
        await self._read_text()

    async def _leave(self, done: Callable[[], bool], within_s: float) -> None:
        """Leave the page, and watch what it still sends."""
        from playwright.async_api import Error

        self._mark("left")
        self._tap.leaving = True
        with suppress(Error):
            await self._page.goto("about:blank", wait_until="commit", timeout=READING_S * 1000)
        await self._until(done, within_s)

    async def _until(self, done: Callable[[], bool], within_s: float) -> None:
        for _ in range(math.ceil(within_s / STEP_S)):
            if done():
                return
            await asyncio.sleep(STEP_S)

    def _mark(self, name: str) -> None:
        self.seen.marks[name] = self._tap.log.now_s

    def _of_rum(self, request: Fetched) -> bool:
        rum = self._profile.observability.rum
        return rum is not None and rum.takes(request.url, self._profile.site)

    def _of_errors(self, request: Fetched) -> bool:
        errors = self._profile.observability.errors
        thrown_s = self.seen.marks.get("thrown", 0.0)
        return errors is not None and request.started_s >= thrown_s and errors.takes(request.url, self._profile.site)

    def _answered(self, of: Callable[[Fetched], bool]) -> bool:
        """Whether such a request was sent, and what came of it is known."""
        return any(each.status is not None or each.failure for each in self._tap.log.requests if of(each))

    async def _read(self) -> None:
        await self._read_text()
        await self._read_stored()
        await self._read_workers()
        figures = await self._run(in_page.METRICS)
        self.seen.metrics = dict(_figures(figures)) if isinstance(figures, Mapping) else {}
        if figures is None:
            self.seen.missed["metrics"] = BUSY

    async def _read_text(self) -> None:
        text = await self._run(in_page.TEXT)
        if isinstance(text, str):
            self.seen.text = " ".join(text.split())[: in_page.TEXT_AT_MOST]
        else:
            self.seen.missed["text"] = BUSY

    async def _read_stored(self) -> None:
        rows = await self._run(in_page.STORED)
        if not isinstance(rows, list):
            self.seen.missed["stored"] = BUSY
            return
        cookies = [("cookie", each["name"], each["value"]) for each in await self._cookies()]
        self.seen.stored = tuple(_stored([*_rows(rows), *cookies]))
        if unread := next((value for area, _, value in _rows(rows) if area == "unread"), None):
            self.seen.missed["stored"] = f"indexedDB: {unread}"

    async def _cookies(self) -> list[dict[str, str]]:
        """Return the cookies that scripts can read."""
        found = await self._page.context.cookies()
        return [
            {"name": each.get("name", ""), "value": each.get("value", "")}
            for each in found[: in_page.KEYS_AT_MOST]
            if not each.get("httpOnly")
        ]

    async def _read_workers(self) -> None:
        rows = await self._run(in_page.WORKERS)
        if isinstance(rows, list):
            self.seen.workers = tuple(
                Worker(script[:2000], scope[:2000], state) for script, scope, state in _rows(rows)
            )
        else:
            self.seen.missed["workers"] = BUSY

    async def _run(self, script: str, *, own_world: bool = True) -> Any:
        """Return what a script of ours comes to in the page; None where the page is too busy, or gone meanwhile.

        A page that sends itself elsewhere takes our world along; it is tried once more.
        """
        for _ in range(2):
            with suppress(Exception):
                async with asyncio.timeout(READING_S):
                    return await self._evaluated(script, own_world=own_world)
        return None

    async def _evaluated(self, script: str, *, own_world: bool) -> Any:
        where: dict[str, Any] = {}
        if own_world:
            frame = (await self._session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
            world = await self._session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "scalecheck"})
            where = {"contextId": world["executionContextId"]}
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True, **where}
        answer = await self._session.send("Runtime.evaluate", asked)
        if "exceptionDetails" in answer:
            return None
        return answer["result"].get("value", True)


BUSY = "the page was too busy to be read"


def reason(error: Exception) -> str:
    """Return in one line what Playwright says of a failure."""
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:300]


def _rows(rows: list[Any]) -> Iterator[tuple[str, str, str]]:
    for row in rows:
        if isinstance(row, list) and len(row) == 3:
            yield str(row[0]), str(row[1]), str(row[2])


def _stored(rows: list[tuple[str, str, str]]) -> Iterator[Stored]:
    """Yield what is kept in the browser: what the values look like, and never the values."""
    for area, key, value in rows:
        if area != "unread":
            shown = f"({looks_like('', key)})" if looks_like("", key) else key[: in_page.LONGEST_KEY]
            yield Stored(area, shown, looks_like(key.rpartition("/")[2], value))


def _figures(figures: Mapping[Any, Any]) -> Iterator[tuple[str, float]]:
    for name, value in list(figures.items())[:METRICS_AT_MOST]:
        if isinstance(value, int | float) and math.isfinite(value):
            yield str(name), round(float(value), 4)
