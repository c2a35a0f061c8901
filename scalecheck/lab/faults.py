"""What can be broken in the lab, one thing each, and the check that says so.

Most faults are a wrong field on some answers, and are data here. The others are named where the lab behaves: look for
`"name" in faults`. Without faults, nothing of this has an effect.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from scalecheck.lab import faults_browser, faults_bundle, faults_images, faults_load, faults_rendering
from scalecheck.lab.fault import Fault
from scalecheck.lab.message import Answer

__all__ = ["FAULTS", "Fault", "chosen", "spoilt"]

FOREVER = "public, max-age=31536000, immutable"
CSP = "default-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'"


def chosen(names: Iterable[str]) -> frozenset[str]:
    """Return the names as a set; ValueError for one that is no fault."""
    faults = frozenset(names)
    if unknown := faults - FAULTS.keys():
        raise ValueError(f"no such fault: {', '.join(sorted(unknown))}")
    return faults


def spoilt(faults: frozenset[str], path: str, answer: Answer) -> Answer:
    """Return an answer with the fields that the faults make wrong."""
    for fault in (FAULTS[name] for name in sorted(faults)):
        if fault.spoils(path, answer.status):
            kept = answer.fields.without(*fault.fields)
            wrong = tuple((name, value) for name, value in fault.fields.items() if value is not None)
            answer = replace(answer, fields=kept.with_lines(wrong))
    return answer


_SITE = (
    Fault("server-error", "site.answers", "one blog post answers 500"),
    Fault("page-gone", "site.routes_seen", "the checkout only ever redirects to the home page"),
    Fault("redirect-chain", "site.redirects_settle", "the login's callback redirects three times"),
    Fault("clock-ahead", "site.clock", "the origin's clock is two minutes fast"),
)
_CACHE = (
    Fault(
        "no-cache-control",
        "cache.explicit",
        "a blog post says nothing of its freshness",
        "/blog/launch",
        fields={"Cache-Control": None},
    ),
    Fault(
        "wrong-lifetime",
        "cache.contract",
        "the catalogue is kept 30 s at the edge, where 60 s are declared",
        "/products",
        fields={"Cache-Control": "public, max-age=0, s-maxage=30, stale-while-revalidate=86400"},
    ),
    Fault(
        "html-for-a-year",
        "cache.pages_revalidate",
        "browsers keep a blog post for a year",
        "/blog/launch",
        fields={"Cache-Control": "public, max-age=31536000, s-maxage=3600, stale-while-revalidate=86400"},
    ),
    Fault(
        "personal-stored",
        "cache.personal_is_private",
        "the account page says that every cache may keep it",
        "/account",
        fields={"Cache-Control": "public, max-age=0, s-maxage=60"},
    ),
    Fault("alice-leaks", "cache.personal_stays_personal", "the edge keeps the account page, though it is private"),
    Fault(
        "cookie-on-shared",
        "cache.no_cookie_when_shared",
        "a product page that everybody shares sets a cookie",
        "/products/2",
        fields={"Set-Cookie": "visit=7d1c; Path=/; Secure; HttpOnly; SameSite=Lax"},
    ),
    Fault(
        "vary-cookie",
        "cache.vary_is_bounded",
        "search results vary on Cookie",
        "/search",
        fields={"Vary": "Accept-Encoding, Cookie"},
    ),
    Fault(
        "gzip-without-vary",
        "cache.vary_names_encoding",
        "a blog post is compressed without Vary: Accept-Encoding",
        "/blog/launch",
        fields={"Vary": None},
    ),
    Fault("never-304", "cache.revalidates", "conditional requests get the whole answer again"),
    Fault("304-without-cache-control", "cache.not_modified_repeats", "a 304 leaves Cache-Control out"),
    Fault("same-etag-for-codings", "cache.etag_per_coding", "gzip, br, zstd and identity share one strong ETag"),
    Fault("etag-per-node", "cache.etag_is_steady", "every app instance makes its own ETags"),
    Fault(
        "no-store-with-max-age",
        "cache.directives_parse",
        "a blog post says no-store and max-age at once",
        "/blog/launch",
        fields={"Cache-Control": "no-store, max-age=600"},
    ),
    Fault("age-beyond-lifetime", "cache.age_within_lifetime", "the edge hands the icon out past its lifetime"),
    Fault("nearly-expired", "cache.browser_gets_freshness", "images reach browsers a minute before they expire there"),
    Fault("stale-blocks", "cache.stale_served_at_once", "when an answer expires, a visitor waits for the next one"),
    Fault(
        "cached-404",
        "cache.errors_are_short",
        "a 404 is kept for a day",
        "*",
        404,
        {"Cache-Control": "public, max-age=86400"},
    ),
    Fault("query-splits-key", "cache.query_noise_ignored", "utm_source and its kind get copies of their own"),
    Fault("encoding-splits-key", "cache.encoding_key_is_small", "every Accept-Encoding gets a copy of its own"),
    Fault("head-differs", "cache.head_matches_get", "HEAD says no-cache where GET does not"),
    Fault("poisonable-host", "cache.not_poisonable", "a visitor's X-Forwarded-Host ends up in the page for all"),
    Fault(
        "deceivable-account", "cache.not_deceivable", "/account/x.css shows the account page, cached as a style sheet"
    ),
    Fault("writes-cached", "cache.writes_pass", "a POST is answered from the cache"),
)
_ASSETS = (
    Fault("unfingerprinted", "assets.fingerprinted", "the home page's script has no hash in its name"),
    Fault(
        "hashed-short",
        "assets.immutable",
        "hashed assets are kept for an hour only",
        "/assets/*",
        fields={"Cache-Control": "public, max-age=3600"},
    ),
    Fault("changing-bytes", "assets.same_bytes", "the gzip file of one chunk is left from an older build"),
    Fault("rebuilt-same-name", "assets.same_bytes_since", "deploy 2 has other bytes under an old chunk's name"),
    Fault("old-chunks-gone", "assets.kept_after_deploy", "deploy 2 takes the chunks of deploy 1 away"),
    Fault("spa-fallback-cached", "assets.missing_is_404", "a chunk that does not exist gets the home page, for a year"),
    Fault(
        "unhashed-immutable",
        "assets.unhashed_is_short",
        "the icon is kept for a year, immutable, without a hash in its name",
        "/favicon.ico",
        fields={"Cache-Control": FOREVER},
    ),
    Fault("uncompressed", "assets.compressed", "style sheets are not compressed"),
    Fault(
        "wrong-type",
        "assets.typed",
        "scripts are served as text/plain",
        "/assets/*.js",
        fields={"Content-Type": "text/plain; charset=utf-8"},
    ),
    Fault(
        "cookie-on-asset",
        "assets.cookieless",
        "style sheets set a cookie",
        "/assets/*.css",
        fields={"Set-Cookie": "visit=7d1c; Path=/; Secure; HttpOnly; SameSite=Lax"},
    ),
    Fault("font-ttf", "assets.fonts", "the font is a TTF"),
    Fault("public-source-maps", "assets.source_maps_private", "source maps lie beside the scripts"),
    Fault("duplicate-chunk", "assets.no_duplicates", "the home page loads the same bytes under two names"),
)
_CDN = (
    Fault("silent-edge", "cdn.speaks", "the edge does not say what it did"),
    Fault("assets-bypassed", "cdn.static_hit_ratio", "the edge asks the origin for every asset"),
    Fault("pages-bypassed", "cdn.page_hit_ratio", "the edge asks the origin for every page but the popular two"),
    Fault("cold-edge", "cdn.warm", "nobody warms the edge before the visitors come"),
    Fault("slow-hits", "cdn.hits_are_fast", "a hit takes as long as a miss"),
    Fault("no-coalescing", "cdn.coalesces", "every waiting visitor's request goes to the origin"),
    Fault("second-edge-disagrees", "cdn.providers_agree", "the second edge gives pages another Cache-Control"),
    Fault("open-origin", "cdn.origin_is_hidden", "the origin answers everybody"),
)
_VITALS = (Fault("slow-posts", "vitals.ttfb", "a blog post takes a second to render"),)
_SECURITY = (
    Fault("no-csp", "security.csp", "no Content-Security-Policy", "*", fields={"Content-Security-Policy": None}),
    Fault("sniffable", "security.nosniff", "no nosniff", "*", fields={"X-Content-Type-Options": None}),
    Fault(
        "frameable",
        "security.framing",
        "anybody may frame the pages",
        "*",
        fields={"X-Frame-Options": None, "Content-Security-Policy": CSP.replace("; frame-ancestors 'none'", "")},
    ),
    Fault(
        "leaky-referrer",
        "security.referrer",
        "other sites see full addresses",
        "*",
        fields={"Referrer-Policy": "unsafe-url"},
    ),
    Fault(
        "no-permissions-policy",
        "security.permissions",
        "every script may ask for the camera",
        "*",
        fields={"Permissions-Policy": None},
    ),
    Fault(
        "bare-session-cookie",
        "security.cookies",
        "the session cookie is neither Secure nor HttpOnly nor SameSite (judged on https only)",
        "/auth/callback",
        302,
        {"Set-Cookie": "session=guest; Path=/"},
    ),
    Fault("third-party-script", "security.sri", "the home page runs a stranger's script without its hash"),
    Fault("secret-in-bundle", "security.no_secrets_in_bundles", "a script holds a cloud key"),
    Fault("open-purge", "security.purge_is_guarded", "anybody may PURGE"),
    Fault(
        "server-version",
        "security.no_server_detail",
        "answers name a version",
        "*",
        fields={"Server": "labserver/2.4.1"},
    ),
)

_MODULES = (faults_bundle, faults_images, faults_rendering, faults_browser, faults_load)

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        fault.name: fault
        for group in (_SITE, _CACHE, _ASSETS, _CDN, _VITALS, _SECURITY, *(module.FAULTS for module in _MODULES))
        for fault in group
    }
)
"""Every fault by its name."""
