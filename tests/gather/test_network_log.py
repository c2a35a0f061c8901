"""What a browser tells of its requests, put together; and what is too much."""

from typing import Any

import pytest

from scalecheck.gather import network_log
from scalecheck.gather.network_log import NetworkLog, TooMuch
from scalecheck.model.browsing import Fetched

URL = "https://shop.test/"


class Telling:
    """A log, and a browser that tells it."""

    def __init__(self, trace: str | None = None) -> None:
        self.now = 1000.0
        self.log = NetworkLog(trace, clock=lambda: self.now)

    def tell(self, method: str, by: str = "page", **event: Any) -> None:
        self.log.take(by, method, event)

    def sent(self, number: str, url: str = URL, at: float = 10.0, by: str = "page", **more: Any) -> None:
        request = {"url": url, "method": more.pop("method", "GET"), "headers": more.pop("headers", {})}
        event = {"requestId": number, "request": request, "timestamp": at, "type": "Fetch", **more}
        self.tell("Network.requestWillBeSent", by, **event)

    def answered(self, number: str, status: int = 200, size: int = 100, **more: Any) -> None:
        response = {"status": status, "headers": more.pop("headers", {}), "encodedDataLength": size, **more}
        self.tell("Network.responseReceived", requestId=number, response=response)

    def ended(self, number: str, size: int, at: float = 11.0) -> None:
        self.tell("Network.loadingFinished", requestId=number, encodedDataLength=size, timestamp=at)

    @property
    def only(self) -> Fetched:
        (request,) = self.log.requests
        return request


@pytest.fixture
def browser() -> Telling:
    return Telling()


def test_a_request_from_its_start_to_its_end(browser: Telling) -> None:
    browser.sent("1", type="Document")
    browser.answered("1", headers={"Content-Type": "text/html", "X-Other": "1"})
    browser.tell("Network.dataReceived", requestId="1", dataLength=900, encodedDataLength=300)
    browser.tell("Network.dataReceived", requestId="1", dataLength=100, encodedDataLength=0)
    browser.ended("1", 400, at=10.5)
    assert (browser.only.use, browser.only.status) == ("document", 200)
    assert (browser.only.header_bytes, browser.only.body_bytes, browser.only.decoded_bytes) == (100, 300, 1000)
    assert (browser.only.started_s, browser.only.ended_s) == (0.0, 0.5)
    assert browser.only.response_fields.lines == (("content-type", "text/html"),)


def test_times_count_from_the_first_request(browser: Telling) -> None:
    browser.sent("1", at=10.0)
    browser.sent("2", at=12.25)
    assert [each.started_s for each in browser.log.requests] == [0.0, 2.25]


def test_each_hop_of_a_redirect_is_a_request(browser: Telling) -> None:
    browser.sent("1", URL)
    redirect = {"status": 302, "headers": {"location": "/b"}, "encodedDataLength": 80}
    browser.sent("1", URL + "b", at=10.2, redirectResponse=redirect)
    browser.answered("1", 200)
    browser.ended("1", 150)
    first, second = browser.log.requests
    assert (first.status, first.header_bytes, first.ended_s) == (302, 80, 0.2)
    assert (second.url, second.status) == (URL + "b", 200)


@pytest.mark.parametrize("how", ["fromDiskCache", "fromServiceWorker", "fromPrefetchCache"])
def test_what_was_there_already_was_not_transferred(browser: Telling, how: str) -> None:
    browser.sent("1")
    browser.answered("1", size=120, **{how: True})
    browser.ended("1", 500)
    assert (browser.only.cached, browser.only.header_bytes, browser.only.body_bytes) == (True, 0, 0)


def test_what_was_in_memory_was_not_transferred_either(browser: Telling) -> None:
    browser.sent("1")
    browser.tell("Network.requestServedFromCache", requestId="1")
    browser.answered("1")
    assert browser.only.cached


def test_why_no_answer_came(browser: Telling) -> None:
    browser.sent("1")
    browser.tell("Network.loadingFailed", requestId="1", errorText="net::ERR_FAILED", timestamp=11.0)
    browser.sent("2")
    browser.tell("Network.loadingFailed", requestId="2", errorText="", blockedReason="csp", timestamp=11.0)
    browser.sent("3")
    browser.log.held("3", "not allowed: the host is not the site's own")
    browser.tell("Network.loadingFailed", requestId="3", errorText="net::ERR_BLOCKED_BY_CLIENT", timestamp=11.0)
    assert [each.failure for each in browser.log.requests] == [
        "net::ERR_FAILED",
        "csp",
        "not allowed: the host is not the site's own",
    ]


def test_an_answer_whose_body_nobody_read_is_an_answer(browser: Telling) -> None:
    browser.sent("1")
    browser.answered("1", 204)
    browser.tell("Network.loadingFailed", requestId="1", errorText="net::ERR_ABORTED", timestamp=11.0)
    assert (browser.only.status, browser.only.failure) == (204, "")


def test_fields_as_they_were_sent_may_come_first(browser: Telling) -> None:
    sent = {"traceparent": "00-1", "Content-Length": "12", "Cookie": "session=1"}
    browser.tell("Network.requestWillBeSentExtraInfo", requestId="1", headers=sent)
    browser.sent("1", method="POST")
    assert browser.only.request_fields.lines == (("traceparent", "00-1"),)
    assert browser.only.sent_body_bytes == 12


def test_the_declared_field_is_kept() -> None:
    browser = Telling("X-Trace")
    browser.sent("1", headers={"x-trace": "7", "x-span": "8"})
    assert browser.only.request_fields.lines == (("x-trace", "7"),)


def test_several_lines_of_one_field(browser: Telling) -> None:
    browser.sent("1")
    browser.tell("Network.responseReceivedExtraInfo", requestId="1", headers={"set-cookie": "a=1\nb=2"})
    browser.answered("1", headers={"set-cookie": "hidden"})
    assert browser.only.response_fields.all("set-cookie") == ("a=1", "b=2")


@pytest.mark.parametrize(
    ("initiator", "expected"),
    [
        ({"url": "https://shop.test/a.css"}, "https://shop.test/a.css"),
        ({"stack": {"callFrames": [{"url": ""}, {"url": "https://shop.test/a.js"}]}}, "https://shop.test/a.js"),
        (
            {"stack": {"callFrames": [], "parent": {"callFrames": [{"url": "https://shop.test/b.js"}]}}},
            "https://shop.test/b.js",
        ),
        ({"type": "other"}, ""),
    ],
)
def test_what_made_a_request(browser: Telling, initiator: dict[str, Any], expected: str) -> None:
    browser.sent("1", initiator=initiator)
    assert browser.only.initiator == expected


def test_a_worker_is_named(browser: Telling) -> None:
    browser.sent("1", by="service_worker")
    assert browser.only.by == "service_worker"


@pytest.mark.parametrize(
    "url", ["data:text/plain,a", "blob:https://shop.test/1", "about:blank", "chrome-extension://a/"]
)
def test_what_is_no_request(browser: Telling, url: str) -> None:
    browser.sent("1", url)
    assert browser.log.requests == ()


def test_sockets(browser: Telling) -> None:
    browser.tell("Network.webSocketCreated", requestId="1", url="wss://shop.test/live")
    browser.tell("Network.webSocketHandshakeResponseReceived", requestId="1", response={"status": 101})
    browser.tell("Network.webSocketCreated", requestId="2", url="wss://other.test/")
    browser.tell("Network.webSocketFrameError", requestId="2", errorMessage="net::ERR_NAME_NOT_RESOLVED")
    assert [(each.use, each.status, each.failure) for each in browser.log.requests] == [
        ("websocket", 101, ""),
        ("websocket", None, "net::ERR_NAME_NOT_RESOLVED"),
    ]


def test_what_a_page_sends_while_it_is_left_has_no_number(browser: Telling) -> None:
    browser.sent("1")
    browser.now += 3
    request = {"url": URL + "beacon", "method": "POST", "headers": {"Content-Length": "7"}}
    entry = browser.log.late({"request": request, "resourceType": "Ping"}, "")
    entry.status = 204
    late = browser.log.requests[-1]
    assert (late.use, late.method, late.status, late.started_s, late.sent_body_bytes) == ("ping", "POST", 204, 3.0, 7)


def test_after_forgetting_times_count_anew(browser: Telling) -> None:
    browser.sent("1")
    browser.now += 5
    browser.log.forget()
    browser.sent("2", at=20.0)
    browser.now += 1
    assert (browser.only.started_s, browser.log.now_s) == (0.0, 1.0)


def test_errors_of_scripts_and_of_the_console(browser: Telling) -> None:
    browser.tell("Runtime.exceptionThrown", exceptionDetails={"exception": {"description": "Error: a\n    at b"}})
    browser.tell("Log.entryAdded", entry={"level": "error", "text": "404", "url": URL})
    browser.tell("Log.entryAdded", entry={"level": "warning", "text": "slow"})
    assert browser.log.errors == ["Error: a at b", f"404 {URL}"]


def test_more_requests_than_a_visit_may_send(browser: Telling) -> None:
    for number in range(network_log.REQUESTS_AT_MOST):
        browser.sent(str(number))
    with pytest.raises(TooMuch, match="1000 requests"):
        browser.sent("one more")


def test_more_bytes_than_a_visit_may_load(browser: Telling) -> None:
    browser.sent("1")
    with pytest.raises(TooMuch, match="200 MB"):
        browser.tell("Network.dataReceived", requestId="1", dataLength=network_log.BYTES_AT_MOST + 1)


def test_frames_of_sockets_count_too(browser: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_log, "BYTES_AT_MOST", 10)
    with pytest.raises(TooMuch):
        browser.tell("Network.webSocketFrameReceived", requestId="1", response={"payloadData": "x" * 11})


def test_what_is_kept_is_bounded(browser: Telling) -> None:
    browser.sent("1", URL + "x" * 10_000, headers={"accept": "y" * 10_000})
    browser.tell("Network.loadingFailed", requestId="1", errorText="z" * 10_000, timestamp=11.0)
    for _ in range(200):
        browser.tell("Runtime.exceptionThrown", exceptionDetails={"text": "e" * 10_000})
    assert len(browser.only.url) == network_log.LONGEST_URL
    assert len(browser.only.request_fields.first("accept") or "") == network_log.LONGEST_TEXT
    assert len(browser.only.failure) == network_log.LONGEST_TEXT
    assert len(browser.log.errors) == network_log.ERRORS_AT_MOST


def test_what_nobody_knows_of_is_left(browser: Telling) -> None:
    browser.answered("9")
    browser.ended("9", 10)
    browser.tell("Network.loadingFailed", requestId="9", errorText="", timestamp=1.0)
    browser.tell("Network.somethingNew", requestId="9")
    assert browser.log.requests == ()
