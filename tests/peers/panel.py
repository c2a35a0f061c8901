"""Chromium's network panel: what a first visit fetches, in the browser's own figures."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from scalecheck.wire.viewport import Viewport

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run"),
)
EVENTS = ("requestWillBeSent", "requestServedFromCache", "responseReceived", "loadingFinished")


@dataclass(slots=True)
class Row:
    """One line of the panel."""

    url: str
    type: str
    """The panel's word: Document, Script, Stylesheet, Image, Font, Fetch …"""
    status: int = 0
    header_bytes: int = 0
    transferred_bytes: int = 0
    """Header and body as they came, the framing of a chunked body included; 0 of what came from the cache."""
    cached: bool = False
    initiator: str = field(default="", compare=False)
    """`parser`, `script`, `preload` …"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium, headless, with a profile that is thrown away."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def first_visit(browser: Browser, url: str, viewport: Viewport) -> tuple[Row, ...]:
    """Open a page with an empty cache, wait until the network is quiet, and return the panel without the favicon.

    The cache is on, as it is for visitors: what a page asks for twice comes over the network once.
    """
    context = browser.new_context(
        viewport={"width": viewport.width, "height": viewport.height}, device_scale_factor=viewport.density
    )
    page = context.new_page()
    session = context.new_cdp_session(page)
    rows: dict[str, Row] = {}
    for event in EVENTS:
        session.on(f"Network.{event}", lambda said, event=event: _take(rows, event, said))
    session.send("Network.enable")
    page.goto(url, wait_until="networkidle")
    context.close()
    return tuple(row for row in rows.values() if row.url.startswith("http") and "/favicon" not in row.url)


def missing() -> str | None:
    """Return why there is no panel to read; None where there is one."""
    return None if Path(CHROMIUM).exists() else f"{CHROMIUM} not found; run `make peers`"


def _take(rows: dict[str, Row], event: str, said: dict[str, Any]) -> None:
    number = said["requestId"]
    if event == "requestWillBeSent":
        if (moved := rows.get(number)) is not None and (answer := said.get("redirectResponse")) is not None:
            moved.status, moved.transferred_bytes = answer["status"], answer["encodedDataLength"]
            rows[f"{number} {len(rows)}"] = rows.pop(number)
        rows[number] = Row(said["request"]["url"].partition("#")[0], said["type"], initiator=said["initiator"]["type"])
    elif (row := rows.get(number)) is None:
        return
    elif event == "requestServedFromCache":
        row.cached = True
    elif event == "responseReceived":
        answer = said["response"]
        row.type, row.status = said["type"], answer["status"]
        row.header_bytes, row.cached = answer["encodedDataLength"], row.cached or answer["fromDiskCache"]
    else:
        row.transferred_bytes = said["encodedDataLength"]
        row.cached = row.cached or not row.transferred_bytes  # not always said otherwise
