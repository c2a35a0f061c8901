"""Listening to a browser over the DevTools protocol, and holding every request until it is known whether it may go out.

The page has a session of its own, and so has each of its workers; those are reached through the session that attached
them. A held request (`Fetch.requestPaused`) is the second wall round a page, behind the browser's resolver: the first
keeps it from other hosts, this one from writing to its own. It is also the only place where the beacons show that a
page sends while it is left.
"""

import asyncio
import json
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scalecheck.gather.network_log import READERS, Entry, Event, NetworkLog, TooMuch
from scalecheck.gather.safety import SAFE_METHODS
from scalecheck.model.kinds import Kind
from scalecheck.model.profile import Profile

if TYPE_CHECKING:
    from playwright.async_api import CDPSession

EVENTS_AT_MOST = 100_000
"""Events of one visit."""
WORKERS_AT_MOST = 50
HARMLESS = SAFE_METHODS | {"OPTIONS"}
NOT_ALLOWED = "not allowed"
NOT_SENT = "not sent"
"""How the failures of requests begin that were held back."""
ATTACH: Mapping[str, object] = {
    "autoAttach": True,
    "waitForDebuggerOnStart": True,
    "flatten": False,
    "filter": [{"type": "worker"}, {"type": "service_worker"}, {"exclude": True}],
}
"""Workers wait until they are listened to. Without `flatten`, their sessions can be reached through Playwright's."""
TOLD = ("Fetch.requestPaused", "Target.attachedToTarget", "Target.receivedMessageFromTarget")


@dataclass(frozen=True, slots=True)
class Permits:
    """Which requests a page may send by itself."""

    profile: Profile

    def refusal(self, url: str, method: str) -> str:
        """Return why a request is held back; empty for those that may go out.

        What a page sends to its own site is the page's behaviour, but a write leaves something behind there: it goes
        out where the profile allows writes, or says that this is where pages report to.
        """
        if not self.profile.allows(url):
            return f"{NOT_ALLOWED}: the host is not the site's own, nor among safety.allow_hosts"
        if method in HARMLESS or self.profile.safety.writes or self._is_report(url):
            return ""
        return f"{NOT_SENT}: {method[:20]} is a write; neither safety.writes nor observability allows it"

    def _is_report(self, url: str) -> bool:
        told, route = self.profile.observability, self.profile.route_for(url)
        declared = (each for each in (told.rum, told.errors) if each is not None)
        return (route is not None and route.kind is Kind.BEACON) or any(
            each.takes(url, self.profile.site) for each in declared
        )


@dataclass(eq=False, slots=True)
class _Channel:
    """A session to send commands to and hear events from."""

    by: str
    workers: "dict[str, _Worker]" = field(default_factory=dict)

    async def send(self, method: str, params: Mapping[str, object] | None = None) -> None:
        raise NotImplementedError


@dataclass(eq=False, slots=True)
class _Page(_Channel):
    """The page's session, which Playwright holds."""

    session: "CDPSession | None" = None

    async def send(self, method: str, params: Mapping[str, object] | None = None) -> None:
        assert self.session is not None, "given when it is made"
        await self.session.send(method, dict(params or {}))


@dataclass(eq=False, slots=True)
class _Worker(_Channel):
    """A worker's session, behind the one that attached it."""

    parent: _Channel | None = None
    number: str = ""
    sent: int = 0

    async def send(self, method: str, params: Mapping[str, object] | None = None) -> None:
        assert self.parent is not None, "given when it is made"
        self.sent += 1
        message = json.dumps({"id": self.sent, "method": method, "params": params or {}})
        await self.parent.send("Target.sendMessageToTarget", {"sessionId": self.number, "message": message})


class Tap:
    """Listens to one visit, and lets its requests out or not."""

    def __init__(self, permits: Permits, log: NetworkLog) -> None:
        self.log = log
        self.offline = False
        """Nothing is let out any more."""
        self.leaving = False
        """The page is being left: what it sends now shows nowhere but where it is held."""
        self.excess = ""
        """Which bound the page exceeds."""
        self.exceeded = asyncio.Event()
        self._permits = permits
        self._events = 0
        self._workers = 0
        self._late: dict[str, Entry] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, session: "CDPSession") -> None:
        """Listen to a page from its first request on, and to every worker that it starts."""
        page = _Page("page", session=session)
        for method in (*READERS, *TOLD):
            session.on(method, lambda event, method=method: self._told(page, method, event))
        for domain in ("Page", "Runtime", "Log"):
            await page.send(f"{domain}.enable")
        await self._watch(page)

    async def close(self) -> None:
        """Drop what is still under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _watch(self, channel: _Channel) -> None:
        """Have a session tell of its requests and hold them, and attach the workers that are started there."""
        await channel.send("Network.enable")
        if channel.by != "worker":  # what a dedicated worker sends is held by its page
            await channel.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})
        if channel.by != "service_worker":
            await channel.send("Target.setAutoAttach", ATTACH)

    def _told(self, channel: _Channel, method: str, event: Event) -> None:
        """Take in one event of a session, or of a worker behind it."""
        if self.excess:
            return
        self._events += 1
        try:
            if self._events > EVENTS_AT_MOST:
                raise TooMuch("the page keeps its browser busier than a visit may")
            if method == "Target.receivedMessageFromTarget":
                self._passed_on(channel, event)
            elif method == "Target.attachedToTarget":
                self._start(self._attached(channel, event))
            elif method == "Fetch.requestPaused":
                self._start(self._paused(channel, event))
            else:
                self.log.take(channel.by, method, event)
        except TooMuch as reason:
            self.excess = str(reason)
            self.exceeded.set()

    def _passed_on(self, channel: _Channel, event: Event) -> None:
        worker, message = channel.workers.get(str(event["sessionId"])), json.loads(event["message"])
        if worker is not None and "method" in message:
            self._told(worker, message["method"], message.get("params") or {})

    def _start(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attached(self, channel: _Channel, event: Event) -> None:
        """Listen to a worker, and let it run."""
        self._workers += 1
        by = str((event.get("targetInfo") or {}).get("type"))
        worker = _Worker(by, parent=channel, number=str(event["sessionId"]))
        with suppress(Exception):  # it is gone already
            if self._workers <= WORKERS_AT_MOST:
                channel.workers[worker.number] = worker
                await self._watch(worker)
                await worker.send("Runtime.runIfWaitingForDebugger")

    async def _paused(self, channel: _Channel, event: Event) -> None:
        """Let a held request out, or not."""
        number, job = str(event["requestId"]), str(event["requestId"]).partition(".")[0]
        if "responseStatusCode" in event or "responseErrorReason" in event:
            self._late_answer(job, event)
            reason, more = "", {}
        else:
            request = event["request"]
            reason = self._reason(str(request["url"]), str(request["method"]))
            more = self._late_request(job, event, reason)
        with suppress(Exception):  # the page is gone: nobody waits for it
            if reason:
                error = "InternetDisconnected" if self.offline else "BlockedByClient"
                await channel.send("Fetch.failRequest", {"requestId": number, "errorReason": error})
            else:
                await channel.send("Fetch.continueRequest", {"requestId": number, **more})

    def _reason(self, url: str, method: str) -> str:
        if self.offline:
            return "offline"
        return self.excess or self._permits.refusal(url, method)

    def _late_request(self, job: str, event: Event, reason: str) -> dict[str, object]:
        """Take note of a held request, and return how it is let out: a late one shows its answer only here."""
        if (network_id := event.get("networkId")) is not None:
            if reason:
                self.log.held(str(network_id), reason)
            return {}
        if not self.leaving:
            return {}
        try:
            self._late[job] = self.log.late(event, reason)
        except TooMuch as excess:
            self.excess = str(excess)
            self.exceeded.set()
        return {"interceptResponse": True}

    def _late_answer(self, job: str, event: Event) -> None:
        if (entry := self._late.pop(job, None)) is not None:
            entry.failure = str(event.get("responseErrorReason") or "")
            if (status := event.get("responseStatusCode")) is not None:
                entry.status = int(status)
