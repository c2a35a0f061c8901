"""What is one visitor's own on pages that everybody shares."""

from typing import Any

import pytest

from scalecheck.checks.rendering import islands_are_live
from scalecheck.model.evidence import Exchange
from scalecheck.probes.pages import mark
from tests.checks.rows import FAIL, PASS, ROUTES, SKIP, UNKNOWN, WARN, Case, case, exchange, failure, profile, site

PUBLIC = {"cache-control": "public, max-age=0, s-maxage=3600"}
PRIVATE = {"cache-control": "private, no-store"}
VARIED = {**PUBLIC, "vary": "Cookie"}
ALICE = "<p>Welcome back, Alice Liddell"
LABELS = ("alice", "alice again", "anonymous", "anonymous again")


def greeted(label: str, body: str = "<h1>Shoes", fields: dict[str, str] = PUBLIC, status: int = 200) -> Exchange:
    """Return the home page as `greeted` gets it; `{mark}` in the body is the query that it was asked under."""
    word = mark(site(), label.partition(",")[0])
    identity = "alice" if label.startswith("alice") and "then" not in label else None
    return exchange(
        f"/?scalecheck={word}", fields, probe="greeted", of=1, label=label, identity=identity, status=status,
        body=body.replace("{mark}", word),
    )  # fmt: skip


def each(alice: str, nobody: str) -> list[Exchange]:
    """Return the home page as alice and as nobody get it, twice each."""
    return [greeted(label, alice if label.startswith("alice") else nobody) for label in LABELS]


HOME = exchange("/", PUBLIC)
TOLD = "alice, then anonymous"
PAGES = [
    case("her marker, for all to keep", islands_are_live, FAIL, HOME, greeted("alice", ALICE),
         observed="alice's marker, for shared caches to keep (public, max-age=0, s-maxage=3600)"),
    case("handed on, though it says private", islands_are_live, FAIL, HOME, greeted("alice", ALICE, PRIVATE),
         greeted(TOLD, ALICE, PRIVATE), observed="alice's page, sent to anonymous"),
    case("handed on", islands_are_live, FAIL, HOME, greeted("alice", ALICE), greeted(TOLD, ALICE)),
    case("her marker, for her alone", islands_are_live, PASS, HOME, greeted("alice", ALICE, PRIVATE),
         observed="alice's marker, for alice alone (private, no-store)"),
    case("her marker, and kept apart by Vary", islands_are_live, SKIP, HOME, greeted("alice", ALICE, VARIED),
         reason="cache.vary_is_bounded"),
    case("somebody else's marker", islands_are_live, PASS, HOME, greeted("alice", "Bob Bobson")),
    case("other bytes for her", islands_are_live, WARN,
         HOME, each("<p>3 pairs in your basket", "<p>Your basket is empty")),
    case("other bytes for her, for nobody to keep", islands_are_live, PASS, HOME,
         [greeted(label, label, PRIVATE) for label in LABELS]),
    case("other bytes each time", islands_are_live, PASS, HOME,
         [greeted(label, f"<meta nonce={n}>") for n, label in enumerate(LABELS)]),
    case("other bytes each time for her", islands_are_live, PASS, HOME,
         [greeted(label, label if label.startswith("alice") else "x") for label in LABELS]),
    case("its own query in the page", islands_are_live, PASS, HOME, each("<a href='/?{mark}'>", "<a href='/?{mark}'>"),
         observed="nothing of alice's"),
    case("one of the four was lost", islands_are_live, PASS, HOME, each("a", "b")[:3]),
    case("she is sent elsewhere", islands_are_live, SKIP, HOME, greeted("alice", status=302)),
    case("no shared page", islands_are_live, SKIP, exchange("/account", status=302)),
    case("nobody to ask as", islands_are_live, SKIP,
         HOME, profile=profile(routes={"home": ROUTES["home"]}, identities={}),
         reason="neither identities nor islands"),
    case("lost", islands_are_live, UNKNOWN, HOME, failure("/?scalecheck=x", probe="greeted", of=1)),
]  # fmt: skip


def with_islands(*islands: str, **routes: Any) -> Any:
    """Return a profile whose home page has islands; `routes` stand beside it."""
    home = {**ROUTES["home"], "islands": list(islands)}
    return profile(routes={"home": home, "account": ROUTES["account"], **routes})


def island(label: str, fields: dict[str, str] | None = None, url: str = "/basket", **more: Any) -> Exchange:
    """Return what an island answers: JSON, private unless the row says otherwise."""
    said = {"content_type": "application/json", "body": "{}", **more}
    identity = None if label == "anonymous" else "alice"
    return exchange(url, PRIVATE if fields is None else fields, probe="islands", label=label, identity=identity, **said)


BASKET = with_islands("/basket")
OWN = with_islands("/basket", basket={"path": "/basket", "kind": "api"})
HERS = with_islands("/basket", basket={"path": "/basket", "kind": "api", "personal": "true"})
ANYBODYS = with_islands("/basket", basket={"path": "/basket", "kind": "api", "cache": {"storing": "any"}})
AS_ALICE = exchange("/basket", PUBLIC, probe="as_identity", label="alice", identity="alice")
SHELL = "<!DOCTYPE html><title>Shop</title>"
DOCUMENT: dict[str, Any] = {"content_type": "text/html", "body": SHELL}
PIECE: dict[str, Any] = {"content_type": "text/html", "body": "<p>2 pairs</p>"}

ISLANDS = [
    case("kept for all", islands_are_live, FAIL, island("alice", PUBLIC), profile=BASKET,
         observed="public, max-age=0, s-maxage=3600"),
    case("kept for all, if only to be asked again", islands_are_live, FAIL,
         island("alice", {"cache-control": "no-cache"}),
         profile=BASKET, observed="no-cache"),
    case("nothing says who may keep it", islands_are_live, FAIL, island("alice", {}), profile=BASKET,
         observed="no Cache-Control"),
    case("a hit, whatever it says", islands_are_live, FAIL, island("alice"),
         island("alice again", {**PRIVATE, "server": "nginx", "x-cache-status": "HIT"}), profile=BASKET,
         observed="x-cache-status: HIT"),
    case("hers, sent to nobody", islands_are_live, FAIL, island("alice", body="Alice Liddell"),
         island("anonymous", body="Alice Liddell"), profile=BASKET, observed="alice's answer, sent to anonymous"),
    case("gone", islands_are_live, FAIL, island("alice", status=404), profile=BASKET, observed="status 404"),
    case("she is refused", islands_are_live, FAIL, island("alice", status=401), profile=BASKET),
    case("a redirect", islands_are_live, FAIL, island("alice", status=302), profile=BASKET),
    case("the shell of a page", islands_are_live, FAIL, island("alice", **DOCUMENT), profile=BASKET,
         observed="status 200, a whole web page"),
    case("a route of its own that anybody may keep", islands_are_live, FAIL, island("alice", PUBLIC), profile=ANYBODYS),
    case("a route of its own, and only hers is kept", islands_are_live, FAIL, exchange("/basket", PRIVATE),
         island("alice", PUBLIC), profile=OWN),
    case("for load", islands_are_live, UNKNOWN, island("alice", status=503), profile=BASKET),
    case("a piece of HTML", islands_are_live, PASS, island("alice", **PIECE), profile=BASKET),
    case("nothing to say", islands_are_live, PASS, island("alice", status=204, body=""), profile=BASKET),
    case("hers, and nobody's", islands_are_live, PASS, island("alice", body="Alice Liddell"),
         island("alice again", body="Alice Liddell"), island("anonymous", status=401), profile=BASKET,
         observed="status 200, private, no-store"),
    case("asked as nobody, who is refused", islands_are_live, PASS, island("anonymous", status=401),
         profile=with_islands("/basket")),
    case("contract's, by its own route", islands_are_live, SKIP, exchange("/basket", PUBLIC), island("alice", PUBLIC),
         profile=OWN, reason="cache.contract"),
    case("explicit's, by its own route", islands_are_live, SKIP,
         exchange("/basket", {}), island("alice", {}), profile=OWN,
         reason="cache.explicit"),
    case("personal_is_private's", islands_are_live, SKIP, AS_ALICE, island("alice", PUBLIC), profile=HERS,
         reason="cache.personal_is_private"),
    case("personal_stays_personal's", islands_are_live, SKIP, AS_ALICE, island("alice", body="Alice Liddell"),
         island("anonymous", body="Alice Liddell"), profile=HERS, reason="cache.personal_stays_personal"),
    case("gone, on a personal route too", islands_are_live, FAIL, AS_ALICE, island("alice", status=404), profile=HERS),
    case("one of two was lost", islands_are_live, UNKNOWN,
         island("alice"), failure("/me", probe="islands", label="alice"),
         profile=with_islands("/basket", "/me")),
]  # fmt: skip

CASES: list[Any] = [*PAGES, *ISLANDS]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
