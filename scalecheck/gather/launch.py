"""A Chromium of one visit: started by Playwright, and ended with all its processes and files."""

import asyncio
import os
import re
import shutil
import signal
import tempfile
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from scalecheck.gather.browsers import BrowserMissing, Containment, sandbox
from scalecheck.gather.channels import Whole

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, CDPSession, Playwright

STARTS_WITHIN_S = 30.0
CLOSES_WITHIN_S = 5.0
LOOKS_AGAIN_S = 0.02
KEPT_IN = re.compile(r"--user-data-dir=(\S*playwright_\w+-\w+)")
"""The folder of a browser that Playwright starts, in its command line."""
UNWANTED = ("--disable-popup-blocking", "--disable-ipc-flooding-protection")
"""Flags of Playwright's that would let a page do more than it may in a visitor's browser."""
UNNEEDED = (
    *("IsolateOrigins", "site-per-process", "Prerender2", "MediaRouter", "OptimizationHints", "PreconnectToSearch"),
    *("NetworkTimeServiceQuerying", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "PaintHolding"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "DestroyProfileOnBrowserClose", "AvoidUnnecessaryBeforeUnloadCheckSync"),
)
FLAGS = (
    "--disable-shared-workers",
    "--disable-site-isolation-trials",
    f"--disable-features={','.join(UNNEEDED)}",
    "--js-flags=--max-old-space-size=1024",
)
"""One session sees all frames and workers of a page: for shared workers, which no session of a page reaches, and which
browsers on telephones do not have, that means none. Nothing is rendered ahead; the other features are those that
Playwright switches off, since one flag replaces another of its name."""


@asynccontextmanager
async def launched(
    playwright: "Playwright", path: str, containment: Containment
) -> "AsyncIterator[tuple[Browser, CDPSession]]":
    """Run a browser for as long as the context lasts; its processes and files are gone with it, whatever they do."""
    folder = Path(tempfile.mkdtemp(prefix="scalecheck-"))
    launching = asyncio.ensure_future(_start(playwright, path, containment, folder))
    group, kept = None, None
    try:
        browser = await asyncio.shield(launching)
        session = await browser.new_browser_cdp_session()
        group, kept = await _process_group(session), await _kept_in(session)
        yield browser, session
    finally:
        await asyncio.shield(_ended(launching, group, folder, kept))


async def _start(playwright: "Playwright", path: str, containment: Containment, folder: Path) -> "Browser":
    from playwright.async_api import Error

    try:
        return await playwright.chromium.launch(
            executable_path=path,
            args=[*containment.flags, *FLAGS],
            ignore_default_args=list(UNWANTED),
            chromium_sandbox=not sandbox(),
            env={**os.environ, "TMPDIR": str(folder)},
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
            timeout=STARTS_WITHIN_S * 1000,
        )
    except Error as error:
        raise BrowserMissing(f"{path} does not start: {_last_words(str(error))}") from None


async def _process_group(session: "CDPSession") -> int | None:
    """Return the process group of a browser; None where there are none, or where it is not its own."""
    with suppress(Exception):
        known = (await Whole(session).command("SystemInfo.getProcessInfo"))["processInfo"]
        group = os.getpgid(next(int(each["id"]) for each in known if each["type"] == "browser"))
        return None if group == os.getpgrp() else group
    return None


async def _kept_in(session: "CDPSession") -> Path | None:
    """Return the folder that Playwright made for what a browser keeps; None where it does not tell."""
    with suppress(Exception):
        line = (await Whole(session).command("SystemInfo.getInfo"))["commandLine"]
        if (found := KEPT_IN.search(line)) is not None:
            return Path(found[1])
    return None


async def _ended(launching: "asyncio.Future[Browser]", group: int | None, folder: Path, kept: Path | None) -> None:
    """End a browser, also one that is only just starting.

    It is killed rather than asked, its children with it: what a page sends when its browser closes, nobody could hold.
    """
    if group is not None:
        with suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    with suppress(Exception):
        async with asyncio.timeout(CLOSES_WITHIN_S):
            await (await launching).close()
    if kept is not None:
        await _gone(kept)
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _gone(kept: Path) -> None:
    """Wait until Playwright has cleared up after a browser, or do it in its place.

    Its `close` does not wait for that where the browser was killed, and stopped in the middle, it leaves the rest.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSES_WITHIN_S):
            while await asyncio.to_thread(kept.exists):
                await asyncio.sleep(LOOKS_AGAIN_S)
    await asyncio.to_thread(shutil.rmtree, kept, ignore_errors=True)


def reason(error: Exception) -> str:
    """Return in one line what a library says of a failure."""
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:300]


def _last_words(log: str) -> str:
    """Return the line of a browser's log that says why it does not start."""
    said = [line.partition("[err] ")[2].strip() for line in log.splitlines() if "[err] " in line]
    telling = [line for line in said if any(word in line for word in ("ERROR", "FATAL", "andbox", "cannot", "error"))]
    return [*telling, *said, reason(Exception(log.partition("Call log:")[0]))][0][:300]
