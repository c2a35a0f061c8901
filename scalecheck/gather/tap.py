"""Listening to a page and its workers, and holding every request until it is known whether it may go out.

A held request (`Fetch.requestPaused`) is the second wall round a page, behind the browser's resolver: the first keeps
it from other hosts, this one from writing to its own.
"""

import asyncio
import json
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from scalecheck.gather.channels import MESSAGE, Above, Channel, CommandFailed
from scalecheck.gather.in_page import PROVOKED
from scalecheck.gather.network_log import Entry, Event, NetworkLog, TooMuch
from scalecheck.gather.safety import SAFE_METHODS
from scalecheck.model.kinds import Kind
from scalecheck.model.profile import Profile

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
"""Workers wait until they are listened to."""


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


class Tap:
    """Listens to one visit, and lets its requests out or not."""

    def __init__(self, permits: Permits, log: NetworkLog, browser: Above) -> None:
        self.log = log
        self.loaded = asyncio.Event()
        """The page's load event has come; whoever navigates clears it."""
        self.over = asyncio.Event()
        """Nothing more can be seen of the page."""
        self.reason = ""
        """Why it is over: it exceeds a bound, or has crashed."""
        self.reported = False
        """A request carried the words of the error that was provoked."""
        self.offline = False
        """Nothing is let out any more."""
        self.leaving = False
        """The page is being left: what it sends now shows nowhere but where it is held."""
        self._permits = permits
        self._browser = browser
        self._events = 0
        self._workers = 0
        self._late: dict[str, Entry] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, page: Channel) -> None:
        """Listen to a page from its first request on, and to every worker that it starts."""
        for domain in ("Page", "Runtime", "Log", "Inspector"):
            await page.command(f"{domain}.enable")
        await self._watch(page)

    async def close(self) -> None:
        """Drop what is still under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def held(self, event: Event) -> None:
        """Let a held request out, or not; whoever sent it, page or worker."""
        self._start(self._let_out(event))

    def told(self, channel: Channel, message: Mapping[str, Any]) -> None:
        """Take in what a session says: an answer, or an event of its own or of a worker behind it."""
        if "id" in message:
            channel.answered(message)
            return
        self._events += 1
        if self._events > EVENTS_AT_MOST:
            self._end("the page keeps its browser busier than a visit may")
        if self.reason:
            return
        try:
            self._heard(channel, str(message.get("method")), message.get("params") or {})
        except TooMuch as excess:
            self._end(str(excess))

    def _heard(self, channel: Channel, method: str, event: Event) -> None:
        if method == MESSAGE:
            worker = channel.workers.get(str(event["sessionId"]))
            if worker is not None:
                self.told(worker, json.loads(event["message"]))
        elif method == "Target.attachedToTarget":
            self._start(self._attached(channel, event))
        elif method == "Page.javascriptDialogOpening":
            leaving = event.get("type") == "beforeunload"
            self._start(_posted(channel, "Page.handleJavaScriptDialog", {"accept": leaving}))
        elif method == "Page.loadEventFired":
            self.loaded.set()
        elif method == "Inspector.targetCrashed" and channel.by == "page":
            self._end("the page crashed")
        else:
            self.log.take(channel.by, method, event)

    def _end(self, reason: str) -> None:
        self.reason = self.reason or reason
        self.over.set()

    def _start(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self, channel: Channel) -> None:
        """Have a session tell of its requests, and attach the workers that are started there."""
        await channel.post("Network.enable")
        if channel.by != "service_worker":
            await channel.post("Target.setAutoAttach", ATTACH)

    async def _attached(self, above: Channel, event: Event) -> None:
        """Listen to a worker, and let it run."""
        self._workers += 1
        if self._workers > WORKERS_AT_MOST:
            self._end(f"the page started more than {WORKERS_AT_MOST} workers")
            return
        worker = Channel(above, str(event["sessionId"]), str((event.get("targetInfo") or {}).get("type")))
        above.workers[str(event["sessionId"])] = worker
        with suppress(CommandFailed):  # it is gone already
            await self._watch(worker)
            await worker.post("Runtime.runIfWaitingForDebugger")

    async def _let_out(self, event: Event) -> None:
        number = str(event["requestId"])
        job, told = number.partition(".")[0], {"requestId": number}
        if "responseStatusCode" in event or "responseErrorReason" in event:
            self._late_answer(job, event)
            await self._command("Fetch.continueRequest", told)
            return
        request = event["request"]
        self.reported = self.reported or PROVOKED in str(request.get("postData") or "")
        reason = self._refusal(str(request["url"]), str(request["method"]))
        late = self._noted(job, event, reason)
        if reason:
            error = "InternetDisconnected" if self.offline else "BlockedByClient"
            await self._command("Fetch.failRequest", {**told, "errorReason": error})
        else:
            await self._command("Fetch.continueRequest", {**told, "interceptResponse": late})

    async def _command(self, method: str, params: Mapping[str, object]) -> None:
        with suppress(CommandFailed):  # whoever asked is gone, and nobody waits for it
            await self._browser.command(method, params)

    def _refusal(self, url: str, method: str) -> str:
        if self.offline:
            return "offline"
        return self.reason or self._permits.refusal(url, method)

    def _noted(self, job: str, event: Event, reason: str) -> bool:
        """Take note of a held request; return whether nothing else will tell of its answer."""
        if (network_id := event.get("networkId")) is not None:
            if reason:
                self.log.held(str(network_id), reason)
        elif self.leaving:
            try:
                self._late[job] = self.log.late(event, reason)
            except TooMuch as excess:
                self._end(str(excess))
            return True
        return False

    def _late_answer(self, job: str, event: Event) -> None:
        if (entry := self._late.pop(job, None)) is not None:
            entry.failure = str(event.get("responseErrorReason") or "")
            if (status := event.get("responseStatusCode")) is not None:
                entry.status = int(status)


async def _posted(channel: Channel, method: str, params: Mapping[str, object]) -> None:
    with suppress(CommandFailed):  # page or worker is gone
        await channel.post(method, params)
