"""One mistake, one failure: every evidence set fails exactly one check of the group."""

from collections.abc import Iterable
from typing import Any

import pytest

from scalecheck.checks import cache
from scalecheck.checks.check import Check
from scalecheck.model.evidence import Exchange, Record
from scalecheck.model.verdict import Verdict
from tests.checks.rows import DATE, YEAR, exchange, judged, repeats, site

CHECKS = tuple(each for each in vars(cache).values() if isinstance(each, Check))
HIT = {"x-cache-status": "HIT", "server": "nginx"}
MISS = {"x-cache-status": "MISS", "server": "nginx"}
COMMON = {"date": DATE, "etag": '"1"', "vary": "Accept-Encoding"}
ISR = {**COMMON, "cache-control": "public, max-age=0, s-maxage=60, stale-while-revalidate=86400"}
SSG = {**COMMON, "cache-control": "public, max-age=0, s-maxage=3600"}
PRIVATE = {"cache-control": "private, no-store"}
ALICE = "<h1>Alice Liddell"
NO_BODY: dict[str, Any] = {"body": ""}


def followed(url: str, fields: dict[str, str], **changed: dict[str, str]) -> tuple[Exchange, ...]:
    """Return the answers of a URL to all probes that follow it up; `changed` replaces fields by probe."""

    def of(probe: str) -> dict[str, str]:
        return {**fields, **changed.get(probe, {})}

    gzip = {"content-encoding": "gzip", "etag": 'W/"1"'}
    return (
        exchange(url, {**of("first"), **MISS}),
        *repeats(url, {**of("again"), **HIT}, {**of("again"), **HIT}),
        exchange(
            url, {**fields, **changed.get("conditional", {})}, probe="conditional", of=1, label="etag", status=304
        ),
        exchange(url, {**of("identity")}, probe="encodings", of=1, label="identity"),
        exchange(url, {**fields, **gzip, **changed.get("gzip", {})}, probe="encodings", of=1, label="gzip"),
        exchange(url, of("head"), probe="head", of=1, method="HEAD"),
        exchange(url + "?utm_source=x", {**fields, **HIT, **changed.get("tracking", {})}, probe="tracking", of=1),
        exchange(url, {**fields, **HIT, **changed.get("odd_encoding", {})}, probe="odd_encoding", of=1),
    )


def as_identities(
    fields: dict[str, str], *, others: str = "<h1>", again: dict[str, str] | None = None
) -> tuple[Exchange, ...]:
    def asked(label: str, identity: str | None, body: str, sent: dict[str, str]) -> Exchange:
        return exchange("/account", sent, probe="as_identity", label=label, identity=identity, body=body)

    return (
        asked("alice", "alice", ALICE, fields),
        asked("alice again", "alice", ALICE, fields if again is None else again),
        asked("bob", "bob", others, fields),
        asked("anonymous", None, others, fields),
    )


def without(fields: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in fields.items() if key != name}


def told(policy: str, base: dict[str, str] = ISR) -> dict[str, str]:
    return {**base, "cache-control": policy}


ISR_PAGE = "/products/1"
MISTAKES: dict[str, tuple[str, Iterable[Record]]] = {
    "no policy": ("cache.explicit", followed(ISR_PAGE, without(ISR, "cache-control"))),
    "HTML for a year": ("cache.pages_revalidate", followed(ISR_PAGE, told("public, max-age=31536000"))),
    "HTML for a year, immutable": ("cache.pages_revalidate", followed(ISR_PAGE, told(YEAR))),
    "HTML for an hour in browsers only": (
        "cache.pages_revalidate",
        followed(ISR_PAGE, told(ISR["cache-control"].replace("max-age=0", "max-age=3600", 1))),
    ),
    "a page that is not shared": ("cache.contract", followed(ISR_PAGE, told("private, no-cache"))),
    "a page that nobody stores": ("cache.contract", followed(ISR_PAGE, told("no-store"))),
    "a page with another lifetime": (
        "cache.contract",
        followed(ISR_PAGE, told("public, max-age=0, s-maxage=5, stale-while-revalidate=86400")),
    ),
    "a page without stale window": ("cache.contract", followed(ISR_PAGE, told("public, max-age=0, s-maxage=60"))),
    "no-store beside a lifetime": ("cache.directives_parse", followed(ISR_PAGE, told("no-store, max-age=60"))),
    "a lifetime that is no number": (
        "cache.directives_parse",
        followed(ISR_PAGE, told("public, max-age=0, s-maxage=1m")),
    ),
    "semicolons": ("cache.directives_parse", followed(ISR_PAGE, told("public; s-maxage=60; max-age=0"))),
    "a cookie on a shared page": ("cache.no_cookie_when_shared", followed(ISR_PAGE, {**ISR, "set-cookie": "a=1"})),
    "Vary by cookie": ("cache.vary_is_bounded", followed(ISR_PAGE, {**ISR, "vary": "Accept-Encoding, Cookie"})),
    "Vary by everything": ("cache.vary_is_bounded", followed(ISR_PAGE, {**ISR, "vary": "*"})),
    "no Vary with gzip": ("cache.vary_names_encoding", followed(ISR_PAGE, without(ISR, "vary"))),
    "one strong ETag for all codings": ("cache.etag_per_coding", followed(ISR_PAGE, ISR, gzip={"etag": '"1"'})),
    "an ETag of each node's own": ("cache.etag_is_steady", followed(ISR_PAGE, ISR, again={"etag": '"2"'})),
    "a query that splits the key": ("cache.query_noise_ignored", followed(ISR_PAGE, ISR, tracking=MISS)),
    "a coding that splits the key": ("cache.encoding_key_is_small", followed(ISR_PAGE, ISR, odd_encoding=MISS)),
    "HEAD with another policy": ("cache.head_matches_get", followed(ISR_PAGE, ISR, head={"cache-control": "no-cache"})),
    "older than allowed": ("cache.age_within_lifetime", followed(ISR_PAGE, ISR, again={"age": "90000"})),
    "no 304": ("cache.revalidates", [exchange("/", SSG), exchange("/", SSG, probe="conditional", of=1, label="etag")]),
    "no validator": ("cache.revalidates", [exchange("/", without(SSG, "etag"))]),
    "a 304 without policy": (
        "cache.not_modified_repeats",
        [
            exchange("/", SSG),
            exchange("/", without(SSG, "cache-control"), probe="conditional", of=1, label="etag", status=304),
        ],
    ),
    "an image that is old on arrival": (
        "cache.browser_gets_freshness",
        [
            exchange(
                "/images/a.png",
                {
                    **COMMON,
                    "cache-control": "public, max-age=86400, s-maxage=604800, stale-while-revalidate=604800",
                    "age": "86000",
                },
            )
        ],
    ),
    "a 404 for a day": (
        "cache.errors_are_short",
        [exchange("/x", told("max-age=86400"), probe="missing", label="page", status=404)],
    ),
    "a missing chunk for a year": (
        "cache.errors_are_short",
        [exchange("/x.js", told(YEAR), probe="missing", label="asset", status=404)],
    ),
    "a personal page that says public": ("cache.personal_is_private", as_identities(told("public, max-age=60"))),
    "a personal page without policy": (
        "cache.personal_is_private",
        [*as_identities(COMMON), exchange("/account", COMMON)],
    ),
    "a public personal page that leaks": (
        "cache.personal_is_private",
        as_identities(told("public, s-maxage=60"), others=ALICE),
    ),
    "a personal page with a cookie for all": (
        "cache.personal_is_private",
        [exchange("/account", told("public, s-maxage=60") | {"set-cookie": "a=1"})],
    ),
    "a private page that is a hit": ("cache.personal_is_private", as_identities(PRIVATE, again={**PRIVATE, **HIT})),
    "a private page that leaks": (
        "cache.personal_stays_personal",
        as_identities(PRIVATE, others=ALICE, again={**PRIVATE, **HIT}),
    ),
    "a private page under a static name": (
        "cache.not_deceivable",
        [
            *as_identities(PRIVATE),
            exchange("/account/x.css", HIT, probe="deceive", of=1, label="css, then anonymous", body=ALICE),
        ],
    ),
    "a leaking page under a static name": (
        "cache.personal_stays_personal",
        [
            *as_identities(PRIVATE, others=ALICE),
            exchange("/account/x.css", HIT, probe="deceive", of=1, label="css, then anonymous", body=ALICE),
        ],
    ),
    "a hidden lifetime that is never kept": (
        "cache.contract",
        [
            exchange(
                ISR_PAGE, {**COMMON, "cache-control": "public, max-age=0, must-revalidate", "x-vercel-cache": "MISS"}
            ),
            *repeats(ISR_PAGE, {**COMMON, "x-vercel-cache": "MISS"}),
        ],
    ),
    "a hidden lifetime and a cookie": (
        "cache.no_cookie_when_shared",
        [
            exchange(
                ISR_PAGE,
                {
                    **COMMON,
                    "cache-control": "public, max-age=0, must-revalidate",
                    "x-vercel-cache": "MISS",
                    "set-cookie": "a=1",
                },
            ),
            *repeats(ISR_PAGE, {**COMMON, "x-vercel-cache": "MISS"}),
        ],
    ),
    "a stale page that waits": (
        "cache.stale_served_at_once",
        [
            *followed(ISR_PAGE, ISR, first={"age": "58"}, again={"age": "59"}),
            exchange(
                ISR_PAGE, {**ISR, "x-cache-status": "EXPIRED", "server": "nginx"}, probe="later", of=1, label="expired"
            ),
        ],
    ),
}
LEFT_TO_OTHER_GROUPS: dict[str, Iterable[Record]] = {
    "a hashed asset without policy": followed("/_next/static/app.9f2c1b7e.js", without(ISR, "cache-control")),
    "a hashed asset for a day": followed("/_next/static/app.9f2c1b7e.js", told("public, max-age=86400")),
    "an unhashed asset for a year": followed("/static/app.js", told(YEAR)),
    "an unhashed image for a year": followed("/images/hero.png", told(YEAR)),
    "an asset with a cookie": followed("/_next/static/app.9f2c1b7e.js", {**told(YEAR), "set-cookie": "a=1"}),
    "the page shell for a missing chunk": [exchange("/x.js", told(YEAR), probe="missing", label="asset")],
}


def failing(records: Iterable[Record]) -> list[str]:
    known = site(records, asked={probe.name for check in CHECKS for probe in check.probes})
    outcomes = (judged(check, known) for check in CHECKS)
    return [outcome.check for outcome in outcomes if outcome.verdict in {Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN}]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_failure(mistake: str) -> None:
    expected, records = MISTAKES[mistake]
    assert failing(records) == [expected]


@pytest.mark.parametrize("mistake", LEFT_TO_OTHER_GROUPS)
def test_what_other_groups_name_fails_nothing_here(mistake: str) -> None:
    assert failing(LEFT_TO_OTHER_GROUPS[mistake]) == []


@pytest.mark.parametrize(
    "records", [followed(ISR_PAGE, ISR), followed("/", SSG), as_identities(PRIVATE)], ids=["isr", "ssg", "personal"]
)
def test_a_site_as_declared_fails_nothing(records: Iterable[Record]) -> None:
    assert failing(records) == []


def test_every_check_is_told_apart_from_the_others() -> None:
    opt_in_or_proven_elsewhere = {"cache.writes_pass", "cache.not_poisonable"}
    assert {expected for expected, _ in MISTAKES.values()} == {
        check.id for check in CHECKS
    } - opt_in_or_proven_elsewhere


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_explains_itself(check: Check) -> None:
    assert check.title.endswith(".")
    assert check.why
    assert check.fix
    assert check.source
