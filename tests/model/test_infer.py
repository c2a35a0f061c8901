"""Whatever a site shows, the inferred profile can be read, and every page is of the route inferred for it."""

import json
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.model.infer import infer, inferred_routes, starting_profile
from scalecheck.model.infer_rendering import rendering
from scalecheck.model.kinds import PAGES, Kind
from scalecheck.model.profile_file import parse_profile
from scalecheck.model.site import FIRST, Site
from scalecheck.wire.urls import normalise
from tests.checks.rows import SITE, exchange

TEXT = "<!doctype html><p>" + "Enough words that it is no shell. " * 9
SHELL = "<!doctype html><div id=root></div><script src=/a.js></script>"
SHORT = "<!doctype html><p>Short, and only styled.<link rel=stylesheet href=/a.css>"
JSON = "application/json"


def made(policy: str | None, body: str = TEXT, media_type: str | None = None, **fields: str) -> tuple[str, object]:
    """Return kind and rules of an answer; of what is neither page nor API nothing."""
    sent = {name.replace("_", "-"): value for name, value in fields.items()}
    if policy is not None:
        sent["cache-control"] = policy
    answer = exchange("/x", sent, body=body, content_type=media_type or "text/html")
    found = rendering(Site(starting_profile(SITE)), answer)
    return ("nothing", {}) if found is None else (found.kind.value, found.rules)


def cached(**rules: str) -> dict[str, object]:
    return {"cache": rules}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (made(None), ("ssg", {})),
        (made("public, max-age=31536000"), ("ssg", {})),
        (made("s-maxage=31536000"), ("ssg", {})),
        (made("s-maxage=0"), ("ssg", {})),
        (made("no-cache"), ("ssg", {})),
        (made("s-maxage=60"), ("isr", {"revalidate": "60s"})),
        (made("s-maxage=86400"), ("isr", {"revalidate": "1d"})),
        (made("s-maxage=86401"), ("ssg", {})),
        (made("s-maxage=60, stale-while-revalidate"), ("isr", {"revalidate": "60s"})),
        (
            made("s-maxage=60, stale-while-revalidate=30"),
            ("isr", {"revalidate": "60s", **cached(stale_while_revalidate="30s")}),
        ),
        (made("max-age=0", cdn_cache_control="max-age=60"), ("isr", {"revalidate": "60s"})),
        (made("private"), ("ssr", cached(storing="private"))),
        (made("no-store, s-maxage=60"), ("ssr", cached(storing="private"))),
        (made("s-maxage=60", SHELL), ("csr", {})),
        (made(None, SHELL), ("csr", {})),
        (made("private", SHELL), ("ssr", cached(storing="private"))),
        (made(None, SHORT), ("ssg", {})),
        (made(None, TEXT, "application/xhtml+xml"), ("ssg", {})),
        (made(None, "[]", JSON), ("api", {})),
        (made("private, no-cache", "[]", JSON), ("api", {})),
        (made("public, max-age=0", "[]", JSON), ("api", cached(storing="public", shared="0s"))),
        (made("max-age=30", "[]", "application/ld+json"), ("api", cached(shared="30s", browser="any"))),
        (made(None, "{}", "application/manifest+json"), ("nothing", {})),
        (made(None, "x", "text/plain"), ("nothing", {})),
        (made(None, "%PDF", "application/pdf"), ("nothing", {})),
    ],
)
def test_how_an_answer_is_made(answer: tuple[str, object], expected: tuple[str, object]) -> None:
    assert answer == expected


def shown(*paths: str) -> dict[str, str]:
    """Return kind by path of the routes that these URLs are taken for."""
    records = [exchange(path, body=TEXT if not PurePosixPath(path).suffix else "x") for path in paths]
    routes = inferred_routes(Site(starting_profile(SITE)).learned(FIRST, records))
    return {str(each.route["path"]): str(each.route["kind"]) for each in routes}


FOLDERS = [
    (("/assets/a-9f2c1b7e.js", "/assets/b-9f2c1b70.css"), {"/assets/**": "hashed"}),
    (("/assets/a-9f2c1b7e.js", "/assets/plain.css"), {}),
    (("/js/plain.js",), {}),
    (("/images/a.png", "/images/b.webp"), {"/images/**": "image"}),
    (("/fonts/a.woff2",), {"/fonts/**": "font"}),
    (("/main.9f2c1b7e.js",), {}),
    (("/blog/a.9f2c1b7e.png", "/blog/post"), {"/blog/post": "ssg"}),
    (
        ("/_next/static/chunks/a-9f2c1b7e.js", "/_next/logo.png"),
        {"/_next/static/**": "hashed", "/_next/**": "image"},
    ),
    (("/en/a", "/de/a", "/fr/b"), {"/{locale}/a": "ssg", "/fr/b": "ssg"}),
    (("/en/a", "/us/b"), {"/en/a": "ssg", "/us/b": "ssg"}),
    (("/a/1", "/a/2"), {"/a/1": "ssg", "/a/2": "ssg"}),
    (("/a/1", "/a/2", "/a/3"), {"/a/{name}": "ssg"}),
    (("/1", "/2", "/3"), {"/1": "ssg", "/2": "ssg", "/3": "ssg"}),
]


@pytest.mark.parametrize(("paths", "routes"), FOLDERS, ids=[" ".join(paths) for paths, _ in FOLDERS])
def test_which_urls_share_a_route(paths: tuple[str, ...], routes: dict[str, str]) -> None:
    assert shown(*paths) == routes


SEGMENTS = st.sampled_from(["", "en", "de", "a", "b", "c", "1", "{x}", "**", "*", "a.html", "b.html", "ü", "anonymous"])
FILES = st.sampled_from(["", "?q=1", "?", "x.png", "x-9f2c1b7e.js", "x.woff2", "data.json", "/"])
PATHS = st.builds(lambda folders, file: "/" + "/".join([*folders, file]), st.lists(SEGMENTS, max_size=4), FILES)
POLICIES = st.sampled_from([None, "private", "s-maxage=60", "s-maxage=60, stale-while-revalidate=5", "max-age=5"])


@pytest.mark.slow
@given(st.lists(st.tuples(PATHS, POLICIES), max_size=14))
@settings(max_examples=60, deadline=None)
def test_whatever_is_shown_is_of_the_route_inferred_for_it(seen: list[tuple[str, str | None]]) -> None:
    records = [
        exchange(url, {} if policy is None else {"cache-control": policy}, body=TEXT)
        for path, policy in seen
        if (url := normalise(SITE + path)) is not None
    ]
    site = infer(Site(starting_profile(SITE)).learned(FIRST, records))
    declared = {each.name: dict(each.route) for each in inferred_routes(site)}
    assert parse_profile(json.dumps({"scalecheck": 1, "routes": declared})).routes == site.profile.routes
    for record in records:
        found = rendering(site, record)
        kind = site.kind(record)
        if found is None:
            assert kind not in PAGES | {Kind.API}
        elif "*" not in record.url and not record.url.startswith(f"{SITE}//"):
            assert kind is not None
            if "?" not in record.url:
                alike = [each for each in records if _page(each.url) == _page(record.url)]
                assert kind in {made.kind for each in alike if (made := rendering(site, each)) is not None}


def _page(url: str) -> str:
    """Return what a route matches of a URL: it tells no last slash from none."""
    return url.partition("?")[0].rstrip("/")
