"""The edge: a shared cache in front of the origin (RFC 9111, 5861, 9211, 9213).

It keeps what the answer lets it keep, serves what has expired while it renews it, asks the origin once however many
wait, and says in Cache-Status what it did.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from hmac import compare_digest

from scalecheck.lab.cache_key import Reduced, forwarded, reduced
from scalecheck.lab.message import Answer, Handler, Request
from scalecheck.wire.cache_control import cache_control
from scalecheck.wire.fields import Fields
from scalecheck.wire.reuse import Stored, store
from scalecheck.wire.targeted import CDN_CACHE_CONTROL
from scalecheck.wire.vary import vary

NAME = "scalecheck-lab"
PURGE_TOKEN = "lab-purge-token"
TARGETS = (CDN_CACHE_CONTROL,)
KEYED = frozenset({"accept-encoding", "accept"})
"""Request fields that the key is made of; answers that vary on others are not kept."""
ENTRIES_AT_MOST = 4096
WARM = ("/", "/products")
WARM_ENCODINGS = ("identity", "gzip", "gzip, deflate", "gzip, deflate, br", "gzip, deflate, br, zstd", "gzip, br, zstd")
UNPOPULAR = ("/products/", "/blog/", "/search", "/checkout", "/login")
"""Pages that nobody warms."""
NOT_MODIFIED = ("cache-control", "content-location", "date", "etag", "expires", "vary")
"""What a 304 repeats (RFC 9110 section 15.4.5)."""
OLD_S = {"age-beyond-lifetime": ("/favicon.ico", 90_000), "nearly-expired": ("/images/", 86_340)}
"""Faults by which answers come as if from another cache that has had them for long: where, and for how many seconds."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored answer."""

    answer: Answer
    stored: Stored
    renew_at: float
    """When it is asked for anew, though still fresh: half of what browsers get of it is used up by then."""
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came from the origin, and the entry that was made of it; None when it may not be kept."""

    answer: Answer
    entry: Entry | None


class Edge:
    """A cache; several edges may stand before one origin."""

    def __init__(
        self,
        origin: Handler,
        *,
        secret: tuple[str, str],
        faults: frozenset[str] = frozenset(),
        clock: Callable[[], float] = time.time,
        hit_delay_s: float = 0.0,
        capacity: int = ENTRIES_AT_MOST,
    ) -> None:
        self._origin = origin
        self._secret = secret
        self._faults = faults
        self._clock = clock
        self._hit_delay_s = hit_delay_s
        self._capacity = capacity
        self._entries: dict[tuple[str, ...], Entry] = {}
        self._fetching: dict[Reduced, asyncio.Task[Fetched]] = {}
        """What is being fetched, for others to wait for."""
        self._tasks: set[asyncio.Task[Fetched]] = set()

    async def __call__(self, request: Request) -> Answer:
        """Answer a visitor."""
        if request.method == "PURGE":
            return self._purged(request)
        lookup = reduced(request, self._faults)
        looked_up = ("GET", "HEAD", *(("POST",) if "writes-cached" in self._faults else ()))
        if request.method not in looked_up:
            answer, said = await self._passed(request, lookup), "fwd=method"
        elif "authorization" in request.fields or self._bypasses(lookup.path):
            answer, said = await self._passed(request, lookup), "fwd=bypass"
        else:
            answer, said = await self._kept(request, lookup)
        return self._handed_out(request, answer, said)

    async def warm(self) -> None:
        """Ask for what is popular, in every coding, before the visitors do."""
        if "cold-edge" not in self._faults:
            asked = (Request("GET", path, Fields.of(accept_encoding=each)) for path in WARM for each in WARM_ENCODINGS)
            await asyncio.gather(*map(self, asked))

    def purge(self, purged: Callable[[tuple[str, ...], Entry], bool] = lambda _key, _entry: True) -> int:
        """Forget the entries that fit, or all; return how many."""
        gone = [key for key, entry in self._entries.items() if purged(key, entry)]
        for key in gone:
            del self._entries[key]
        return len(gone)

    async def close(self) -> None:
        """Wait for what is still being fetched."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _kept(self, request: Request, lookup: Reduced) -> tuple[Answer, str]:
        """Return the answer from the store, or from the origin, and what to say of it."""
        now = self._clock()
        entry = self._found(lookup)
        stale_until = 0.0 if entry is None else self._stale_until(lookup, entry)
        if entry is None or now >= stale_until:
            return await self._fetched(request, lookup, "fwd=stale" if entry is not None else "fwd=miss")
        if now >= entry.renew_at:
            self._fetch(request, lookup)
        if self._hit_delay_s:
            await asyncio.sleep(self._hit_delay_s)
        age = int(now - entry.stored.born_at)
        ttl = int(entry.stored.fresh_until - entry.stored.born_at) - age
        return entry.answer.having(age=str(age)), f"hit; ttl={ttl}"

    def _found(self, lookup: Reduced) -> Entry | None:
        return next(
            (entry for each in (False, True) if (entry := self._entries.get(lookup.key(varies_on_accept=each)))), None
        )

    def _stale_until(self, lookup: Reduced, entry: Entry) -> float:
        """Return until when an entry may be served without asking the origin first."""
        if "stale-blocks" in self._faults:
            return entry.stored.fresh_until
        return float("inf") if self._old_s(lookup.path) else entry.stored.stale_until

    async def _fetched(self, request: Request, lookup: Reduced, said: str) -> tuple[Answer, str]:
        """Return the origin's answer, shared with whoever waits for the same, and what to say of it."""
        running, collapsed = self._fetch(request, lookup)
        fetched = await running
        if fetched.entry is not None:
            return fetched.answer, f"{said}; {'collapsed' if collapsed else 'stored'}"
        # What may not be kept may not be shared among those who wait either.
        return await self._passed(request, lookup) if collapsed else fetched.answer, said

    def _fetch(self, request: Request, lookup: Reduced) -> tuple["asyncio.Task[Fetched]", bool]:
        """Return the task that asks the origin, and whether it was under way already."""
        running = self._fetching.get(lookup)
        if running is not None and "no-coalescing" not in self._faults:
            return running, True
        task = self._fetching[lookup] = asyncio.create_task(self._stored(request, lookup))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: self._fetching.pop(lookup, None))
        return task, False

    async def _stored(self, request: Request, lookup: Reduced) -> Fetched:
        """Ask the origin, and keep its answer if it may be kept."""
        answer = await self._passed(request, lookup)
        entry = self._entry(lookup, answer) if request.method in {"GET", "HEAD"} else None
        if entry is not None:
            by_format = "accept" in entry.stored.vary.names and "formats-mixed-up" not in self._faults
            key = lookup.key(varies_on_accept=by_format)
            self._entries.pop(key, None)
            self._entries[key] = entry
            if len(self._entries) > self._capacity:
                del self._entries[next(iter(self._entries))]
        return Fetched(answer, entry)

    async def _passed(self, request: Request, lookup: Reduced) -> Answer:
        """Return the origin's answer; a write that succeeded makes what is stored under its path invalid."""
        answer = await self._origin(forwarded(request, lookup, self._secret, self._faults))
        if request.method not in {"GET", "HEAD"} and answer.status < 400:
            self.purge(lambda key, _: key[0] == lookup.path)
        old_s = self._old_s(lookup.path)
        return answer.having(age=str(old_s)) if old_s else answer

    def _entry(self, lookup: Reduced, answer: Answer) -> Entry | None:
        """Return the answer as it is kept; None when it must not be."""
        told = answer
        if "alice-leaks" in self._faults and lookup.path == "/account" and answer.status == 200:
            told = answer.having(cache_control="public, s-maxage=60")
        varies = vary(told.fields)
        if "set-cookie" in told.fields or varies.star or not KEYED.issuperset(varies.names):
            return None
        # The origin is next door: what Date, in whole seconds, says of its age is less than what we know.
        fields, now = told.fields.without("date"), self._clock()
        stored = store(Fields(), answer.status, fields, shared=True, received_at=now, targets=TARGETS)
        if stored is None or not stored.lifetime.explicit or not stored.lifetime.seconds:
            return None
        browser_s = cache_control(told.fields).seconds("max-age") or 0
        renew_at = min(stored.fresh_until, stored.born_at + browser_s / 2 if browser_s else float("inf"))
        tags = frozenset((told.fields.get("surrogate-key") or "").split())
        return Entry(answer, stored, float("inf") if self._old_s(lookup.path) else renew_at, tags)

    def _old_s(self, path: str) -> int:
        """Return by how many seconds a fault makes the answers of a path too old; 0 without one."""
        active = (OLD_S[name] for name in OLD_S.keys() & self._faults)
        return next((by_s for where, by_s in active if path.startswith(where)), 0)

    def _bypasses(self, path: str) -> bool:
        """Whether a fault lets this path go by the cache."""
        if path.startswith("/assets/"):
            return "assets-bypassed" in self._faults
        return "pages-bypassed" in self._faults and path.startswith(UNPOPULAR)

    def _handed_out(self, request: Request, answer: Answer, said: str) -> Answer:
        """Return the answer as the visitor gets it: a 304 where that is enough, and what the edge did."""
        answer = replace(answer, fields=answer.fields.without("surrogate-key"))
        if "silent-edge" not in self._faults:
            answer = answer.having(cache_status=f"{NAME}; {said}")
            if "server-timing" in answer.fields:
                told = ("Server-Timing", f"cache;desc={'hit' if said.startswith('hit') else 'miss'}")
                answer = replace(answer, fields=answer.fields.with_lines((told,)))
        if "head-differs" in self._faults and request.method == "HEAD":
            answer = answer.having(cache_control="no-cache")
        if "second-edge-disagrees" in self._faults and "content-security-policy" in answer.fields:
            answer = answer.having(cache_control="public, max-age=600")
        if "never-304" in self._faults or not _matches(request, answer):
            return answer
        dropped = {"cache-control"} if "304-without-cache-control" in self._faults else set()
        repeated = {*NOT_MODIFIED, "age", "cache-status"} - dropped
        return Answer(304, Fields(tuple(line for line in answer.fields if line[0].lower() in repeated)))

    def _purged(self, request: Request) -> Answer:
        """Purge a path, a prefix (`/products/*`), or the tags in Surrogate-Key, for those who know the token."""
        told = request.fields.first("x-purge-token") or ""
        if "open-purge" not in self._faults and not compare_digest(told.encode(), PURGE_TOKEN.encode()):
            return Answer(403, Fields.of(cache_control="no-store"))
        tags = frozenset((request.fields.get("surrogate-key") or "").split())
        prefix = request.path.removesuffix("*") if request.path.endswith("*") else None

        def fits(key: tuple[str, ...], entry: Entry) -> bool:
            if tags:
                return bool(tags & entry.tags)
            return key[0].startswith(prefix) if prefix is not None else key[0] == request.path

        body = f'{{"purged": {self.purge(fits)}}}\n'.encode()
        return Answer(200, Fields.of(cache_control="no-store", content_type="application/json"), body)


def _matches(request: Request, answer: Answer) -> bool:
    """Whether the client has this answer already, by If-None-Match (weak comparison, RFC 9110 section 13.1.2)."""
    wanted, etag = request.fields.get("if-none-match"), answer.fields.first("etag")
    if wanted is None or etag is None or answer.status != 200 or request.method not in {"GET", "HEAD"}:
        return False
    known = {each.strip().removeprefix("W/") for each in wanted.split(",")}
    return "*" in known or etag.removeprefix("W/") in known
