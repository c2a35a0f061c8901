"""Pages opened in a real Chromium, over the DevTools protocol (by Playwright, the extra `scalecheck[browser]`).

Every visit has a browser of its own: nothing that one page leaves behind meets the next, and whatever a page does, its
browser can be ended with all its processes. Nothing is ever downloaded.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from itertools import takewhile
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from scalecheck import __version__
from scalecheck.gather.browsers import (
    VISITS_AT_ONCE,
    BrowserMissing,
    Containment,
    contained,
    find_chrome,
    handheld,
)
from scalecheck.gather.channels import MESSAGE, Channel, CommandFailed, Whole
from scalecheck.gather.launch import STARTS_WITHIN_S, launched, reason
from scalecheck.gather.network_log import NetworkLog
from scalecheck.gather.safety import Rules
from scalecheck.gather.tap import Permits, Tap
from scalecheck.gather.visit import Visit
from scalecheck.model.browsing import Fetched
from scalecheck.model.evidence import Ask, Failure, Loss, View
from scalecheck.model.profile import Profile
from scalecheck.probes.browsers import ERROR, OFFLINE
from scalecheck.wire.viewport import Viewport

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Playwright

INSTALL = "pip install 'scalecheck[browser]'"
QUOTA_BYTES = 50_000_000
"""What a page may store."""


class Chromium:
    """Sends asks by opening their URLs; the label names the viewport, or is `error` or `offline`."""

    def __init__(self, profile: Profile, *, connect_to: str | None = None) -> None:
        self._profile = profile
        self._connect_to = connect_to
        self._rules = Rules.of(profile.site, profile.safety.allow_hosts)
        self._permits = Permits(profile)
        self._turns = asyncio.Semaphore(VISITS_AT_ONCE)
        self._starting: asyncio.Task[tuple[Playwright, str, Containment]] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._starting is not None:
            with suppress(Exception):
                async with asyncio.timeout(STARTS_WITHIN_S):
                    playwright, _, _ = await self._starting
                    await playwright.stop()

    async def send(self, probe: str, ask: Ask, number: int) -> View | Failure:
        """Return what a visit saw. Raises nothing but CancelledError, of which the caller makes a record."""
        if (refusal := self._rules.refusal(ask.request)) is not None:
            return Failure(number, probe, ask, Loss.FORBIDDEN, refusal, time.time())
        async with self._turns:
            sent_at = time.time()
            try:
                return await self._viewed(probe, ask, number)
            except BrowserMissing as missing:
                return Failure(number, probe, ask, Loss.BROWSER, str(missing), sent_at, time.time() - sent_at)

    async def _viewed(self, probe: str, ask: Ask, number: int) -> View:
        """Return what a visit saw; a page that was left too early for what it reports is visited once more, longer."""
        settle_s, rum = self._profile.browser.settle, self._profile.observability.rum
        view = await self._visit(probe, ask, number, settle_s)
        looked = ask.label not in {ERROR, OFFLINE}
        if (
            looked
            and rum is not None
            and rum.within > settle_s
            and not view.missed
            and not _reported(view, self._profile)
        ):
            view = await self._visit(probe, ask, number, rum.within)
        return view

    async def _visit(self, probe: str, ask: Ask, number: int, stay_s: float) -> View:
        """Return what one visit saw, ended when its time is over or the page does too much."""
        playwright, path, containment = await self._ready()
        timeout_s = self._profile.browser.timeout
        log, sent_at = NetworkLog(self._profile.observability.trace), time.time()
        async with launched(playwright, path, containment) as (browser, session):
            tap = Tap(self._permits, log, Whole(session))
            try:
                page, hide = await self._opened(session, browser.version, ask.label, tap)
                visit = Visit(self._profile, page, tap, hide)
                ended = await _within(visit.go(ask.request.url, ask.label, stay_s), tap.over, timeout_s)
            except CommandFailed as failed:
                raise BrowserMissing(f"Chromium failed: {reason(failed)}") from None
        await tap.close()
        seen, requests = visit.seen, log.requests
        if tap.reason or not ended:
            seen.missed["page"] = tap.reason or f"the visit took longer than {timeout_s:g} s"
        return View(
            number,
            probe,
            ask,
            f"Chromium {browser.version}",
            sent_at,
            time.time(),
            status=_document_status(requests),
            requests=requests,
            text=seen.text,
            stored=seen.stored,
            workers=seen.workers,
            errors=tuple(log.errors),
            metrics=seen.metrics,
            marks=seen.marks,
            missed=seen.missed,
        )

    async def _ready(self) -> "tuple[Playwright, str, Containment]":
        """Return the library, the browser and whom it may ask; made once, by whoever comes first."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._begun())
        return await asyncio.shield(self._starting)

    async def _begun(self) -> "tuple[Playwright, str, Containment]":
        path = str(find_chrome(self._profile.browser.chrome))
        try:
            from playwright.async_api import async_playwright
        except ImportError:
            raise BrowserMissing(f"pages are opened with Playwright, which is not installed: {INSTALL}") from None
        containment = await contained(self._rules, self._connect_to)
        try:
            async with asyncio.timeout(STARTS_WITHIN_S):
                return await async_playwright().start(), path, containment
        except Exception as error:
            raise BrowserMissing(f"Playwright does not start: {reason(error)}; {INSTALL}") from None

    async def _opened(
        self, session: "CDPSession", version: str, label: str, tap: Tap
    ) -> tuple[Channel, Callable[[], Awaitable[None]]]:
        """Return an empty page that is listened to, in a fresh context and the label's viewport, and how to hide it.

        Requests are held for the whole browser, so for every worker too, however early it asks.
        """
        whole = Whole(session)
        session.on("Fetch.requestPaused", tap.held)
        await whole.command("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})
        context = (await whole.command("Target.createBrowserContext"))["browserContextId"]
        await whole.command("Browser.setDownloadBehavior", {"behavior": "deny", "browserContextId": context})
        blank = {"url": "about:blank", "browserContextId": context}
        target = (await whole.command("Target.createTarget", blank))["targetId"]
        attached = await whole.command("Target.attachToTarget", {"targetId": target, "flatten": False})
        page = Channel(whole, attached["sessionId"], "page")

        def told(event: Mapping[str, Any]) -> None:
            if event["sessionId"] == attached["sessionId"]:
                tap.told(page, json.loads(event["message"]))

        async def hide() -> None:
            window = await whole.command("Browser.getWindowForTarget", {"targetId": target})
            bounds = {"windowId": window["windowId"], "bounds": {"windowState": "minimized"}}
            await whole.command("Browser.setWindowBounds", bounds)

        session.on(MESSAGE, told)
        await self._dressed(page, version, self._viewport(label))
        await tap.listen(page)
        return page, hide

    async def _dressed(self, page: Channel, version: str, viewport: Viewport) -> None:
        """Give a page its window and its name."""
        mobile = handheld(viewport)
        window = {"width": viewport.width, "height": viewport.height, "deviceScaleFactor": viewport.density}
        await page.command("Emulation.setDeviceMetricsOverride", {**window, "mobile": mobile})
        await page.command("Emulation.setTouchEmulationEnabled", {"enabled": mobile})
        await page.command("Emulation.setUserAgentOverride", user_agent(version, mobile=mobile))
        with suppress(CommandFailed):  # what a newer browser has another word for
            quota = {"origin": self._profile.site, "quotaSize": QUOTA_BYTES}
            await page.command("Storage.overrideQuotaForOrigin", quota)

    def _viewport(self, label: str) -> Viewport:
        """Return the viewport of a label; of one that names none, the first in which pages are opened."""
        viewports, devices = self._profile.viewports, self._profile.browser.devices
        names = (label, *devices, *viewports)
        return next(viewports[name] for name in names if name in viewports)


def user_agent(version: str, *, mobile: bool) -> dict[str, object]:
    """Return who the browser says it is: what it says to visitors' sites, so that pages behave, and our name behind."""
    major = version.partition(".")[0]
    system, kind = ("Linux; Android 10; K", "Mobile ") if mobile else ("X11; Linux x86_64", "")
    chrome = f"Chrome/{major}.0.0.0 {kind}Safari/537.36"
    hints = {"platform": "Android" if mobile else "Linux", "platformVersion": "10" if mobile else "", "model": ""}
    brands = [{"brand": name, "version": major} for name in ("Chromium", "scalecheck")]
    return {
        "userAgent": f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) {chrome} scalecheck/{__version__}",
        "userAgentMetadata": {"brands": brands, "architecture": "", "mobile": mobile, **hints},
    }


async def _within(going: Coroutine[Any, Any, None], exceeded: asyncio.Event, timeout_s: float) -> bool:
    """Await a visit until it ends, exceeds a bound, or its time is over; return whether it ended by itself."""
    visiting, excess = asyncio.create_task(going), asyncio.create_task(exceeded.wait())
    try:
        await asyncio.wait({visiting, excess}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if visiting.done():
            visiting.result()
        return visiting.done()
    finally:
        for task in (visiting, excess):
            task.cancel()
        await asyncio.gather(visiting, excess, return_exceptions=True)


def _reported(view: View, profile: Profile) -> bool:
    rum = profile.observability.rum
    return rum is None or any(rum.takes(each.url, profile.site) for each in view.requests)


def _document_status(requests: tuple[Fetched, ...]) -> int | None:
    """Return the status of the page itself, behind its redirects; None where it did not answer."""
    documents = takewhile(lambda each: each.use == "document" and each.by == "page", requests)
    answered = [each.status for each in documents if each.status is not None]
    return answered[-1] if answered else None
