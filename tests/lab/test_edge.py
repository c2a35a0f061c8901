"""The edge with an origin that is a function and a clock that is a number."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from scalecheck.lab.edge import PURGE_TOKEN, Edge
from scalecheck.lab.lab import running
from scalecheck.lab.message import Answer, Request
from scalecheck.wire.fields import Fields

PAGE = "public, max-age=0, s-maxage=60, stale-while-revalidate=300"


class World:
    """An origin that counts, a clock that is set, and the edge between."""

    def __init__(self, *lines: tuple[str, str], status: int = 200, faults: frozenset[str] = frozenset()) -> None:
        self.now = 1_000_000.0
        self.asked: list[Request] = []
        self.answer = Answer(status, Fields(lines), b"body")
        self.edge = Edge(self._origin, secret=("X-Key", "k"), faults=faults, clock=lambda: self.now, capacity=5)

    async def _origin(self, request: Request) -> Answer:
        self.asked.append(request)
        await asyncio.sleep(0)
        return self.answer.having(x_serial=str(len(self.asked)))

    async def get(self, target: str = "/page", method: str = "GET", **fields: str) -> Answer:
        return await self.edge(Request(method, target, Fields.of(**fields)))

    async def said(self, target: str = "/page", method: str = "GET", **fields: str) -> str:
        status = (await self.get(target, method, **fields)).fields.first("cache-status") or ""
        return status.removeprefix("scalecheck-lab; ")


def play(scene: Callable[[World], Awaitable[None]], *lines: tuple[str, str], **options: object) -> World:
    """Play a scene in a world of its own, and return that world."""
    world = World(*(lines or (("Cache-Control", PAGE),)), **options)  # type: ignore[arg-type]  # options are World's own

    async def whole() -> None:
        await scene(world)
        await world.edge.close()

    asyncio.run(whole())
    return world


def test_fresh_until_the_last_second() -> None:
    async def scene(world: World) -> None:
        assert await world.said() == "fwd=miss; stored"
        world.now += 59.9
        assert await world.said() == "hit; ttl=1"
        assert len(world.asked) == 1

    play(scene)


def test_stale_is_served_at_once_and_renewed_behind() -> None:
    async def scene(world: World) -> None:
        await world.get()
        world.now += 61
        stale = await world.get()
        assert stale.fields.first("cache-status") == "scalecheck-lab; hit; ttl=-1"
        assert (stale.fields.first("age"), stale.fields.first("x-serial")) == ("61", "1")
        await world.edge.close()
        renewed = await world.get()
        assert (renewed.fields.first("age"), renewed.fields.first("x-serial")) == ("0", "2")

    play(scene)


@pytest.mark.parametrize(("after_s", "said"), [(359.0, "hit; ttl=-299"), (360.0, "fwd=stale; stored")])
def test_the_stale_window_ends(after_s: float, said: str) -> None:
    async def scene(world: World) -> None:
        await world.get()
        world.now += after_s
        assert await world.said() == said

    play(scene)


def test_a_fault_makes_visitors_wait_at_expiry() -> None:
    async def scene(world: World) -> None:
        await world.get()
        world.now += 61
        assert await world.said() == "fwd=stale; stored"

    play(scene, faults=frozenset({"stale-blocks"}))


def test_renewed_ahead_while_browsers_still_get_half_of_their_time() -> None:
    async def scene(world: World) -> None:
        await world.get()
        world.now += 49
        await world.get()
        await world.edge.close()
        assert len(world.asked) == 1
        world.now += 1
        assert (await world.get()).fields.first("age") == "50"
        await world.edge.close()
        assert (await world.get()).fields.first("age") == "0"

    play(scene, ("Cache-Control", "public, max-age=100, s-maxage=1000"))


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ((("Cache-Control", "private, max-age=60"),), 200),
        ((("Cache-Control", "no-store"),), 200),
        ((("Cache-Control", "no-cache"),), 200),
        ((("Cache-Control", "public, max-age=0"),), 200),
        ((("ETag", '"x"'),), 200),
        ((("Cache-Control", PAGE), ("Set-Cookie", "a=b")), 200),
        ((("Cache-Control", PAGE), ("Vary", "Cookie")), 200),
        ((("Cache-Control", PAGE), ("Vary", "*")), 200),
        ((("Cache-Control", PAGE), ("CDN-Cache-Control", "no-store")), 200),
    ],
)
def test_not_kept(lines: tuple[tuple[str, str], ...], status: int) -> None:
    async def scene(world: World) -> None:
        assert [await world.said(), await world.said()] == ["fwd=miss", "fwd=miss"]

    play(scene, *lines, status=status)


@pytest.mark.parametrize(
    ("lines", "ttl"),
    [
        ((("Cache-Control", "max-age=60"),), 60),
        ((("Cache-Control", "max-age=60, s-maxage=30"),), 30),
        ((("Cache-Control", "no-store"), ("CDN-Cache-Control", "max-age=90")), 90),
        ((("Cache-Control", PAGE), ("Vary", "Accept-Encoding, Accept")), 60),
    ],
)
def test_kept(lines: tuple[tuple[str, str], ...], ttl: int) -> None:
    async def scene(world: World) -> None:
        await world.get()
        assert await world.said() == f"hit; ttl={ttl}"

    play(scene, *lines)


def test_a_404_is_kept_for_as_long_as_it_says() -> None:
    async def scene(world: World) -> None:
        await world.get()
        world.now += 9
        assert await world.said() == "hit; ttl=1"
        await world.edge.close()

    play(scene, ("Cache-Control", "public, max-age=10"), status=404)


@pytest.mark.parametrize(("faults", "requests"), [((), 1), (("no-coalescing",), 5)])
def test_those_who_wait_share_one_request(faults: tuple[str, ...], requests: int) -> None:
    async def scene(world: World) -> None:
        said = await asyncio.gather(*(world.said() for _ in range(5)))
        assert said.count("fwd=miss; collapsed") == 5 - requests
        assert said.count("fwd=miss; stored") == requests

    assert len(play(scene, faults=frozenset(faults)).asked) == requests


def test_what_may_not_be_kept_is_not_shared_among_those_who_wait() -> None:
    async def scene(world: World) -> None:
        answers = await asyncio.gather(*(world.get(cookie=f"session={each}") for each in ("a", "b")))
        assert [answer.fields.first("x-serial") for answer in answers] == ["1", "2"]

    world = play(scene, ("Cache-Control", "private, no-store"))
    assert [request.cookie("session") for request in world.asked] == ["a", "b"]


def test_authorized_requests_go_by_the_cache() -> None:
    async def scene(world: World) -> None:
        await world.get()
        assert await world.said(authorization="Bearer x") == "fwd=bypass"

    play(scene)


@pytest.mark.parametrize(("status", "said"), [(200, "fwd=miss; stored"), (405, "hit; ttl=60")])
def test_a_write_that_succeeds_makes_what_is_stored_invalid(status: int, said: str) -> None:
    async def scene(world: World) -> None:
        await world.get()
        kept, world.answer = world.answer, Answer(status)
        assert await world.said(method="POST") == "fwd=method"
        world.answer = kept
        assert await world.said() == said

    play(scene)


@pytest.mark.parametrize(
    ("target", "fields", "purged"),
    [
        ("/a/1", {}, 1),
        ("/a", {}, 0),
        ("/a/*", {}, 2),
        ("/*", {}, 3),
        ("/", {"surrogate_key": "x"}, 3),
        ("/", {"surrogate_key": "none"}, 0),
    ],
)
def test_purging(target: str, fields: dict[str, str], purged: int) -> None:
    async def scene(world: World) -> None:
        for path in ("/a/1", "/a/2", "/b"):
            await world.get(path)
        answer = await world.get(target, "PURGE", x_purge_token=PURGE_TOKEN, **fields)
        assert answer.body == f'{{"purged": {purged}}}\n'.encode()

    play(scene, ("Cache-Control", PAGE), ("Surrogate-Key", "x page"))


def test_the_store_is_bounded() -> None:
    async def scene(world: World) -> None:
        for number in range(6):
            await world.get(f"/{number}")
        assert await world.said("/1") == "hit; ttl=60"
        assert await world.said("/0") == "fwd=miss; stored"

    play(scene)


def test_the_origin_sees_only_what_may_change_the_answer() -> None:
    async def scene(world: World) -> None:
        await world.get("/page?b=2&utm_source=x&a=1", "HEAD", x_forwarded_host="x", accept_encoding="x, gzip;q=0, br")

    request = play(scene).asked[0]
    assert (request.method, request.target) == ("GET", "/page?a=1&b=2")
    assert dict(request.fields.lines) == {"accept-encoding": "br", "accept": "*/*", "X-Key": "k"}


@pytest.mark.live
@pytest.mark.parametrize(("faults", "waits"), [((), False), (("slow-hits",), True)])
def test_a_hit_waits_for_nobody(faults: tuple[str, ...], waits: bool) -> None:
    async def scene() -> bool:
        async with running(faults=faults, latency_s=0.001) as parts:
            answering = parts.edges[0](Request("GET", "/"))
            try:
                answering.send(None)
            except StopIteration:
                return False
            answering.close()
            return True

    assert asyncio.run(scene()) is waits
