"""What a page may send by itself, and how its requests are held."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from scalecheck.gather import tap as taps
from scalecheck.gather.channels import MESSAGE, Channel, CommandFailed
from scalecheck.gather.in_page import PROVOKED
from scalecheck.gather.network_log import NetworkLog
from scalecheck.gather.tap import Permits, Tap
from scalecheck.model.browsing import Fetched
from tests.checks.rows import ROUTES, SITE, profile

WITH_REPORTS = profile(
    routes={**ROUTES, "figures": {"path": "/figures", "kind": "beacon"}},
    observability={"rum": {"to": "/beacon"}, "errors": {"to": "/errors/*"}},
    safety={"allow_hosts": ["cdn.shop.test"]},
)


@pytest.mark.parametrize(
    ("method", "url", "held"),
    [
        ("GET", "/", ""),
        ("HEAD", "/", ""),
        ("OPTIONS", "/api/a", ""),
        ("GET", "https://cdn.shop.test/a.js", ""),
        ("GET", "https://other.test/a.js", "not allowed"),
        ("GET", "https://shop.test:8443/a.js", "not allowed"),
        ("GET", "https://user@shop.test/", "not allowed"),
        ("GET", "http://169.254.169.254/", "not allowed"),
        ("GET", "file:///etc/passwd", "not allowed"),
        ("POST", "/beacon", ""),
        ("POST", "/errors/1", ""),
        ("POST", "/figures", ""),
        ("POST", "/beacon/more", "not sent"),
        ("POST", "https://cdn.shop.test/beacon", "not sent"),
        ("POST", "https://other.test/beacon", "not allowed"),
        ("POST", "/api/cart", "not sent"),
        ("DELETE", "/api/cart/1", "not sent"),
        ("post", "/api/cart", "not sent"),
    ],
)
def test_what_may_go_out(method: str, url: str, held: str) -> None:
    address = SITE + url if url.startswith("/") else url
    assert Permits(WITH_REPORTS).refusal(address, method).partition(":")[0] == held


def test_writes_go_out_where_the_profile_allows_them() -> None:
    permits = Permits(profile(safety={"writes": "true"}))
    assert permits.refusal(f"{SITE}/api/cart", "POST") == ""
    assert permits.refusal("https://other.test/api/cart", "POST").startswith("not allowed")


class Browser:
    """Keeps what is sent to it and to a page's session, and answers what is passed on to the page's workers."""

    def __init__(self) -> None:
        self.page = Channel(self, "1", "page")
        self.sent: list[tuple[str, dict[str, Any]]] = []

    async def command(self, method: str, params: Mapping[str, object] | None = None) -> Any:
        assert params is not None
        if method != "Target.sendMessageToTarget":
            self.sent.append((method, dict(params)))
            return {}
        message = json.loads(str(params["message"]))
        self.sent.append((message["method"], message["params"]))
        if message["method"] == "Target.sendMessageToTarget":
            self.page.answered({"id": message["id"], "result": {}})
        return {}


class Held:
    """A tap on a page, and what the page's browser tells it."""

    def __init__(self, **keys: Any) -> None:
        self.browser = Browser()
        self.page = self.browser.page
        self.tap = Tap(Permits(profile(**keys)), NetworkLog(), self.browser)

    async def tell(self, method: str, **event: Any) -> None:
        self.tap.told(self.page, {"method": method, "params": event})
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def held(self, url: str, method: str = "GET", network_id: str | None = "7", **more: Any) -> None:
        request = {"url": url, "method": method, "headers": {}, **more}
        told = {} if network_id is None else {"networkId": network_id}
        self.tap.held({"requestId": "job-1.0", "request": request, "resourceType": "Ping", **told})
        await asyncio.sleep(0)

    @property
    def requests(self) -> tuple[Fetched, ...]:
        return self.tap.log.requests


def test_a_request_of_the_site_goes_out() -> None:
    async def run() -> None:
        held = Held()
        await held.held(f"{SITE}/")
        assert held.browser.sent == [("Fetch.continueRequest", {"requestId": "job-1.0", "interceptResponse": False})]

    asyncio.run(run())


def test_one_that_may_not_is_failed_and_kept_with_the_reason() -> None:
    async def run() -> None:
        held = Held()
        request = {"url": "https://other.test/", "method": "GET", "headers": {}}
        await held.tell("Network.requestWillBeSent", requestId="7", request=request, timestamp=1.0)
        await held.held("https://other.test/")
        await held.tell("Network.loadingFailed", requestId="7", errorText="net::ERR_BLOCKED_BY_CLIENT", timestamp=2.0)
        assert held.browser.sent == [("Fetch.failRequest", {"requestId": "job-1.0", "errorReason": "BlockedByClient"})]
        assert held.requests[0].failure.startswith("not allowed")

    asyncio.run(run())


def test_offline_nothing_goes_out() -> None:
    async def run() -> None:
        held = Held()
        held.tap.offline = True
        await held.held(f"{SITE}/")
        assert held.browser.sent[0][1]["errorReason"] == "InternetDisconnected"

    asyncio.run(run())


def test_a_beacon_of_a_page_that_is_left_is_seen_with_its_answer() -> None:
    async def run() -> None:
        held = Held(observability={"rum": {"to": "/beacon"}})
        held.tap.leaving = True
        await held.held(f"{SITE}/beacon", "POST", network_id=None)
        assert held.browser.sent == [("Fetch.continueRequest", {"requestId": "job-1.0", "interceptResponse": True})]
        assert [each.status for each in held.requests] == [None]
        request = {"url": f"{SITE}/beacon", "method": "POST", "headers": {}}
        held.tap.held({"requestId": "job-1.1", "request": request, "responseStatusCode": 204})
        await asyncio.sleep(0)
        assert [each.status for each in held.requests] == [204]
        assert held.browser.sent[1] == ("Fetch.continueRequest", {"requestId": "job-1.1"})

    asyncio.run(run())


def test_before_that_a_request_without_a_number_is_none_of_the_pages() -> None:
    async def run() -> None:
        held = Held()
        await held.held(f"{SITE}/sw.js", network_id=None)
        assert held.requests == ()

    asyncio.run(run())


def test_a_report_is_known_by_the_words_of_the_error() -> None:
    async def run() -> None:
        held = Held(safety={"writes": "true"})
        await held.held(f"{SITE}/collect", "POST", postData="lcp=2")
        assert not held.tap.reported
        await held.held(f"{SITE}/collect", "POST", postData=f'{{"message": "Error: {PROVOKED}"}}')
        assert held.tap.reported

    asyncio.run(run())


def test_a_worker_is_listened_to_before_it_runs() -> None:
    async def run() -> None:
        held = Held()
        await held.tell("Target.attachedToTarget", sessionId="w", targetInfo={"type": "worker"})
        for _ in range(10):
            await asyncio.sleep(0)
        messages = [json.loads(params["message"]) for method, params in held.browser.sent]
        assert [each["method"] for each in messages] == [
            "Network.enable",
            "Target.setAutoAttach",
            "Runtime.runIfWaitingForDebugger",
        ]
        request = {"url": f"{SITE}/api/a", "method": "GET", "headers": {}}
        event = {"requestId": "1", "request": request, "timestamp": 1.0, "type": "Fetch"}
        message = json.dumps({"method": "Network.requestWillBeSent", "params": event})
        await held.tell(MESSAGE, sessionId="w", message=message)
        assert [(each.url, each.by) for each in held.requests] == [(f"{SITE}/api/a", "worker")]
        await held.tell(MESSAGE, sessionId="another", message=message)
        assert len(held.requests) == 1

    asyncio.run(run())


@pytest.mark.parametrize(
    ("kind", "accepted"), [("alert", False), ("confirm", False), ("prompt", False), ("beforeunload", True)]
)
def test_dialogs_are_answered(kind: str, accepted: bool) -> None:
    async def run() -> None:
        held = Held()
        await held.tell("Page.javascriptDialogOpening", type=kind)
        assert held.browser.sent == [("Page.handleJavaScriptDialog", {"accept": accepted})]

    asyncio.run(run())


def test_a_page_that_crashes_is_over() -> None:
    async def run() -> None:
        held = Held()
        await held.tell("Inspector.targetCrashed")
        assert held.tap.over.is_set()
        await held.held(f"{SITE}/")
        assert held.tap.reason == "the page crashed"
        assert [method for method, _ in held.browser.sent] == ["Fetch.failRequest"]

    asyncio.run(run())


def test_a_page_that_does_too_much_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        monkeypatch.setattr(taps, "EVENTS_AT_MOST", 3)
        held = Held()
        for _ in range(4):
            await held.tell("Page.loadEventFired")
        assert held.tap.over.is_set()

    asyncio.run(run())


def test_too_many_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        monkeypatch.setattr(taps, "WORKERS_AT_MOST", 1)
        held = Held()
        for number in range(2):
            await held.tell("Target.attachedToTarget", sessionId=str(number), targetInfo={"type": "worker"})
        assert "more than 1 workers" in held.tap.reason

    asyncio.run(run())


def test_a_command_is_answered_by_its_number() -> None:
    async def run() -> None:
        held = Held()
        asked = asyncio.ensure_future(held.page.command("Page.navigate", {"url": SITE}))
        await asyncio.sleep(0)
        held.tap.told(held.page, {"id": 99, "result": {"of": "another"}})
        held.tap.told(held.page, {"id": 1, "result": {"frameId": "F"}})
        assert await asked == {"frameId": "F"}
        held.tap.told(held.page, {"id": 1, "result": {"again": True}})

    asyncio.run(run())


def test_a_command_that_is_refused_says_why() -> None:
    async def run() -> None:
        held = Held()
        asked = asyncio.ensure_future(held.page.command("Fetch.enable"))
        await asyncio.sleep(0)
        held.tap.told(held.page, {"id": 1, "error": {"message": "'Fetch.enable' wasn't found"}})
        with pytest.raises(CommandFailed, match="wasn't found"):
            await asked

    asyncio.run(run())


def test_a_command_that_is_not_answered_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        monkeypatch.setattr("scalecheck.gather.channels.ANSWERS_WITHIN_S", 0.01)
        with pytest.raises(CommandFailed, match="was not answered"):
            await Held().page.command("Page.enable")

    asyncio.run(run())
