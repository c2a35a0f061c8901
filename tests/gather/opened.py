"""Opening pages of our own in a real Chromium: a site is a table of paths, and whatever is asked of it is kept."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

from playwright.async_api import BrowserType, async_playwright

from scalecheck.gather.chromium import Chromium
from scalecheck.model.evidence import Ask, Failure, Request, View
from scalecheck.model.profile import Profile

HASTY = {"settle": "0.3s", "timeout": "20s"}


@dataclass(frozen=True, slots=True)
class File:
    """What the site answers at a path."""

    body: str = ""
    status: int = 200
    fields: Mapping[str, str] = field(default_factory=dict)
    endless: bool = False
    """The body is repeated until nobody listens."""
    hangs: bool = False
    """Nothing comes behind the header."""


@dataclass(slots=True)
class Asked:
    """A site on loopback, and what it was asked."""

    port: int
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Method and path."""
    agents: set[str] = field(default_factory=set)
    raw: dict[str, int] = field(default_factory=dict)
    """Bytes of the header of the last answer, by path."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def posts(self) -> list[str]:
        return [path for method, path in self.asked if method == "POST"]


TYPES = {"js": "text/javascript", "css": "text/css", "json": "application/json", "png": "image/png"}


@contextmanager
def site(files: Mapping[str, File | str]) -> Iterator[Asked]:
    """Serve these files; what is not among them is a 404."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            known.asked.append((self.command, self.path))
            known.agents.add(self.headers.get("user-agent") or "")
            path = self.path.partition("?")[0]
            found = files.get(path, File(status=404))
            self.answer(path, File(found) if isinstance(found, str) else found)

        do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

        def answer(self, path: str, file: File) -> None:
            body = file.body.encode()
            lines = {"Content-Type": TYPES.get(path.rpartition(".")[2], "text/html"), **file.fields}
            if not (file.endless or file.hangs):
                lines["Content-Length"] = str(len(body))
            head = f"HTTP/1.1 {file.status} OK\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
            known.raw[path] = len(head) + 2
            self.wfile.write(head.encode() + b"\r\n" + body)
            while file.endless and not over.is_set():
                self.wfile.write(body * 1000)
            if file.hangs:
                over.wait(60)
            self.close_connection = file.endless or file.hangs

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            """Say nothing: a browser that hangs up is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    known = Asked(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield known
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def canary() -> Iterator[tuple[int, list[str]]]:
    """Listen on TCP and UDP where nobody has any business; yield the port, and who came."""
    came: list[str] = []
    stream, datagrams = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stream.bind(("127.0.0.1", 0))
    port = stream.getsockname()[1]
    datagrams.bind(("127.0.0.1", port))
    stream.listen()
    stream.settimeout(0.05)
    datagrams.settimeout(0.05)
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            for receive, name in ((stream.accept, "TCP"), (lambda: datagrams.recv(2000), "UDP")):
                try:
                    receive()
                    came.append(name)
                except OSError:
                    continue

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield port, came
    finally:
        time.sleep(0.2)
        over.set()
        thread.join()
        stream.close()
        datagrams.close()


def profiled(url: str, browser: Mapping[str, str] | None = None, **keys: Any) -> Profile:
    """Return a profile for the site of an URL, in haste."""
    site = "/".join(url.split("/")[:3])
    return Profile.model_validate({"site": site, "browser": {**HASTY, **(browser or {})}, **keys})


class Driver:
    """Playwright's own process, started once for many visits: it takes as long to start as the browser does.

    Each visit still has a browser of its own. The process belongs to one loop, so all of them run in that.
    """

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._playwright = self._runner.run(async_playwright().start())

    def run(self, visit: Coroutine[Any, Any, View | Failure]) -> View | Failure:
        with patch("playwright.async_api.async_playwright", lambda: self):
            return self._runner.run(visit)

    async def start(self) -> Self:
        return self

    async def stop(self) -> None:
        """Leave it running: it is stopped by `close`."""

    @property
    def chromium(self) -> BrowserType:
        return self._playwright.chromium

    def close(self) -> None:
        self._runner.run(self._playwright.stop())
        self._runner.close()


async def visit(
    url: str, label: str = "desktop", *, browser: Mapping[str, str] | None = None, **keys: Any
) -> View | Failure:
    """Return what a visit comes to."""
    async with Chromium(profiled(url, browser, **keys)) as chromium:
        return await chromium.send("visit", Ask(Request(url), label=label), 1)


def opened(
    driver: Driver, url: str, label: str = "desktop", *, browser: Mapping[str, str] | None = None, **keys: Any
) -> View | Failure:
    """Return what a visit came to."""
    return driver.run(visit(url, label, browser=browser, **keys))


def viewed(driver: Driver, url: str, label: str = "desktop", **keys: Any) -> View:
    """Return what was seen in a visit that was one."""
    found = opened(driver, url, label, **keys)
    assert isinstance(found, View), found
    return found


def left_running(word: str) -> list[int]:
    """Return the processes whose command names this word."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if word.encode() in words and int(path.parent.name) != os.getpid():
            found.append(int(path.parent.name))
    return found
