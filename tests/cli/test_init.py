"""What a site shows is written down as a profile, and the audit by it passes or fails for true reasons."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pytest

from scalecheck.model.profile import Profile
from scalecheck.model.profile_file import read_profile
from tests.cli.running import scalecheck
from tests.cli.serving import Answer, Site, serving
from tests.cli.sites import PAGE_POLICY, asset, html, page, shop

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 60
SHELL = b'<!doctype html><html lang="en"><title>App</title><div id=root></div><script src="/app.9f2c1b7e.js"></script>'


def pages(*paths: str, policy: str = PAGE_POLICY, others: Mapping[str, Answer] = MappingProxyType({})) -> Site:
    """Return a site whose pages link to each other, with a stylesheet and a script, and with other answers."""

    def site(path: str) -> Answer:
        if path in others:
            return others[path]
        if path.startswith("/assets/") and "9f2c1b7" in path:
            return asset(path)
        if path == "/" or path in paths:
            return html(page(*paths, *(each for each in others if "." in each)), policy)
        return Answer(404, b"gone", {"Content-Type": "text/plain", "Cache-Control": "no-store"})

    return site


def next_js(path: str) -> Answer:
    if path.startswith("/_next/static/"):
        return asset(path)
    if path.startswith("/_next/image"):
        kept = "public, max-age=86400, s-maxage=604800, stale-while-revalidate=604800"
        return Answer(200, PNG, {"Content-Type": "image/png", "Cache-Control": kept})
    built = {"/": "s-maxage=31536000", "/about": "s-maxage=31536000", "/cart": "private, no-cache, no-store, max-age=0"}
    built |= {f"/p/{each}": "s-maxage=60, stale-while-revalidate=31535940" for each in "abc"}
    body = page(*built).replace(b"/assets/", b"/_next/static/chunks/")
    body += b'<img src="/_next/image?url=%2Fa.png&w=640&q=75" width=1 height=1 alt="">'
    return html(body, built[path]) if path in built else Answer(404, b"", {"Content-Type": "text/plain"})


STRANGE = (
    *("/#", "/[x]", "/'", "/-%20a", "/%00", "/a%0Ab", '/a"b', "/a:%20b", "/größe", "/&amp;amp", "/?q=a:{b}"),
    *("/anonymous", "/true", "/null", "/0", "//evil.test/", "/x/**/y", "/**", "/*", "/a*b", "/a/**/x", "/a/%2A"),
    *("/{id}", "/%7Bname%7D/", "/a/{name}", "/a/{name}.html", "/a/b.html", "/a/c.html", "/a/b", "/a/c", "/a/d"),
    *("/en", "/de", "/en/{x}", "/de/{x}"),
)
"""Paths that mean something to YAML, to patterns, to HTML or to terminals."""


def hostile(path: str) -> Answer:
    if path.startswith("/assets") or path in {"/robots.txt", "/sitemap.xml"} or len(path) > 400:
        return asset(path)
    policy = 'private="a: b, {", x="# y\\" \'", s-maxage="60"; - {}: [], \x1b[31m'
    return html(page(*STRANGE, "/" + "l" * 300), policy)


def moved(path: str) -> Answer:
    return Answer(301, b"", {"Location": f"https://www.shop.test{path}"})


@dataclass(frozen=True, slots=True)
class Case:
    site: Site
    kinds: Mapping[str, str]
    """The inferred routes' kinds by path; all of them."""
    fails: frozenset[str] = field(default_factory=frozenset)
    """Groups cache and assets only: what is truly wrong with the site."""


CASES: dict[str, Case] = {
    "pages with s-maxage": Case(
        shop,
        {
            "/": "isr",
            "/about": "isr",
            "/search": "isr",
            "/api/stock.json": "api",
            "/assets/**": "hashed",
            "/products/{name}": "isr",
        },
    ),
    "a static site without cache fields": Case(
        pages("/about", "/blog/a.html", "/blog/b.html", "/blog/c.html", policy=""),
        {"/": "ssg", "/about": "ssg", "/assets/**": "hashed", "/blog/{name}.html": "ssg"},
        frozenset({"cache.explicit"}),
    ),
    "Next.js": Case(
        next_js,
        {
            "/": "ssg",
            "/about": "ssg",
            "/cart": "ssr",
            "/_next/static/**": "hashed",
            "/_next/**": "image",
            "/p/{name}": "isr",
        },
        frozenset({"cache.contract"}),  # million-dau wants a stale window behind s-maxage=31536000
    ),
    "a shell": Case(
        lambda path: html(SHELL) if "." not in path else asset(path) if "9f2c1b7e" in path else Answer(404),
        {"/": "csr"},
    ),
    "languages": Case(
        pages("/en", "/de", "/en/about", "/de/about", "/en/blog/a", "/en/blog/b", "/de/blog/c", "/us"),
        {
            "/": "isr",
            "/en": "isr",
            "/de": "isr",
            "/us": "isr",
            "/assets/**": "hashed",
            "/{locale}/about": "isr",
            "/{locale}/blog/{name}": "isr",
        },
    ),
    "slashes at the end": Case(
        pages("/docs/", "/docs/a/", "/docs/b/", "/docs/c/"),
        {"/": "isr", "/docs/": "isr", "/assets/**": "hashed", "/docs/{name}/": "isr"},
    ),
    "one page of a folder is made in another way": Case(
        pages("/p/1", "/p/2", "/p/3", "/p/mine", others={"/p/mine": html(page(), "private, no-store")}),
        {"/": "isr", "/p/mine": "ssr", "/assets/**": "hashed", "/p/{name}": "isr"},
    ),
    "queries": Case(
        pages("/find?q=a", "/find?q=b", "/list?page=1", "/list"),
        {"/": "isr", "/find": "isr", "/list": "isr", "/assets/**": "hashed"},
    ),
    "files beside pages": Case(
        pages(
            "/p/1",
            "/p/2",
            "/p/3",
            others={
                "/p/1": html(page("/p/2", "/p/3") + b'<script src="/p/x.9f2c1b7e.js" defer></script>'),
                "/p/x.9f2c1b7e.js": asset("/p/x.9f2c1b7e.js"),
            },
        ),
        {"/": "isr", "/assets/**": "hashed", "/p/*.js": "hashed", "/p/{name}": "isr"},
    ),
    "APIs": Case(
        pages(
            "/x",
            others={
                "/api/a.json": Answer(
                    200, b"[1]", {"Content-Type": "application/json", "Cache-Control": "public, max-age=30"}
                ),
                "/api/b.json": Answer(200, b"[2]", {"Content-Type": "application/json", "Cache-Control": "no-store"}),
            },
        ),
        {"/": "isr", "/x": "isr", "/api/a.json": "api", "/api/b.json": "api", "/assets/**": "hashed"},
    ),
}
FAULTS_OF_THE_SERVER = frozenset(
    {"cache.revalidates", "cache.vary_names_encoding", "assets.compressed", "assets.missing_is_404", "assets.typed"}
)
"""True of every site here, whatever is inferred: nothing revalidates or compresses."""


JUDGED = ("site.", "cache.", "assets.")


def written(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str) -> tuple[Profile, str]:
    """Return the profile that `init` writes, as it is read again, and its text."""
    done = scalecheck(monkeypatch, folder, "init", url)
    assert done.code == 0, done.err
    assert "scalecheck.yaml: " in done.err
    return read_profile(folder / "scalecheck.yaml", {}), (folder / "scalecheck.yaml").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_what_is_written_is_read_and_fails_for_true_reasons_only(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    case = CASES[name]
    groups = ("--only", "site", "--only", "cache.contract", "--only", "cache.explicit", "--only", "assets")
    options = (*groups, "--format", "json", "--patience", "0s", "--quiet")
    with serving(case.site) as url:
        live = json.loads(scalecheck(monkeypatch, tmp_path, "audit", url, *options).out)
        profile, text = written(monkeypatch, tmp_path, url)
        report = json.loads(scalecheck(monkeypatch, tmp_path, "audit", *options).out)
    assert {each.path: each.kind for each in profile.routes.values()} == dict(case.kinds)
    assert text.count("\n  # ") == len(profile.routes)
    for each in (live, report):
        verdicts = {outcome["check"]: outcome["verdict"] for outcome in each["outcomes"]}
        assert verdicts["site.routes_seen"] == "pass"
        failed = {check for check, verdict in verdicts.items() if verdict == "fail" and check.startswith(JUDGED)}
        assert failed - FAULTS_OF_THE_SERVER == case.fails
    assert report["profile"] == "scalecheck.yaml"


def test_hostile_paths_and_fields_make_a_profile_that_can_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with serving(hostile) as url:
        profile, text = written(monkeypatch, tmp_path, url)
        done = scalecheck(monkeypatch, tmp_path, "audit", "--only", "site", "--format", "json", "--quiet")
    assert len(profile.routes) > 10
    assert "\x1b" not in text
    assert text.isascii()
    outcomes = {each["check"]: each["verdict"] for each in json.loads(done.out)["outcomes"]}
    assert outcomes["site.routes_seen"] == "pass"


def test_an_audit_without_a_profile_starts_where_the_url_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def below(path: str) -> Answer:
        return html(page("/docs/a")) if path.startswith("/docs/") else asset(path) if "9f2c1" in path else Answer(404)

    with serving(below) as url:
        options = ("--only", "site", "--format", "json")
        report = json.loads(scalecheck(monkeypatch, tmp_path, "audit", f"{url}/docs/", *options).out)
    assert report["exit_code"] == 0
    assert "isr: /docs/, /docs/a" in report["notes"][0]


NOTHING: dict[str, tuple[Site, str]] = {
    "no page": (lambda path: Answer(404, b"", {"Content-Type": "text/plain"}), "answered with status 404"),
    "another host": (moved, "leads to another host; try scalecheck init https://www.shop.test"),
    "no HTML": (lambda path: Answer(200, b"hi", {"Content-Type": "text/plain"}), "text/plain"),
    "no answer": (lambda path: Answer(None), "connection"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_where_there_is_nothing_to_write_down_init_says_why(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site, said = NOTHING[name]
    with serving(site) as url:
        done = scalecheck(monkeypatch, tmp_path, "init", url)
    assert done.code == 2
    assert said in done.err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_init_prints_on_request_and_overwrites_only_when_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(shop) as url:
        printed = scalecheck(monkeypatch, tmp_path, "init", url, "-o", "-")
        assert printed.out.startswith(f"# How {url} must behave")
        assert list(tmp_path.iterdir()) == []
        scalecheck(monkeypatch, tmp_path, "init", url, "--output", "deep/er.yaml")
        again = scalecheck(monkeypatch, tmp_path, "init", url, "--output", "deep/er.yaml")
        assert (again.code, again.out) == (2, "")
        (tmp_path / "deep/er.yaml").write_text("mine")
        forced = scalecheck(monkeypatch, tmp_path, "init", url, "--output", "deep/er.yaml", "--force")
    assert forced.code == 0
    assert (tmp_path / "deep/er.yaml").read_text() == printed.out
