"""Lighthouse as a program: one run at a time, in a browser of its own that asks nobody but whom the profile allows.

The browser is started here rather than by Lighthouse, which would detach it: so both can be ended, whatever either
does, and no flag of Lighthouse can loosen the containment.
"""

import asyncio
import os
import re
import shlex
import shutil
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from scalecheck.gather.browsers import BrowserMissing, Containment, contained, find_chrome, handheld
from scalecheck.gather.lighthouse_report import AUDITS, NoReport, Reading, read_report
from scalecheck.gather.programs import Program, ProgramError, folder, one_line, program
from scalecheck.gather.safety import Rules, parsed
from scalecheck.model.browsing import LabRun
from scalecheck.model.evidence import Ask, Failure, Loss
from scalecheck.model.profile import Profile
from scalecheck.wire.viewport import Viewport

OLDEST, NEWEST = 11, 13
"""Major versions whose reports are known; a newer one is tried, and the run says so."""
REPORT_BYTES = 32_000_000
VERSION_WITHIN_S = 30.0
LOADING_SHARE = 0.5
"""Of the time for one run, the most that Lighthouse waits for the page; the rest is start, figures and report."""
PATIENT_S = 45.0
"""The longest that Lighthouse waits for a page by itself."""
VERSION = re.compile(r"\b(\d+)\.\d+(?:\.\d+)*\S*")
CHROME_VERSION = re.compile(r"(?:(\w[\w .-]*?) )?(\d+(?:\.\d+){1,3})")
DEVTOOLS = re.compile(r"DevTools listening on ws://[^/\s]+:(\d+)/")
DISABLED = (
    *("Translate", "OptimizationHints", "MediaRouter", "DialMediaRouteProvider", "InterestFeedContentSuggestions"),
    *("CertificateTransparencyComponentUpdater", "AutofillServerCommunication", "RenderDocument"),
)
STEADY = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--disable-extensions",
    "--disable-component-extensions-with-background-pages",
    "--disable-client-side-phishing-detection",
    "--disable-default-apps",
    "--disable-breakpad",
    f"--disable-features={','.join(DISABLED)}",
    "--metrics-recording-only",
    "--mute-audio",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-ipc-flooding-protection",
    "--password-store=basic",
    "--use-mock-keychain",
    "--force-fieldtrials=*BackgroundTracing/default/",
    "--disable-hang-monitor",
    "--disable-prompt-on-repost",
)
"""What Lighthouse's own launcher sets (chrome-launcher 1.2), so that figures are those that one would take by hand."""


class RunFailed(Exception):  # noqa: N818  its message is a finding's reason
    """One run brought no figures: why, in one line."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a run needs, found and looked at once."""

    lighthouse: tuple[str, ...]
    """The command."""
    version: str
    chrome: Path
    chrome_version: str
    containment: Containment


class Lighthouse:
    """Runs Lighthouse on pages, one at a time: two at once would slow each other. An async context manager.

    `connect_to` is a `host:port` that every allowed host stands for.
    """

    def __init__(self, profile: Profile, *, connect_to: str | None = None) -> None:
        self._profile = profile
        self._connect_to = connect_to
        self._turn = asyncio.Lock()
        self._tools: Tools | str | None = None
        """What was found, or why nothing was; None until it is first needed."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def send(self, probe: str, ask: Ask, number: int) -> LabRun | Failure:
        """Return one run on the page asked for, on the device that the label names, or why there is none.

        Raises nothing but CancelledError, after everything that was started has been ended.
        """
        async with self._turn:
            began_at = time.time()
            try:
                return await self._run(probe, ask, number, began_at)
            except (BrowserMissing, ProgramError, NoReport, RunFailed) as error:
                detail = one_line(str(error))
                return Failure(number, probe, ask, Loss.BROWSER, detail, began_at, time.time() - began_at)

    async def _run(self, probe: str, ask: Ask, number: int, began_at: float) -> LabRun | Failure:
        if (reason := self._rules().refusal(ask.request)) is not None:
            return Failure(number, probe, ask, Loss.FORBIDDEN, reason, began_at)
        tools = await self._ready()
        if unreachable := tools.containment.refused.get(parsed(ask.request.url).host):
            raise RunFailed(unreachable)
        viewport = self._profile.viewports.get(ask.label.partition(" ")[0])
        if viewport is None:
            raise RunFailed(f"the profile declares no viewport {ask.label.partition(' ')[0]!r}")
        reading = await self._reading(tools, ask.request.url, viewport)
        return LabRun(
            number,
            probe,
            ask,
            reading.version or tools.version,
            tools.chrome_version,
            began_at,
            time.time(),
            reading.metrics,
            reading.requests,
            reading.waste,
            reading.third_parties,
            (*_unknown_version(tools.version), *reading.warnings),
            reading.throttling,
            reading.benchmark,
        )

    def _rules(self) -> Rules:
        return Rules.of(self._profile.site, self._profile.safety.allow_hosts)

    async def _ready(self) -> Tools:
        """Return the tools, looked for once; BrowserMissing for every run where there are none."""
        if self._tools is None:
            try:
                self._tools = await self._found()
            except (BrowserMissing, ProgramError) as error:
                self._tools = str(error)
        if isinstance(self._tools, str):
            raise BrowserMissing(self._tools)
        return self._tools

    async def _found(self) -> Tools:
        browser = self._profile.browser
        command = find_lighthouse(browser.lighthouse)
        version = await _version(command)
        chrome = find_chrome(browser.chrome)
        chrome_version = await _chrome_version(chrome)
        return Tools(command, version, chrome, chrome_version, await contained(self._rules(), self._connect_to))

    async def _reading(self, tools: Tools, url: str, viewport: Viewport) -> Reading:
        timeout_s = self._profile.browser.timeout
        try:
            with folder() as place:
                async with asyncio.timeout(timeout_s):
                    return read_report(await _report(tools, url, viewport, place, timeout_s))
        except TimeoutError:
            raise RunFailed(f"Lighthouse did not end within {timeout_s:g} s (browser.timeout)") from None


async def _report(tools: Tools, url: str, viewport: Viewport, place: Path, timeout_s: float) -> bytes:
    """Return what Lighthouse printed."""
    environment = _environment(place)
    async with _chrome(tools, environment, place) as port:
        command = (*tools.lighthouse, url, *options(viewport, port, timeout_s))
        async with program(command, environment, most_bytes=REPORT_BYTES) as run:
            code = await _ended(run)
    if code != 0 and not run.out.lstrip().startswith(b"{"):
        raise RunFailed(f"Lighthouse ended with exit code {code}: {run.last_words or 'it said nothing'}")
    return run.out


async def _ended(run: Program) -> int:
    try:
        return await run.ended()
    except ProgramError as error:
        raise RunFailed(f"Lighthouse gave no report that could be read: {error}") from None


@asynccontextmanager
async def _chrome(tools: Tools, environment: Mapping[str, str], place: Path) -> AsyncIterator[int]:
    """Run a browser with an empty profile of its own until the block ends; yields the port it is driven through."""
    flags = (*STEADY, *tools.containment.flags, f"--user-data-dir={place / 'chrome'}")
    async with program((str(tools.chrome), *flags, "about:blank"), environment) as browser:
        port = await browser.says(DEVTOOLS)
        if port is None:
            raise RunFailed(f"{tools.chrome_version} did not start: {browser.last_words or 'it said nothing'}")
        yield int(port[1])


def _environment(place: Path) -> dict[str, str]:
    """Return the environment: temporary files go to our folder, and nothing is downloaded, reported or updated.

    CHROME_PATH leads nowhere: should our browser die, Lighthouse must not start one that is not contained.
    """
    nowhere = shutil.which("false") or "/bin/false"
    files = {name: str(place) for name in ("TMPDIR", "TMP", "TEMP", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    quiet = {"CI": "1", "NO_UPDATE_NOTIFIER": "1", "NO_COLOR": "1", "npm_config_update_notifier": "false"}
    return {**os.environ, **files, **quiet, "npm_config_yes": "false", "CHROME_PATH": nowhere}


def options(viewport: Viewport, port: int, timeout_s: float) -> tuple[str, ...]:
    """Return Lighthouse's options for a window: its mobile form factor or its desktop preset, at that size."""
    small = handheld(viewport)
    form = ("--form-factor=mobile", "--screenEmulation.mobile") if small else ("--preset=desktop",)
    return (
        *form,
        f"--screenEmulation.width={viewport.width}",
        f"--screenEmulation.height={viewport.height}",
        f"--screenEmulation.deviceScaleFactor={viewport.density:g}",
        f"--port={port}",
        "--hostname=127.0.0.1",
        "--output=json",
        "--quiet",
        "--locale=en-US",
        "--no-enable-error-reporting",
        "--disable-full-page-screenshot",
        f"--only-audits={','.join(AUDITS)}",
        f"--max-wait-for-load={int(min(PATIENT_S, LOADING_SHARE * timeout_s) * 1000)}",
    )


def find_lighthouse(declared: str | None, environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the command: the one declared (`browser.lighthouse`), else `lighthouse` on PATH, else what npx has.

    BrowserMissing where there is none; npx is never let download one.
    """
    path = environment.get("PATH")
    if declared:
        words = _words(declared)
        if shutil.which(words[0], path=path) is None:
            raise BrowserMissing(f"browser.lighthouse names {words[0]}, which is no program")
        return words
    if (found := shutil.which("lighthouse", path=path)) is not None:
        return (found,)
    if (npx := shutil.which("npx", path=path)) is not None:
        return npx, "--no-install", "lighthouse"
    raise BrowserMissing(
        "no Lighthouse was found; install it (`npm install --global lighthouse`), or name it under browser.lighthouse"
    )


def _words(command: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise BrowserMissing(f"browser.lighthouse is no command: {error}") from None
    if not words:
        raise BrowserMissing("browser.lighthouse is no command: it is empty")
    return words


async def _version(command: tuple[str, ...]) -> str:
    """Return Lighthouse's version; BrowserMissing where it has none to tell or is too old to be understood."""
    said, run = await _said((*command, "--version"))
    found = VERSION.match(said)
    if found is None:
        words = run.last_words or one_line(said) or "it said nothing"
        raise BrowserMissing(
            f"`npm install --global lighthouse` is needed: `{shlex.join(command)} --version` told no version: {words}"
        )
    if int(found[1]) < OLDEST:
        raise BrowserMissing(f"Lighthouse {found[0]} is too old: {OLDEST} or newer is needed")
    return found[0]


async def _chrome_version(chrome: Path) -> str:
    """Return the browser's name and version: `Chromium 140.0.7339.80`."""
    said, run = await _said((str(chrome), "--version"))
    found = CHROME_VERSION.search(said)
    if found is None:
        raise BrowserMissing(f"{chrome} tells no version: {run.last_words or one_line(said) or 'it said nothing'}")
    return f"{found[1] or 'Chrome'} {found[2]}"


async def _said(command: tuple[str, ...]) -> tuple[str, Program]:
    """Return what a program prints that ends at once."""
    with folder() as place:
        try:
            async with asyncio.timeout(VERSION_WITHIN_S), program(command, _environment(place)) as run:
                await run.ended()
        except TimeoutError:
            raise BrowserMissing(f"{shlex.join(command)} did not end within {VERSION_WITHIN_S:g} s") from None
        return run.out.decode("utf-8", "replace").strip(), run


def _unknown_version(version: str) -> tuple[str, ...]:
    if int(version.partition(".")[0]) <= NEWEST:
        return ()
    return (f"Lighthouse {version} is newer than those whose reports are known ({OLDEST} to {NEWEST})",)
