"""What each probe asks, given what is known, and in which rounds."""

from collections.abc import Mapping
from typing import Any

import pytest

from scalecheck.lab.pictures import picture
from scalecheck.model.evidence import Ask, Failure, Loss, Record
from scalecheck.model.site import Site
from scalecheck.probes.discovery import first, sitemap
from scalecheck.probes.edges import origin, providers
from scalecheck.probes.handshakes import handshakes, old_tls
from scalecheck.probes.identities import as_identity, deceive
from scalecheck.probes.probe import Probe, in_order
from scalecheck.probes.repeats import again, later
from scalecheck.probes.representations import CLIENTS, accepts, conditional, encodings, head
from scalecheck.probes.variants import BURST, burst, missing, odd_encoding, poison, purge, tracking, write
from tests.checks.rows import IDENTITIES, ROUTES, SITE, STARTED_AT, exchange, profile, site
from tests.probes.asking import Answer, asked, ok, shown

NONCE = f"sc{round(STARTED_AT * 1000):x}"
PAGE = {"cache-control": "public, max-age=0, s-maxage=60, stale-while-revalidate=86400"}
HIT, MISS = ({**PAGE, "x-cache-status": state, "server": "nginx"} for state in ("HIT", "MISS"))
WRITES = profile(safety={"writes": "true"})
ANY_ORIGIN = "203.0.113.7:443"
PRODUCTS = [exchange(f"/products/{number}", PAGE) for number in range(1, 9)]


def only(*names: str, **keys: Any) -> Any:
    """Return a profile with these routes only."""
    return profile(routes={name: ROUTES[name] for name in names}, **keys)


def refused(ask: Ask) -> Record:
    return Failure(0, "", ask, Loss.REFUSED, "connection refused", STARTED_AT)


POISONED = [
    (
        f"/?scalecheck={NONCE}-host [host] of 1; x-forwarded-host: {NONCE}.invalid; x-host: {NONCE}.invalid"
        f"; x-forwarded-server: {NONCE}.invalid"
    ),
    f"/?scalecheck={NONCE}-scheme [scheme] of 1; x-forwarded-scheme: http; x-forwarded-proto: {NONCE}",
    f"/?scalecheck={NONCE}-path [path] of 1; x-original-url: /{NONCE}; x-rewrite-url: /{NONCE}",
]

ROWS: list[tuple[str, Probe, Site, list[list[str]]]] = [
    (
        "every coding of a page",
        encodings,
        site(exchange("/")),
        [[f"/ [{coding}] of 1; accept-encoding: {coding}" for coding in ("identity", "gzip", "br", "zstd")]],
    ),
    ("no coding of what is compressed already", encodings, site(exchange("/images/a.png")), []),
    ("of answers with 200 only", encodings, site(exchange("/", status=404)), []),
    (
        "the coding asked for replaces the first one",
        encodings,
        site(exchange("/", sent={"accept-encoding": "x"})),
        [[f"/ [{coding}] of 1; accept-encoding: {coding}" for coding in ("identity", "gzip", "br", "zstd")]],
    ),
    (
        "conditional by ETag",
        conditional,
        site(exchange("/", {"etag": '"1"', "last-modified": "x"})),
        [['/ [etag] of 1; if-none-match: "1"']],
    ),
    (
        "conditional by date",
        conditional,
        site(exchange("/", {"last-modified": "yesterday"})),
        [["/ [last-modified] of 1; if-modified-since: yesterday"]],
    ),
    ("no validator, no condition", conditional, site(exchange("/")), []),
    (
        "a picture as three clients ask",
        accepts,
        site(exchange("/images/a.png")),
        [[f"/images/a.png [{client}] of 1; accept: {value}" for client, value in CLIENTS.items()]],
    ),
    (
        "not as Chrome where the first request did",
        accepts,
        site(exchange("/images/a.png", sent={"accept": CLIENTS["chrome"]})),
        [[f"/images/a.png [{client}] of 1; accept: {CLIENTS[client]}" for client in ("safari", "old")]],
    ),
    ("a picture by its bytes", accepts, site(exchange("/a", body="<svg>", content_type="image/png")), []),
    ("no drawing and no icon", accepts, site(exchange("/a.svg"), exchange("/favicon.ico")), []),
    ("HEAD of two URLs of a route", head, site(*PRODUCTS), [["HEAD /products/1 of 1", "HEAD /products/2 of 2"]]),
    (
        "tracking parameters on a page",
        tracking,
        site(exchange("/")),
        [[f"/?utm_source={NONCE}&utm_campaign=scalecheck&gclid={NONCE} of 1"]],
    ),
    ("none on an asset", tracking, site(exchange("/fonts/a.woff2")), []),
    ("none on a page that is not kept", tracking, site(exchange("/live")), []),
    (
        "one URL of a route",
        tracking,
        site(*PRODUCTS[:2]),
        [[f"/products/1?utm_source={NONCE}&utm_campaign=scalecheck&gclid={NONCE} of 1"]],
    ),
    ("an unknown coding", odd_encoding, site(exchange("/")), [[f"/ of 1; accept-encoding: gzip, br, zstd, x-{NONCE}"]]),
    (
        "poisoned, then plain",
        poison,
        site(exchange("/")),
        [
            POISONED,
            [f"/?scalecheck={NONCE}-{label} [{label}, then plain] of 1" for label in ("host", "scheme", "path")],
        ],
    ),
    ("nothing personal is poisoned", poison, site(exchange("/account")), []),
    ("an invented page", missing, site(exchange("/")), [[f"/{NONCE} [page]"]]),
    (
        "an invented chunk in each folder, and each script's map",
        missing,
        site(*(exchange(f"/_next/static/{name}") for name in ("a.9f2c1b7e.js", "b.0f2c1b7e.js", "css/c.1f2c1b7e.css"))),
        [
            [
                f"/{NONCE} [page]",
                f"/_next/static/{NONCE}.0a1b2c3d.js [asset] of 1",
                f"/_next/static/css/{NONCE}.0a1b2c3d.css [asset] of 3",
                "/_next/static/a.9f2c1b7e.js.map [source map] of 1",
                "/_next/static/b.0f2c1b7e.js.map [source map] of 2",
            ]
        ],
    ),
    (
        "a burst on one URL of all",
        burst,
        site(exchange("/"), exchange("/about")),
        [[f"/?scalecheck={NONCE}-burst [{n}] of 1 together" for n in range(1, BURST + 1)]],
    ),
    (
        "a visit to every https host, and two returns",
        handshakes,
        site(
            exchange("http://shop.test/"),
            exchange("/"),
            exchange("/about"),
            exchange("https://cdn.shop.test/a.js"),
            exchange("https://down.shop.test/a.js", status=503),
        ),
        [
            [f"HEAD / [{label}] of 2 anew", f"HEAD https://cdn.shop.test/a.js [{label}] of 4 anew"]
            for label in ("visit", "return 1", "return 2")
        ],
    ),
    (
        "old versions of TLS, of every https host",
        old_tls,
        site(exchange("http://shop.test/"), exchange("/"), exchange("/about")),
        [["HEAD / of 2 anew by old TLS"]],
    ),
    ("no handshake on plain http", handshakes, site(exchange("http://shop.test/")), []),
    ("no write", write, site(exchange("/")), []),
    ("a write where it is allowed", write, site(exchange("/"), profile=WRITES), [["POST / of 1"]]),
    ("no purge", purge, site(exchange("/")), []),
    (
        "a purge where it is allowed",
        purge,
        site(exchange("/"), profile=WRITES),
        [[f"PURGE /?scalecheck={NONCE}-purge of 1"]],
    ),
    (
        "personal pages as alice twice, then as bob, then as nobody",
        as_identity,
        site(),
        [
            ["/account as alice [alice]"],
            ["/account as alice [alice again]"],
            ["/account as bob [bob]"],
            ["/account [anonymous]"],
        ],
    ),
    ("without identities nothing", as_identity, site(profile=profile(identities={})), []),
    (
        "one identity, then nobody",
        as_identity,
        site(profile=profile(identities={"bob": IDENTITIES["bob"]})),
        [["/account as bob [bob]"], ["/account as bob [bob again]"], ["/account [anonymous]"]],
    ),
    ("without personal routes nothing", as_identity, site(profile=only("home")), []),
    (
        "static names for a personal page, as alice, then as nobody",
        deceive,
        site(
            exchange("/account", probe="as_identity", label="alice", identity="alice"),
            exchange("/account", probe="as_identity", label="bob", identity="bob"),
        ),
        [
            [
                f"/account{path} as alice [{label}] of 1"
                for label, path in (
                    ("css", f"/{NONCE}.css"),
                    ("js", f"/{NONCE}.js"),
                    ("semicolon", f";{NONCE}.css"),
                    ("dot", f"/..%2f{NONCE}.css"),
                )
            ],
            [
                f"/account{path} [{label}, then anonymous] of 1"
                for label, path in (
                    ("css", f"/{NONCE}.css"),
                    ("js", f"/{NONCE}.js"),
                    ("semicolon", f";{NONCE}.css"),
                    ("dot", f"/..%2f{NONCE}.css"),
                )
            ],
        ],
    ),
    (
        "no static names without a personal page",
        deceive,
        site(exchange("/account", probe="as_identity", label="alice", identity="alice", status=302)),
        [],
    ),
    ("not beyond the patience", later, site(exchange("/products/1", {**HIT, "age": "55"})), []),
    (
        "a lifetime that is hidden is the contract's",
        later,
        site(exchange("/products/1", {"cache-control": "max-age=0"})),
        [],
    ),
    (
        "no stale window, nothing to wait for",
        later,
        site(exchange("/search", {"cache-control": "s-maxage=1", "age": "1"})),
        [],
    ),
    ("no other CDN declared", providers, site(exchange("/")), []),
    (
        "two URLs of a route from another CDN",
        providers,
        site(*PRODUCTS, profile=profile(edge={"providers": {"other": ANY_ORIGIN}})),
        [[f"/products/{n} at {ANY_ORIGIN} [other] of {n}" for n in (1, 2)]],
    ),
    ("no origin declared", origin, site(exchange("/")), []),
    (
        "a page from the origin itself",
        origin,
        site(exchange("/"), profile=profile(edge={"origin": ANY_ORIGIN})),
        [[f"/ at {ANY_ORIGIN} of 1"]],
    ),
    ("no sitemap where every route names its URLs", sitemap, site(profile=only("home", "about")), []),
    ("declared URLs, each once", first, site(profile=only("home", "about", "account")), [["/", "/about", "/account"]]),
]


@pytest.mark.parametrize(("name", "probe", "known", "expected"), ROWS, ids=[f"{row[1].name}: {row[0]}" for row in ROWS])
def test_asks(name: str, probe: Probe, known: Site, expected: list[list[str]]) -> None:
    assert shown(asked(probe, known)) == expected


def hits(share: int, hit: Mapping[str, str] = HIT, miss: Mapping[str, str] = MISS) -> Answer:
    """Return a site on which every `share`-th request is a miss; none with 0."""
    seen = 0

    def answer(ask: Ask) -> Record:
        nonlocal seen
        seen += 1
        return exchange(ask.request.url, miss if share and seen % share == 0 else hit)

    return answer


AZURE = profile(cdn="Azure Front Door")

AGAIN: list[Any] = [
    ("two repeats of what is not kept", site(exchange("/live")), ok, [2]),
    ("nine of nine prove 70 %", site(exchange("/")), hits(0), [9]),
    ("shared among the pages", site(*PRODUCTS[:3]), hits(0), [15]),
    ("59 of 59 prove 95 %", site(exchange("/fonts/a.woff2")), hits(0), [59]),
    ("a silent edge is not asked for more", site(exchange("/")), ok, [9]),
    ("all misses decide it", site(exchange("/")), hits(1), [9]),
    ("a few misses ask for more", site(exchange("/")), hits(9), [9, 5]),
    (
        "in the words of the CDN that the profile names",
        site(exchange("/"), profile=AZURE),
        hits(9, {"x-cache": "TCP_HIT"}, {"x-cache": "TCP_MISS"}),
        [9, 5],
    ),
    ("nothing of what failed", site(exchange("/", status=500)), ok, []),
]


@pytest.mark.parametrize(("name", "known", "answer", "counts"), AGAIN, ids=[row[0] for row in AGAIN])
def test_again_asks_as_often_as_the_bound_needs(name: str, known: Site, answer: Answer, counts: list[int]) -> None:
    assert [len(asks) for asks in asked(again, known, answer)] == counts


@pytest.mark.parametrize(("name", "format_", "rounds"), [("modern", "webp", 2), ("old", "png", 1)])
def test_an_old_client_asks_past_the_cache_for_what_it_can_read(name: str, format_: str, rounds: int) -> None:
    def answer(ask: Ask) -> Record:
        return exchange(ask.request.url, body=picture("hero", 320, format_))

    found = shown(asked(accepts, site(exchange("/images/a.png")), answer))
    assert len(found) == rounds
    past = f"/images/a.png?scalecheck={NONCE} [old, past the cache] of 1; accept: {CLIENTS['old']}"
    assert found[1:] == [[past]] * (rounds - 1)


def test_rounds_end_when_nothing_is_answered() -> None:
    assert shown(asked(poison, site(exchange("/")), refused)) == [POISONED]
    assert len(asked(as_identity, site(), refused)) == 4


def test_samples_bound_each_route_and_media_type() -> None:
    asks = asked(conditional, site(*(exchange(f"/products/{n}", {"etag": '"1"'}) for n in range(20))))
    assert [len(each) for each in asks] == [profile().safety.samples]


def test_probes_come_behind_what_they_follow() -> None:
    every = (deceive, later, tracking, providers, missing)
    ordered = [each.name for each in in_order(every)]
    assert len(ordered) == len(set(ordered))
    for each in in_order(every):
        assert all(ordered.index(parent.name) < ordered.index(each.name) for parent in each.after)


def test_a_probe_is_named_and_explained_by_its_function() -> None:
    assert (head.name, head.purpose) == ("head", "Ask HEAD of what was asked with GET.")
    assert {each.name for each in deceive.with_ancestors} == {"deceive", "as_identity", "first", "sitemap"}


def test_no_probe_asks_for_another_host() -> None:
    known = site(exchange("/"), exchange("/_next/static/a.9f2c1b7e.js"), exchange("/images/a.png"), profile=WRITES)
    probes = (
        accepts,
        again,
        burst,
        conditional,
        encodings,
        head,
        missing,
        odd_encoding,
        poison,
        purge,
        tracking,
        write,
    )
    urls = [ask.request.url for probe in (*probes, tracking, write) for asks in asked(probe, known) for ask in asks]
    assert urls
    assert all(url.startswith(f"{SITE}/") for url in urls)


@pytest.mark.parametrize(
    ("name", "age", "lifetime_s", "expected"),
    [
        ("expires within the patience", "58", 60, ["[before]", "[expired] after 3s", "[renewed] after 1s"]),
        ("at the patience", "56", 60, ["[before]", "[expired] after 5s", "[renewed] after 1s"]),
        ("renewed in between, and too long to wait for", "0", 60, ["[before]"]),
        ("stale when asked, so renewed by that", "9", 2, ["[before]", "[expired] after 3s", "[renewed] after 1s"]),
    ],
)
def test_expiry_is_awaited_from_the_moment_it_is_known(
    name: str, age: str, lifetime_s: int, expected: list[str]
) -> None:
    told = f"public, max-age=0, s-maxage={lifetime_s}, stale-while-revalidate=86400"
    known = site(exchange("/products/1", {**HIT, "cache-control": told, "age": str(lifetime_s - 2)}))
    rounds = asked(later, known, lambda ask: exchange(ask.request.url, {**HIT, "cache-control": told, "age": age}))
    assert [words for each in shown(rounds) for words in each] == [
        f"/products/1 {step.partition(' ')[0]} of 1{step.partition(']')[2]}" for step in expected
    ]
