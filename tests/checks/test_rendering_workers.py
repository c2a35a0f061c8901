"""Service workers: whether they can be registered, and replaced when they change."""

from typing import Any

import pytest

from scalecheck.checks.rendering import worker_fresh
from scalecheck.model.browsing import View, Worker
from scalecheck.model.evidence import Ask, Exchange, Request
from tests.checks.rows import (
    FAIL,
    KINDS,
    PASS,
    SITE,
    SKIP,
    UNKNOWN,
    WARN,
    Case,
    absolute,
    case,
    exchange,
    failure,
    profile,
)

ASKED = {"cache-control": "no-cache"}
WIDE = {**ASKED, "service-worker-allowed": "/"}
SHELL = "<!doctype html><title>Shop</title>"


def sw(policy: str = "no-cache", url: str = "/sw.js", **fields: str) -> Exchange:
    """Return a worker's script; `_` in a field's name stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return exchange(url, {"cache-control": policy, **named} if policy else named)


def page(call: str, url: str = "/") -> Exchange:
    """Return a page that registers a worker."""
    return exchange(url, body=f"<!doctype html><title>Shop</title><script>navigator.serviceWorker.{call}</script>text")


def found(url: str, fields: dict[str, str] | None = None, **more: Any) -> Exchange:
    """Return a worker that no route declares, asked for since a page registers it."""
    return exchange(url, ASKED if fields is None else fields, probe="workers", of=1, **more)


def view(scope: str) -> View:
    """Return what a browser saw registered."""
    worker = Worker(absolute("/sw.js"), absolute(scope))
    return View(0, "visit", Ask(Request(SITE + "/"), of=1), "Chromium 131", 0.0, 1.0, 200, workers=(worker,))


OPEN = {**KINDS, "service-worker": {"cache": {"storing": "any"}}}

DECLARED = [
    case("a second in browsers", worker_fresh, FAIL, sw("max-age=1"), observed="1s in browsers (max-age=1)"),
    case("a year at the edge only", worker_fresh, PASS, sw("max-age=0, s-maxage=31536000")),
    case("asked for anew", worker_fresh, PASS, sw(), observed="0s in browsers (no-cache)"),
    case("kept by nobody", worker_fresh, PASS, sw("no-store")),
    case("no time declared, none too long", worker_fresh, PASS, sw("max-age=600"), profile=profile(kinds=OPEN)),
    case("no time declared, and yet for ever", worker_fresh, FAIL, sw("max-age=600, immutable"),
         profile=profile(kinds=OPEN)),
    case("nothing said is explicit's", worker_fresh, SKIP, sw(""), reason="cache.explicit"),
    case("a contradiction is directives_parse's", worker_fresh, SKIP, sw("no-store, max-age=9"),
         reason="cache.directives_parse"),
    case("a redirect", worker_fresh, FAIL, exchange("/sw.js", {"location": "/v2/sw.js"}, status=302),
         observed="status 302 to https://shop.test/v2/sw.js"),
    case("the shell of a page", worker_fresh, FAIL, exchange("/sw.js", ASKED, content_type="text/html", body=SHELL),
         observed="status 200, text/html, a web page"),
    case("text", worker_fresh, FAIL, exchange("/sw.js", ASKED, content_type="text/plain")),
    case("no type", worker_fresh, FAIL, exchange("/sw.js", ASKED, content_type=""),
         observed="status 200, no Content-Type"),
    case("an old type of JavaScript", worker_fresh, PASS,
         exchange("/sw.js", ASKED, content_type="application/x-javascript")),
    case("gone is site.answers's", worker_fresh, SKIP, exchange("/sw.js", status=404), reason="site.answers"),
    case("in a broken coding", worker_fresh, SKIP, exchange("/sw.js", ASKED, undecodable="gzip: cut off"),
         reason="assets.compressed"),
    case("no worker", worker_fresh, SKIP, exchange("/")),
    case("lost", worker_fresh, UNKNOWN, failure("/sw.js")),
]  # fmt: skip

JS = "/static/sw.js"
IN_A_FOLDER = profile(
    routes={"home": {"path": "/", "kind": "ssg"}, "worker": {"path": "/js/*", "kind": "service-worker"}}
)
REGISTERED = [
    case("wider than its folder", worker_fresh, FAIL, page(f"register('{JS}', {{scope: '/'}})"), found(JS),
         observed="/"),
    case("a folder beside its own", worker_fresh, FAIL, page(f"register('{JS}', {{scope: '/stat'}})"), found(JS)),
    case("wider than what is allowed", worker_fresh, FAIL, page(f"register('{JS}', {{scope: '/'}})"),
         found(JS, {**ASKED, "service-worker-allowed": "/app/"})),
    case("allowed by another origin", worker_fresh, FAIL, page(f"register('{JS}', {{scope: '/'}})"),
         found(JS, {**ASKED, "service-worker-allowed": "https://www.shop.test/"})),
    case("by another origin than the page's", worker_fresh, FAIL, page("register('https://cdn.test/sw.js')"),
         observed="https://cdn.test/sw.js"),
    case("one that is not there", worker_fresh, FAIL, page("register('/gone.js')"), found("/gone.js", status=404)),
    case("one that answers with the page", worker_fresh, FAIL, page("register('/gone.js')"),
         found("/gone.js", content_type="text/html", body=SHELL)),
    case("for load", worker_fresh, UNKNOWN, page("register('/a.js')"), found("/a.js", status=503)),
    case("a day and a second in browsers", worker_fresh, FAIL, page("register('/a.js')"),
         found("/a.js", {"cache-control": "max-age=86401"})),
    case("a day in browsers, which no route forbids", worker_fresh, WARN, page("register('/a.js')"),
         found("/a.js", {"cache-control": "max-age=86400"})),
    case("nothing said", worker_fresh, WARN, page("register('/a.js')"), found("/a.js", {}),
         observed="0s in browsers (no Cache-Control)"),
    case("in a folder without pages", worker_fresh, WARN, page(f"register('{JS}')"), found(JS),
         observed="none within /static/"),
    case("declared, in a folder without pages", worker_fresh, WARN, exchange("/"), exchange("/js/sw.js", ASKED),
         profile=IN_A_FOLDER),
    case("allowed", worker_fresh, PASS, page(f"register('{JS}', {{scope: '/'}})"), found(JS, WIDE)),
    case("its own folder, where pages are", worker_fresh, PASS, page("register('sw.js')", "/app"), found("/sw.js")),
    case("a narrower scope", worker_fresh, PASS,
         page("register('/a.js', {scope: '/products/'})"), exchange("/products/1"),
         found("/a.js")),
    case("a scope that is computed", worker_fresh, PASS, page("register('/a.js', {scope: base})"), found("/a.js")),
    case("a scope that is computed, in a folder without pages", worker_fresh, WARN,
         page(f"register('{JS}', {{scope: s}})"),
         found(JS)),
    case("by a script of the page", worker_fresh, FAIL, exchange("/", body="<script src=/static/a.js></script>"),
         exchange("/static/a.js", body="navigator.serviceWorker.register('/b.js', {scope: '/x'})"),
         found("/b.js", status=404)),
    case("by a script that no page loads", worker_fresh, SKIP, exchange("/"),
         exchange("/static/a.js", body="navigator.serviceWorker.register('/b.js')")),
    case("sampled as a file: its own route says how long", worker_fresh, WARN,
         page(f"register('{JS}', {{scope: '/'}})"),
         exchange(JS, {**WIDE, "cache-control": "max-age=600"}), observed="600s in browsers (max-age=600)"),
    case("what a browser saw registered", worker_fresh, PASS, exchange("/"), sw(), view("/")),
    case("what a browser saw, for no page", worker_fresh, WARN, exchange("/"), sw(), view("/push/")),
    case("lost, registered", worker_fresh, UNKNOWN, page("register('/a.js')"), failure("/a.js", probe="workers", of=1)),
]  # fmt: skip

CASES: list[Any] = [*DECLARED, *REGISTERED]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
