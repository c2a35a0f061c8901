"""A hostile site, audited whole: nothing else is asked, everything is bounded, every format stays readable."""

import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.running import Done, scalecheck
from tests.cli.serving import Answer, serving

NASTY = "\x1b]0;owned\x07::error::pwned %0A::set-env name=x::y [bold]<script>alert(1)</script> | `x` \u202e"
HTML = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "public, max-age=0, s-maxage=60"}
FORMATS = ("text", "json", "junit", "sarif", "md", "github", "gitlab", "html")
ESCAPES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def audited(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str, *options: object) -> Done:
    files = [f"--format={name}={folder / name}" for name in FORMATS]
    return scalecheck(monkeypatch, folder, "audit", url, "--quiet", "--requests", "300", *files, *options)


def test_words_that_terminals_pipelines_and_pages_obey_stay_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    latin = NASTY.encode("utf-8").decode("latin-1").replace("\x1b", "").replace("\x07", "")
    fields = {**HTML, "X-Powered-By": latin, "Set-Cookie": f"sid={latin}", "Vary": latin, "ETag": latin}
    page = f"<title>{NASTY}</title><p>{NASTY}<a href='/{NASTY}'>x</a><script src='/a.js?{NASTY}'></script>".encode()
    with serving(lambda path: Answer(200, page, fields)) as url:
        done = audited(monkeypatch, tmp_path, url)
    assert done.code == 1
    printed = {name: (tmp_path / name).read_text() for name in FORMATS}
    for name, text in printed.items():
        assert not ESCAPES.search(text), name
        if name != "github":
            assert not any(line.lstrip().startswith("::") for line in text.splitlines()), name
    assert "<script>alert" not in printed["html"] + re.sub(r"^(`{3,}).*?^\1$", "", printed["md"], flags=re.M | re.S)
    *commands, verdict = printed["github"].splitlines()
    assert all(line.startswith(("::error ", "::warning ")) for line in commands)
    assert verdict.startswith("scalecheck FAIL, exit 1")
    ElementTree.fromstring(printed["junit"])
    for name in ("json", "sarif", "gitlab"):
        json.loads(printed[name])


def test_no_page_makes_us_ask_another_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    def canary(path: str) -> Answer:
        asked.append(path)
        return Answer(200, b"secret", HTML)

    with serving(canary) as other:
        elsewhere = (
            "http://169.254.169.254/latest/",
            "http://10.0.0.1/",
            f"{other}/x",
            "http://[::1]:22/",
            "file:///etc",
        )
        loads = "".join(f"<script src='{each}'></script><img src='{each}'><a href='{each}'>x</a>" for each in elsewhere)
        sitemap = f"<urlset><url><loc>{other}/map</loc></url></urlset>".encode()

        def site(path: str) -> Answer:
            if path == "/sitemap.xml":
                return Answer(200, sitemap, {"Content-Type": "application/xml"})
            if path == "/robots.txt":
                return Answer(200, f"Sitemap: {other}/sitemap.xml".encode(), {"Content-Type": "text/plain"})
            if path.startswith("/away"):
                return Answer(302, b"", {"Location": f"{other}/redirected"})
            return Answer(200, f"<p>hello <a href='/away'>away</a>{loads}".encode(), HTML)

        with serving(site) as url:
            done = audited(monkeypatch, tmp_path, url)
    assert asked == []
    assert done.code in {1, 3}


def links(count: int) -> bytes:
    return b"<p>" + b"".join(b"<a href=/p/%d>x</a>" % number for number in range(count))


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b"\0" * 2**20) for _ in range(size // 2**20)) + packer.flush()


ENTITIES = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">%s]><urlset><url><loc>&z;</loc></url></urlset>""" % b"".join(
    b'<!ENTITY %c "%s">' % (97 + n, (b"&%c;" % (96 + n)) * 10) for n in range(1, 26)
)

BODIES: dict[str, tuple[Callable[[], bytes], dict[str, str]]] = {
    "a page of 300,000 links": (lambda: links(300_000), {}),
    "a gzip bomb of 200 MB": (lambda: bomb(200 * 2**20), {"Content-Encoding": "gzip"}),
    "200,000 nested elements": (lambda: b"<div>" * 200_000, {}),
    "invalid UTF-8": (lambda: b"<p>\xff\xfe\xfa<a href='\xff'>x</a>", {}),
    "a coding that is none": (lambda: b"<p>hello", {"Content-Encoding": "gzip, br, zstd, gzip, x"}),
    "a sitemap of entities": (lambda: ENTITIES, {"Content-Type": "application/xml"}),
    "a base far away": (lambda: b"<base href='http://10.0.0.1/'><p>x<script src=a.js></script>", {}),
}


HARMLESS = frozenset({"invalid UTF-8", "a base far away"})
"""What a browser shows all the same."""


@pytest.mark.slow
@pytest.mark.parametrize("name", BODIES)
def test_whatever_the_body_is_the_audit_ends_with_a_verdict(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made, fields = BODIES[name]
    body = made()
    with serving(lambda path: Answer(200, body, {**HTML, **fields})) as url:
        done = audited(monkeypatch, tmp_path, url, "--only", "site", "--only", "assets", "--samples", "2")
    assert done.code in ({0, 1} if name in HARMLESS else {1, 3})
    assert json.loads((tmp_path / "json").read_text())["exit_code"] == done.code


@pytest.mark.parametrize("count", [900, 5_000])
def test_a_bomb_of_fields_ends_with_a_verdict(count: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fields = {**HTML, **{f"X-{number}": "x" * 40 for number in range(count)}}
    with serving(lambda path: Answer(200, b"<p>hello", fields)) as url:
        done = audited(monkeypatch, tmp_path, url, "--only", "site")
    assert done.code in {0, 1, 3}
    assert "Traceback" not in done.err
