import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.fields import Fields
from scalecheck.wire.vendor_data import vendors, verified, vocabularies
from scalecheck.wire.vendors import MAX_LAYERS, State, cache_states, recognise, vendor

STATUS_HEADERS = sorted({header for each in vocabularies() for header in each.headers})
FASTLY = "X-Served-By: cache-fra-1"
CLOUDFRONT = "X-Amz-Cf-Id: q1w2=="


def fields(*lines: str) -> Fields:
    return Fields(tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines)))


LAYERS = [
    ("nothing said", (), []),
    ("Age of 0", ("Age: 0",), []),
    ("malformed Age", ("Age: x",), []),
    ("Age alone", ("Age: 1",), [("", "HIT?")]),
    ("Age beside a word", ("Age: 9", "CF-Cache-Status: DYNAMIC"), [("Cloudflare", "DYNAMIC")]),
    ("a word in other case", ("cf-CACHE-status: Hit",), [("Cloudflare", "HIT")]),
    ("unknown word of one vendor", ("CF-Cache-Status: HITTING",), [("Cloudflare", "NONE?")]),
    ("unknown word, Age", ("CF-Cache-Status: HITTING", "Age: 9"), [("Cloudflare", "NONE?")]),
    ("empty value", ("CF-Cache-Status:",), [("Cloudflare", "NONE?")]),
    ("unknown word in X-Cache", ("X-Cache: hit-front",), [("", "NONE?")]),
    ("a word of three vendors, none of them seen", ("X-Cache: TCP_HIT",), [("", "NONE?")]),
    ("operator's header, server unknown", ("X-Cache-Status: HIT",), [("", "HIT")]),
    ("X-Cache, server unknown", ("X-Cache: MISS",), [("", "MISS")]),
    ("operator's header on HAProxy", ("Server: haproxy", "X-Cache-Status: HIT"), [("HAProxy", "HIT")]),
    ("operator's header, two servers", ("Server: nginx", "Via: 1.1 Caddy", "X-Cache-Status: HIT"), [("nginx", "HIT")]),
    ("X-Cache that VCL wrote", ("X-Varnish: 12 5", "X-Cache: MISS"), [("Varnish", "HIT")]),
    ("X-Cache from Varnish without its ids", ("Via: 1.1 a (Varnish/7.5)", "X-Cache: HIT"), [("Varnish", "HIT")]),
    ("X-Varnish of letters", ("X-Varnish: a b",), []),
    ("X-Varnish of three ids", ("X-Varnish: 1 2 3",), []),
    ("Fastly, shield first", (FASTLY, "X-Cache: MISS, HIT"), [("Fastly", "MISS"), ("Fastly", "HIT")]),
    ("Fastly before CloudFront", (FASTLY, CLOUDFRONT, "X-Cache: HIT, Miss from cloudfront"),
     [("Fastly", "HIT"), ("CloudFront", "MISS")]),
    ("two lines of X-Cache", (CLOUDFRONT, "X-Cache: HIT from squid.test", "X-Cache: Hit from cloudfront"),
     [("Squid", "HIT"), ("CloudFront", "HIT")]),
    ("Apache or Squid: Apache", ("Server: Apache/2.4", "X-Cache: HIT from a"), [("Apache", "HIT")]),
    ("Apache behind Squid", ("Server: Apache/2.4", "Via: 1.1 a (squid/4)", "X-Cache: HIT from a"), [("Squid", "HIT")]),
    ("lookup is not the outcome", ("X-Cache: MISS from a", "X-Cache-Lookup: HIT from a:3128"), [("Squid", "MISS")]),
    ("Akamai, child first", ("Akamai-Cache-Status: Hit from child, Miss from parent",),
     [("Akamai", "MISS"), ("Akamai", "HIT")]),
    ("Cloudflare before Vercel", ("Server: cloudflare", "CF-Cache-Status: DYNAMIC", "X-Vercel-Cache: HIT"),
     [("Vercel", "HIT"), ("Cloudflare", "DYNAMIC")]),
    ("Cloudflare before CloudFront", ("CF-Cache-Status: MISS", "Server: cloudflare", "X-Cache: Hit from cloudfront"),
     [("CloudFront", "HIT"), ("Cloudflare", "MISS")]),
    ("application, server, CDN", ("CF-Cache-Status: HIT", "X-Cache-Status: MISS", "x-nextjs-cache: STALE"),
     [("Next.js", "HIT_STALE_ASYNC?"), ("", "MISS"), ("Cloudflare", "HIT")]),
    ("an unknown word of one that spoke", ("X-Proxy-Cache: odd", "X-Varnish: 1 2"), [("Varnish", "HIT")]),
    ("an unknown word nearest the client", ("CF-Cache-Status: odd", "Server: nginx", "X-Cache-Status: HIT"),
     [("nginx", "HIT"), ("Cloudflare", "NONE?")]),
    ("CloudFront's word beats its timing", ("X-Cache: Miss from cloudfront", "Server-Timing: cdn-cache-hit"),
     [("CloudFront", "MISS")]),
    ("timing with a layer", ("Server-Timing: cdn-hit-layer;desc=\"REC\", cdn-cache-hit",),
     [("CloudFront", "HIT_SHIELD?")]),
    ("an application's timing", ("Server-Timing: db;dur=53, cache;desc=\"Cache Read\"",), []),
    ("Traffic Server, two hops",
     ("Via: h a (ApacheTrafficServer/9.2 [cMsSf ]), h b (ApacheTrafficServer/9.2 [cHs f ])",),
     [("Traffic Server", "MISS"), ("Traffic Server", "HIT")]),
    ("Traffic Server without codes", ("Via: http/1.1 a (ApacheTrafficServer/9.2)",), []),
    ("Envoy without a cache", ("Server: envoy",), [("Envoy", "MISS?")]),
    ("Cache-Status in its order", ("Cache-Status: a; fwd=miss, b; hit",), [("", "MISS"), ("", "HIT")]),
    ("Cache-Status on two lines", ("Cache-Status: a; fwd=miss", "Cache-Status: b; hit"), [("", "MISS"), ("", "HIT")]),
    ("Cache-Status and a CDN", ("CF-Cache-Status: MISS", "Cache-Status: a; hit"),
     [("", "HIT"), ("Cloudflare", "MISS")]),
    ("Cache-Status of Netlify before its origin's", ('Cache-Status: a; hit, "Netlify Edge"; fwd=miss',),
     [("", "HIT"), ("Netlify", "MISS")]),
    ("stale by its ttl", ("Cache-Status: a; hit; ttl=-3",), [("", "HIT_STALE")]),
    ("collapsed", ("Cache-Status: a; fwd=uri-miss; collapsed",), [("", "HIT_COLLAPSED")]),
    ("Netlify, validated", ('Cache-Status: "Netlify Edge"; fwd=stale; fwd-status=304',), [("Netlify", "REVALIDATED?")]),
    ("unknown reason", ("Cache-Status: a; fwd=mood",), [("", "NONE?")]),
    ("no hit and no reason", ("Cache-Status: a; stored",), []),
    ("Souin's key with a comma", ("Cache-Status: Souin; hit; ttl=9; key=GET-http-h-/a,b",), [("", "HIT")]),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), [pytest.param(*row[1:], id=row[0]) for row in LAYERS])
def test_layers(lines: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    found = [(each.vendor, each.state.name + ("" if each.certain else "?")) for each in cache_states(fields(*lines))]
    assert found == expected


@pytest.mark.parametrize(
    ("cdn", "vendor", "state"),
    [("auto", "", "HIT"), ("fastly", "Fastly", "HIT"), ("KeyCDN", "KeyCDN", "HIT"), ("nobody", "", "HIT")],
)
def test_declared_cdn(cdn: str, vendor: str, state: str) -> None:
    (found,) = cache_states(fields("X-Cache: HIT"), cdn)
    assert (found.vendor, found.state) == (vendor, State[state])


RECOGNISED = [
    ((), ()),
    (("Server: apachey",), ()),
    (("Server: Apache-Coyote/1.1",), ()),
    (("Server: nginx/1.28.0",), ("nginx",)),
    (("Server: openresty",), ("nginx",)),
    (("Server: Apache",), ("Apache",)),
    (("Server: Caddy",), ("Caddy",)),
    (("Via: 1.1 web (Varnish/7.5)", "Server: nginx"), ("Varnish", "nginx")),
    (("X-Powered-By: Next.js", "Server: nginx"), ("Next.js", "nginx")),
    (("X-Powered-By: Next.js", "Server: cloudflare", "X-Vercel-Id: x"), ("Next.js", "Vercel", "Cloudflare")),
    (("X-Amz-Cf-Pop: FRA56-P4", "CF-Ray: 1-FRA", "Server: cloudflare"), ("CloudFront", "Cloudflare")),
    (("X-Served-By: app-7",), ()),
    (("X-Served-By: cache-fra-1", "Via: 1.1 varnish"), ("Fastly",)),
]


@pytest.mark.parametrize(("lines", "expected"), RECOGNISED, ids=[" ".join(lines) for lines, _ in RECOGNISED])
def test_recognise(lines: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert recognise(fields(*lines)) == expected


def test_vendor_facts() -> None:
    strippers = {each.name for each in vendors().values() if "s-maxage" in each.strips}
    assert strippers == {"Vercel", "Netlify"}
    cloudflare = vendor("cloudflare")
    assert cloudflare is not None
    assert cloudflare.targets == ("cloudflare-cdn-cache-control", "cdn-cache-control")
    assert vendor("auto") is None


def test_data_is_whole() -> None:
    assert {each.vendor for each in vocabularies()} - {""} <= set(vendors())
    assert all(each.source.startswith("https://") for each in vendors().values() if verified(each.confidence))


@pytest.mark.parametrize(
    ("confidence", "expected"), [("S", True), ("D", True), ("T", True), ("D/M", True), ("T/M", False), ("M", False)]
)
def test_verified(confidence: str, expected: bool) -> None:
    assert verified(confidence) is expected


def test_states_of_a_ratio() -> None:
    assert {state for state in State if state.strict_hit} < {state for state in State if state.served_from_cache}
    assert all(state.in_denominator for state in State if state.served_from_cache)
    counts = [
        sum(getattr(state, each) for state in State) for each in ("strict_hit", "served_from_cache", "in_denominator")
    ]
    assert (len(State), *counts) == (22, 7, 9, 15)


@given(st.lists(st.tuples(st.sampled_from(STATUS_HEADERS), st.text() | st.text(',;="[] fromHIT\\')), max_size=5))
@settings(max_examples=100, deadline=None)
def test_any_line_is_read(lines: list[tuple[str, str]]) -> None:
    found = cache_states(Fields(tuple(lines)))
    assert len(found) <= MAX_LAYERS
    assert set(recognise(Fields(tuple(lines)))) <= set(vendors())
    assert all(each.state is State.NONE or each.header in STATUS_HEADERS for each in found)


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern", ['"', ",", "HIT,", "a;", ";", "[", "ApacheTrafficServer", "1 ", "-WAIT", " from ", ":"]
)
def test_100_kilobytes_of_a_pattern(pattern: str) -> None:
    line = pattern * (100_000 // len(pattern))
    assert all(len(cache_states(Fields(((header, line),)))) <= MAX_LAYERS for header in STATUS_HEADERS)


def test_10_000_lines() -> None:
    assert len(cache_states(Fields((("X-Cache", "HIT, MISS"),) * 10_000))) <= MAX_LAYERS
