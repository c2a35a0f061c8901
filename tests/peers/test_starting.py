"""A peer that is missing, or that does not start, says so."""

import sys
from pathlib import Path

import pytest

from tests.peers import servers


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(servers.INSTALLED, "absent", ("no-such-command", "/no/such/file"))
    return "absent"


def test_a_missing_peer_is_named_with_what_installs_it(absent: str) -> None:
    assert servers.missing(absent) == "absent: no-such-command, /no/such/file not found; run `make peers`"


def test_a_missing_peer_skips_the_test(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-command"):
        servers.require(absent)


def test_a_missing_peer_fails_in_ci(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-command"):
        servers.require(absent)


@pytest.mark.live
def test_a_server_that_ends_at_once_shows_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('no such directive')"]
    with pytest.raises(AssertionError, match="no such directive"), servers.running(command, tmp_path, 9):
        pass
