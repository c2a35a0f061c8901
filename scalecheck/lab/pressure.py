"""How the site bears load, as faults make it: waiting, refusing and failing by how much is asked at the moment."""

import time
from asyncio import sleep
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace

from scalecheck.lab.message import Answer, Handler, Request
from scalecheck.wire.fields import Fields

CALL = "/api/products/"
BASKET = "/api/basket"
MEASURED_S = 1.0
"""The last so many seconds say how much is asked."""
BUSY_PER_S = 32.0
SPIKE_PER_S = 95.0
PAD = b" " * 50_000
EVERY = {"failing-basket": 6, "some-calls-hang": 5, "curt-refusals": 40}
"""By fault, which of the requests for its path it strikes."""
WAITS_S: Mapping[str, tuple[str, float]] = {
    "slow-call": (CALL, 2.4),
    "slow-basket": (BASKET, 1.3),
    "some-calls-hang": (CALL, 4.0),
    "late-instances": (CALL, 3.0),
    "overrun": (CALL, 3.0),
    "never-recovers": (CALL, 3.0),
}
"""By fault, what waits and for how long."""
FAILS = {"failing-basket": 500, "curt-refusals": 429}
"""By fault, the status of what is not answered."""
LEAK_S = 0.0012
"""By how much the fault `leak` makes each answer later than the one before it."""


class Pressure:
    """The site behind the faults of load that it has."""

    def __init__(self, site: Handler, faults: frozenset[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._site = site
        self._faults = faults
        self._clock = clock
        self._moments: deque[float] = deque()
        self._counted: dict[str, int] = {}
        self._overrun = False

    async def __call__(self, request: Request) -> Answer:
        """Answer a visitor, as well as the load allows."""
        per_s = self._rate()
        self._overrun = self._overrun or per_s > SPIKE_PER_S
        wait_s = sum(self._wait_s(fault, request.path, per_s) for fault in WAITS_S.keys() & self._faults)
        if "leak" in self._faults and request.path.startswith(BASKET):
            wait_s += LEAK_S * self._count("leak")
        if wait_s:
            await sleep(wait_s)
        for fault, status in FAILS.items():
            if fault in self._faults and self._strikes(fault, request.path, BASKET):
                return Answer(status, Fields.of(cache_control="no-store"))
        return await self._answered(request)

    async def _answered(self, request: Request) -> Answer:
        """Return the site's answer, as faults have it asked and sent."""
        if "uncompressed-under-load" in self._faults:
            request = replace(request, fields=request.fields.without("accept-encoding"))
        if "unshared-call" in self._faults and request.path.startswith(CALL):
            request = replace(request, target=f"{request.path}?question={self._count('unshared-call')}")
        answer = await self._site(request)
        padded = "padded-call" in self._faults and request.path.startswith(CALL) and answer.status == 200
        return replace(answer, body=answer.body + PAD).having(content_encoding=None) if padded else answer

    def _rate(self) -> float:
        """Count this request; return how many came in the last moment, per second."""
        now = self._clock()
        self._moments.append(now)
        while self._moments[0] <= now - MEASURED_S:
            self._moments.popleft()
        return len(self._moments) / MEASURED_S

    def _wait_s(self, fault: str, path: str, per_s: float) -> float:
        """Return how long a fault makes a path wait at such a load."""
        where, wait_s = WAITS_S[fault]
        if not path.startswith(where):
            return 0.0
        match fault:
            case "some-calls-hang":
                held_up = self._strikes(fault, path, where)
            case "late-instances":
                held_up = BUSY_PER_S < per_s <= SPIKE_PER_S
            case "overrun":
                held_up = per_s > SPIKE_PER_S
            case "never-recovers":
                held_up = self._overrun and per_s <= BUSY_PER_S
            case _:
                held_up = True
        return wait_s if held_up else 0.0

    def _strikes(self, fault: str, path: str, where: str) -> bool:
        """Whether this is one of the requests for a path that a fault strikes."""
        return path.startswith(where) and self._count(fault) % EVERY[fault] == 0

    def _count(self, fault: str) -> int:
        """Count a request that a fault may strike; return how many there were."""
        self._counted[fault] = self._counted.get(fault, 0) + 1
        return self._counted[fault]
