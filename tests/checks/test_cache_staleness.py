"""How old what the edge hands out is."""

from typing import Any

import pytest

from scalecheck.checks.cache import age_within_lifetime, browser_gets_freshness, stale_served_at_once
from scalecheck.model.evidence import Exchange
from tests.checks.rows import FAIL, PASS, SKIP, UNKNOWN, WARN, Case, case, exchange, failure, profile, repeats

HIT = {"server": "nginx", "x_cache_status": "HIT"}
ISR = "public, max-age=0, s-maxage=60, stale-while-revalidate=86400"
VERCEL = {"cache-control": "public, max-age=0, must-revalidate", "server": "Vercel", "x-vercel-cache": "HIT"}


def aged(age: str, policy: str = "s-maxage=60", **more: str) -> dict[str, str]:
    return {"cache-control": policy, "age": age, **{name.replace("_", "-"): value for name, value in more.items()}}


def known(url: str, *answers: dict[str, str]) -> tuple[Exchange, ...]:
    """Return the first answer and its repeats."""
    return (exchange(url, answers[0]), *repeats(url, *answers[1:]))


AGES = [
    case("at the lifetime", age_within_lifetime, PASS, known("/", aged("0"), aged("60"))),
    case("one past it", age_within_lifetime, FAIL, known("/", aged("0"), aged("61")), observed="Age: 61 (s-maxage=60)"),
    case(
        "at the end of the stale window",
        age_within_lifetime,
        PASS,
        known("/", aged("90", "s-maxage=60, stale-while-revalidate=30")),
    ),
    case("one past that", age_within_lifetime, FAIL, known("/", aged("91", "s-maxage=60, stale-while-revalidate=30"))),
    case(
        "the oldest counts, by its own lifetime",
        age_within_lifetime,
        FAIL,
        known("/", aged("900", "s-maxage=1000"), aged("20", "s-maxage=10")),
    ),
    case("no time at all", age_within_lifetime, FAIL, known("/", aged("1", "no-store"))),
    case(
        "no time, no contract, and yet a hit", age_within_lifetime, FAIL, known("/live", aged("9", "max-age=0", **HIT))
    ),
    case(
        "no time, but the contract means it",
        age_within_lifetime,
        PASS,
        known("/products/1", aged("60", "max-age=0", **HIT)),
    ),
    case("the first of a list", age_within_lifetime, PASS, known("/", aged("5, 99"))),
    case("no number", age_within_lifetime, SKIP, known("/", aged("old"))),
    case("no Age", age_within_lifetime, SKIP, known("/", {"cache-control": "s-maxage=60"})),
    case(
        "a personal page is personal_is_private's", age_within_lifetime, SKIP, known("/account", aged("9", "private"))
    ),
    case("hidden, within the contract", age_within_lifetime, PASS, known("/products/1", {**VERCEL, "age": "86460"})),
    case("hidden, one past it", age_within_lifetime, FAIL, known("/products/1", {**VERCEL, "age": "86461"})),
    case("hidden, and the contract is open", age_within_lifetime, SKIP, known("/", {**VERCEL, "age": "999999"})),
    case("lost", age_within_lifetime, UNKNOWN, failure("/")),
]

LEFT = [
    case("all of it", browser_gets_freshness, PASS, known("/a.js", aged("0", "max-age=100"))),
    case("at the limit", browser_gets_freshness, PASS, known("/a.js", aged("90", "max-age=100, s-maxage=1000"))),
    case(
        "below it, but the edge renews it as soon",
        browser_gets_freshness,
        WARN,
        known("/a.js", aged("91", "max-age=100")),
    ),
    case("one below it", browser_gets_freshness, FAIL, known("/a.js", aged("91", "max-age=100, s-maxage=1000"))),
    case(
        "stale on arrival",
        browser_gets_freshness,
        FAIL,
        known("/a.js", aged("200", "max-age=100, s-maxage=1000")),
        observed="0s left (Age: 200, max-age=100, s-maxage=1000)",
    ),
    case(
        "once out of three is chance",
        browser_gets_freshness,
        PASS,
        known("/a.js", aged("99", "max-age=100"), aged("0", "max-age=100"), aged("1", "max-age=100")),
    ),
    case(
        "older than it may be",
        browser_gets_freshness,
        SKIP,
        known("/a.js", aged("200", "max-age=100")),
        reason="cache.age_within_lifetime",
    ),
    case("browsers ask anyway", browser_gets_freshness, SKIP, known("/", aged("50"))),
    case("no Age", browser_gets_freshness, SKIP, known("/a.js", {"cache-control": "max-age=100"})),
    case(
        "as the profile says",
        browser_gets_freshness,
        FAIL,
        known("/a.js", aged("60", "max-age=100, s-maxage=101")),
        profile=profile(targets={"freshness_left": "50%"}),
    ),
    case("lost", browser_gets_freshness, UNKNOWN, failure("/a.js")),
]


def said(state: str, age: str) -> dict[str, str]:
    return {"cache-control": ISR, "age": age, "server": "nginx", "x-cache-status": state}


def expired(state: str = "UPDATING", age: str = "61") -> Exchange:
    return exchange("/products/1", said(state, age), probe="later", of=1, label="expired")


def renewed(age: str) -> Exchange:
    return exchange("/products/1", said("HIT", age), probe="later", of=1, label="renewed")


HIDDEN = known("/products/1", VERCEL)


def hidden(age: str) -> Exchange:
    return exchange("/products/1", {**VERCEL, "age": age}, probe="later", of=1, label="expired")


FRESH = known("/products/1", said("MISS", "0"), said("HIT", "58"))
LASTING = known("/products/1", said("MISS", "0"), said("HIT", "1"))
STALE = [
    case("renewed, at the limit", stale_served_at_once, FAIL, FRESH, expired(), renewed("60")),
    case("a hit whose Age tells", stale_served_at_once, PASS, FRESH, expired("HIT", "60"), renewed("1")),
    case("somebody else came first", stale_served_at_once, SKIP, FRESH, expired("HIT", "59"), reason="somebody else"),
    case("hidden, not expired yet", stale_served_at_once, SKIP, HIDDEN, hidden("59"), reason="somebody else"),
    case(
        "never a hit",
        stale_served_at_once,
        SKIP,
        known("/products/1", said("MISS", "0")),
        expired("MISS", "0"),
        reason="never a hit",
    ),
    case(
        "older than anybody may serve",
        stale_served_at_once,
        SKIP,
        FRESH,
        expired("HIT", "86461"),
        renewed("86462"),
        reason="cache.age_within_lifetime",
    ),
    case("hidden, and stale", stale_served_at_once, PASS, HIDDEN, hidden("60")),
    case("at once, then new", stale_served_at_once, PASS, FRESH, expired(), renewed("1")),
    case(
        "the visitor waited",
        stale_served_at_once,
        FAIL,
        FRESH,
        expired("EXPIRED", "0"),
        renewed("1"),
        observed="x-cache-status: EXPIRED",
    ),
    case(
        "at once, but never new",
        stale_served_at_once,
        FAIL,
        FRESH,
        expired(),
        renewed("62"),
        observed="x-cache-status: HIT, Age: 62",
    ),
    case(
        "a silent edge",
        stale_served_at_once,
        SKIP,
        FRESH,
        exchange("/products/1", {"cache-control": ISR}, probe="later", of=1, label="expired"),
    ),
    case("later than anybody waits", stale_served_at_once, SKIP, LASTING, reason="--patience"),
    case("no stale window declared", stale_served_at_once, SKIP, known("/", said("MISS", "0"))),
    case(
        "declared but not sent is the contract's",
        stale_served_at_once,
        SKIP,
        known("/products/1", {"cache-control": "s-maxage=60"}),
        reason="cache.contract",
    ),
    case("lost", stale_served_at_once, UNKNOWN, FRESH, failure("/products/1", probe="later", of=1, label="expired")),
]

CASES: list[Any] = [*AGES, *LEFT, *STALE]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
