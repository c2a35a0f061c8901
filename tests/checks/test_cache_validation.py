"""Validators: 304, what it repeats, and the ETags of codings and nodes."""

from typing import Any

import pytest

from scalecheck.checks.cache import etag_is_steady, etag_per_coding, not_modified_repeats, revalidates
from scalecheck.model.evidence import Exchange
from tests.checks.rows import DATE, FAIL, PASS, SKIP, UNKNOWN, WARN, YEAR, Case, case, exchange, failure

PAGE = {"cache-control": "public, max-age=0, s-maxage=3600"}
TAGGED = {**PAGE, "etag": '"1"'}
DATED = {**PAGE, "last-modified": "Tue, 14 Nov 2022 22:13:20 GMT"}


def again(fields: dict[str, str], status: int = 304, body: str = "", label: str = "etag") -> Exchange:
    return exchange("/", fields, probe="conditional", of=1, label=label, status=status, body=body)


REVALIDATES = [
    case("no validator", revalidates, FAIL, exchange("/", PAGE), observed="neither"),
    case("none, and browsers only", revalidates, WARN, exchange("/api/me", {"cache-control": "private, no-cache"})),
    case("none, and nothing stored", revalidates, SKIP, exchange("/", {"cache-control": "no-store"})),
    case("none, where it has to be private", revalidates, WARN, exchange("/api/me")),
    case(
        "none, where nothing is to be stored",
        revalidates,
        SKIP,
        exchange("/health", {"cache-control": "public, max-age=60"}),
        reason="cache.contract",
    ),
    case(
        "none, under a name that never changes",
        revalidates,
        WARN,
        exchange("/app.9f2c1b7e.js", {"cache-control": YEAR}),
    ),
    case("304 by ETag", revalidates, PASS, exchange("/", TAGGED), again(TAGGED)),
    case("304 by date", revalidates, PASS, exchange("/", DATED), again(DATED, label="last-modified")),
    case("200 with the same ETag", revalidates, FAIL, exchange("/", TAGGED), again(TAGGED, 200), observed="status 200"),
    case("200 with the same date", revalidates, FAIL, exchange("/", DATED), again(DATED, 200, label="last-modified")),
    case("the same ETag for other bytes", revalidates, FAIL, exchange("/", TAGGED), again(TAGGED, 200, "new")),
    case("the page has changed", revalidates, SKIP, exchange("/", TAGGED), again({**PAGE, "etag": '"2"'}, 200, "new")),
    case(
        "another ETag for the same bytes is etag_is_steady's",
        revalidates,
        SKIP,
        exchange("/", TAGGED),
        again({**PAGE, "etag": '"2"'}, 200),
        reason="cache.etag_is_steady",
    ),
    case("412", revalidates, FAIL, exchange("/", TAGGED), again({}, 412)),
    case("lost", revalidates, UNKNOWN, exchange("/", TAGGED), failure("/", probe="conditional", of=1)),
    case("all lost", revalidates, UNKNOWN, failure("/")),
]

FULL = {**TAGGED, "date": DATE, "vary": "Accept-Encoding", "expires": DATE, "content-location": "/index.html"}


EXPIRING = {"date": DATE, "expires": "Tue, 14 Nov 2023 23:13:20 GMT", "etag": '"1"'}
GUESSED = {"last-modified": "Tue, 14 Nov 2022 22:13:20 GMT", "etag": '"1"'}


def less(name: str) -> dict[str, str]:
    return {key: value for key, value in FULL.items() if key != name}


REPEATS = [
    case("all of them", not_modified_repeats, PASS, exchange("/", FULL), again(FULL)),
    case(
        "without Cache-Control",
        not_modified_repeats,
        FAIL,
        exchange("/", FULL),
        again(less("cache-control")),
        observed="without Cache-Control",
    ),
    *(
        case(f"without {name}", not_modified_repeats, verdict, exchange("/", FULL), again(less(name)))
        for verdict, names in ((FAIL, ("etag", "expires")), (WARN, ("content-location", "date", "vary")))
        for name in names
    ),
    case(
        "another lifetime",
        not_modified_repeats,
        FAIL,
        exchange("/", FULL),
        again({**FULL, "cache-control": "public, max-age=0"}),
        observed="Cache-Control: public, max-age=0",
    ),
    case(
        "a lifetime that counts down",
        not_modified_repeats,
        PASS,
        exchange("/", {**FULL, "cache-control": "max-age=3600"}),
        again({**FULL, "cache-control": "max-age=3590"}),
    ),
    case(
        "other words for the same",
        not_modified_repeats,
        PASS,
        exchange("/", FULL),
        again({**FULL, "cache-control": "s-maxage=3600, max-age=0"}),
    ),
    case(
        "suddenly private",
        not_modified_repeats,
        FAIL,
        exchange("/", {**FULL, "cache-control": "max-age=0"}),
        again({**FULL, "cache-control": "private, max-age=0"}),
    ),
    case("another Expires", not_modified_repeats, FAIL, exchange("/", EXPIRING), again({**EXPIRING, "expires": DATE})),
    case(
        "another ETag",
        not_modified_repeats,
        FAIL,
        exchange("/", FULL),
        again({**FULL, "etag": '"2"'}),
        observed='ETag: "2"',
    ),
    case(
        "the ETag without its coding",
        not_modified_repeats,
        WARN,
        exchange("/", {**FULL, "etag": '"1-gzip"'}),
        again(FULL),
        observed='ETag: "1"',
    ),
    case("the ETag no longer weak", not_modified_repeats, PASS, exchange("/", {**FULL, "etag": 'W/"1"'}), again(FULL)),
    case("a guess that differs", not_modified_repeats, PASS, exchange("/", GUESSED), again({"etag": '"1"'})),
    case(
        "a Vary that some of the 200s lack too",
        not_modified_repeats,
        SKIP,
        exchange("/", {**FULL, "content-encoding": "gzip"}),
        again(less("vary")),
        exchange("/", less("vary"), probe="encodings", of=1, label="identity"),
        reason="cache.vary_names_encoding",
    ),
    case("what the 200 lacks too", not_modified_repeats, PASS, exchange("/", TAGGED), again(TAGGED)),
    case("a 200 is revalidates'", not_modified_repeats, SKIP, exchange("/", FULL), again({}, 200)),
    case("nothing asked", not_modified_repeats, SKIP, exchange("/", PAGE)),
    case("lost", not_modified_repeats, UNKNOWN, exchange("/", TAGGED), failure("/", probe="conditional", of=1)),
]


def coded(coding: str, etag: str | None) -> Exchange:
    fields = {**PAGE, "content-encoding": coding, **({"etag": etag} if etag is not None else {})}
    return exchange("/", fields, probe="encodings", of=1, label=coding)


PER_CODING = [
    case(
        "the same strong one",
        etag_per_coding,
        FAIL,
        exchange("/", TAGGED),
        coded("gzip", '"1"'),
        observed='"1" for gzip and identity',
    ),
    case(
        "the same for gzip and br",
        etag_per_coding,
        FAIL,
        exchange("/", TAGGED),
        coded("gzip", '"2"'),
        coded("br", '"2"'),
    ),
    case("the same weak one", etag_per_coding, PASS, exchange("/", {**PAGE, "etag": 'W/"1"'}), coded("gzip", 'W/"1"')),
    case("weakened by compressing", etag_per_coding, PASS, exchange("/", TAGGED), coded("gzip", 'W/"1"')),
    case("one each", etag_per_coding, PASS, exchange("/", TAGGED), coded("gzip", '"1-gzip"')),
    case("none", etag_per_coding, PASS, exchange("/", PAGE), coded("gzip", None)),
    case("one coding", etag_per_coding, SKIP, exchange("/", TAGGED), exchange("/", TAGGED, probe="encodings", of=1)),
    case("lost", etag_per_coding, UNKNOWN, exchange("/", TAGGED), failure("/", probe="encodings", of=1)),
]


def repeated(etag: str | None, body: str = "", coding: str = "identity") -> Exchange:
    fields = {**PAGE, "content-encoding": coding, **({"etag": etag} if etag is not None else {})}
    return exchange("/", fields, probe="again", of=1, body=body)


STEADY = [
    case("the same", etag_is_steady, PASS, exchange("/", TAGGED), repeated('"1"'), repeated('"1"')),
    case(
        "another for the same bytes",
        etag_is_steady,
        FAIL,
        exchange("/", TAGGED),
        repeated('"1"'),
        repeated('"2"'),
        observed='"1", "2"',
    ),
    case("another weak one", etag_is_steady, FAIL, exchange("/", {**PAGE, "etag": 'W/"1"'}), repeated('W/"2"')),
    case("only on some nodes", etag_is_steady, FAIL, exchange("/", TAGGED), repeated(None)),
    case("another for other bytes", etag_is_steady, SKIP, exchange("/", TAGGED), repeated('"2"', "new")),
    case("another for another coding", etag_is_steady, SKIP, exchange("/", TAGGED), repeated('"2"', coding="gzip")),
    case("none at all", etag_is_steady, SKIP, exchange("/", PAGE), repeated(None)),
    case("asked once", etag_is_steady, SKIP, exchange("/", TAGGED)),
    case("lost", etag_is_steady, UNKNOWN, exchange("/", TAGGED), failure("/", probe="again", of=1)),
]

CASES: list[Any] = [*REVALIDATES, *REPEATS, *PER_CODING, *STEADY]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
