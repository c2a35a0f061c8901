"""What a page loads, row by row: what a browser fetches, what it does not, and what cannot be told."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.model.evidence import Exchange, Loss, Record
from scalecheck.model.site import Site
from scalecheck.page.fetches import Loading, When
from scalecheck.page.loading import FETCHES_AT_MOST, loading
from scalecheck.wire.fields import Fields
from scalecheck.wire.viewport import Viewport
from tests.checks.rows import SITE, exchange, failure, site

Files = Mapping[str, str | Record]
PHONE = Viewport(412, 823, 1.75)
DESK = Viewport(1350, 940)
FACE = "<style>@font-face{font-family:F;src:url(/f.woff2)} p{font-family:F}</style><p>Text"


def answered(files: Files) -> Site:
    """Return a site that serves these files; `/` is the page."""
    return site(exchange(path, body=each) if isinstance(each, str) else each for path, each in files.items())


def loaded(files: Files, window: Viewport = DESK) -> Loading:
    known = answered(files)
    page = next(each for each in known.seen("first") if each.url == f"{SITE}/")
    return loading(known, page, window)


def shown(found: Loading) -> list[str]:
    """Return fetches in words, `/a.js` or, of another certainty than initial, `lazy /a.png`; without the document."""
    words = ((each.when, each.url.removeprefix(SITE)) for each in found.fetches[1:])
    return [url if when is When.INITIAL else f"{when} {url}" for when, url in words]


def left(found: Loading) -> list[str]:
    return [f"{each.via.removeprefix(SITE)}: {each.reason}" for each in found.unresolved]


HTML: list[tuple[str, str, list[str]]] = [
    ("nothing", "<p>", []),
    (
        "scripts of every kind",
        "<script src=/a></script><script src=/b async></script><script type=module src=/c></script>",
        ["/a", "/b", "/c"],
    ),
    (
        "none for old browsers, and no data",
        "<script nomodule src=/a></script><script type=text/template src=/b></script>",
        [],
    ),
    (
        "one request for what is named twice",
        "<script src=/a></script><script src=/a#x></script><img src=/b><img src=/b>",
        ["/a", "/b"],
    ),
    (
        "sheets for other media too",
        "<link rel=stylesheet href=/a media=print><link rel='alternate stylesheet' href=/b>",
        ["/a", "/b"],
    ),
    ("no sheet that is off", "<link rel=stylesheet href=/a disabled><link rel=stylesheet href=/b type=text/less>", []),
    (
        "nothing without scripts, nothing of templates",
        "<noscript><img src=/a></noscript><template><img src=/b></template><!--<img src=/c>-->",
        [],
    ),
    (
        "no icon, no manifest, no connection",
        "<link rel=icon href=/a><link rel=manifest href=/b><link rel=preconnect href=//c.test>",
        [],
    ),
    (
        "pictures",
        "<img src=/a><input type=image src=/b><video poster=/c></video><table background=/d>",
        ["/a", "/b", "/c", "/d"],
    ),
    ("what is lazy", "<img src=/a loading=lazy><iframe src=/b loading=LAZY></iframe>", ["lazy /a", "lazy /b"]),
    ("one of a srcset", "<img src=/1 srcset='/1 400w, /2 1400w' sizes=100vw>", ["/2"]),
    (
        "one of a picture",
        "<picture><source media=print srcset=/a><source type=image/jp2 srcset=/b><source srcset=/c><img src=/d>",
        ["/c"],
    ),
    (
        "the first film that Chromium plays",
        "<video><source src=/a type=video/quicktime><source src=/b type=video/webm><source src=/c></video>",
        ["/b"],
    ),
    ("no film that waits", "<video src=/a preload=none></video><audio src=/b preload=none autoplay></audio>", ["/b"]),
    ("the track that is on", "<video><track src=/a><track src=/b default></video>", ["/b"]),
    (
        "a preload, used or not",
        "<link rel=preload as=script href=/a><link rel=preload as=style href=/b><script src=/a></script>",
        ["/a", "/b"],
    ),
    ("no preload as nothing", "<link rel=preload href=/a><link rel=preload as=document href=/b>", []),
    ("no preload of a type that nobody knows", "<link rel=preload as=image type=image/jp2 href=/a>", []),
    ("no preload for other windows", "<link rel=preload as=image media='(max-width:600px)' href=/a>", []),
    ("no module preload of a picture", "<link rel=modulepreload as=image href=/a>", []),
    (
        "a preload of one picture of several",
        "<link rel=preload as=image href=/a imagesrcset='/b 400w, /c 1400w' imagesizes=100vw>",
        ["/c"],
    ),
    ("prefetches last", "<link rel=prefetch href=/a><img src=/b loading=lazy>", ["lazy /b", "prefetch /a"]),
    ("a base", "<base href=/b/><script src=a></script>", ["/b/a"]),
    ("nothing that is inline", "<script>1</script><img src=data:image/gif,x><script type=speculationrules>{}", []),
    (
        "drawings",
        "<svg><image href=/a /><use href='/b#c'/><use href='#d'/><script href=/e /></svg>",
        ["/a", "/b", "/e"],
    ),
]


@pytest.mark.parametrize(("name", "html", "expected"), HTML, ids=[row[0] for row in HTML])
def test_what_the_html_names(name: str, html: str, expected: list[str]) -> None:
    found = loaded({"/": html})
    assert shown(found) == expected


def test_the_window_decides_which_picture() -> None:
    html = "<picture><source media='(max-width:600px)' srcset='/a, /b 2x'><img src=/c srcset='/d 3x'></picture>"
    assert [shown(loaded({"/": html}, window)) for window in (PHONE, DESK)] == [["/b"], ["/c"]]


A = "<script type=module src=/a.js></script>"
MAP = """<script type=importmap>{"imports": {"a": "/a.js"}, "scopes": {"/x/": {"a": "/x/a.js"}}}</script>"""
MODULES: list[tuple[str, dict[str, str | Record], list[str], list[str]]] = [
    (
        "imports within imports, each once, in the order they are found",
        {
            "/": A,
            "/a.js": "import './b.js'; export * from './c.js'",
            "/b.js": "import './d.js'; import './a.js'",
            "/c.js": "import './d.js'",
            "/d.js": "1",
        },
        ["/a.js", "/b.js", "/c.js", "/d.js"],
        [],
    ),
    (
        "those of an inline module, relative to the base",
        {"/": "<base href=/x/><script type=module>import './a.js'</script>", "/x/a.js": "1"},
        ["/x/a.js"],
        [],
    ),
    (
        "none of a classic script",
        {"/": "<script src=/a.js></script><script>import './b.js'</script>", "/a.js": "import './c.js'"},
        ["/a.js"],
        [],
    ),
    (
        "what import() asks for, and its imports, later",
        {"/": "<script src=/a.js></script>", "/a.js": "import('./b.js')", "/b.js": "import './c.js'", "/c.js": "1"},
        ["/a.js", "dynamic /b.js", "dynamic /c.js"],
        [],
    ),
    (
        "unless it is needed at first too",
        {
            "/": "<script type=module>import('/b.js'); import '/a.js'</script>",
            "/a.js": "import './b.js'",
            "/b.js": "1",
        },
        ["/a.js", "/b.js"],
        [],
    ),
    (
        "what a computed import() asks for is not known",
        {"/": "<script src=/a.js></script>", "/a.js": "import(b); import(`${c}`)"},
        ["/a.js"],
        ["/a.js: 2 x import() of what is known only when it runs"],
    ),
    (
        "no imports of a preload that nobody uses",
        {"/": "<link rel=modulepreload href=/a.js>", "/a.js": "import './b.js'"},
        ["/a.js"],
        [],
    ),
    (
        "but of one that is used",
        {"/": "<link rel=modulepreload href=/a.js>" + A, "/a.js": "import './b.js'", "/b.js": "1"},
        ["/a.js", "/b.js"],
        [],
    ),
    (
        "JSON and CSS are fetched and hold no imports",
        {
            "/": A,
            "/a.js": "import a from '/a.json' with {type: 'json'}; import '/b.css' with {type: 'css'}",
            "/a.json": "{}",
            "/b.css": "@import '/c.css'",
        },
        ["/a.js", "/a.json", "/b.css"],
        [],
    ),
    ("nothing for data:", {"/": "<script type=module>import 'data:text/javascript,1'</script>"}, [], []),
    (
        "names by the import map, for each importer",
        {
            "/": MAP + "<script type=module>import 'a'; import '/x/b.js'</script>",
            "/a.js": "1",
            "/x/b.js": "import 'a'",
            "/x/a.js": "1",
        },
        ["/a.js", "/x/b.js", "/x/a.js"],
        [],
    ),
    (
        "one name that nobody knows, and none of a module's imports is fetched",
        {"/": A, "/a.js": "import './b.js'; import 'react'"},
        ["/a.js"],
        ["/a.js: react: no import map names it, so nothing that it imports is fetched"],
    ),
    (
        "one that import() asks for concerns nothing else",
        {"/": A, "/a.js": "import './b.js'; import('react')", "/b.js": "1"},
        ["/a.js", "/b.js"],
        ["/a.js: react: no import map names it"],
    ),
    (
        "a map that is none",
        {"/": "<script type=importmap>{</script>" + A, "/a.js": "1"},
        ["/a.js"],
        ["/: the import map is no JSON"],
    ),
    (
        "imports are relative to where redirects lead",
        {
            "/": A,
            "/a.js": exchange("/a.js", {"location": "/x/a.js"}, status=302),
            "/x/a.js": "import './b.js'",
            "/x/b.js": "1",
        },
        ["/a.js", "/x/b.js"],
        [],
    ),
    (
        "what is no JavaScript may import",
        {"/": A, "/a.js": "import './b.js'; const const = 1", "/b.js": "1"},
        ["/a.js", "possible /b.js"],
        ["/a.js: no JavaScript from byte 17 on"],
    ),
    (
        "of what was cut off, all that came",
        {"/": A, "/b.js": "1", "/a.js": exchange("/a.js", body="import './b.js'; function (", truncated=True)},
        ["/a.js", "/b.js"],
        ["/a.js: its body was cut off"],
    ),
]


@pytest.mark.parametrize(("name", "files", "expected", "reasons"), MODULES, ids=[row[0] for row in MODULES])
def test_what_modules_import(name: str, files: Files, expected: list[str], reasons: list[str]) -> None:
    found = loaded(files)
    assert (shown(found), left(found)) == (expected, reasons)


ELSEWHERE = "it was not asked: its host is not in safety.allow_hosts"
LOST: list[tuple[str, dict[str, Any], str, When | None]] = [
    ("not asked", {"/": A}, "it was not asked", When.INITIAL),
    ("of another host", {"/": "<script type=module src=https://cdn.test/a.js></script>"}, ELSEWHERE, When.INITIAL),
    ("lost", {"/": A, "/a.js": failure("/a.js")}, "it was not answered", When.INITIAL),
    (
        "beyond the budget",
        {"/": A, "/a.js": failure("/a.js", Loss.BUDGET)},
        "the request budget was used up before it",
        When.INITIAL,
    ),
    (
        "redirected to where nobody asked",
        {"/": A, "/a.js": exchange("/a.js", {"location": "/b.js"}, status=301)},
        "it was not asked",
        When.INITIAL,
    ),
    (
        "redirected to another host",
        {"/": A, "/a.js": exchange("/a.js", {"location": "//cdn.test/b.js"}, status=301)},
        ELSEWHERE,
        When.INITIAL,
    ),
    ("not there", {"/": A, "/a.js": exchange("/a.js", status=404)}, "it answered 404", None),
    (
        "of the wrong type",
        {"/": A, "/a.js": exchange("/a.js", content_type="text/plain", body="import '/b.js'")},
        "browsers refuse it as a module: its type is text/plain",
        None,
    ),
    (
        "of no type",
        {"/": A, "/a.js": exchange("/a.js", content_type="", body="import '/b.js'")},
        "browsers refuse it as a module: its type is not given",
        None,
    ),
    ("not kept", {"/": A, "/a.js": exchange("/a.js", body=None)}, "its body was not kept", When.INITIAL),
    ("undecodable", {"/": A, "/a.js": exchange("/a.js", undecodable="br")}, "its body could not be read", When.INITIAL),
    (
        "a sheet as HTML",
        {"/": "<link rel=stylesheet href=/a.css>", "/a.css": exchange("/a.css", content_type="text/html")},
        "browsers refuse it as a style sheet: its type is text/html",
        None,
    ),
    (
        "a classic script that is an image",
        {"/": "<script src=/a.js></script>", "/a.js": exchange("/a.js", content_type="image/png")},
        "browsers refuse it as a classic script: its type is image/png",
        None,
    ),
    (
        "a classic script names only what import() asks for",
        {"/": "<script src=/a.js></script>"},
        "it was not asked",
        When.DYNAMIC,
    ),
]


@pytest.mark.parametrize(("name", "files", "reason", "when"), LOST, ids=[row[0] for row in LOST])
def test_what_cannot_be_followed_is_said(name: str, files: dict[str, Any], reason: str, when: When | None) -> None:
    found = loaded(files)
    assert [(each.reason, each.when) for each in found.unresolved] == [(reason, when)]
    assert found.unresolved[0].via == found.fetches[1].url
    assert len(found.fetches) == 2


PRINTED = "<style media=print>p{background:url(/3.png)}</style><p>"
SHEETS: list[tuple[str, dict[str, str | Record], list[str]]] = [
    (
        "imports within imports, of any media, each once",
        {
            "/": "<link rel=stylesheet href=/a.css>",
            "/a.css": "@import 'b.css' print; @import url(c.css) layer(x)",
            "/b.css": "@import '/d/d.css'; @import '/a.css'",
            "/c.css": "",
            "/d/d.css": "@import 'e.css'",
            "/d/e.css": "",
        },
        ["/a.css", "/b.css", "/c.css", "/d/d.css", "/d/e.css"],
    ),
    (
        "no import behind a rule, none for what Chromium has not",
        {"/": "<style>@import '/a.css' supports(display: sideways); p{} @import '/b.css';</style>"},
        [],
    ),
    (
        "of a style element, relative to the base",
        {"/": "<base href=/x/><style>@import 'a.css';</style>", "/x/a.css": ""},
        ["/x/a.css"],
    ),
    (
        "relative to where redirects lead",
        {
            "/": "<link rel=stylesheet href=/a.css>",
            "/a.css": exchange("/a.css", {"location": "/x/a.css"}, status=302),
            "/x/a.css": "@import 'b.css'",
            "/x/b.css": "",
        },
        ["/a.css", "/x/b.css"],
    ),
    (
        "a picture of a rule that matches, no more than once",
        {
            "/": "<link rel=stylesheet href=/a.css><p class=b>",
            "/a.css": ".b{background:url(b.png)} .c{background:url(c.png)} p{background:url(b.png)}",
        },
        ["/a.css", "/b.png", "possible /c.png"],
    ),
    (
        "by the sheet that comes last",
        {
            "/": "<style>p{background:url(/1.png)}</style><link rel=stylesheet href=/a.css>" + PRINTED,
            "/a.css": "p{background:url(/2.png)}",
        },
        ["/a.css", "/2.png", "possible /1.png", "possible /3.png"],
    ),
    (
        "a font that a text needs",
        {"/": "<style>@font-face{font-family:G;src:url(/g.woff2)}</style>" + FACE},
        ["/f.woff2", "possible /g.woff2"],
    ),
    (
        "a font that is preloaded, once",
        {"/": "<link rel=preload as=font crossorigin href=/f.woff2>" + FACE},
        ["/f.woff2"],
    ),
    (
        "of a style attribute",
        {"/": "<p style='background:url(/a.png)'><p hidden style='background:url(/b.png)'>"},
        ["/a.png", "possible /b.png"],
    ),
    (
        "what the sheet of a lazy frame names is lazy",
        {"/": "<iframe src=/f loading=lazy></iframe>", "/f": "<style>p{background:url(/a.png)}</style><p>"},
        ["lazy /f", "lazy /a.png"],
    ),
]


@pytest.mark.parametrize(("name", "files", "expected"), SHEETS, ids=[row[0] for row in SHEETS])
def test_what_sheets_name(name: str, files: Files, expected: list[str]) -> None:
    found = loaded(files)
    assert (shown(found), left(found)) == (expected, [])


FRAMES: list[tuple[str, dict[str, str], list[str]]] = [
    (
        "what a frame holds",
        {"/": "<iframe src=/f/></iframe>", "/f/": "<script src=a.js></script>", "/f/a.js": ""},
        ["/f/", "/f/a.js"],
    ),
    (
        "what stands in the page itself",
        {"/": "<base href=/x/><iframe srcdoc=\"<img src='a.png'>\" src=/f></iframe>"},
        ["/x/a.png"],
    ),
    (
        "with a window of its own",
        {"/": "<iframe src=/f width=500></iframe>", "/f": "<img srcset='/1 600w, /2 1200w' sizes=100vw>"},
        ["/f", "/1"],
    ),
    (
        "with names of its own",
        {"/": MAP + "<iframe src=/f></iframe>", "/f": "<script type=module>import('a')</script>"},
        ["/f"],
    ),
    ("a frame of itself once", {"/": "<iframe src=/f></iframe>", "/f": "<iframe src=/f></iframe>"}, ["/f"]),
    (
        "frames in frames, so deep",
        {f"/{'f' * depth}": f"<iframe src=/{'f' * (depth + 1)}></iframe>" for depth in range(9)},
        ["/f", "/ff", "/fff"],
    ),
]


@pytest.mark.parametrize(("name", "files", "expected"), FRAMES, ids=[row[0] for row in FRAMES])
def test_frames_are_followed(name: str, files: dict[str, str], expected: list[str]) -> None:
    assert shown(loaded(files)) == expected


LINK = (
    "</b.css>; rel=preload; as=style, </c.js>; rel=modulepreload",
    "</p>; rel=prefetch, </d.css>; rel=stylesheet, <//x.test>; rel=preconnect, </i.png>; rel=icon",
)
BY_LINK = [("/b.css", "Link"), ("/c.js", "Link"), ("/p", "Link")]


@pytest.mark.parametrize(("version", "expected"), [("1.1", BY_LINK), ("2", [("/a.css", "103"), *BY_LINK])])
def test_link_fields_and_early_hints(version: str, expected: list[tuple[str, str]]) -> None:
    page = exchange("/", {"link": LINK}, body="<link rel=stylesheet href=/b.css>", http_version=version)
    early = Fields.of(link="</a.css>; rel=preload; as=style")
    page = replace(page, response=replace(page.response, interim=((100, early), (103, early))))
    found = loaded({"/": page, "/b.css": ""})
    assert [(each.url.removeprefix(SITE), each.how) for each in found.fetches[1:]] == expected


MODES: list[tuple[str, str, str, int]] = [
    ("a preload in the font's own mode", "as=font crossorigin", "no-store", 1),
    ("in another, and it may be stored", "as=font", "max-age=60", 1),
    ("in another, and it may not", "as=font", "no-store", 2),
    ("in another, and it is stale at once", "as=font", "no-cache", 2),
    ("for another use", "as=fetch crossorigin", "no-store", 2),
]


@pytest.mark.parametrize(("name", "preload", "policy", "times"), MODES, ids=[row[0] for row in MODES])
def test_what_came_in_one_mode_does_not_serve_in_another(name: str, preload: str, policy: str, times: int) -> None:
    font = exchange("/f.woff2", {"cache-control": policy})
    found = loaded({"/": f"<link rel=preload {preload} href=/f.woff2>{FACE}", "/f.woff2": font})
    assert shown(found) == ["/f.woff2"] * times


def test_each_fetch_says_how_it_came_to_be() -> None:
    found = loaded(
        {
            "/": A + "<link rel=stylesheet href=/a.css>",
            "/a.js": "import './b.js'",
            "/b.js": "import './c.js'",
            "/c.js": "1",
            "/a.css": "@import 'b.css'",
            "/b.css": "html{background:url(b.png)}",
        }
    )
    chain = [(each.how, each.via.removeprefix(SITE)) for each in found.chain(f"{SITE}/c.js")]
    assert chain == [("<script>", "/"), ("import", "/a.js"), ("import", "/b.js")]
    assert [each.how for each in found.chain(f"{SITE}/b.png")] == ["stylesheet", "@import", "url()"]


def test_a_page_that_was_cut_off_says_so() -> None:
    assert left(loaded({"/": exchange("/", body="<script", truncated=True)})) == ["/: its body was cut off"]


def test_how_many_are_followed_is_bounded() -> None:
    code = ";".join(f"import '/{number}.js'" for number in range(FETCHES_AT_MOST + 9))
    found = loaded({"/": A, "/a.js": code})
    assert len(found.fetches) == FETCHES_AT_MOST
    assert f"/: only its first {FETCHES_AT_MOST} fetches were followed" in left(found)


def test_what_is_learned_later_counts() -> None:
    """A site grows while it is asked, and its page stays the same object."""
    before = site(exchange("/", body=A))
    page: Exchange = next(before.pages())
    assert left(loading(before, page, DESK)) == ["/a.js: it was not asked"]
    after = before.learned("first", [exchange("/a.js", body="import './b.js'")])
    assert shown(loading(after, page, DESK)) == ["/a.js", "/b.js"]
    assert loading(after.learned("other", ()), page, DESK) is loading(after, page, DESK)
    assert left(loading(before, page, DESK)) == ["/a.js: it was not asked"]


PIECES = st.sampled_from(
    ["<script type=module>", "import './a.js'", "</script>", "<style>", "</style>", "@import '/a.css';", "url(/x)",
     "<p ", "<link rel=preload as=",
     "font", "image", " href=/a.js>", "<iframe src=/a.js>", "<picture>", "<source srcset=/1>",
     "<img src=/2 srcset='/3 2x'>", "{background:", "}", "@font-face{src:", "<base href=x>", "import(", "'", ">"]
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES | st.text(max_size=6), max_size=30).map("".join))
def test_never_raises(text: str) -> None:
    found = loaded({"/": text, "/a.js": text, "/a.css": text})
    assert all(each.url.startswith("http") for each in found.fetches)
