"""What belongs to one visitor stays with that visitor."""

from typing import Any

import pytest

from scalecheck.checks.cache import (
    no_cookie_when_shared,
    not_deceivable,
    not_poisonable,
    personal_is_private,
    personal_stays_personal,
)
from scalecheck.model.evidence import Exchange
from tests.checks.rows import (
    FAIL,
    IDENTITIES,
    PASS,
    ROUTES,
    SKIP,
    STARTED_AT,
    UNKNOWN,
    Case,
    case,
    exchange,
    failure,
    profile,
)

PRIVATE = {"cache-control": "private, no-store"}
SHARED = {"cache-control": "public, max-age=60"}
PAGE = {"cache-control": "public, max-age=0, s-maxage=3600"}
HIT = {"x-cache-status": "HIT", "server": "nginx"}
MISS = {"x-cache-status": "MISS", "server": "nginx"}
NONCE = f"sc{round(STARTED_AT * 1000):x}"
ALICE, BOB, NOBODY = "<h1>Alice Liddell", "<h1>Bob Bobson", "<h1>Please sign in"


def asked(
    label: str, fields: dict[str, str] = PRIVATE, body: str | None = None, status: int = 200, url: str = "/account"
) -> Exchange:
    """Return an answer to an identity, as the probe labels it; by default each gets their own page."""
    name = label.partition(" ")[0]
    own = {"alice": ALICE, "bob": BOB}.get(name, NOBODY)
    identity = name if name in IDENTITIES else None
    return exchange(
        url,
        fields,
        probe="as_identity",
        label=label,
        identity=identity,
        status=status,
        body=own if body is None else body,
    )


OWN = (asked("alice"), asked("alice again"), asked("bob"), asked("anonymous", status=302))
LEAK = (asked("alice"), asked("alice again"), asked("bob", body=ALICE), asked("anonymous", body=ALICE))
SHELL = profile(routes={**ROUTES, "cart": {"path": "/cart", "kind": "csr", "personal": "true"}})
TO_LOGIN = exchange("/cart", PRIVATE, probe="as_identity", label="anonymous", status=302)


def cart(label: str, fields: dict[str, str] = PAGE, body: str = NOBODY) -> Exchange:
    """Return an answer of the page that is rendered in the browser, by default the same for everybody."""
    return asked(label, fields, body, url="/cart")


PUBLIC_SITE = profile(routes={"home": ROUTES["home"]})
ALONE = profile(identities={"alice": IDENTITIES["alice"]})
STRANGERS = profile(identities={})

IS_PRIVATE = [
    case("no policy", personal_is_private, FAIL, asked("alice", {}), observed="no Cache-Control"),
    case("no-cache may be stored", personal_is_private, FAIL, asked("alice", {"cache-control": "no-cache"})),
    case("max-age alone is for everybody", personal_is_private, FAIL, asked("alice", {"cache-control": "max-age=0"})),
    case("public", personal_is_private, FAIL, asked("alice", SHARED), observed="public, max-age=60"),
    case(
        "private for one field only",
        personal_is_private,
        FAIL,
        asked("alice", {"cache-control": 'private="set-cookie"'}),
    ),
    case("private", personal_is_private, PASS, asked("alice", {"cache-control": "private"})),
    case("no-store", personal_is_private, PASS, asked("alice", {"cache-control": "no-store"})),
    case("private, and yet a hit", personal_is_private, FAIL, asked("alice"), asked("alice again", {**PRIVATE, **HIT})),
    case("private, and a miss", personal_is_private, PASS, asked("alice"), asked("alice again", {**PRIVATE, **MISS})),
    case("the anonymous answer counts", personal_is_private, FAIL, exchange("/account", SHARED)),
    case("a redirect to the login", personal_is_private, PASS, exchange("/account", status=302)),
    case("a redirect that everybody keeps", personal_is_private, FAIL, exchange("/account", SHARED, status=302)),
    case("a shell that everybody may keep", personal_is_private, PASS, cart("alice"), cart("bob"), profile=SHELL),
    case(
        "a shell from a shared cache",
        personal_is_private,
        PASS,
        cart("alice", {**PAGE, **HIT}),
        cart("anonymous", {**PAGE, **HIT}),
        profile=SHELL,
        observed="the same bytes for everybody",
    ),
    case(
        "a shell, and a login for others",
        personal_is_private,
        PASS,
        cart("alice"),
        cart("bob"),
        TO_LOGIN,
        profile=SHELL,
    ),
    case(
        "a shell with alice's name",
        personal_is_private,
        FAIL,
        cart("alice", body=ALICE),
        cart("bob"),
        profile=SHELL,
        observed="public, max-age=0, s-maxage=3600",
    ),
    case(
        "a shell that differs by visitor",
        personal_is_private,
        FAIL,
        cart("alice"),
        cart("alice again"),
        cart("bob", body="<p>cart 7</p>"),
        profile=SHELL,
        observed="2 different bodies for 2 visitors, and public",
    ),
    case(
        "a shell with a nonce",
        personal_is_private,
        PASS,
        cart("alice", body="<p>1</p>"),
        cart("alice again", body="<p>2</p>"),
        cart("bob", body="<p>3</p>"),
        profile=SHELL,
        observed="no visitor's marker",
    ),
    case("a public shell that nobody compared", personal_is_private, UNKNOWN, exchange("/cart", PAGE), profile=SHELL),
    case("a private shell", personal_is_private, PASS, cart("alice", PRIVATE), cart("bob", PRIVATE), profile=SHELL),
    case("a leak despite `private` is the other check's", personal_is_private, SKIP, LEAK),
    case("refused", personal_is_private, SKIP, exchange("/account", status=401)),
    case("no personal route", personal_is_private, SKIP, profile=PUBLIC_SITE, reason="no personal route"),
    case("lost", personal_is_private, UNKNOWN, failure("/account", probe="as_identity", label="alice")),
]

STAYS = [
    case("everybody gets their own", personal_stays_personal, PASS, OWN),
    case(
        "bob gets alice's",
        personal_stays_personal,
        FAIL,
        asked("alice"),
        asked("bob", body=ALICE),
        observed="alice's page, sent to bob",
    ),
    case("nobody gets alice's", personal_stays_personal, FAIL, asked("alice"), asked("anonymous", body=ALICE)),
    case("both do", personal_stays_personal, FAIL, LEAK),
    case(
        "what says `public` is the other check's",
        personal_stays_personal,
        SKIP,
        asked("alice", SHARED),
        asked("bob", SHARED, ALICE),
    ),
    case(
        "alice is not signed in",
        personal_stays_personal,
        UNKNOWN,
        asked("alice", body=NOBODY),
        asked("bob"),
        reason="marker",
    ),
    case(
        "alice is sent to the login",
        personal_stays_personal,
        UNKNOWN,
        asked("alice", body="", status=302),
        asked("bob"),
    ),
    case(
        "nobody else was answered",
        personal_stays_personal,
        UNKNOWN,
        asked("alice"),
        failure("/account", probe="as_identity", label="bob"),
    ),
    case("all lost", personal_stays_personal, UNKNOWN, failure("/account", probe="as_identity", label="alice")),
    case(
        "one identity",
        personal_stays_personal,
        UNKNOWN,
        asked("alice"),
        asked("anonymous"),
        profile=ALONE,
        reason="two identities",
    ),
    case(
        "one identity, and a leak",
        personal_stays_personal,
        FAIL,
        asked("alice"),
        asked("anonymous", body=ALICE),
        profile=ALONE,
    ),
    case("no identity", personal_stays_personal, UNKNOWN, profile=STRANGERS, reason="two identities"),
    case(
        "a shell",
        personal_stays_personal,
        SKIP,
        asked("alice", body="<div>", url="/cart"),
        asked("bob", body="<div>", url="/cart"),
        profile=SHELL,
    ),
    case("no personal route", personal_stays_personal, SKIP, profile=PUBLIC_SITE),
]

COOKIES = [
    case(
        "s-maxage and a cookie",
        no_cookie_when_shared,
        FAIL,
        exchange("/", {**PAGE, "set-cookie": "sid=1; Path=/"}),
        observed=f"Set-Cookie: sid; {PAGE['cache-control']}",
    ),
    case(
        "a targeted lifetime and a cookie",
        no_cookie_when_shared,
        FAIL,
        exchange("/", {"cdn-cache-control": "max-age=60", "set-cookie": "a=1"}),
    ),
    case(
        "stripped, promised, and a cookie",
        no_cookie_when_shared,
        FAIL,
        exchange(
            "/products/1",
            {"cache-control": "public, max-age=0, must-revalidate", "server": "Vercel", "set-cookie": "a=1"},
        ),
    ),
    case(
        "private and a cookie",
        no_cookie_when_shared,
        SKIP,
        exchange("/", {"cache-control": "private, max-age=0", "set-cookie": "a=1"}),
    ),
    case(
        "no time at the edge and a cookie",
        no_cookie_when_shared,
        SKIP,
        exchange("/", {"cache-control": "max-age=0", "set-cookie": "a=1"}),
    ),
    case("no cookie", no_cookie_when_shared, PASS, exchange("/", PAGE)),
    case(
        "an asset's cookie is assets.cookieless's",
        no_cookie_when_shared,
        SKIP,
        exchange("/static/a.js", {**SHARED, "set-cookie": "a=1"}),
    ),
    case(
        "a personal page's is personal_is_private's",
        no_cookie_when_shared,
        SKIP,
        exchange("/account", {**SHARED, "set-cookie": "a=1"}),
    ),
    case("lost", no_cookie_when_shared, UNKNOWN, failure("/")),
]


def poisoned(label: str, fields: dict[str, str], body: str = "", status: int = 200) -> Exchange:
    """Return the answer to the request that carried the forwarded fields, or with `, then plain` to the next one."""
    kind, _, plain = label.partition(", then ")
    sent = {} if plain else {"x-forwarded-host": f"{NONCE}.invalid"}
    url = f"/?scalecheck={NONCE}-{kind}"
    return exchange(url, fields, probe="poison", of=1, label=label, body=body, status=status, sent=sent)


EVIL = f'<script src="https://{NONCE}.invalid/a.js">'
POISON = [
    case(
        "nothing shows up",
        not_poisonable,
        PASS,
        exchange("/", PAGE),
        poisoned("host", PAGE),
        poisoned("host, then plain", PAGE),
    ),
    case("in an answer that is kept", not_poisonable, FAIL, exchange("/", PAGE), poisoned("host", PAGE, EVIL)),
    case(
        "in a field of it",
        not_poisonable,
        FAIL,
        exchange("/", PAGE),
        poisoned("host", {**PAGE, "link": f"<https://{NONCE}.invalid/>"}),
    ),
    case(
        "in a private answer",
        not_poisonable,
        PASS,
        exchange("/", PAGE),
        poisoned("host", PRIVATE, EVIL),
        poisoned("host, then plain", PAGE),
    ),
    case(
        "in an answer keyed by it",
        not_poisonable,
        PASS,
        exchange("/", PAGE),
        poisoned("host", {**PAGE, "vary": "X-Forwarded-Host"}, EVIL),
    ),
    case(
        "in the next visitor's",
        not_poisonable,
        FAIL,
        exchange("/", PAGE),
        poisoned("host", PRIVATE, EVIL),
        poisoned("host, then plain", PAGE, EVIL),
    ),
    case(
        "the page's own URL does not count",
        not_poisonable,
        PASS,
        exchange("/", PAGE),
        poisoned("path", PAGE, f"/?scalecheck={NONCE}-path"),
    ),
    case(
        "another path's answer", not_poisonable, FAIL, exchange("/", PAGE), poisoned("path", PAGE, f"no page /{NONCE}")
    ),
    case(
        "a stored 404",
        not_poisonable,
        FAIL,
        exchange("/", PAGE),
        poisoned("path", PAGE, status=404),
        poisoned("path, then plain", {**PAGE, **HIT}, status=404),
    ),
    case(
        "the same 404, not stored",
        not_poisonable,
        PASS,
        exchange("/", PAGE),
        poisoned("path", PAGE, status=404),
        poisoned("path, then plain", {**PAGE, **MISS}, status=404),
    ),
    case("nothing asked", not_poisonable, SKIP, exchange("/", PAGE)),
    case("lost", not_poisonable, UNKNOWN, exchange("/", PAGE), failure("/", probe="poison", of=1, label="host")),
]


def static(label: str, fields: dict[str, str], body: str, status: int = 200) -> Exchange:
    """Return the answer under a static-looking name, as alice or, with `, then anonymous`, as nobody."""
    identity = None if label.endswith("anonymous") else "alice"
    return exchange(
        f"/account/{NONCE}.css", fields, probe="deceive", of=1, label=label, identity=identity, body=body, status=status
    )


DECEIVE = [
    case(
        "nothing there",
        not_deceivable,
        PASS,
        asked("alice"),
        static("css", {}, "", 404),
        static("css, then anonymous", {}, "", 404),
    ),
    case(
        "alice's page, to nobody",
        not_deceivable,
        FAIL,
        asked("alice"),
        static("css", PRIVATE, ALICE),
        static("css, then anonymous", HIT, ALICE),
    ),
    case("alice's page, kept by all", not_deceivable, FAIL, asked("alice"), static("css", SHARED, ALICE)),
    case(
        "alice's page, kept by alice",
        not_deceivable,
        PASS,
        asked("alice"),
        static("css", PRIVATE, ALICE),
        static("css, then anonymous", PRIVATE, NOBODY),
    ),
    case(
        "the page itself says `public`",
        not_deceivable,
        SKIP,
        asked("alice", SHARED),
        static("css", SHARED, ALICE),
        reason="personal_is_private",
    ),
    case(
        "the page itself leaks",
        not_deceivable,
        SKIP,
        asked("alice"),
        asked("bob", body=ALICE),
        static("css, then anonymous", HIT, ALICE),
        reason="personal_stays_personal",
    ),
    case("nothing asked", not_deceivable, SKIP),
    case(
        "lost", not_deceivable, UNKNOWN, asked("alice"), failure("/account/x.css", probe="deceive", of=1, label="css")
    ),
]

CASES: list[Any] = [*IS_PRIVATE, *STAYS, *COOKIES, *POISON, *DECEIVE]


@pytest.mark.parametrize("row", CASES)
def test_verdict(row: Case) -> None:
    row.assert_holds()
