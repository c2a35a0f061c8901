"""The private cache of visitors: what it keeps, shares and asks again; and http-tests/cache-tests through it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from scalecheck.swarm.cache import Entry, Shelf, decided
from scalecheck.swarm.script import Warm
from scalecheck.wire.fields import Fields
from scalecheck.wire.reuse import Reuse

SUITE = Path(__file__).parents[3] / "shared" / "suites" / "cache-tests-reuse.json"
NOW = 1_795_000_000
DATES = {"date", "expires", "last-modified", "if-modified-since", "if-unmodified-since"}
DIVERGENCES: dict[str, str] = {}
"""Ids of cases that the visitors' cache answers differently on purpose, with the reason. None."""
ASKED = Fields.of(("Accept-Encoding", "gzip"), ("Accept-Language", "de"))


@dataclass(frozen=True)
class Head:
    """The head of an answer."""

    fields: Fields
    memo: dict[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Whole:
    """A request as it was sent."""

    fields: tuple[tuple[str, str], ...]


def head(**named: str) -> Head:
    return Head(Fields.of(("X-Request-Id", "1"), **named))


def kept(shelf: Shelf, answer: Head, *, status: int = 200, now: float = NOW, request: Fields = ASKED) -> Entry:
    entry = shelf.stored(answer, status, request, now)
    assert entry is not None
    return entry


def private_cases() -> Iterator[Any]:
    """Yield the cases that speak of private caches."""
    if not SUITE.exists():
        yield pytest.param({}, marks=pytest.mark.skip(reason=f"{SUITE.name} is not beside the project"))
        return
    for case in json.loads(SUITE.read_text())["cases"]:
        wanted = case["verdict"].startswith(("MUST", "MAY")) and case["cache"] in {"any", "private"}
        if wanted and case["id"] not in DIVERGENCES:
            yield pytest.param(case, id=case["id"])


def dated(lines: list[list[Any]]) -> Fields:
    """Return field lines; whole numbers in date fields are seconds from now."""
    return Fields(
        tuple(
            (name, formatdate(NOW + value, usegmt=True) if name.lower() in DATES and isinstance(value, int) else value)
            for name, value in lines
        )
    )


@pytest.mark.parametrize("case", tuple(private_cases()))
def test_agrees_with_the_suite(case: dict[str, Any]) -> None:
    first, second = dated(case["first_request_headers"]), dated(case["second_request_headers"])
    shelf, answer = Shelf(), Head(dated(case["response_headers"]))
    directed = any(name in second for name in ("cache-control", "range", "pragma"))
    for _ in range(2):  # made, and then remembered
        entry = shelf.stored(answer, case["status"], first, NOW)
        decision = None
        if entry is not None:
            decision = decided(entry, second, NOW + case["seconds_between"], directed=directed)
        assert (decision is not None and decision.from_store) == (case["verdict"] != "MUST_NOT_REUSE"), decision


def test_the_same_bytes_in_the_same_second_are_one_entry() -> None:
    shelf, answer = Shelf(), head(cache_control="max-age=60")
    one = kept(shelf, answer)
    assert kept(shelf, answer, now=NOW + 0.9, request=Fields.of(accept="x")) is one
    assert kept(shelf, answer, now=NOW + 1) is not one
    other = Head(Fields.of(("X-Request-Id", "2"), cache_control="max-age=60"))
    again = kept(shelf, other, now=NOW + 1)
    assert again is kept(shelf, Head(Fields.of(("X-Request-Id", "3"), cache_control="max-age=60")), now=NOW + 1.5)


def test_of_the_fields_those_are_kept_that_decide() -> None:
    entry = kept(Shelf(), head(cache_control="max-age=60", etag='"1"', server="x", content_length="9"))
    assert {name for name, _ in entry.stored.fields} == {"cache-control", "etag"}


LIFE = [
    ("fresh", "max-age=60", 59.9, Reuse.FRESH),
    ("stale", "max-age=60", 60.0, Reuse.REVALIDATE),
    ("immutable, fresh", "max-age=60, immutable", 59.9, Reuse.FRESH),
    ("no-cache", "no-cache", 0.1, Reuse.REVALIDATE),
    ("in its window", "max-age=60, stale-while-revalidate=60", 61.0, Reuse.STALE_WHILE_REVALIDATE),
    ("behind its window", "max-age=60, stale-while-revalidate=60", 120.0, Reuse.REVALIDATE),
]


@pytest.mark.parametrize(("policy", "after_s", "decision"), [pytest.param(*row[1:], id=row[0]) for row in LIFE])
def test_age(policy: str, after_s: float, decision: Reuse) -> None:
    entry = kept(Shelf(), head(cache_control=policy))
    assert decided(entry, ASKED, NOW + after_s) is decision


def test_what_took_long_is_older() -> None:
    shelf, answer = Shelf(), head(cache_control="max-age=60", age="0")
    slow = shelf.stored(answer, 200, ASKED, NOW, waited_s=10.5)
    assert slow is not None
    assert decided(slow, ASKED, NOW + 50) is Reuse.REVALIDATE
    assert decided(kept(shelf, answer), ASKED, NOW + 50) is Reuse.FRESH


def test_what_must_not_be_kept() -> None:
    shelf, answer = Shelf(), head(cache_control="no-store")
    assert shelf.stored(answer, 200, ASKED, NOW) is None
    assert shelf.stored(answer, 200, ASKED, NOW) is None
    assert shelf.stored(head(), 302, ASKED, NOW) is None


VARY = [
    ("the same request", "accept-encoding", ASKED, Reuse.FRESH),
    ("an equal request", "accept-encoding", Fields(ASKED.lines), Reuse.FRESH),
    ("another language, not named", "accept-encoding", Fields.of(accept_encoding="gzip"), Reuse.FRESH),
    ("another coding", "accept-encoding", Fields.of(accept_encoding="br"), Reuse.MISS),
    ("everything", "*", ASKED, Reuse.MISS),
    ("cookies, none", "cookie", ASKED, Reuse.FRESH),
    ("cookies, some now", "cookie", ASKED.with_lines([("Cookie", "a=1")]), Reuse.MISS),
]


@pytest.mark.parametrize(("names", "request_", "decision"), [pytest.param(*row[1:], id=row[0]) for row in VARY])
def test_vary(names: str, request_: Fields, decision: Reuse) -> None:
    entry = kept(Shelf(), head(cache_control="max-age=60", vary=names))
    assert decided(entry, request_, NOW) is decision


def test_poses_that_an_answer_tells_apart_have_entries_of_their_own() -> None:
    shelf, answer, other = Shelf(), head(cache_control="max-age=60", vary="accept-encoding"), Fields.of(accept="x")
    one = kept(shelf, answer)
    assert kept(shelf, answer) is one
    assert kept(shelf, answer, request=other) is not one
    assert kept(shelf, answer) is one


def test_an_answer_by_cookies_is_that_of_the_cookies_it_was_asked_with() -> None:
    shelf, answer = Shelf(), head(cache_control="max-age=60", vary="Cookie", etag='"1"')
    nobody = kept(shelf, answer)
    sent = {name: Whole((*ASKED.lines, ("Cookie", name))) for name in ("a=1", "b=2")}
    for name, whole in sent.items():
        entry = shelf.stored(answer, 200, ASKED, NOW, whole=whole)
        assert entry is not None
        renewed = shelf.renewed(entry, answer, ASKED, NOW, whole=whole)
        assert renewed is not None
        for each in (entry, renewed):
            found = {other: decided(each, Fields(asked.fields), NOW) for other, asked in sent.items()}
            assert [other for other, decision in found.items() if decision is Reuse.FRESH] == [name]
            assert decided(each, ASKED, NOW) is Reuse.MISS
    assert decided(nobody, ASKED, NOW) is Reuse.FRESH


def test_a_304_renews() -> None:
    shelf = Shelf()
    old = kept(shelf, head(cache_control="max-age=60", etag='"1"', last_modified="Sun, 06 Nov 1994 08:49:37 GMT"))
    assert old.essence.conditions == (
        ("If-None-Match", '"1"'),
        ("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"),
    )
    not_modified = head(cache_control="max-age=90")
    new = shelf.renewed(old, not_modified, ASKED, NOW + 100)
    assert new is not None
    assert decided(new, ASKED, NOW + 189) is Reuse.FRESH
    assert decided(new, ASKED, NOW + 190) is Reuse.REVALIDATE
    later = kept(shelf, head(cache_control="max-age=60", etag='"1"', last_modified="Sun, 06 Nov 1994 08:49:37 GMT"),
                 now=NOW + 50)  # fmt: skip
    assert later is not old
    assert later.essence is old.essence
    assert shelf.renewed(later, not_modified, ASKED, NOW + 100) is new
    assert shelf.renewed(old, head(cache_control="no-store"), ASKED, NOW + 100) is None


def test_a_warm_cache_got_everything_an_hour_ago() -> None:
    policy = (("cache-control", "max-age=3700"), ("date", formatdate(NOW - 9_000_000, usegmt=True)), ("vary", "accept"))
    answers = {"/a": Warm(200, policy, NOW - 9_000_000.0, ("/a",)),
               "/b": Warm(200, (("cache-control", "no-store"),), 0.0, ("/b",))}  # fmt: skip
    held = Shelf().warm(answers, {"/a": ASKED}, NOW)
    assert set(held) == {"/a"}
    assert decided(held["/a"], ASKED, NOW + 99) is Reuse.FRESH
    assert decided(held["/a"], ASKED, NOW + 100) is Reuse.REVALIDATE


def test_a_kept_redirect_is_looked_at_closely() -> None:
    shelf = Shelf()
    moved = kept(shelf, head(cache_control="max-age=60", location="/b"), status=301)
    assert moved.asked is not None
    assert moved.stored.fields.first("location") == "/b"
    assert decided(moved, ASKED, NOW) is Reuse.FRESH
