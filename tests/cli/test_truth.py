"""No evidence is never a pass: sites that answer nothing worth judging never get exit code 0."""

import itertools
import json
import socket
from pathlib import Path

import pytest

from tests.cli.running import Done, scalecheck
from tests.cli.serving import Answer, Site, serving

HTML = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "public, max-age=0, s-maxage=60"}
PROFILE = """
scalecheck: 1
routes:
  home: {path: /, kind: ssg}
  product: {path: "/products/{id}", kind: isr, revalidate: 60s}
  chunks: {path: "/assets/**", kind: hashed}
"""


def free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


def audited(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str, *options: object) -> Done:
    (folder / "site.yaml").write_text(PROFILE)
    return scalecheck(monkeypatch, folder, "audit", url, "--format", "json", "--quiet", "--patience", "0s", *options)


def one_in_ten() -> Site:
    count = itertools.count(1)
    return lambda path: Answer(200, b"<p>hello", HTML) if next(count) % 10 == 0 else Answer(None)


SITES: dict[str, tuple[Site, set[int]]] = {
    "every answer 500": (lambda path: Answer(500, b"oops", HTML), {1}),
    "every answer 404": (lambda path: Answer(404, b"gone", HTML), {1}),
    "an empty page": (lambda path: Answer(200, b"", HTML), {1}),
    "a page without content": (lambda path: Answer(200, b"<html><body></body></html>", HTML), {1}),
    "every connection cut": (lambda path: Answer(None), {3}),
    "one answer in ten": (one_in_ten(), {1, 3}),
    "redirects to itself": (lambda path: Answer(302, b"", {"Location": path}), {1}),
    "redirects elsewhere": (lambda path: Answer(301, b"", {"Location": "http://127.0.0.9:1/"}), {1}),
    "not HTML": (lambda path: Answer(200, b"{}", {"Content-Type": "application/json"}), {1}),
}


@pytest.mark.slow
@pytest.mark.parametrize("with_profile", [True, False], ids=["profile", "no-profile"])
@pytest.mark.parametrize("name", SITES)
def test_a_site_that_shows_nothing_is_never_green(
    name: str, with_profile: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site, codes = SITES[name]
    with serving(site) as url:
        options = ("--profile", "site.yaml") if with_profile else ()
        done = audited(monkeypatch, tmp_path, url, *options)
    assert done.code in codes | ({3} if not with_profile else set()), done.out[:3000] + done.err
    assert json.loads(done.out)["exit_code"] == done.code


@pytest.mark.parametrize("options", [("--profile", "site.yaml"), ()], ids=["profile", "no-profile"])
def test_an_unreachable_site_could_not_be_judged(
    options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done = audited(monkeypatch, tmp_path, f"http://127.0.0.1:{free_port()}", *options)
    assert done.code == 3
    assert "refused" in done.out


def test_no_route_that_matches_is_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = b'<title>x</title><p>hello <a href="/elsewhere">there</a>'
    with serving(lambda path: Answer(200, page, HTML)) as url:
        done = audited(monkeypatch, tmp_path, url, "--profile", "site.yaml", "--only", "site")
    failed = {outcome["check"] for outcome in json.loads(done.out)["outcomes"] if outcome["verdict"] == "fail"}
    assert done.code == 1
    assert failed == {"site.routes_seen"}


def test_a_single_group_is_not_green_for_having_left_everything_to_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    silent = {"Content-Type": "text/html", "Cache-Control": "public, max-age=0, s-maxage=60", "ETag": '"a"'}
    with serving(lambda path: Answer(200, b"<p>hello", silent)) as url:
        done = audited(monkeypatch, tmp_path, url, "--only", "cdn.page_hit_ratio")
    assert done.code == 3
    assert "left to cdn.speaks, which was not run" in done.out


def test_a_used_up_budget_could_not_be_judged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(lambda path: Answer(200, b"<p>hello", HTML)) as url:
        done = audited(monkeypatch, tmp_path, url, "--requests", "1")
    assert done.code in {1, 3}
    assert "budget" in done.out
