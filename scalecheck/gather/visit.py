"""One visit of a page in Chromium: opened, watched, read, made to fail or taken offline, hidden and left."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from scalecheck.gather import in_page
from scalecheck.gather.channels import Channel, CommandFailed
from scalecheck.gather.readings import Seen, figures, stored, workers
from scalecheck.gather.tap import Tap
from scalecheck.model.browsing import Fetched
from scalecheck.model.profile import Profile
from scalecheck.probes.browsers import ERROR, OFFLINE

READING_S = 5.0
"""The longest that one reading may take; a page that is busier cannot be read."""
LOADING_SHARE = 0.5
"""The part of a visit's time that a page may take to load."""
HANDLERS_S = 1.0
"""Until a page has put its own handlers in place, or shows what it has."""
STEP_S = 0.05
BUSY = "the page was too busy to be read"


class Visit:
    """A page in a browser of its own; `seen` holds what is known whenever the visit ends."""

    def __init__(self, profile: Profile, page: Channel, tap: Tap, hide: Callable[[], Awaitable[None]]) -> None:
        self.seen = Seen()
        self._profile = profile
        self._page = page
        self._tap = tap
        self._hide = hide

    async def go(self, url: str, label: str, stay_s: float) -> None:
        """Do what the label says: look for so long, provoke an error, or come back without a network."""
        await self._open(url)
        if label == OFFLINE:
            await self._come_back_offline(url, stay_s)
        elif label == ERROR:
            await self._provoke(stay_s)
        else:
            await self._look(stay_s)

    async def _open(self, url: str) -> None:
        """Open the page and wait until it has loaded; one that never does is read as it is."""
        limit_s = self._profile.browser.timeout * LOADING_SHARE
        self._tap.loaded.clear()
        await self._page.post("Page.navigate", {"url": url})
        try:
            async with asyncio.timeout(limit_s):
                await self._tap.loaded.wait()
        except TimeoutError:
            self.seen.missed["page"] = f"it had not loaded after {limit_s:g} s"

    async def _look(self, stay_s: float) -> None:
        await asyncio.sleep(stay_s)
        await self._read()
        self._mark("watched")
        if (rum := self._profile.observability.rum) is not None:
            await self._leave(self._of_rum, stay_s, rum.within)

    async def _provoke(self, stay_s: float) -> None:
        """Throw an error that nobody catches, and watch until it is reported; at the latest when the page is left."""
        errors = self._profile.observability.errors
        if errors is None or "page" in self.seen.missed:
            return
        await asyncio.sleep(min(stay_s, HANDLERS_S))
        self._mark("thrown")
        if await self._run(in_page.THROW, own_world=False) is None:
            self.seen.missed["page"] = BUSY
            return
        if not await self._answered(self._of_errors, errors.within, errors.within):
            await self._leave(self._of_errors, stay_s, errors.within)
        if self._tap.reported:
            self._mark("reported")

    async def _come_back_offline(self, url: str, stay_s: float) -> None:
        """Come back once the page's service worker is active, without a network."""
        if "page" in self.seen.missed:
            return
        await self._run(in_page.WORKER_READY)
        await asyncio.sleep(self._profile.browser.settle)
        await self._read_workers()
        self._mark("offline")
        self._tap.offline = True
        self._tap.log.forget()
        nothing = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        await self._page.command("Network.emulateNetworkConditions", nothing)
        await self._open(url)
        await asyncio.sleep(min(stay_s, HANDLERS_S))
        await self._read_text()

    async def _leave(self, of: Callable[[Fetched], bool], sent_s: float, answered_s: float) -> None:
        """Hide the page, as somebody does who turns to another, and then leave it; until such a request is answered."""
        self._mark("left")
        with suppress(CommandFailed):
            await self._hide()
        if await self._answered(of, sent_s / 2, answered_s):
            return
        self._tap.leaving = True
        with suppress(CommandFailed):
            await self._page.command("Page.navigate", {"url": "about:blank"})
        await self._answered(of, sent_s, answered_s)

    async def _answered(self, of: Callable[[Fetched], bool], sent_s: float, answered_s: float) -> bool:
        """Wait so long until such a request is sent, and then until it is answered; return whether it was sent."""

        def sent() -> list[Fetched]:
            return [each for each in self._tap.log.requests if of(each)]

        await self._until(lambda: bool(sent()), sent_s)
        if sent():
            await self._until(lambda: all(each.status is not None or each.failure for each in sent()), answered_s)
        return bool(sent())

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
        errors, thrown_s = self._profile.observability.errors, self.seen.marks.get("thrown", 0.0)
        later = request.started_s >= thrown_s
        return errors is not None and later and errors.takes(request.url, self._profile.site)

    async def _read(self) -> None:
        await self._read_text()
        await self._read_stored()
        await self._read_workers()
        measured = await self._run(in_page.METRICS)
        if isinstance(measured, Mapping):
            self.seen.metrics = figures(measured)
        else:
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
        with suppress(CommandFailed):
            cookies = (await self._page.command("Network.getCookies")).get("cookies") or []
            rows += [["cookie", each["name"], each["value"]] for each in cookies if not each.get("httpOnly")]
        self.seen.stored, unread = stored(rows)
        if unread:
            self.seen.missed["stored"] = unread

    async def _read_workers(self) -> None:
        rows = await self._run(in_page.WORKERS)
        if isinstance(rows, list):
            self.seen.workers = workers(rows)
        else:
            self.seen.missed["workers"] = BUSY

    async def _run(self, script: str, *, own_world: bool = True) -> Any:
        """Return what a script of ours comes to in the page; None where the page is too busy, or gone meanwhile.

        A page that sends itself elsewhere takes our world along; it is tried once more.
        """
        for _ in range(2):
            with suppress(CommandFailed, TimeoutError):
                async with asyncio.timeout(READING_S):
                    return await self._evaluated(script, own_world=own_world)
        return None

    async def _evaluated(self, script: str, *, own_world: bool) -> Any:
        where: dict[str, Any] = {}
        if own_world:
            frame = (await self._page.command("Page.getFrameTree"))["frameTree"]["frame"]["id"]
            named = {"frameId": frame, "worldName": "scalecheck"}
            where = {"contextId": (await self._page.command("Page.createIsolatedWorld", named))["executionContextId"]}
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True, **where}
        answer = await self._page.command("Runtime.evaluate", asked)
        if "exceptionDetails" in answer:
            raise CommandFailed("the script failed")
        return answer["result"].get("value", True)
