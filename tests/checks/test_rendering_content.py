"""What the HTML shows before any script runs."""

import random
from typing import Any

import pytest

from scalecheck.checks.rendering import content_in_html, shell_is_small
from scalecheck.model.browsing import View
from scalecheck.model.evidence import Ask, Exchange, Request
from scalecheck.wire.shown import TEXT_AT_MOST
from tests.checks.rows import FAIL, PASS, ROUTES, SKIP, UNKNOWN, Case, absolute, case, exchange, failure, profile

SCRIPT = "<script type=module src=/app.js></script>"
SHELL = f"<!doctype html><html><head><title>Shoes that last</title>{SCRIPT}</head><body><div id=root></div></body>"
PAGE = (
    f"<!doctype html><title>Shoes</title>{SCRIPT}<header><h1>The shop</h1></header><main><h1>Run<b>ner</b></h1>"
    "<p>Add&nbsp;to <!-- -->basket</p></main><noscript>Switch JavaScript on</noscript>"
)
STREAMED = f"<main><template id=B:0></template>Loading</main><div hidden id=S:0><p>89.00 EUR</p></div>{SCRIPT}"


def declared(**keys: Any) -> Any:
    """Return a profile whose home page declares what it shows."""
    return profile(routes={"home": {**ROUTES["home"], **keys}})


BASKET, AT_MAIN = declared(content=["Add to basket"]), declared(content_at="main h1")
RUNNER_AT_MAIN = declared(content=["runner"], content_at="main > h1")
LONG = "<main>" + "word " * (TEXT_AT_MOST // 4)

DECLARED = [
    case("the words stand in noscript", content_in_html, FAIL, exchange("/", body=PAGE),
         profile=declared(content=["Switch JavaScript on"])),
    case("one of two texts is missing", content_in_html, FAIL, exchange("/", body=PAGE),
         profile=declared(content=["The shop", "Sold out"]), observed='no "Sold out" in 29 characters of text'),
    case("the words stand in the title", content_in_html, FAIL, exchange("/", body=SHELL),
         profile=declared(content=["Shoes that last"])),
    case("the words stand in a script", content_in_html, FAIL, exchange("/", body="<script>'Add to basket'</script>x"),
         profile=BASKET),
    case("the words stand elsewhere", content_in_html, FAIL, exchange("/", body=PAGE),
         profile=declared(content=["The shop"], content_at="main"),
         observed='no "The shop" in 20 characters of text at main'),
    case("no such element", content_in_html, FAIL, exchange("/", body=SHELL), profile=AT_MAIN, observed="no main h1"),
    case("an empty element", content_in_html, FAIL, exchange("/", body="<main><h1> </h1></main>text"), profile=AT_MAIN,
         observed="no text in 0 characters of text at main h1"),
    case("no words at all", content_in_html, FAIL, exchange("/"), profile=BASKET),
    case("cut off before the words", content_in_html, UNKNOWN, exchange("/", body=LONG), profile=BASKET),
    case("cut off by us", content_in_html, UNKNOWN, exchange("/", body="<main>", truncated=True), profile=AT_MAIN),
    case("its body was not kept", content_in_html, UNKNOWN, exchange("/", body=None), profile=BASKET),
    case("split by a comment and a hard space", content_in_html, PASS, exchange("/", body=PAGE), profile=BASKET),
    case("in capitals", content_in_html, PASS, exchange("/", body=PAGE), profile=declared(content=["ADD TO BASKET"])),
    case("split by an element", content_in_html, PASS, exchange("/", body=PAGE), profile=RUNNER_AT_MAIN,
         observed="6 characters of text at main > h1"),
    case("any text in the element", content_in_html, PASS, exchange("/", body=PAGE), profile=AT_MAIN),
    case("streamed, and put in its place by a script", content_in_html, PASS, exchange("/", body=STREAMED),
         profile=declared(content=["89.00 EUR"])),
    case("in another encoding", content_in_html, PASS,
         exchange("/", body="<p>größe".encode("latin1"), content_type="text/html; charset=iso-8859-1"),
         profile=declared(content=["GRÖSSE"])),
    case("long, the words at its beginning", content_in_html, PASS, exchange("/", body="<p>Add to basket" + LONG),
         profile=BASKET),
]  # fmt: skip

ANGULAR = "<body><app-root></app-root><script src=/main.js></script>"
UNDECLARED = [
    case("an empty element and scripts", content_in_html, FAIL, exchange("/", body=SHELL),
         observed="0 characters of text, 1 scripts and an element for them to fill"),
    case("Angular's", content_in_html, FAIL, exchange("/", body=ANGULAR)),
    case("scripts and nothing", content_in_html, FAIL, exchange("/", body="<body><script>render()</script>"),
         observed="0 characters of text, 1 scripts"),
    case("a spinner in the element", content_in_html, FAIL,
         exchange("/", body=SHELL.replace("<div id=root>", "<div id=root><p>Loading…</p>"))),
    case("one character less than next to nothing", content_in_html, FAIL,
         exchange("/", body=SHELL + "x" * 99),
         observed="99 characters of text, 1 scripts and an element for them to fill"),
    case("text beside the element", content_in_html, PASS, exchange("/", body=SHELL + "x" * 100)),
    case("an element of no framework", content_in_html, PASS,
         exchange("/", body=SHELL.replace("id=root", "id=map") + "x")),
    case("a picture and scripts", content_in_html, PASS, exchange("/", body=SHELL + "<img src=/poster.png>")),
    case("nothing, and no scripts: routes_seen's", content_in_html, PASS, exchange("/", body="<div id=root></div>")),
    case("data for no script", content_in_html, PASS,
         exchange("/", body="<div id=app></div><script type=application/json>{}</script>")),
    case("isr and ssr", content_in_html, FAIL, exchange("/products/1", body=PAGE), exchange("/live", body=SHELL)),
    case("rendered in the browser", content_in_html, SKIP, exchange("/app", body=SHELL), reason="kind csr"),
    case("no page", content_in_html, SKIP, exchange("/static/a.js"), reason="nothing to judge"),
    case("no HTML: routes_seen's", content_in_html, SKIP, exchange("/", content_type="text/plain")),
    case("a redirect", content_in_html, SKIP, exchange("/", status=301)),
    case("in a broken coding", content_in_html, SKIP, exchange("/", body=SHELL, undecodable="gzip: cut off"),
         reason="assets.compressed"),
    case("lost", content_in_html, UNKNOWN, failure("/")),
]  # fmt: skip


def own(body: str, identity: str = "alice", status: int = 200) -> Exchange:
    """Return a personal page as a visitor gets it."""
    return exchange("/account", body=body, probe="as_identity", label=identity, identity=identity, status=status)


PERSONAL = [
    case("a visitor's own page, empty", content_in_html, FAIL, exchange("/account", status=302), own(SHELL)),
    case("a visitor's own page", content_in_html, PASS, exchange("/account", status=302), own(PAGE)),
    case("sent to the login all the same", content_in_html, SKIP,
         exchange("/account", status=302), own("", status=302)),
    case("another visitor's is not judged twice", content_in_html, SKIP, own(SHELL, "bob")),
]  # fmt: skip


def view(text: str, url: str = "/", of: int = 1, status: int | None = 200) -> View:
    """Return what a browser showed of a page."""
    ask = Ask(Request(absolute(url)), of=of, label="mobile")
    return View(0, "visit", ask, "Chromium 131", 0.0, 1.0, status, text=text)


HALF = "abcdefghij klmnopqrst"
RENDERED = [
    case("the browser shows what the HTML has not", content_in_html, FAIL, exchange("/", body=SHELL),
         view("A small reader, read 0 times"), observed="0% of 28 characters"),
    case("navigation only, though it is long", content_in_html, FAIL, exchange("/", body=SHELL + HALF * 10),
         view(HALF * 10 + "".join(chr(0x4E00 + n) for n in range(600)))),
    case("a banner besides", content_in_html, PASS, exchange("/", body=PAGE),
         view("THE SHOP Runner Add to basket We use cookies")),
    case("in a language without spaces", content_in_html, PASS,
         exchange("/", body="<p>我們的鞋子<b>可以</b>穿很久<script>1</script>"),
         view("我們的鞋子可以穿很久")),
    case("capitals by style", content_in_html, PASS, exchange("/", body=PAGE), view("THE SHOP RUNNER ADD TO BASKET"),
         observed="100% of 29 characters"),
    case("the HTML is longer than what is kept", content_in_html, UNKNOWN, exchange("/", body=LONG), view("x" * 500)),
    case("the browser showed next to nothing", content_in_html, FAIL, exchange("/", body=SHELL), view("shoe"),
         observed="0 characters of text, 1 scripts and an element for them to fill"),
    case("the browser got an error", content_in_html, PASS,
         exchange("/", body=PAGE), view("Something else", status=503)),
    case("the browser saw another page", content_in_html, PASS, exchange("/", body=PAGE), view("Something else", "/b")),
    case("what is declared goes first", content_in_html, PASS,
         exchange("/", body=PAGE), view("Something else entirely"),
         profile=BASKET),
]  # fmt: skip

GZIP = {"content-encoding": "gzip"}
NOISE = random.Random(1).randbytes(20_000).hex()
SHELLS = [
    case("at the limit", shell_is_small, PASS, exchange("/app", wire_bytes=13_700, header_bytes=300)),
    case("one byte past it", shell_is_small, FAIL, exchange("/app", GZIP, wire_bytes=13_701, header_bytes=300),
         observed="14.001KB transferred, 0B of HTML"),
    case("on HTTP/2, where the header is not counted", shell_is_small, PASS,
         exchange("/app", wire_bytes=14_000, http_version="2")),
    case("uncompressed, and would do compressed", shell_is_small, SKIP, exchange("/app", body="<p>one</p>" * 2000),
         reason="assets.compressed"),
    case("uncompressed, and would not", shell_is_small, FAIL, exchange("/app", body=NOISE)),
    case("compressed, and large all the same", shell_is_small, FAIL,
         exchange("/app", {"content-encoding": "br"}, body="<p>one</p>" * 2000, wire_bytes=15_000)),
    case("as the profile says", shell_is_small, FAIL, exchange("/app", GZIP, wire_bytes=1_001),
         profile=profile(targets={"shell": "1KB"})),
    case("a page that is rendered ahead", shell_is_small, SKIP, exchange("/", wire_bytes=90_000)),
    case("no HTML", shell_is_small, SKIP, exchange("/app", content_type="text/plain", wire_bytes=90_000)),
    case("lost", shell_is_small, UNKNOWN, failure("/app")),
]  # fmt: skip

CASES: list[Any] = [*DECLARED, *UNDECLARED, *PERSONAL, *RENDERED, *SHELLS]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
