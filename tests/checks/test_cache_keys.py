"""What shared answers are kept under."""

from typing import Any

import pytest

from scalecheck.checks.cache import (
    encoding_key_is_small,
    head_matches_get,
    query_noise_ignored,
    vary_is_bounded,
    vary_names_encoding,
    writes_pass,
)
from scalecheck.checks.check import Check
from scalecheck.model.evidence import Exchange
from tests.checks.rows import FAIL, PASS, SKIP, UNKNOWN, WARN, Case, case, exchange, failure, profile, repeats

PAGE = {"cache-control": "public, max-age=0, s-maxage=3600"}
HIT = {**PAGE, "x-cache-status": "HIT", "server": "nginx"}
MISS = {**PAGE, "x-cache-status": "MISS", "server": "nginx"}
VARIES = {**PAGE, "vary": "Accept-Encoding"}


def varying(*names: str) -> Exchange:
    return exchange("/", {**PAGE, "vary": names})


BOUNDED = [
    case("Cookie", vary_is_bounded, FAIL, varying("Cookie"), observed="Cookie"),
    case("User-Agent behind others", vary_is_bounded, FAIL, varying("Accept-Encoding, user-agent")),
    case("in a second line", vary_is_bounded, FAIL, varying("Accept-Encoding", "Authorization")),
    case("everything", vary_is_bounded, FAIL, varying("*")),
    case("codings and the formats of images", vary_is_bounded, PASS, varying("Accept-Encoding, Accept")),
    case("the router's own fields", vary_is_bounded, PASS, varying("RSC, Next-Router-State-Tree, Next-Url")),
    case("no Vary", vary_is_bounded, PASS, exchange("/", PAGE)),
    case("not an asset either", vary_is_bounded, FAIL, exchange("/a.9f2c1b7e.js", {**PAGE, "vary": "Cookie"})),
    case("private", vary_is_bounded, SKIP, exchange("/", {"cache-control": "private", "vary": "Cookie"})),
    case("no time at the edge", vary_is_bounded, SKIP, exchange("/", {"cache-control": "max-age=0", "vary": "Cookie"})),
    case("lost", vary_is_bounded, UNKNOWN, failure("/")),
]


def coded(coding: str, fields: dict[str, str], status: int = 200) -> Exchange:
    sent = {**fields} if coding == "identity" else {**fields, "content-encoding": coding}
    return exchange("/", sent, probe="encodings", of=1, label=coding, status=status)


NAMED = [
    case("on both", vary_names_encoding, PASS, exchange("/", VARIES), coded("gzip", VARIES)),
    case(
        "not on the identity one",
        vary_names_encoding,
        FAIL,
        exchange("/", PAGE),
        coded("gzip", VARIES),
        observed="identity with Vary: nothing",
    ),
    case("not on gzip", vary_names_encoding, FAIL, exchange("/", VARIES), coded("gzip", PAGE)),
    case(
        "on br, not on zstd",
        vary_names_encoding,
        FAIL,
        exchange("/", VARIES),
        coded("br", VARIES),
        coded("zstd", {**PAGE, "vary": "Accept"}),
    ),
    case("any request differs", vary_names_encoding, PASS, exchange("/", VARIES), coded("gzip", {**PAGE, "vary": "*"})),
    case("one coding only", vary_names_encoding, SKIP, exchange("/", PAGE), coded("identity", PAGE)),
    case(
        "nobody stores it",
        vary_names_encoding,
        SKIP,
        exchange("/", {"cache-control": "no-store"}),
        coded("gzip", {"cache-control": "no-store"}),
    ),
    case(
        "an error has no representation",
        vary_names_encoding,
        SKIP,
        exchange("/", PAGE),
        coded("gzip", PAGE, status=406),
    ),
    case("lost", vary_names_encoding, UNKNOWN, exchange("/", PAGE), failure("/", probe="encodings", of=1)),
]


def split(check: Check, probe: str) -> list[Any]:
    """Return the rows of a check that asks what is a hit again in another way."""

    def other(fields: dict[str, str], status: int = 200) -> Exchange:
        return exchange("/?utm_source=x", fields, probe=probe, of=1, status=status)

    hit = (exchange("/", MISS), *repeats("/", HIT, HIT))
    return [
        case("a hit as well", check, PASS, hit, other(HIT)),
        case("a miss", check, FAIL, hit, other(MISS), observed="x-cache-status: MISS"),
        case("the plain URL is a miss itself", check, SKIP, exchange("/", MISS), repeats("/", MISS, MISS), other(MISS)),
        case(
            "the plain URL fell out meanwhile", check, SKIP, exchange("/", MISS), repeats("/", HIT, MISS), other(MISS)
        ),
        case("a silent edge", check, SKIP, exchange("/", PAGE), repeats("/", PAGE), other(PAGE)),
        case("silent about the variant", check, UNKNOWN, hit, other(PAGE)),
        case("redirected", check, UNKNOWN, hit, other(MISS, status=301), reason="status 301"),
        case("nothing asked", check, SKIP, hit),
        case("lost", check, UNKNOWN, hit, failure("/", probe=probe, of=1)),
    ]


GET = {**VARIES, "etag": '"1"', "last-modified": "Tue, 14 Nov 2022 22:13:20 GMT"}
SILENT = {name: value for name, value in GET.items() if name != "vary"}


def headed(fields: dict[str, str], status: int = 200) -> tuple[Exchange, Exchange]:
    return exchange("/", GET), exchange("/", fields, probe="head", of=1, method="HEAD", status=status)


HEAD = [
    case("the same", head_matches_get, PASS, headed(GET)),
    case(
        "in another order and case",
        head_matches_get,
        PASS,
        headed({**GET, "cache-control": "S-MaxAge=3600, public, max-age=0"}),
    ),
    case("the ETag of another coding", head_matches_get, PASS, headed({**GET, "etag": 'W/"1"'})),
    case(
        "without Cache-Control",
        head_matches_get,
        FAIL,
        headed({k: v for k, v in GET.items() if k != "cache-control"}),
        observed="cache-control: nothing",
    ),
    case("another lifetime", head_matches_get, FAIL, headed({**GET, "cache-control": "no-cache"})),
    case("without ETag", head_matches_get, FAIL, headed({k: v for k, v in GET.items() if k != "etag"})),
    case("without Vary", head_matches_get, WARN, headed({k: v for k, v in GET.items() if k != "vary"})),
    case("not allowed", head_matches_get, FAIL, headed({}, status=405), observed="status 405"),
    case("nothing asked", head_matches_get, SKIP, exchange("/", GET)),
    case(
        "without a Vary that some GETs lack too",
        head_matches_get,
        SKIP,
        exchange("/", {**GET, "content-encoding": "gzip"}),
        exchange("/", SILENT, probe="head", of=1, method="HEAD"),
        exchange("/", SILENT, probe="encodings", of=1, label="identity"),
        reason="cache.vary_names_encoding",
    ),
    case("lost", head_matches_get, UNKNOWN, exchange("/", GET), failure("/", probe="head", of=1)),
]

WRITES = profile(safety={"writes": "true"})


def written(fields: dict[str, str], status: int = 200) -> tuple[Exchange, Exchange]:
    return exchange("/", HIT), exchange("/", fields, probe="write", of=1, method="POST", status=status)


WRITTEN = [
    case("a hit", writes_pass, FAIL, written(HIT), profile=WRITES, observed="x-cache-status: HIT"),
    case("a miss", writes_pass, PASS, written(MISS), profile=WRITES),
    case("old", writes_pass, FAIL, written({"age": "5"}), profile=WRITES, observed="Age: 5"),
    case("refused", writes_pass, PASS, written({}, status=405), profile=WRITES),
    case("a silent edge is cdn.speaks'", writes_pass, SKIP, written({}), profile=WRITES, reason="cdn.speaks"),
    case("not allowed to", writes_pass, SKIP, exchange("/", HIT), reason="writes: true"),
    case("nothing asked", writes_pass, SKIP, exchange("/", HIT), profile=WRITES),
    case("lost", writes_pass, UNKNOWN, failure("/", probe="write"), profile=WRITES),
]

CASES: list[Any] = [
    *BOUNDED,
    *NAMED,
    *split(query_noise_ignored, "tracking"),
    *split(encoding_key_is_small, "odd_encoding"),
    *HEAD,
    *WRITTEN,
]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
