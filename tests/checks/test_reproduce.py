"""The command that shows a finding."""

from dataclasses import replace

from scalecheck.checks.reproduce import curl
from scalecheck.model.evidence import Record
from tests.checks.rows import SITE, exchange


def shaken(*, old_tls: bool) -> Record:
    record = exchange("/", method="HEAD")
    return replace(record, ask=replace(record.ask, anew=True, old_tls=old_tls))


def test_a_handshake_with_old_tls_is_shown_by_offering_nothing_newer() -> None:
    command = curl(shaken(old_tls=True))
    assert "--tls-max 1.1" in command
    assert command.count(SITE) == 1


def test_resumption_is_shown_by_connecting_twice() -> None:
    command = curl(shaken(old_tls=False))
    assert "-v" in command.split()
    assert command.count(SITE) == 2


def test_an_ordinary_request_is_shown_once() -> None:
    assert curl(exchange("/")).count(SITE) == 1
