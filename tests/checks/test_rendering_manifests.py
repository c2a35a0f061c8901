"""The manifest that pages name, and what it names in turn."""

import json
from typing import Any

import pytest

from scalecheck.checks.rendering import manifest_works
from scalecheck.lab.pictures import icon as ico
from scalecheck.lab.pictures import png
from scalecheck.model.evidence import Exchange
from scalecheck.probes.pages import ICONS_AT_MOST
from tests.checks.rows import FAIL, PASS, SKIP, UNKNOWN, WARN, Case, case, exchange, failure

JSON = "application/manifest+json"
LINK = "<!doctype html><title>Shop</title><link rel=manifest href=/site.webmanifest>text"
PAGE = exchange("/", body=LINK)
ICONS: list[dict[str, str]] = [{"src": "/192.png", "sizes": "192x192"}, {"src": "/512.png", "sizes": "512x512"}]
SHELL = "<!doctype html><title>Shop</title>"


def manifest(*, media_type: str = JSON, status: int = 200, raw: str | None = None, **members: Any) -> Exchange:
    """Return the manifest's answer; it stands second, behind the page."""
    body = json.dumps({"name": "Shop", **members}) if raw is None else raw
    return exchange("/site.webmanifest", probe="manifests", of=1, label="manifest", status=status, body=body,
                    content_type=media_type)  # fmt: skip


def icon(pixels: int, url: str = "", body: bytes | str | None = None, **more: Any) -> Exchange:
    """Return the answer to an icon that is as large as it says, unless the row says otherwise."""
    drawn = png(pixels, pixels, 7) if body is None else body
    return exchange(url or f"/{pixels}.png", probe="manifests", of=2, label="icon", body=drawn, **more)


def start(status: int) -> Exchange:
    return exchange("/", probe="manifests", of=2, label="start", status=status)


BOTH = (icon(192), icon(512))
APP: dict[str, Any] = {"display": "standalone", "icons": ICONS}

READ = [
    case("gone", manifest_works, FAIL, PAGE, manifest(status=404), observed="status 404"),
    case("a redirect to the login", manifest_works, FAIL, PAGE, manifest(status=302)),
    case("a page in its place", manifest_works, FAIL, PAGE, manifest(raw=SHELL, media_type="text/html"),
         observed="a web page"),
    case("no JSON", manifest_works, FAIL, PAGE, manifest(raw='{"name": "Shop",}')),
    case("no object", manifest_works, FAIL, PAGE, manifest(raw="[]"), observed="no JSON object"),
    case("nothing", manifest_works, FAIL, PAGE, manifest(raw="")),
    case("for load", manifest_works, UNKNOWN, PAGE, manifest(status=429)),
    case("a type that is no JSON's", manifest_works, WARN, PAGE, manifest(media_type="application/octet-stream"),
         observed="application/octet-stream"),
    case("kept in part only", manifest_works, UNKNOWN, PAGE,
         exchange("/site.webmanifest", probe="manifests", of=1, label="manifest", body="{", decoded_bytes=9_000)),
    case("as plain JSON", manifest_works, PASS, PAGE, manifest(media_type="application/json")),
    case("a name and nothing else", manifest_works, PASS, PAGE, manifest()),
    case("in a broken coding", manifest_works, SKIP, PAGE,
         exchange("/site.webmanifest", probe="manifests", of=1, label="manifest", undecodable="br: cut off"),
         reason="assets.compressed"),
    case("none is linked", manifest_works, SKIP, exchange("/"), reason="no page links"),
    case("elsewhere", manifest_works, SKIP, exchange("/", body=LINK.replace("href=", "href=https://cdn.test")),
         reason="safety.allow_hosts"),
    case("lost", manifest_works, UNKNOWN,
         PAGE, failure("/site.webmanifest", probe="manifests", of=1, label="manifest")),
    case("the page was lost", manifest_works, UNKNOWN, failure("/")),
]  # fmt: skip

STARTS = [
    case("another origin", manifest_works, FAIL, PAGE, manifest(start_url="https://www.shop.test/"),
         observed="https://www.shop.test/"),
    case("outside of the scope", manifest_works, FAIL, PAGE, manifest(start_url="/", scope="/app/"), start(200),
         observed="https://shop.test/, outside of https://shop.test/app/"),
    case("gone", manifest_works, FAIL, PAGE, manifest(start_url="/app"), start(404), observed="status 404"),
    case("for load", manifest_works, UNKNOWN, PAGE, manifest(start_url="/app"), start(503)),
    case("behind a login", manifest_works, PASS, PAGE, manifest(start_url="/app", scope="/"), start(302)),
    case("there", manifest_works, PASS, PAGE, manifest(start_url="/"), start(200)),
]  # fmt: skip

SVG = "<svg xmlns='http://www.w3.org/2000/svg'/>"
PICTURES = [
    case("gone", manifest_works, FAIL, PAGE, manifest(**APP), icon(192, status=404), icon(512), observed="status 404"),
    case("a page in its place", manifest_works, FAIL, PAGE, manifest(**APP),
         icon(192, body=SHELL, content_type="text/html"), observed="text/html"),
    case("a picture by its type only", manifest_works, FAIL, PAGE, manifest(**APP), icon(192, body=b"x"),
         observed="no picture"),
    case("another size", manifest_works, FAIL, PAGE, manifest(**APP), icon(180, "/192.png"), observed="PNG 180x180"),
    case("one size of two", manifest_works, PASS, PAGE, manifest(icons=[{"src": "/a.png", "sizes": "64x64 128x128"}]),
         icon(128, "/a.png")),
    case("no size said", manifest_works, PASS, PAGE, manifest(icons=[{"src": "/a.png"}]), icon(31, "/a.png")),
    case("drawn, of any size", manifest_works, PASS, PAGE,
         manifest(display="standalone", icons=[{"src": "/a.svg", "sizes": "any"}]), icon(1, "/a.svg", SVG)),
    case("several in one file", manifest_works, PASS, PAGE, manifest(icons=[{"src": "/a.ico", "sizes": "16x16 32x32"}]),
         icon(1, "/a.ico", ico())),
    case("no src", manifest_works, FAIL, PAGE, manifest(icons=[{"sizes": "192x192"}]), observed="no src"),
    case("in the manifest itself", manifest_works, PASS, PAGE, manifest(icons=[{"src": "data:image/png;base64,x"}])),
    case("for load", manifest_works, UNKNOWN, PAGE, manifest(**APP), icon(192, status=429), icon(512)),
    case("on another host", manifest_works, PASS, PAGE, manifest(icons=[{"src": "https://cdn.test/a.png"}])),
    case("to be installed, one icon too small", manifest_works, WARN, PAGE,
         manifest(display="standalone", icons=[ICONS[0], {"src": "/511.png", "sizes": "511x511"}]), *BOTH, icon(511),
         observed="no icon of 512x512"),
    case("to be installed without a name", manifest_works, WARN, PAGE, manifest(**APP, name=" "), *BOTH,
         observed="no name"),
    case("to be installed, its icons for badges only", manifest_works, WARN, PAGE,
         manifest(display="standalone", icons=[{**each, "purpose": "monochrome"} for each in ICONS]), *BOTH),
    case("not to be installed", manifest_works, PASS, PAGE, manifest(icons=ICONS[:1]), icon(192)),
    case("to be installed", manifest_works, PASS, PAGE, manifest(**APP, start_url="/"), *BOTH, start(200)),
    case("more than are asked for", manifest_works, PASS, PAGE,
         manifest(icons=[{"src": f"/{n}.png"} for n in range(ICONS_AT_MOST + 1)]), icon(9, "/0.png")),
]  # fmt: skip

CASES: list[Any] = [*READ, *STARTS, *PICTURES]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
