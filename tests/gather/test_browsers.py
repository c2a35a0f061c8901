"""Which browser there is, and whom it may ask."""

import asyncio
import os
import socket
from pathlib import Path

import pytest

from scalecheck.gather.browsers import BrowserMissing, Containment, contained, find_chrome, handheld, sandbox
from scalecheck.gather.safety import Rules
from scalecheck.wire.viewport import Viewport


def program(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_what_the_profile_declares_comes_first(tmp_path: Path) -> None:
    mine, other = program(tmp_path, "mine"), program(tmp_path, "chromium")
    assert find_chrome(str(mine), {"CHROME_PATH": str(other), "PATH": str(tmp_path)}) == mine


def test_then_the_environment_and_then_the_usual_names(tmp_path: Path) -> None:
    program(tmp_path, "google-chrome"), program(tmp_path, "own")
    assert find_chrome(None, {"CHROME_PATH": str(tmp_path / "own"), "PATH": str(tmp_path)}) == tmp_path / "own"
    assert find_chrome(None, {"PATH": str(tmp_path)}) == tmp_path / "google-chrome"


def test_a_name_on_the_path_will_do(tmp_path: Path) -> None:
    assert find_chrome("brave", {"PATH": str(program(tmp_path, "brave").parent)}) == tmp_path / "brave"


@pytest.mark.parametrize(
    ("declared", "environment", "named"),
    [
        ("/nowhere/chrome", {}, "browser.chrome names /nowhere/chrome"),
        (None, {"CHROME_PATH": "/nowhere/chrome"}, "CHROME_PATH names /nowhere/chrome"),
        (None, {"PATH": "/nowhere"}, "install"),
    ],
)
def test_what_is_missing_is_said_in_one_line(declared: str | None, environment: dict[str, str], named: str) -> None:
    with pytest.raises(BrowserMissing, match=named) as raised:
        find_chrome(declared, environment)
    assert len(str(raised.value).splitlines()) == 1


def test_a_file_that_is_no_program_is_no_browser(tmp_path: Path) -> None:
    (tmp_path / "chrome").write_text("text")
    with pytest.raises(BrowserMissing):
        find_chrome(str(tmp_path / "chrome"), {"PATH": ""})


def flags(site: str, *allow: str, connect_to: str | None = None) -> tuple[str, ...]:
    return asyncio.run(contained(Rules.of(site, allow), connect_to)).flags


def test_only_the_allowed_host_and_port_is_known() -> None:
    assert flags("http://127.0.0.1:8080")[0] == (
        "--host-resolver-rules=MAP 127.0.0.1:8080 127.0.0.1:8080, MAP * ~NOTFOUND"
    )


def test_other_hosts_are_known_where_they_are_allowed() -> None:
    rules = flags("http://127.0.0.1:8080", "127.0.0.2", "[::1]:99")[0]
    assert "MAP 127.0.0.2:80 127.0.0.2:80, MAP 127.0.0.2:443 127.0.0.2:443" in rules
    assert "MAP [::1]:99 [::1]:99" in rules
    assert rules.endswith(", MAP * ~NOTFOUND")


def test_a_name_leads_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    answers_with(monkeypatch, "203.0.113.7")
    assert "MAP shop.test:443 203.0.113.7:443" in flags("https://shop.test")[0]


def test_a_name_that_leads_to_metadata_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    answers_with(monkeypatch, "169.254.169.254")
    found = asyncio.run(contained(Rules.of("https://shop.test")))
    assert found.flags[0] == "--host-resolver-rules=MAP * ~NOTFOUND"
    assert "169.254.169.254" in found.refused["shop.test"]


def test_a_name_that_does_not_resolve_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    answers_with(monkeypatch)
    assert "cannot be resolved" in asyncio.run(contained(Rules.of("https://shop.test"))).refused["shop.test"]


def test_an_address_to_connect_to_stands_for_every_allowed_host() -> None:
    rules = flags("https://shop.test", "cdn.test", connect_to="203.0.113.7:443")[0]
    assert rules.count("203.0.113.7:443") == 4


def test_nothing_goes_round_the_resolver() -> None:
    assert {"--no-proxy-server", "--disable-quic"} <= set(Containment().flags)


def test_only_root_goes_without_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert sandbox() == ()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert sandbox() == ("--no-sandbox",)


@pytest.mark.parametrize(("width", "expected"), [(412, True), (820, True), (1023, True), (1024, False), (1350, False)])
def test_narrow_windows_are_held_in_the_hand(width: int, expected: bool) -> None:
    assert handheld(Viewport(width, 900)) is expected


def answers_with(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """Let every name resolve to these addresses; to none, it does not resolve."""

    def resolve(host: str, port: int, *_rest: object, **_named: object) -> list[tuple[object, ...]]:
        if not found:
            raise socket.gaierror(-2, "Name or service not known")
        return [(2, 1, 6, "", (address, port)) for address in found]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
