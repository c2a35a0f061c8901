"""HAR as browsers and proxies write it, as we write it, and as nobody should."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scalecheck.gather.har import write_har
from scalecheck.gather.har_reading import read_har
from scalecheck.gather.record import Evidence, EvidenceError
from scalecheck.model.evidence import Exchange, Failure, Loss, Timings
from scalecheck.model.profile import Profile
from scalecheck.model.site import FIRST, Site
from tests.checks.rows import exchange, failure

PAGE = "<!doctype html><title>Shop</title><h1>Grüße</h1>"


def entry(url: str = "https://shop.test/", **parts: Any) -> dict[str, Any]:
    """Return an entry with what HAR 1.2 requires, and what the test says."""
    made: dict[str, Any] = {
        "startedDateTime": "2026-11-21T06:00:00.250Z",
        "time": 120.5,
        "request": {
            "method": "GET",
            "url": url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": "Host", "value": "shop.test"}],
            "queryString": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": 200,
            "statusText": "OK",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": "Content-Type", "value": "text/html; charset=utf-8"}],
            "content": {"size": len(PAGE.encode()), "mimeType": "text/html", "text": PAGE},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": 40,
        },
        "cache": {},
        "timings": {"blocked": 0.5, "dns": 10, "connect": 30, "ssl": 20, "send": 0, "wait": 70, "receive": 10},
    }
    for name, value in parts.items():
        made[name] = {**made[name], **value} if isinstance(made.get(name), dict) and isinstance(value, dict) else value
    return made


def chrome() -> dict[str, Any]:
    """As Chromium's developer tools export it: HTTP/2 pseudo-fields, `_transferSize`, queueing, priorities."""
    return entry(
        _initiator={"type": "other"},
        _priority="VeryHigh",
        _resourceType="document",
        connection="443",
        pageref="page_1",
        serverIPAddress="203.0.113.7",
        request={
            "httpVersion": "http/2.0",
            "headers": [
                {"name": ":authority", "value": "shop.test"},
                {"name": ":method", "value": "GET"},
                {"name": "cookie", "value": "session=hunter2"},
                {"name": "accept-encoding", "value": "gzip, deflate, br, zstd"},
            ],
        },
        response={
            "httpVersion": "http/2.0",
            "bodySize": -1,
            "_transferSize": 812,
            "_error": None,
            "_fetchedViaServiceWorker": False,
            "headers": [
                {"name": "content-type", "value": "text/html"},
                {"name": "set-cookie", "value": "a=1"},
                {"name": "set-cookie", "value": "b=2"},
            ],
        },
        timings={
            "blocked": 12.5,
            "dns": -1,
            "connect": -1,
            "ssl": -1,
            "send": 0.2,
            "wait": 80.3,
            "receive": 3,
            "_blocked_queueing": 9.1,
            "_workerStart": -1,
        },
        time=96.0,
    )


def firefox() -> dict[str, Any]:
    """As Firefox exports it: version `HTTP/2`, no `ssl` folded into connect on reuse, bodies left out when large."""
    return entry(
        response={
            "httpVersion": "HTTP/2",
            "bodySize": 5120,
            "content": {"mimeType": "text/html", "size": 20480, "comment": ""},
        },
        timings={"blocked": 3, "dns": 0, "connect": 0, "ssl": 0, "send": 0, "wait": 55, "receive": 2},
        serverIPAddress="2001:db8::1",
        connection="443",
        startedDateTime="2026-11-21T07:00:00.250+01:00",
    )


def charles() -> dict[str, Any]:
    """As Charles exports it: bodies in base64, null values, an offset without a colon."""
    content = {"size": 4, "mimeType": "image/png", "text": base64.b64encode(b"\x89PNG").decode(), "encoding": "base64"}
    made = entry(
        "https://shop.test/logo.png",
        startedDateTime="2026-11-21T06:00:00.250+0000",
        request={"headers": [{"name": "X-Empty", "value": None}]},
        response={"content": content, "headers": [{"name": "Content-Type", "value": "image/png"}]},
        serverIPAddress=None,
    )
    del made["timings"]["ssl"], made["timings"]["blocked"]
    return made


def read(folder: Path, *entries: object, **log: object) -> Evidence:
    (folder / "a.har").write_text(json.dumps({"log": {"version": "1.2", "entries": list(entries), **log}}))
    return read_har(folder / "a.har")


def only(evidence: Evidence) -> Exchange:
    (record,) = evidence.records
    assert isinstance(record, Exchange)
    return record


def test_chrome(tmp_path: Path) -> None:
    found = only(read(tmp_path, chrome()))
    assert found.url == "https://shop.test/"
    assert found.response.http_version == "2"
    assert found.response.wire_bytes == 812
    assert found.fields.all("set-cookie") == ("a=1", "b=2")
    assert [name for name, _ in found.request.fields] == ["accept-encoding"]
    assert found.remote_address == "203.0.113.7"
    assert (found.timings.total_s, found.timings.first_byte_s) == pytest.approx((0.0835, 0.0805))
    assert found.timings.connect_s is None
    assert found.sent_at == pytest.approx(1795240800.2625)


def test_firefox(tmp_path: Path) -> None:
    found = only(read(tmp_path, firefox()))
    assert (found.response.http_version, found.response.wire_bytes) == ("2", 5120)
    assert (found.response.body, found.response.truncated, found.response.decoded_bytes) == (None, True, 20480)
    assert found.sent_at == pytest.approx(1795240800.253)
    assert found.remote_address == "2001:db8::1"


def test_charles(tmp_path: Path) -> None:
    found = only(read(tmp_path, charles()))
    assert found.response.body == b"\x89PNG"
    assert found.request.fields.get("x-empty") == ""
    assert found.timings.dns_s == 0.01
    assert found.timings.connect_s == 0.03
    assert found.timings.tls_s is None


def test_the_handshake_counts_within_connect(tmp_path: Path) -> None:
    timings = only(read(tmp_path, entry())).timings
    assert (timings.total_s, timings.first_byte_s) == pytest.approx((0.12, 0.11))
    assert (timings.dns_s, timings.connect_s, timings.tls_s) == pytest.approx((0.01, 0.01, 0.02))
    assert timings.ttfb_s == pytest.approx(0.07)


def test_a_byte_order_mark_and_bodies_of_any_language_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_text(
        json.dumps({"log": {"entries": [entry()]}}, ensure_ascii=False), encoding="utf-8-sig"
    )
    assert only(read_har(tmp_path / "a.har")).response.body == PAGE.encode()


LEFT_OUT = {
    "a write": entry(request={"method": "POST"}),
    "a preflight": entry(request={"method": "OPTIONS"}),
    "the browser's disk": entry(_fromCache="disk"),
    "a 304 to the browser's own question": entry(response={"status": 304}),
    "an answer to a conditional request": entry(request={"headers": [{"name": "If-None-Match", "value": '"1"'}]}),
    "data": entry("data:image/png;base64,AAAA"),
    "a socket": entry("wss://shop.test/live"),
    "an extension": entry("chrome-extension://abc/x.js"),
    "no URL": entry("http://["),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_no_first_answer_is_left_out(name: str, tmp_path: Path) -> None:
    evidence = read(tmp_path, LEFT_OUT[name], entry("https://shop.test/kept"))
    assert [each.url for each in evidence.records] == ["https://shop.test/kept"]


def test_a_request_without_an_answer_is_a_failure(tmp_path: Path) -> None:
    blocked = entry("https://shop.test/x.js", response={"status": 0, "_error": "net::ERR_CONNECTION_REFUSED"})
    lost, kept = read(tmp_path, blocked, entry()).records
    assert isinstance(lost, Failure)
    assert (lost.loss, lost.detail) == (Loss.CUT, "net::ERR_CONNECTION_REFUSED")
    assert isinstance(kept, Exchange)


def test_the_target_is_where_the_first_page_comes_from(tmp_path: Path) -> None:
    ad = entry("https://ads.test/a.js", response={"headers": [{"name": "Content-Type", "value": "text/javascript"}]})
    evidence = read(tmp_path, ad, entry())
    assert evidence.run.target == "https://shop.test"


def test_urls_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    found = only(read(tmp_path, entry("HTTPS://Shop.test:443/a b/{c}?d=e#f")))
    assert found.url == "https://shop.test/a%20b/%7Bc%7D?d=e"


PHASES = Timings(0.5, 0.4, 0.1, 0.05, 0.05)


def recorded() -> Site:
    """Return a site with first answers, one lost and one of another probe."""
    page = exchange("/", {"Cache-Control": "max-age=60"}, body=PAGE, timings=PHASES)
    picture = exchange("/a.png", body=b"\x89PNG\xff", remote_address="[::1]:8080")
    invented = exchange("/invented", probe="missing", status=404)
    first = (replace(page, number=2), replace(picture, number=3), replace(failure("/lost"), number=4))
    return Site(Profile()).learned(FIRST, first).learned("missing", [replace(invented, number=5)])


def test_what_we_write_we_read_back(tmp_path: Path) -> None:
    site = recorded()
    (tmp_path / "a.har").write_text(write_har(site))
    read_back = read_har(tmp_path / "a.har").records
    assert len(read_back) == 2
    for written, found in zip(site.seen(FIRST), read_back, strict=True):
        assert isinstance(found, Exchange)
        assert found.response == written.response
        assert found.url == written.url
        assert found.sent_at == pytest.approx(written.sent_at, abs=1e-5)
        assert found.timings.total_s == pytest.approx(written.timings.total_s)
        assert found.timings.ttfb_s == pytest.approx(written.timings.ttfb_s)


def test_the_phases_we_write_are_the_time() -> None:
    written = json.loads(write_har(recorded()))["log"]["entries"][0]
    phases = {name: value for name, value in written["timings"].items() if name != "ssl" and value > 0}
    assert sum(phases.values()) == pytest.approx(written["time"]) == pytest.approx(500)
    assert written["timings"]["connect"] == pytest.approx(100)


HOSTILE: dict[str, object] = {
    "nothing": "",
    "no JSON": "<html>",
    "a number": "1",
    "a list": "[]",
    "no log": "{}",
    "a log that is none": '{"log": 5}',
    "no entries": '{"log": {}}',
    "entries that are none": '{"log": {"entries": {"a": 1}}}',
    "an entry that is none": '{"log": {"entries": [5]}}',
    "deep": '{"log":' * 100_000,
    "deep within": '{"log": {"entries": [], "x": ' + "[" * 200_000,
    "no entry to judge": '{"log": {"entries": []}}',
    "a huge number": entry(time=10**400),
    "infinite": entry(timings={"wait": float("inf")}),
    "no number": entry(timings={"wait": float("nan")}),
    "a year of waiting": entry(timings={"wait": 1e12}),
    "a huge body": entry(response={"content": {"size": 10**30}}),
    "a huge status": entry(response={"status": 10**30}),
    "a status below nothing": entry(response={"status": -1}),
    "no date": entry(startedDateTime="yesterday"),
    "the first year": entry(startedDateTime="0001-01-01T00:00:00+14:00"),
    "the last year": entry(startedDateTime="9999-12-31T23:59:59-12:00"),
    "a date that is a number": entry(startedDateTime=5),
    "headers that are text": entry(response={"headers": "none"}),
    "headers without names": entry(response={"headers": [{"value": "x"}]}),
    "a name that is a list": entry(response={"headers": [{"name": [], "value": "x"}]}),
    "an URL that is none": entry(request={"url": 5}),
    "no response": entry(response=None),
    "a digest that is none": entry(response={"_sha256": "\x1b[31m"}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_har_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    given = HOSTILE[name]
    text = given if isinstance(given, str) else json.dumps({"log": {"entries": [given]}})
    (tmp_path / "a.har").write_text(text)
    with pytest.raises(EvidenceError) as refused:
        read_har(tmp_path / "a.har")
    assert str(refused.value).startswith(f"{tmp_path / 'a.har'}: ")
    assert "\n" not in str(refused.value)
    assert "\x1b" not in str(refused.value)
    assert len(str(refused.value)) < 400 + len(str(tmp_path))


def test_binary_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_bytes(b'{"log": {"entries": "\xff\xfe\x00"}}')
    with pytest.raises(EvidenceError, match=r"expected HAR 1\.2"):
        read_har(tmp_path / "a.har")


def test_half_a_surrogate_pair_makes_nothing_unreadable(tmp_path: Path) -> None:
    found = only(read(tmp_path, entry(response={"content": {"text": "cut \ud83d", "size": 5}}, comment="\ud83d")))
    assert found.response.body == b"cut ?"


@pytest.mark.parametrize("text", ["not base64!", "AAA", "\ud83d", None, 5])
def test_an_unreadable_body_is_one_that_was_not_kept(text: object, tmp_path: Path) -> None:
    found = only(read(tmp_path, entry(response={"content": {"size": 9, "text": text, "encoding": "base64"}})))
    assert found.response.body is None
    assert found.response.truncated
