"""One mistake, one failure: every evidence set fails exactly one check of the whole catalogue."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from scalecheck.checks.catalogue import CHECKS, SWARMED
from scalecheck.model.evidence import Exchange, Loss, Record, Tls
from scalecheck.model.profile import Profile
from scalecheck.model.site import Site
from scalecheck.model.verdict import Verdict
from scalecheck.probes.handshakes import RETURNS
from tests.checks.rows import DATE, ROUTES, YEAR, exchange, failure, judged, profile, site

HIT, MISS = {"x-cache-status": "HIT"}, {"x-cache-status": "MISS"}
SECURE = {
    "strict-transport-security": "max-age=31536000",
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=()",
    "alt-svc": 'h3=":443"',
    "server": "nginx",
    "date": DATE,
    "etag": '"1"',
    "vary": "Accept-Encoding",
}
LONG = "".join(f"export const value{number} = {number * number};\n" for number in range(200))
SHELL = "<!doctype html><title>Shop</title><div id=root></div>"
CHUNK = "/_next/static/app.9f2c1b7e.js"
TWIN = "/_next/static/lib.0b1c2d3e.js"
OLD = "/_next/static/old.1c2d3e4f.js"
DECLARED: dict[str, Any] = {name: ROUTES[name] for name in ("home", "chunks", "files", "images")}


@dataclass(frozen=True)
class Resource:
    """One URL of the shop, as it answers every probe."""

    url: str
    policy: str
    body: str
    fields: Mapping[str, str | None]
    repeats: int
    keys: Mapping[str, Any]

    def answer(self, said: Mapping[str, str], **more: Any) -> Exchange:
        fields = {**SECURE, "cache-control": self.policy, **said, **self.fields, **more.pop("fields", {})}
        keys = {"http_version": "2", "tls": Tls("TLSv1.3"), "body": self.body, **self.keys, **more}
        return exchange(self.url, {name: value for name, value in fields.items() if value is not None}, **keys)


PAGE = Resource(
    "/",
    "public, max-age=0, s-maxage=3600",
    f"<h1>Shop</h1><link rel=stylesheet href=/static/a.css><script src={CHUNK}></script>"
    '<img src="/images/a.png" width=9 height=9>',
    {},
    9,
    {},
)
SHOP = {
    "page": PAGE,
    "chunk": Resource(CHUNK, YEAR, "let a = 1", {}, 60, {}),
    "sheet": Resource("/static/a.css", "public, max-age=3600", "p { margin: 0 }", {}, 2, {}),
    "image": Resource(
        "/images/a.png", "max-age=86400, s-maxage=604800, stale-while-revalidate=604800", "png", {}, 60, {}
    ),
}


def followed(number: int, resource: Resource, changed: Mapping[str, Mapping[str, Any]]) -> Iterable[Record]:
    """Yield the answers of one resource to the probes that follow it up."""

    def of(probe: str, said: Mapping[str, str] = HIT, **keys: Any) -> Exchange:
        return resource.answer(said, probe=probe, of=number, **{**keys, **changed.get(probe, {})})

    yield from (of("again", label=str(turn)) for turn in range(1, resource.repeats + 1))
    yield replace(of("conditional", label="etag", body="", status=304))
    yield of("head", method="HEAD")
    if not resource.url.endswith("png"):
        yield of("encodings", label="identity")
        yield of("encodings", label="gzip", fields={"content-encoding": "gzip", "etag": 'W/"1"'})
    if resource.url == "/":
        yield from (of("handshakes", tls=Tls("TLSv1.3", resumed=True), label=label) for label in RETURNS)
        yield of("tracking")
        yield of("odd_encoding")
        yield of("burst", MISS, label="1")
        yield from (of("burst", label=str(turn)) for turn in range(2, 11))


def invented(number: int, label: str, **changed: Any) -> Exchange:
    url = {"page": "/sc1", "asset": "/_next/static/sc1.0a1b2c3d.js", "source map": CHUNK + ".map"}[label]
    keys = {"status": 404, "content_type": "text/html", **changed}
    return exchange(url, keys.pop("fields", {}), probe="missing", of=number, label=label, **keys)


def shop(
    changed: str = "",
    *,
    policy: str | None = None,
    fields: Mapping[str, str | None] | None = None,
    body: str | None = None,
    url: str | None = None,
    probes: Mapping[str, Mapping[str, Any]] | None = None,
    missing: Mapping[str, Mapping[str, Any]] | None = None,
    more: Iterable[Record] = (),
    declared: Profile | None = None,
    before: Site | None = None,
    **keys: Any,
) -> Site:
    """Return a site that fails nothing, with one of its resources changed; `probes` changes single probes' answers."""
    resources = dict(SHOP)
    if changed:
        old = resources[changed]
        removed = {"cache-control": None} if policy == "" else {}
        resources[changed] = Resource(
            url or old.url,
            old.policy if policy is None else policy,
            old.body if body is None else body,
            {**removed, **(fields or {})},
            old.repeats,
            keys,
        )
        if url:
            resources["page"] = replace(PAGE, body=PAGE.body.replace(old.url, url))
    firsts = [each.answer(MISS, ttfb_s=0.2) for each in resources.values()]
    later = [
        record
        for number, (name, each) in enumerate(resources.items(), 1)
        for record in followed(number, each, probes or {} if name == changed else {})
    ]
    absent = [invented(2, label, **(missing or {}).get(label, {})) for label in ("page", "asset", "source map")]
    asked = {probe.name for check in AUDITED for probe in check.probes if not check.opt_in or before is not None}
    return site(firsts, later, absent, more, profile=declared or profile(routes=DECLARED), asked=asked, before=before)


AUDITED = tuple(check for check in CHECKS if check.id.partition(".")[0] not in SWARMED)
"""All but those that a swarm's evidence is for."""


def failing(known: Site) -> list[str]:
    """Return the checks that do not let the site pass; what only waits for lost answers is left to site.answers."""
    outcomes = (judged(check, known) for check in AUDITED)
    bad = [outcome for outcome in outcomes if outcome.verdict in {Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN}]
    return [outcome.check for outcome in bad if "see site.answers" not in outcome.findings[0].reason]


def without(name: str) -> Callable[[], Site]:
    return lambda: shop("page", fields={name: None})


def extra(url: str, fields: Mapping[str, str] | None = None, **keys: Any) -> Exchange:
    """Return one more first answer, as well behaved as the others."""
    sent = {**SECURE, **HIT, "cache-control": "private, no-store", **(fields or {})}
    return exchange(url, sent, http_version="2", tls=Tls("TLSv1.3"), **keys)


def declared(**keys: Any) -> Profile:
    return profile(**{"routes": DECLARED, **keys})


FONT = "@font-face { font-family: A; src: url(/fonts/a.woff2) }"
KEY = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
PROVIDER = {"providers": {"other": "192.0.2.1:443"}}
MISTAKES: dict[str, tuple[str, Callable[[], Site]]] = {
    "a style sheet that is gone": ("site.answers", lambda: shop(more=[extra("/static/b.css", status=404)])),
    "an answer that was lost": ("site.answers", lambda: shop(more=[failure("/", Loss.CUT, probe="again", of=1)])),
    "a route without URL": (
        "site.routes_seen",
        lambda: shop(declared=declared(routes={**DECLARED, "about": ROUTES["about"]})),
    ),
    "a redirect loop": (
        "site.redirects_settle",
        lambda: shop(
            more=[
                extra("/x", {"location": "/y"}, status=302),
                extra("/y", {"location": "/x"}, status=302),
            ]
        ),
    ),
    "a clock that is slow": ("site.clock", lambda: shop("page", fields={"date": "Tue, 14 Nov 2023 22:03:20 GMT"})),
    "a page without policy": ("cache.explicit", lambda: shop("page", policy="")),
    "a page for a year": ("cache.pages_revalidate", lambda: shop("page", policy=YEAR)),
    "a page for nobody": ("cache.contract", lambda: shop("page", policy="private, no-cache")),
    "a contradiction on a page": ("cache.directives_parse", lambda: shop("page", policy="no-store, max-age=60")),
    "a contradiction on a chunk": ("cache.directives_parse", lambda: shop("chunk", policy="no-store, max-age=60")),
    "a contradiction on a sheet": ("cache.directives_parse", lambda: shop("sheet", policy="no-store, max-age=60")),
    "a cookie on a page": ("cache.no_cookie_when_shared", lambda: shop("page", fields={"set-cookie": "a=1; Secure"})),
    "a page that varies by cookie": (
        "cache.vary_is_bounded",
        lambda: shop("page", fields={"vary": "Cookie, Accept-Encoding"}),
    ),
    "a chunk without Vary": ("cache.vary_names_encoding", lambda: shop("chunk", fields={"vary": None})),
    "a 404 for a day": (
        "cache.errors_are_short",
        lambda: shop(missing={"page": {"fields": {"cache-control": "max-age=86400"}}}),
    ),
    "a script without hash": ("assets.fingerprinted", lambda: shop("chunk", url="/_next/static/app.js")),
    "a chunk without policy": ("assets.immutable", lambda: shop("chunk", policy="")),
    "a chunk for a day": ("assets.immutable", lambda: shop("chunk", policy="public, max-age=86400, immutable")),
    "a private chunk": ("assets.immutable", lambda: shop("chunk", policy="private, max-age=31536000, immutable")),
    "a fingerprinted image for a day": ("assets.immutable", lambda: shop("image", url="/images/a.9f2c1b7e.png")),
    "a sheet for a year": ("assets.unhashed_is_short", lambda: shop("sheet", policy=YEAR)),
    "an image for a year, immutable": ("assets.unhashed_is_short", lambda: shop("image", policy=YEAR)),
    "a sheet without policy": ("cache.explicit", lambda: shop("sheet", policy="")),
    "a cookie on a chunk": ("assets.cookieless", lambda: shop("chunk", fields={"set-cookie": "a=1; Secure"})),
    "a cookie on an image": ("assets.cookieless", lambda: shop("image", fields={"set-cookie": "a=1; Secure"})),
    "a chunk whose bytes change": ("assets.same_bytes", lambda: shop("chunk", probes={"again": {"body": "let b"}})),
    "a chunk that one node has not": (
        "assets.same_bytes",
        lambda: shop(more=[SHOP["chunk"].answer(HIT, probe="again", of=2, label="x", status=404)]),
    ),
    "the shell for an invented chunk": (
        "assets.missing_is_404",
        lambda: shop(missing={"asset": {"status": 200, "body": SHELL, "fields": {"cache-control": YEAR}}}),
    ),
    "the shell for a chunk that pages name": (
        "assets.missing_is_404",
        lambda: shop("chunk", body=SHELL, content_type="text/html; charset=utf-8"),
    ),
    "the shell for such a chunk, by its own rules": (
        "assets.missing_is_404",
        lambda: shop("chunk", policy="no-cache", body=SHELL, content_type="text/html; charset=utf-8"),
    ),
    "a chunk of the wrong type": ("assets.typed", lambda: shop("chunk", content_type="text/plain; charset=utf-8")),
    "a script sent as a page": ("assets.typed", lambda: shop("chunk", content_type="text/html; charset=utf-8")),
    "a chunk that travels as it is": ("assets.compressed", lambda: shop("chunk", body=LONG)),
    "a font that hides text": ("assets.fonts", lambda: shop("sheet", body=FONT)),
    "a public source map": (
        "assets.source_maps_private",
        lambda: shop(
            missing={"source map": {"status": 200, "body": '{"mappings":""}', "content_type": "application/json"}}
        ),
    ),
    "a library under two names": (
        "assets.no_duplicates",
        lambda: shop(
            "page",
            body=f"<p>Shop<script src={TWIN}></script><script src={OLD}></script>",
            more=[extra(url, {"cache-control": YEAR}, body="let twin;" * 40) for url in (TWIN, OLD)],
        ),
    ),
    "other bytes than before": (
        "assets.same_bytes_since",
        lambda: shop(before=site(exchange(CHUNK, body="let b"))),
    ),
    "a chunk that a deploy took away": (
        "assets.kept_after_deploy",
        lambda: shop(before=site(exchange(OLD)), more=[exchange(OLD, probe="kept", status=404)]),
    ),
    "a silent edge": ("cdn.speaks", lambda: shop("page", fields={"x-cache-status": None})),
    "pages that are never hits": ("cdn.page_hit_ratio", lambda: shop("page", probes={"again": {"fields": MISS}})),
    "chunks that are never hits": ("cdn.static_hit_ratio", lambda: shop("chunk", probes={"again": {"fields": MISS}})),
    "a popular page that is cold": (
        "cdn.warm",
        lambda: shop(declared=declared(routes={**DECLARED, "home": {**ROUTES["home"], "warm": "true"}})),
    ),
    "slow hits": ("cdn.hits_are_fast", lambda: shop("chunk", probes={"again": {"ttfb_s": 0.9}})),
    "a herd that reaches the origin": ("cdn.coalesces", lambda: shop("page", probes={"burst": {"fields": MISS}})),
    "another edge with another page": (
        "cdn.providers_agree",
        lambda: shop(
            declared=declared(edge=PROVIDER),
            more=[PAGE.answer({}, probe="providers", of=1, label="other", body="<h1>Another")],
        ),
    ),
    "an origin in the open": (
        "cdn.origin_is_hidden",
        lambda: shop(declared=declared(edge={"origin": "192.0.2.9:443"}), more=[PAGE.answer({}, probe="origin", of=1)]),
    ),
    "HTTP/1.1": ("cdn.modern_transport", lambda: shop("page", http_version="1.1")),
    "TLS 1.2": ("cdn.modern_transport", lambda: shop("page", tls=Tls("TLSv1.2"))),
    "no session resumed": (
        "cdn.modern_transport",
        lambda: shop("page", probes={"handshakes": {"tls": Tls("TLSv1.3", resumed=False)}}),
    ),
    "TLS 1.1": ("security.tls", lambda: shop("page", tls=Tls("TLSv1.1"))),
    "no HSTS": ("security.hsts", without("strict-transport-security")),
    "no policy for scripts": (
        "security.csp",
        lambda: shop("page", fields={"content-security-policy": "frame-ancestors 'none'"}),
    ),
    "a policy that lets anything run": (
        "security.csp",
        lambda: shop("page", fields={"content-security-policy": "default-src *; frame-ancestors 'none'"}),
    ),
    "sniffing on a page": ("security.nosniff", without("x-content-type-options")),
    "sniffing on a script": ("security.nosniff", lambda: shop("chunk", fields={"x-content-type-options": None})),
    "frames for all": (
        "security.framing",
        lambda: shop("page", fields={"content-security-policy": "default-src 'self'"}),
    ),
    "a Referer for all": ("security.referrer", lambda: shop("page", fields={"referrer-policy": "unsafe-url"})),
    "no Permissions-Policy": ("security.permissions", without("permissions-policy")),
    "a bare session": ("security.cookies", lambda: shop(more=[extra("/me", {"set-cookie": "session=1"})])),
    "a third-party script without integrity": (
        "security.sri",
        lambda: shop("page", body=PAGE.body + '<script src="https://cdn.example/a.js"></script>'),
    ),
    "a key in a chunk": ("security.no_secrets_in_bundles", lambda: shop("chunk", body=f'let key = "{KEY}"')),
    "a server that names its version": (
        "security.no_server_detail",
        lambda: shop("page", fields={"server": "nginx/1.24.0"}),
    ),
}


def test_a_shop_as_declared_fails_nothing() -> None:
    assert failing(shop()) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_failure(mistake: str) -> None:
    expected, made = MISTAKES[mistake]
    assert failing(made()) == [expected]


def test_every_check_of_these_groups_is_told_apart_from_all_others() -> None:
    opt_in = {"security.purge_is_guarded", "security.no_tokens_in_storage"}
    groups = ("site.", "assets.", "cdn.", "security.")
    assert {check.id for check in CHECKS if check.id.startswith(groups)} - opt_in <= {
        expected for expected, _ in MISTAKES.values()
    }
