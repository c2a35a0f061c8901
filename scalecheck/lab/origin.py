"""The origin: a balancer in front of several app instances, closed to everybody but the edge."""

import asyncio
import time
from dataclasses import replace
from email.utils import formatdate
from hmac import compare_digest

from scalecheck.lab.app import NEVER, App
from scalecheck.lab.build import build
from scalecheck.lab.faults import spoilt
from scalecheck.lab.message import Answer, Request
from scalecheck.wire.fields import Fields

SECRET_FIELD = "X-Edge-Secret"
INSTANCES = 3
FAST_CLOCK_S = 120
"""By how much the clock is ahead with the fault `clock-ahead`."""
SLOW_S = 1.0
"""What rendering a post takes with the fault `slow-posts`."""
TURNS_AT_MOST = 4096


class Origin:
    """The application as the edge reaches it."""

    def __init__(
        self, site: str, *, secret: str, faults: frozenset[str] = frozenset(), deploy: int = 1, latency_s: float = 0.02
    ) -> None:
        self.requests = 0
        """Requests seen so far, refused ones too."""
        self._site = site
        self._secret = secret
        self._faults = faults
        self._latency_s = latency_s
        self._turns: dict[str, int] = {}
        self._database = asyncio.Lock()
        """What cannot be stored is read from one connection to a database: the part of the site that a spike finds."""
        self.release(deploy)

    def release(self, deploy: int) -> None:
        """Put another deploy live, on every instance at once."""
        files = build(deploy, self._faults)
        self._instances = tuple(App(node, self._site, files, self._faults) for node in range(INSTANCES))

    async def __call__(self, request: Request) -> Answer:
        """Answer as the next instance does, after the time that rendering takes."""
        self.requests += 1
        told = request.fields.first(SECRET_FIELD) or ""
        if "open-origin" not in self._faults and not compare_digest(told.encode(), self._secret.encode()):
            return Answer(403, Fields.of(("Cache-Control", NEVER), ("Date", self._date())))
        slow = "slow-posts" in self._faults and request.path.startswith("/blog/")
        await asyncio.sleep(SLOW_S if slow else self._latency_s)
        forwarded = request.fields.first("x-forwarded-host")
        instance = self._next_instance(request.path)
        answer = instance.elsewhere(f"http://{forwarded}").answer(request) if forwarded else instance.answer(request)
        answer = spoilt(self._faults, request.path, answer)
        scarce = self._database if answer.rest_s else None
        return replace(answer, fields=answer.fields.with_lines((("Date", self._date()),)), one_at_a_time=scarce)

    def _next_instance(self, path: str) -> App:
        """Return the instance whose turn it is: by path, so that a repeated request surely meets another one."""
        if len(self._turns) >= TURNS_AT_MOST:
            self._turns.clear()
        turn = self._turns[path] = self._turns.get(path, -1) + 1
        return self._instances[turn % INSTANCES]

    def _date(self) -> str:
        ahead_s = FAST_CLOCK_S if "clock-ahead" in self._faults else 0
        return formatdate(time.time() + ahead_s, usegmt=True)
