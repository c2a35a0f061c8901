"""Pages in a real Chromium: what is seen of them, whom they may ask, and what they cannot do."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from scalecheck.gather.chromium import Chromium
from scalecheck.model.browsing import Fetched, View
from scalecheck.model.evidence import Ask, Failure, Loss, Request
from scalecheck.model.profile import Profile
from tests.gather.opened import Asked, Driver, File, canary, left_running, opened, profiled, site, viewed, visit
from tests.peers.servers import require

pytestmark = pytest.mark.peer

RUM = {"rum": {"to": "/beacon", "within": "0.5s"}}
ERRORS = {"errors": {"to": "/errors", "within": "0.5s"}}
WRITES: dict[str, Any] = {"safety": {"writes": "true"}}
ACCEPTS = {"/beacon": File(status=204), "/errors": File(status=204)}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where browsers, and whoever starts them, keep what they need."""
    require("chromium")
    with TemporaryDirectory(dir="/tmp") as folder, pytest.MonkeyPatch.context() as patch:  # sockets bear no long path
        patch.setenv("TMPDIR", folder)
        yield Path(folder)


@pytest.fixture(scope="module")
def driver(folder: Path) -> Iterator[Driver]:
    made = Driver()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _tidy(folder: Path) -> Iterator[None]:
    """Whatever a page does, no process and no file is left of its browser."""
    yield
    for _ in range(100):
        if not left_running(str(folder)) and not list(folder.iterdir()):
            break
        time.sleep(0.05)
    assert left_running(str(folder)) == []
    assert list(folder.iterdir()) == []


def request_for(view: View, path: str) -> Fetched:
    return next(each for each in view.requests if each.url.endswith(path))


def scripted(script: str) -> str:
    return f"<!doctype html><title>t</title><h1>Hello</h1><script>{script}</script>"


def test_requests_with_the_figures_of_the_network_panel(driver: Driver) -> None:
    page = "<link rel=stylesheet href=/a.css><img src=/a.png><script src=/a.js></script><script src=/gone.js></script>"
    files = {
        "/": page,
        "/a.css": "body{}" * 100,
        "/a.js": "fetch('/a.json', {headers: {'x-trace': '7'}})",
        "/a.json": "{}",
    }
    with site(files) as known:
        view = viewed(driver, known.url + "/", observability={"trace": "x-trace"})
        sheet, call = request_for(view, "/a.css"), request_for(view, "/a.json")
        assert (sheet.use, sheet.header_bytes, sheet.body_bytes) == ("stylesheet", known.raw["/a.css"], 600)
        assert (call.use, call.initiator) == ("fetch", known.url + "/a.js")
        assert call.request_fields.first("x-trace") == "7"
        assert request_for(view, "/gone.js").status == 404
        assert view.requests[0].use == "document"
        assert sorted(path for _, path in known.asked) == sorted(
            each.url.removeprefix(known.url) for each in view.requests
        )


def test_the_cache_is_on_and_the_next_visit_starts_without_one(driver: Driver) -> None:
    kept = File("1", fields={"Cache-Control": "max-age=60"})
    again = scripted("fetch('/a.js').then(() => fetch('/a.js'))")
    with site({"/": again, "/a.js": kept}) as known:
        first, second = viewed(driver, known.url + "/"), viewed(driver, known.url + "/")
        assert [each.cached for each in first.requests if each.url.endswith("/a.js")] == [False, True]
        assert [each.cached for each in second.requests if each.url.endswith("/a.js")] == [False, True]


@pytest.mark.parametrize(
    ("label", "width", "density", "touch", "word"),
    [("mobile", 412, 1.75, True, "Android"), ("desktop", 1350, 1, False, "X11")],
)
def test_the_window_is_the_profiles(
    driver: Driver, label: str, width: int, density: float, touch: bool, word: str
) -> None:
    told = "JSON.stringify([innerWidth, devicePixelRatio, 'ontouchstart' in window, navigator.userAgentData?.mobile])"
    page = f"<meta name=viewport content='width=device-width'><p id=p></p><script>p.textContent = {told}</script>"
    with site({"/": page}) as known:
        view = viewed(driver, known.url + "/", label)
        assert json.loads(view.text) == [width, density, touch, touch]
        (agent,) = known.agents
        assert word in agent
        assert "scalecheck/" in agent
        assert "Headless" not in agent


def test_what_scripts_show_keep_and_throw(driver: Driver) -> None:
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
    script = f"""
    document.body.append("shown later");
    localStorage.setItem("theme", "dark"); sessionStorage.setItem("t", "{jwt}"); document.cookie = "seen=1";
    const open = indexedDB.open("shop", 1);
    const token = {{ accessToken: "a8f9c2e1d4b7a6f3e0" }};
    open.onupgradeneeded = () => open.result.createObjectStore("auth").put(token, "me");
    setTimeout(() => {{ throw new TypeError("by itself") }});
    """
    with site({"/": File(scripted(script), fields={"Set-Cookie": "sid=1; HttpOnly"})}) as known:
        view = viewed(driver, known.url + "/")
    kept = {(each.area, each.key): each.looks_like for each in view.stored}
    assert kept == {
        ("localStorage", "theme"): "",
        ("sessionStorage", "t"): "a JSON Web Token",
        ("indexedDB", "shop/auth/me"): "an access token",
        ("cookie", "seen"): "",
    }
    assert view.text == "Hello shown later"
    assert view.errors[0].startswith("TypeError: by itself")
    assert {"fcp_s", "lcp_s", "cls", "load_s", "ttfb_s"} <= view.metrics.keys()
    assert view.missed == {}
    assert jwt not in repr(view)


def test_a_worker_of_the_page_is_listened_to(driver: Driver) -> None:
    worker = "fetch('/from-worker'); new Worker('/nested.js')"
    files = {"/": scripted("new Worker('/w.js')"), "/w.js": worker, "/nested.js": "fetch('/from-nested')"}
    with site(files) as known:
        view = viewed(driver, known.url + "/", browser={"settle": "0.8s"})
    assert {each.by for each in view.requests if "/from-" in each.url} == {"worker"}
    assert sum("/from-" in each.url for each in view.requests) == 2


@pytest.mark.parametrize(
    "how",
    [
        "addEventListener('visibilitychange', () => navigator.sendBeacon('/beacon', 'x'))",
        "addEventListener('pagehide', () => navigator.sendBeacon('/beacon', 'x'))",
        "addEventListener('pagehide', () => fetch('/beacon', {method: 'POST', body: 'x', keepalive: true}))",
        "addEventListener('load', () => navigator.sendBeacon('/beacon', 'x'))",
        "setTimeout(() => new Image().src = '/beacon?x', 400)",
    ],
    ids=["hidden", "pagehide", "keepalive", "load", "image, late"],
)
def test_beacons_are_seen_whenever_they_are_sent(driver: Driver, how: str) -> None:
    with site({"/": scripted(how), **ACCEPTS}) as known:
        view = viewed(driver, known.url + "/", observability=RUM)
        beacon = next(each for each in view.requests if "/beacon" in each.url)
        assert beacon.status == 204
        assert any("/beacon" in path for _, path in known.asked)


def test_beacons_are_seen_behind_a_service_worker(driver: Driver) -> None:
    worker = "self.addEventListener('activate', (e) => e.waitUntil(clients.claim()));"
    worker += (
        "self.addEventListener('fetch', (e) => { if (e.request.method === 'GET') e.respondWith(fetch(e.request)) })"
    )
    script = "navigator.serviceWorker.register('/sw.js');"
    script += "addEventListener('visibilitychange', () => navigator.sendBeacon('/beacon', 'x'))"
    with site({"/": scripted(script), "/sw.js": worker, **ACCEPTS}) as known:
        view = viewed(driver, known.url + "/", observability=RUM, browser={"settle": "1s"})
    assert request_for(view, "/beacon").status == 204
    assert [worker.state for worker in view.workers] == ["activated"]


def test_an_error_is_thrown_and_its_report_seen(driver: Driver) -> None:
    report = "addEventListener('error', (e) => navigator.sendBeacon('/errors', e.message))"
    with site({"/": scripted(report), **ACCEPTS}) as known:
        view = viewed(driver, known.url + "/", "error", observability=ERRORS)
        assert request_for(view, "/errors").status == 204
        assert {"thrown", "reported"} <= view.marks.keys()
        assert view.marks["thrown"] <= request_for(view, "/errors").started_s
        assert known.posts == ["/errors"]


def test_a_page_that_reports_errors_when_it_is_left(driver: Driver) -> None:
    report = "let told = []; addEventListener('error', (e) => told.push(e.message));"
    report += "addEventListener('pagehide', () => told.length && navigator.sendBeacon('/errors', told.join()))"
    with site({"/": scripted(report), **ACCEPTS}) as known:
        view = viewed(driver, known.url + "/", "error", observability=ERRORS)
        assert request_for(view, "/errors").status == 204
        assert known.posts == ["/errors"]


CACHES = """
self.addEventListener("install", (e) => e.waitUntil(caches.open("a").then((c) => c.addAll(["/"]))));
self.addEventListener("fetch", (e) => e.respondWith(fetch(e.request).catch(() => caches.match(e.request))));
"""
ASKS_ALWAYS = 'self.addEventListener("fetch", (e) => e.respondWith(fetch(e.request)));'


@pytest.mark.parametrize(("worker", "status"), [(CACHES, 200), (ASKS_ALWAYS, None), ("", None), ("syntax error", None)])
def test_a_second_visit_without_a_network(driver: Driver, worker: str, status: int | None) -> None:
    files = {"/": scripted("navigator.serviceWorker.register('/sw.js')"), "/sw.js": worker}
    with site(files) as known:
        view = viewed(driver, known.url + "/", "offline")
        before = len(known.asked)
        time.sleep(0.1)
        assert len(known.asked) == before
    assert "offline" in view.marks
    assert view.status == status
    assert ("Hello" in view.text) is (status == 200)


ASKS_OTHERS = """
const at = location.search.slice(1);
for (const host of ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "canary.test"]) {
  const other = `http://${host}:${at}`, name = `f${Math.random()}`;
  new Image().src = `${other}/image`;
  fetch(`${other}/fetch`, { mode: "no-cors" }).catch(() => 0);
  navigator.sendBeacon(`${other}/beacon`, "x");
  new WebSocket(`ws://${host}:${at}/socket`).onerror = () => 0;
  for (const rel of ["preconnect", "dns-prefetch", "prefetch", "preload", "modulepreload"]) {
    const link = document.head.appendChild(document.createElement("link"));
    link.rel = rel; link.as = rel === "preload" ? "fetch" : ""; link.href = `${other}/${rel}`;
  }
  document.body.appendChild(document.createElement("iframe")).src = `${other}/frame`;
  const form = `<form method=post action=${other}/form target=${name}></form><iframe name=${name}></iframe>`;
  document.body.insertAdjacentHTML("beforeend", form);
  document.forms[document.forms.length - 1].submit();
  try { new EventSource(`${other}/events`); } catch {}
  try { new WebTransport(`https://${host}:${at}/transport`).closed.catch(() => 0); } catch {}
  try {
    const turn = { urls: `turn:${host}:${at}?transport=tcp`, username: "a", credential: "b" };
    const peer = new RTCPeerConnection({ iceServers: [{ urls: `stun:${host}:${at}` }, turn] });
    peer.createDataChannel("x"); peer.createOffer().then((offer) => peer.setLocalDescription(offer));
  } catch {}
}
try { document.body.append(Object.assign(document.createElement("script"), { type: "speculationrules",
  textContent: JSON.stringify({ prerender: [{ urls: [`http://127.0.0.1:${at}/prerender`] }] }) })); } catch {}
new Worker(`/worker.js?${at}`);
try { new SharedWorker(`/worker.js?${at}`); } catch {}
navigator.serviceWorker.register(`/worker.js?${at}`);
"""
WORKER_ASKS = """
const other = `http://127.0.0.1:${self.location.search.slice(1)}`;
fetch(`${other}/worker`, { mode: "no-cors" }).catch(() => 0);
new WebSocket(other.replace("http", "ws"));
try { importScripts(`${other}/imported.js`); } catch {}
"""


def test_nobody_is_asked_whom_the_profile_does_not_allow(driver: Driver) -> None:
    files = {"/": scripted(ASKS_OTHERS), "/worker.js": WORKER_ASKS}
    with canary() as (port, came), site(files) as known:
        view = viewed(driver, f"{known.url}/?{port}", browser={"settle": "2s"}, **WRITES)
        refused = [each for each in view.requests if str(port) in each.url and not each.url.startswith(known.url)]
    assert came == []
    assert {"image", "fetch", "beacon", "frame"} <= {each.url.rpartition("/")[2] for each in refused}
    assert all(each.status is None for each in refused)
    assert any(each.failure.startswith("not allowed") for each in refused)


@pytest.mark.parametrize(
    "way",
    [
        lambda port: File(status=302, fields={"Location": f"http://127.0.0.1:{port}/"}),
        lambda port: File(f"<meta http-equiv=refresh content='0;url=http://127.0.0.1:{port}/'>"),
        lambda port: File(f"<script>location = 'http://127.0.0.1:{port}/'</script>"),
        lambda port: File("x", fields={"Refresh": f"0;url=http://127.0.0.1:{port}/"}),
        lambda port: File("x", fields={"Link": f"<http://127.0.0.1:{port}/a.js>; rel=preload; as=script"}),
        lambda port: File(
            "x", fields={"Content-Security-Policy": f"img-src 'none'; report-uri http://127.0.0.1:{port}/"}
        ),
    ],
    ids=["redirect", "meta refresh", "location", "Refresh", "Link", "report-uri"],
)
def test_no_answer_leads_elsewhere(driver: Driver, way: object) -> None:
    assert callable(way)
    with canary() as (port, came), site({"/": way(port)}) as known:
        viewed(driver, known.url + "/")
    assert came == []


WRITES_BY_ITSELF = """
fetch("/api/cart", { method: "POST", body: "a" }).catch(() => 0);
navigator.sendBeacon("/other", "a");
const form = "<form method=post action=/form target=f></form><iframe name=f></iframe>";
document.body.insertAdjacentHTML("beforeend", form);
document.forms[0].submit();
navigator.sendBeacon("/beacon", "a");
new Worker("/w.js"); navigator.serviceWorker.register("/sw.js");
addEventListener("pagehide", () => navigator.sendBeacon("/late", "a"));
"""
WRITES_IN_WORKER = 'fetch("/by-worker", { method: "POST" }).catch(() => 0)'


def wrote(driver: Driver, **keys: Any) -> tuple[set[str], View]:
    files: dict[str, File | str] = {
        "/": scripted(WRITES_BY_ITSELF),
        "/w.js": WRITES_IN_WORKER,
        "/sw.js": WRITES_IN_WORKER,
        **ACCEPTS,
    }
    with site(files) as known:
        view = viewed(driver, known.url + "/", observability=RUM, browser={"settle": "1s"}, **keys)
        return set(known.posts), view


def test_pages_write_nothing_unless_they_may(driver: Driver) -> None:
    posts, view = wrote(driver)
    assert posts == {"/beacon"}
    held = {each.url.rpartition("/")[2] for each in view.requests if each.failure.startswith("not sent")}
    assert held >= {"cart", "other", "form", "by-worker"}


def test_pages_write_where_they_may(driver: Driver) -> None:
    posts, _ = wrote(driver, **WRITES)
    assert posts >= {"/beacon", "/api/cart", "/other", "/form", "/by-worker"}


HOSTILE = {
    "a loop": "for (;;) {}",
    "a loop after the load": "addEventListener('load', () => setTimeout(() => { for (;;) {} }))",
    "dialogs": "for (;;) { alert(1); confirm(2); prompt(3); }",
    "a dialog on leaving": "onbeforeunload = () => 'stay'; alert(1); print();",
    "endless navigation": "location.href = location.pathname + '?' + Math.random()",
    "endless reloads": "location.reload()",
    "endless history": "for (;;) history.pushState(0, '', '/' + Math.random())",
    "popups": "setInterval(() => { open('/popup'); open('about:blank'); }, 1)",
    "a debugger": "setInterval(() => { debugger; }, 1); debugger;",
    "100,000 requests": "for (let i = 0; i < 100000; i++) fetch('/x?' + i).catch(() => 0)",
    "100,000 images": "for (let i = 0; i < 100000; i++) new Image().src = '/x?' + i",
    "workers": "for (let i = 0; i < 500; i++) new Worker('/w.js?' + i)",
    "full storage": "let s = 'x'; for (;;) { try { localStorage.setItem(Math.random(), s); s += s; } catch { break } }"
    "(async () => { const c = await caches.open('a'); for (;;) await c.put('/' + Math.random(),"
    " new Response(new Blob(['x'.repeat(5e7)]))); })().catch(() => 0)",
    "all memory": "const a = []; for (;;) a.push(new Array(1e6).fill(Math.random()))",
    "a shouting console": "for (;;) console.error('x'.repeat(1000), Math.random())",
    "errors": "setInterval(() => { for (let i = 0; i < 99; i++) setTimeout(() => { throw Error('x'.repeat(9999)) }) })",
    "a body without end": "fetch('/endless')",
    "a busy worker": "new Worker(URL.createObjectURL(new Blob(['for (;;) postMessage(1)'])))",
    "its own eyes shut": "window.PerformanceObserver = Array.prototype.map = JSON.stringify = Promise = null;"
    "Object.defineProperty(document, 'body', {get: () => { throw 1 }})",
    "a heavy document": "document.body.innerHTML = '<p>'.repeat(300000)",
    "a download": "const a = document.body.appendChild(document.createElement('a')); a.href = '/file';"
    "a.download = 'f'; setInterval(() => a.click(), 10)",
    "closing itself": "window.close(); setTimeout(() => window.close(), 100)",
    "full screen": "document.body.requestFullscreen().catch(() => 0); Notification.requestPermission()",
    "printing": "print(); print(); print()",
}


def test_hostile_pages_are_bounded() -> None:
    """Each in a browser of its own, some at a time; one that gets the better of its visit is named."""
    files: dict[str, File | str] = {f"/{number}": scripted(script) for number, script in enumerate(HOSTILE.values())}
    files["/w.js"] = "for (;;) {}"
    files["/endless"] = File("x" * 1000, endless=True)
    files["/file"] = File("x", fields={"Content-Disposition": "attachment; filename=f"})

    async def visits(known: Asked) -> list[View | Failure]:
        profile = profiled(known.url, {"timeout": "2s"}, observability={"rum": {"to": "/beacon", "within": "0.3s"}})
        async with Chromium(profile) as chromium:
            asks = [Ask(Request(f"{known.url}/{number}"), label="desktop") for number in range(len(HOSTILE))]
            return list(await asyncio.gather(*(chromium.send("visit", ask, 1) for ask in asks)))

    with site(files) as known:
        found = dict(zip(HOSTILE, asyncio.run(visits(known)), strict=True))
    assert {name: each for name, each in found.items() if not bounded(each)} == {}


def bounded(found: View | Failure) -> bool:
    return isinstance(found, View) and found.status == 200 and len(found.requests) <= 1001


@pytest.mark.parametrize(
    "file",
    [
        File(hangs=True),
        File("<h1>Hello</h1>", hangs=True),
        File("<p>x</p>", endless=True),
        File("x", fields={"Content-Disposition": "attachment; filename=f"}),
        File("x", status=204),
        File("", status=500),
        File(status=302, fields={"Location": "/"}),
        File("x", fields={"Content-Encoding": "gzip"}),
        File("x", fields={"X-Long": "y" * 200_000}),
        File("\x00" * 1000, fields={"Content-Type": "\x01"}),
    ],
    ids=["hangs", "half", "endless", "download", "204", "500", "redirect loop", "bad gzip", "long header", "zeros"],
)
def test_a_document_that_is_none_is_bounded(driver: Driver, file: File) -> None:
    with site({"/": file}) as known:
        found = opened(driver, known.url + "/", browser={"timeout": "2s"})
    assert isinstance(found, View), found


def test_nobody_listens(driver: Driver) -> None:
    with site({}) as known:
        pass
    view = viewed(driver, known.url + "/", browser={"timeout": "4s"})
    assert view.status is None
    assert "ERR_CONNECTION_REFUSED" in view.requests[0].failure


def test_a_service_worker_that_never_answers(driver: Driver) -> None:
    worker = "self.addEventListener('install', () => self.skipWaiting());"
    worker += "self.addEventListener('activate', (e) => e.waitUntil(clients.claim()));"
    worker += "self.addEventListener('fetch', (e) => { for (;;) {} })"
    with site({"/": scripted("navigator.serviceWorker.register('/sw.js')"), "/sw.js": worker}) as known:
        view = viewed(driver, known.url + "/", "offline", browser={"timeout": "6s"})
    assert view.status is None


def failed(chrome: Path | None, monkeypatch: pytest.MonkeyPatch) -> Failure:
    monkeypatch.setenv("CHROME_PATH", "" if chrome is None else str(chrome))
    monkeypatch.setenv("PATH", "/nowhere" if chrome is None else "/usr/bin:/bin")
    found = asyncio.run(visit("http://127.0.0.1:9/"))
    assert isinstance(found, Failure)
    return found


def test_a_browser_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = failed(None, monkeypatch)
    assert found.loss is Loss.BROWSER
    assert "install" in found.detail
    assert len(found.detail.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("#!/bin/sh\nexit 3\n", "does not start"),
        ("#!/bin/sh\necho cannot open display >&2\nexit 1\n", "cannot open display"),
    ],
)
def test_a_browser_that_does_not_start(text: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chrome = tmp_path / "chrome"
    chrome.write_text(text)
    chrome.chmod(0o755)
    found = failed(chrome, monkeypatch)
    assert (found.loss, named in found.detail) == (Loss.BROWSER, True), found.detail
    assert len(found.detail.splitlines()) == 1


def test_a_browser_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chrome = tmp_path / "chrome"
    chrome.write_text("#!/bin/sh\nexec sleep 600\n")
    chrome.chmod(0o755)
    monkeypatch.setattr("scalecheck.gather.launch.STARTS_WITHIN_S", 1.0)
    found = failed(chrome, monkeypatch)
    assert found.loss is Loss.BROWSER


def test_a_host_that_is_not_allowed_is_not_opened() -> None:
    profile = Profile.model_validate({"site": "http://127.0.0.1:9"})

    async def run() -> object:
        async with Chromium(profile) as chromium:
            return await chromium.send("visit", Ask(Request("http://127.0.0.1:10/"), label="mobile"), 1)

    found = asyncio.run(run())
    assert isinstance(found, Failure)
    assert found.loss is Loss.FORBIDDEN


def test_cancelled_it_leaves_nothing() -> None:
    async def run(known: Asked) -> None:
        profile = Profile.model_validate({"site": known.url})
        async with Chromium(profile) as chromium:
            asks = [Ask(Request(known.url + "/"), label=label) for label in ("mobile", "desktop", "tablet", "error")]
            visits = [asyncio.ensure_future(chromium.send("visit", ask, 1)) for ask in asks]
            while not known.asked:
                await asyncio.sleep(0.05)
            for visit in visits:
                visit.cancel()
            assert all(
                isinstance(each, asyncio.CancelledError)
                for each in await asyncio.gather(*visits, return_exceptions=True)
            )

    with site({"/": scripted("for (;;) {}")}) as known:
        asyncio.run(run(known))
