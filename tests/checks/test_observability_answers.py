"""What answers tell of themselves, and where flags come from."""

from typing import Any

import pytest

from scalecheck.checks.observability import flags_served, server_timing
from scalecheck.model.evidence import Exchange
from tests.checks.rows import FAIL, PASS, ROUTES, SKIP, UNKNOWN, Case, case, exchange, failure, profile

NAMED = profile(observability={"server_timing": ["cache", "render"]})
CLOUDFLARE = 'cfCacheStatus;desc="HIT", cfEdge;dur=2'


def timed(*lines: str, url: str = "/") -> Exchange:
    return exchange(url, {"server-timing": lines})


TIMING = [
    case("no field", server_timing, FAIL, exchange("/"), profile=NAMED, observed="no field"),
    case("an empty field", server_timing, FAIL, timed(""), profile=NAMED, observed="no name"),
    case("one of two", server_timing, FAIL, timed("cache;desc=hit"), profile=NAMED, observed="cache"),
    case("the vendor's own only", server_timing, FAIL, timed(CLOUDFLARE), profile=NAMED,
         observed="cfCacheStatus, cfEdge"),
    case("in capitals: another name", server_timing, FAIL, timed("Cache, Render"), profile=NAMED),
    case("in a description", server_timing, FAIL, timed('x;desc="cache, render"'), profile=NAMED, observed="x"),
    case("one page of two", server_timing, FAIL, timed("cache, render"), exchange("/products/1"), profile=NAMED),
    case("both", server_timing, PASS, timed("render;dur=12.5, cache"), profile=NAMED, observed="render, cache"),
    case("in lines of their own, beside others", server_timing, PASS, timed("cache;desc=HIT", f"{CLOUDFLARE}, render"),
         profile=NAMED),
    case("on pages only", server_timing, PASS, timed("cache, render"), exchange("/static/a.js"), profile=NAMED),
    case("nothing declared", server_timing, SKIP, timed("cache"), reason="observability.server_timing"),
    case("no page", server_timing, SKIP, exchange("/static/a.js"), profile=NAMED, reason="nothing to judge"),
    case("lost", server_timing, UNKNOWN, failure("/"), profile=NAMED),
]  # fmt: skip

FLAGS = profile(observability={"flags": "/flags"})
ROUTED = profile(observability={"flags": "/flags"}, routes={"flags": {**ROUTES["catalog"], "path": "/flags"}})
LONG = profile(observability={"flags": "/flags"}, targets={"flag_lifetime": "1h"})
BRIEF = {"cache-control": "public, max-age=0, s-maxage=60"}
HOUR = {"cache-control": "public, max-age=3600"}
CONTRACT = {"cache-control": "public, max-age=0, s-maxage=30, stale-while-revalidate=300"}


def served(fields: dict[str, str] | None = None, *, identity: str | None = None, **more: Any) -> Exchange:
    """Return what answers where flags are served."""
    said = {"content_type": "application/json", "body": '{"outlet": false}', **more}
    return exchange("/flags", fields or BRIEF, probe="flags", label=identity or "", identity=identity, **said)


def kept(policy: str) -> Exchange:
    return served({"cache-control": policy})


SERVED = [
    case("a second past the time, in browsers", flags_served, FAIL, kept("max-age=61"), profile=FLAGS,
         observed="61s (max-age=61)"),
    case("a second past the time, at the edge", flags_served, FAIL, kept("max-age=0, s-maxage=61"), profile=FLAGS),
    case("the stale window counts", flags_served, FAIL, kept("s-maxage=30, stale-while-revalidate=31"), profile=FLAGS,
         observed="61s (s-maxage=30, stale-while-revalidate=31)"),
    case("immutable", flags_served, FAIL, kept("max-age=30, immutable"), profile=FLAGS),
    case("an error", flags_served, FAIL, served(status=500), profile=FLAGS, observed="status 500"),
    case("gone", flags_served, FAIL, served(status=404), profile=FLAGS),
    case("a redirect", flags_served, FAIL, served(status=302), profile=FLAGS),
    case("refused, whoever asks", flags_served, FAIL, served(status=401), served(status=403, identity="alice"),
         profile=FLAGS, observed="status 401"),
    case("a page in its place", flags_served, FAIL, served(content_type="text/html", body="<!doctype html>"),
         profile=FLAGS, observed="a web page"),
    case("no JSON", flags_served, FAIL, served(body="{outlet: false}"), profile=FLAGS,
         observed="application/json, no JSON"),
    case("nothing", flags_served, FAIL, served(body=""), profile=FLAGS),
    case("a deep nothing", flags_served, FAIL, served(body="[" * 100_000), profile=FLAGS),
    case("for load", flags_served, UNKNOWN, served(status=503), profile=FLAGS),
    case("at the time", flags_served, PASS, kept("max-age=60"), profile=FLAGS, observed="60s (max-age=60)"),
    case("stale, but never kept", flags_served, PASS, kept("no-cache, stale-while-revalidate=600"), profile=FLAGS),
    case("nothing said, so nothing is sure to be kept", flags_served, PASS,
         exchange("/flags", probe="flags", body="{}", content_type="application/json"), profile=FLAGS),
    case("longer, as the profile says", flags_served, PASS, served(HOUR), profile=LONG),
    case("for those who signed in", flags_served, PASS, served(status=401), served(identity="alice"), profile=FLAGS),
    case("as text, and yet JSON", flags_served, PASS, served(content_type="text/plain"), profile=FLAGS),
    case("off its own route's contract", flags_served, SKIP, exchange("/flags", HOUR), served(HOUR), profile=ROUTED,
         reason="cache.contract"),
    case("on its own route's contract, and too long", flags_served, FAIL, exchange("/flags", CONTRACT),
         served(CONTRACT), profile=ROUTED),
    case("in a broken coding", flags_served, SKIP, served(undecodable="br: cut off"), profile=FLAGS,
         reason="assets.compressed"),
    case("nothing declared", flags_served, SKIP, exchange("/"), reason="observability.flags"),
    case("lost", flags_served, UNKNOWN, failure("/flags", probe="flags"), profile=FLAGS),
]  # fmt: skip

CASES: list[Any] = [*TIMING, *SERVED]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
