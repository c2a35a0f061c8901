"""What the lab's pages run in a browser: figures and errors sent home, calls that carry a trace, an offline worker."""

from collections.abc import Iterable

FAULTY = frozenset(
    {"token-in-storage", "beacon-never-sent", "errors-swallowed", "trace-ends-in-browser", "chatty-catalogue"}
)
"""Faults of the script; the others that only a browser notices are the server's or the worker's."""

_HOME = """
const home = (to, told) => navigator.sendBeacon(to, JSON.stringify({ page: location.pathname, ...told }));
const figures = {};
const observed = (type, take) =>
  new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
observed("largest-contentful-paint", (entry) => { figures.lcp = Math.round(entry.startTime); });
observed("layout-shift", (entry) => { if (!entry.hadRecentInput) figures.cls = (figures.cls || 0) + entry.value; });
"""
_REPORT = """
addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") home("/beacon", figures); });
"""
_REPORT_TOO_LATE = """
setTimeout(() => home("/beacon", figures), 60_000);
"""
_ERRORS = """
addEventListener("error", (event) => home("/errors", { error: String(event.message) }));
addEventListener("unhandledrejection", (event) => home("/errors", { error: String(event.reason) }));
"""
_CALLS = """
const random = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))];
const hex = (bytes) => random(bytes).map((each) => each.toString(16).padStart(2, "0")).join("");
const trace = hex(16);
const call = (path) =>
  fetch(path, { headers: { traceparent: `00-${trace}-${hex(8)}-01` } }).then((answer) => answer.json());
const shown = location.pathname.match(/^\\/products\\/(\\d+)$/);
if (shown) call(`/api/stock/${shown[1]}`).then((stock) => { document.documentElement.dataset.left = stock.left; });
if (location.pathname === "/checkout") call("/api/products/1");
"""
_CALL_FOR_EACH_ROW = """
if (location.pathname === "/products") [1, 2, 3, 4, 5, 6].forEach((number) => call(`/api/stock/${number}`));
"""
_KEPT = """
localStorage.setItem("visits", String(Number(localStorage.getItem("visits")) + 1));
"""
_TOKEN = """
const part = (told) => btoa(JSON.stringify(told)).replaceAll("=", "");
localStorage.setItem("accessToken", [{ alg: "HS256" }, { sub: "guest" }, hex(16)].map(part).join("."));
"""
_WORKER = """
addEventListener("load", () => navigator.serviceWorker?.register("/sw.js"));
"""


def client(faults: frozenset[str] = frozenset()) -> bytes:
    """Return the text that the lab's own chunk ends with."""
    calls = _CALLS.replace("traceparent:", '"x-page":') if "trace-ends-in-browser" in faults else _CALLS
    parts = [
        _HOME,
        _REPORT_TOO_LATE if "beacon-never-sent" in faults else _REPORT,
        "" if "errors-swallowed" in faults else _ERRORS,
        calls,
        _CALL_FOR_EACH_ROW if "chatty-catalogue" in faults else "",
        _KEPT,
        _TOKEN if "token-in-storage" in faults else "",
        _WORKER,
    ]
    return "".join(parts).encode()


def worker(kept: Iterable[str], faults: frozenset[str] = frozenset()) -> bytes:
    """Return the service worker: it keeps the home page, and asks the network first, so that nothing old can stay."""
    if "no-offline-page" in faults:
        return _TAKES_OVER.encode()
    listed = ", ".join(f'"{path}"' for path in kept)
    return _KEEPS.replace("PATHS", listed).encode()


_TAKES_OVER = """// The lab's service worker.
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
"""
_KEEPS = (
    _TAKES_OVER
    + """self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open("home").then((cache) => cache.addAll([PATHS])));
});
self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(fetch(event.request).catch(async () => {
    return (await caches.match(event.request, { ignoreVary: true })) || Response.error();
  }));
});
"""
)
