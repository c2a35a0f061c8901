"""Who takes a page view, and what that makes them ask for."""

import pytest

from scalecheck.model.load import Part
from scalecheck.swarm.crowd import HURRIED
from tests.swarm.crowds import playing

FOREVER = "Cache-Control: public, max-age=31536000, immutable"
ASK_FIRST = 'Cache-Control: no-cache\nETag: "1"'
HOME = "  pages: {home: {share: 100%, get: /}}\n"
STAYS = "  normal: 1 pages/s\n  audience: {pages_per_user: 3, returning: 0%, think_time: 1s}\n"
LEAVES = "  normal: 0.001 pages/s\n  audience: {pages_per_user: 1, returning: 0%, think_time: 1s}\n"
SCRIPTS = ("/a.js", "/b.js")


def site(path: str) -> str:
    return FOREVER if path.endswith(".js") else ASK_FIRST


def test_a_first_view_asks_for_everything_and_the_next_one_for_what_may_have_changed() -> None:
    with playing(STAYS.replace("1 pages", "0.001 pages") + HOME, site, assets=SCRIPTS) as run:
        run.arrive()
        assert sorted(run.asked()) == ["/", "/a.js", "/b.js"]
        run.arrive(at_s=5)
        assert run.asked() == ["/"]
        assert (run.count(Part.PAGE, "home", "cold"), run.count(Part.PAGE, "home", "warm")) == (1, 1)
        assert run.count(Part.ASSET, "assets", "kept") == 2


def test_a_validator_is_sent_back_and_a_304_is_an_answer() -> None:
    seen: list[str] = []

    def answer(path: str) -> str:
        seen.append(path)
        return f"HTTP/1.1 304 Not Modified\n{ASK_FIRST}" if len(seen) > 1 else ASK_FIRST

    with playing(STAYS.replace("1 pages", "0.001 pages") + HOME, answer) as run:
        run.arrive()
        run.server.heads.clear()
        run.arrive(at_s=5)
        assert b'If-None-Match: "1"' in run.server.heads[0]
        assert run.count(Part.DOCUMENT, "home", "renewed") == 1
        assert (run.count(Part.DOCUMENT, "home", "answered"), run.failures(Part.DOCUMENT, "home")) == (2, {})


def test_who_returns_has_what_an_earlier_visit_brought() -> None:
    returning = LEAVES.replace("returning: 0%", "returning: 100%")
    with playing(returning + HOME, site, assets=SCRIPTS, warm={"/a.js": FOREVER, "/": ASK_FIRST}) as run:
        run.arrive()
        assert sorted(run.asked()) == ["/", "/b.js"]
        assert run.count(Part.PAGE, "home", "warm") == 1


@pytest.mark.parametrize(("lifetime", "kept"), [(3605, True), (3595, False)])
def test_what_a_returning_visitor_has_is_an_hour_old(lifetime: int, kept: bool) -> None:
    returning = LEAVES.replace("returning: 0%", "returning: 100%")
    policy = f"Cache-Control: max-age={lifetime}"
    with playing(returning + HOME, site, assets=("/a.js",), warm={"/a.js": policy}) as run:
        run.arrive()
        assert run.asked() == ["/", *(() if kept else ("/a.js",))]


def test_one_visitor_goes_on_when_they_have_thought() -> None:
    with playing(STAYS.replace("1 pages", "0.001 pages") + HOME, site) as run:
        run.arrive()
        run.arrive(at_s=0.5)  # too early: somebody new
        assert run.crowd.visitors == 2
        run.arrive(2, at_s=5)
        assert run.crowd.visitors == 2
        run.arrive(2, at_s=10)  # their third page: they leave
        assert run.crowd.visitors == 0


def test_a_steady_load_is_steady_from_its_first_second() -> None:
    """At 1 page a second with 3 pages a visit, two of three views are not the first of their visit."""
    with playing(STAYS + HOME, site, assets=("/a.js",), warm={"/a.js": FOREVER}) as run:
        for second in range(60):
            run.arrive(at_s=second + 0.5)
        cold = run.count(Part.PAGE, "home", "cold")
    assert 18 <= cold <= 21  # 20 of 60, less whoever is not ready in time


def test_a_spike_is_made_of_new_visitors() -> None:
    with playing(STAYS + HOME, site, assets=("/a.js",), warm={"/a.js": FOREVER}) as run:
        run.arrive(30, at_s=0.1)
        assert run.count(Part.PAGE, "home", "cold") == 30


def test_no_more_visitors_than_allowed() -> None:
    with playing(STAYS.replace("1 pages", "0.001 pages") + HOME, site, more="safety: {max_users: 2}") as run:
        for _ in range(4):
            run.arrive(at_s=0.1)
        assert (run.crowd.visitors, run.crowd.hurried) == (2, 2)


def test_a_view_waits_for_somebody_where_nobody_new_may_come() -> None:
    text, more = STAYS.replace("1 pages", "0.001 pages") + HOME, "safety: {max_users: 1}"
    with playing(text, site, more=more) as run:
        for handler in run.crowd.handlers() * 3:
            handler(run.begins_s)
        assert (run.crowd.visitors, run.crowd.hurried, run.crowd.idle()) == (1, 2, False)
        run.arrive(0)
        assert run.asked() == ["/", "/", "/"]
        assert run.count(Part.PAGE, "home", "answered") == 3
        assert run.crowd.noted() == {HURRIED: 2}
    with playing(text, site, more=more) as run:
        for handler in run.crowd.handlers() * 3:
            handler(run.begins_s)
        run.crowd.close()
        run.engine.close()
        run.arrive(0)
        assert run.failures(Part.PAGE, "home") == {"unsent": 2, "interrupted": 1}


def test_cookies_come_back() -> None:
    def answer(path: str) -> str:
        return "Cache-Control: no-store\nSet-Cookie: sid=1; Path=/"

    with playing(STAYS.replace("1 pages", "0.001 pages") + HOME, answer, assets=("/a.js",)) as run:
        run.arrive()
        assert [b"Cookie: sid=1" in head for head in run.server.heads] == [False, True]
        run.server.heads.clear()
        run.arrive(at_s=0.1)  # somebody else
        assert b"Cookie" not in run.server.heads[0]


CALLS = HOME.replace("get: /}", 'get: /, api: [GET /api/a x3, "GET /api/b"]}')


def test_a_view_makes_its_calls_and_lasts_until_the_last() -> None:
    with playing(LEAVES + CALLS, site) as run:
        run.arrive()
        assert sorted(run.asked()) == ["/", "/api/a", "/api/a", "/api/a", "/api/b"]
    assert run.count(Part.CALL, "GET /api/a", "planned") == 3
    assert run.count(Part.PAGE, "home", "answered") == 1


def test_a_failed_call_fails_the_page() -> None:
    def answer(path: str) -> str:
        return "HTTP/1.1 500 X\nA: b" if path == "/api/b" else "Cache-Control: no-store"

    with playing(LEAVES + CALLS, answer) as run:
        run.arrive()
    assert run.failures(Part.CALL, "GET /api/b") == {"status 500": 1}
    assert run.failures(Part.PAGE, "home") == {"status 500": 1}
    assert run.count(Part.DOCUMENT, "home", "answered") == 1


def test_redirects_are_followed_on_the_site_and_never_elsewhere() -> None:
    def answer(path: str) -> str:
        moved = {"/": "/home", "/a.js": "http://other.example/a.js", "/b.js": "/b.js"}
        return f"HTTP/1.1 302 Found\nLocation: {moved[path]}" if path in moved else "Cache-Control: no-store"

    with playing(LEAVES + HOME, answer, assets=SCRIPTS) as run:
        run.arrive()
        asked = run.asked()
    assert asked[:2] == ["/", "/home"]
    assert asked.count("/a.js") == 1
    assert asked.count("/b.js") <= 11
    assert list(run.crowd.noted()) == ["a redirect to http://other.example/a.js was not followed"]
    assert any("redirects" in why for why in run.failures(Part.ASSET, "assets"))


def test_what_the_document_has_to_be() -> None:
    expecting = HOME.replace("get: /}", "get: /, expect: {contains: welcome}}")
    with playing(LEAVES + expecting, lambda path: "Cache-Control: no-store") as run:
        run.arrive()
    assert run.failures(Part.DOCUMENT, "home") == {"expected welcome": 1}
    assert run.failures(Part.PAGE, "home") == {"expected welcome": 1}


def test_writes_are_sent_only_where_both_say_so() -> None:
    text = (
        LEAVES
        + HOME.replace("get: /}", "get: /, api: [POST /cart]}")
        + "  routes: {POST /cart: {writes: true, json: {a: 1}}}\n"
    )
    for more, sent in (("", []), ("safety: {writes: true}", [b'{"a":1}'])):
        with playing(text, lambda path: "Cache-Control: no-store", more=more) as run:
            run.arrive()
        assert [each for each in run.server.bodies if each] == sent


def test_writes_of_their_own_are_sent_only_where_both_say_so() -> None:
    text = LEAVES + HOME + "  routes: {POST /cart: {writes: true, rate: 1/s}, GET /search: {rate: 1/s}}\n"
    for more, handlers in (("", 2), ("safety: {writes: true}", 3)):
        with playing(text, lambda path: "Cache-Control: no-store", more=more) as run:
            assert len(run.crowd.handlers()) == handlers
            run.arrive(stream=1)
            assert run.asked() == ["/search" if handlers == 2 else "/cart"]


def test_what_a_redirect_to_another_origin_carries_along() -> None:
    headers = 'headers: {Authorization: Bearer x, X-Own: "1"}'
    calls = HOME.replace("get: /}", "get: /, api: [GET /api]}") + f"  routes: {{GET /api: {{{headers}}}}}\n"
    for host in ("127.0.0.1", "localhost"):
        port = 0

        def answer(path: str) -> str:
            return f"HTTP/1.1 307 X\nLocation: http://{host}:{port}/there" if path == "/api" else "A: b"  # noqa: B023

        with playing(LEAVES + calls, answer, more="safety: {allow_hosts: [PORT]}") as run:
            port = run.server.port
            run.arrive()
            there = next(head for head in run.server.heads if b" /there " in head)
        assert (b"Bearer x" in there, b"X-Own: 1" in there) == (host == "127.0.0.1", True)


RATED = LEAVES + HOME + "  routes: {GET /search: {rate: 1/s, query: {q: shoes}}}\n"


def test_who_asks_with_a_condition_of_their_own_goes_past_the_cache() -> None:
    calls = HOME.replace("get: /}", "get: /, api: [GET /api x2]}")
    text = STAYS.replace("1 pages", "0.001 pages") + calls + "  routes: {GET /api: {headers: {If-None-Match: x}}}\n"
    with playing(text, lambda path: "Cache-Control: max-age=60" if path == "/api" else ASK_FIRST) as run:
        run.arrive()
        run.arrive(at_s=5)
        asked = [head for head in run.server.heads if b" /api " in head]
    assert [head.count(b"If-None-Match: x") for head in asked] == [1, 1, 1, 1]


def test_routes_of_their_own() -> None:
    with playing(RATED, lambda path: "Cache-Control: no-store\nX-Cache: HIT") as run:
        run.arrive(5, stream=1)
        assert run.asked() == ["/search?q=shoes"] * 5
    assert run.count(Part.ROUTE, "GET /search", "answered") == 5
    assert run.crowd.visitors == 0


@pytest.mark.parametrize(
    ("wait", "obeys", "sent"), [("60", "true", 1), ("60", "false", 3), ("0", "true", 3), ("soon", "true", 3)]
)
def test_who_is_told_to_wait_waits(wait: str, obeys: str, sent: int) -> None:
    refusal = f"HTTP/1.1 503 X\nRetry-After: {wait}"
    more = f"safety: {{obey_retry_after: {obeys}}}"
    with playing(RATED, lambda path: refusal, more=more) as run:
        for second in range(3):
            run.arrive(stream=1, at_s=second)
        assert len(run.asked()) == sent
    failures = run.failures(Part.ROUTE, "GET /search")
    assert failures == {"status 503": sent} | ({"told to wait": 3 - sent} if sent < 3 else {})


def test_a_visitor_who_is_told_to_wait_stays_away() -> None:
    refusal = "HTTP/1.1 429 X\nRetry-After: 60"
    with playing(STAYS.replace("1 pages", "0.001 pages") + HOME, lambda path: refusal) as run:
        run.arrive()
        run.arrive(at_s=10)
        assert run.crowd.visitors == 2  # the first one waits still
        run.arrive(at_s=80)
        assert run.crowd.visitors == 2


def test_who_comes_does_not_depend_on_who_came_before() -> None:
    """The tenth arrival of a stream is the same visitor, whether those before it were new or had been there."""
    text = "  devices: {a: {share: 50%, user_agent: safari-iphone}, b: {share: 50%, user_agent: chrome-windows}}\n"
    played = []
    for visits in (LEAVES, STAYS.replace("1 pages", "0.001 pages").replace("think_time: 1s", "think_time: 0s")):
        with playing(visits + text + HOME, site) as run:
            run.arrive(9)
            run.crowd._thinking.clear()
            run.server.heads.clear()
            run.arrive(1)
            played.append(b"iPhone" in run.server.heads[0])
            run.arrive(1)
    assert played[0] == played[1]


def test_the_same_seed_plays_the_same() -> None:
    text = LEAVES + (
        "  regions: {EU: {share: 50%, language: de}, NA: {share: 50%, language: en}}\n"
        "  devices: {a: {share: 50%, user_agent: safari-iphone}, b: {share: 50%, user_agent: chrome-windows}}\n"
    )
    played = []
    for seed in (1, 1, 2):
        with playing(text + HOME, site, seed=seed) as run:
            run.arrive(30)
            played.append([(b"iPhone" in head, b"Accept-Language: de" in head) for head in run.server.heads])
    assert sorted(played[0]) == sorted(played[1])
    assert sorted(played[0]) != sorted(played[2])
    assert set(played[0]) == {(False, False), (False, True), (True, False), (True, True)}
