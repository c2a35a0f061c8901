"""A report as an audit of a shop gives it: the source of `reports/example.*` and of most tests here."""

from dataclasses import replace

from scalecheck.model.verdict import Finding, Measure, Outcome, Report, Verdict, worst

SITE = "https://shop.example.com"
ASSETS = f"{SITE}/_next/static/chunks"


CHUNKS = ("main", "app", "framework", "cart", "product", "search", "legal")


def outcome(check: str, *findings: Finding, title: str, why: str = "", fix: str = "", source: str = "") -> Outcome:
    return Outcome(check, worst(tuple(each.verdict for each in findings)), title, why, fix, source, findings)


def chunk(name: str, line: int, observed: str = "public, max-age=3600") -> Finding:
    return Finding(
        Verdict.FAIL,
        f"GET {ASSETS}/{name}",
        "public, max-age=31536000, immutable",
        observed,
        route="chunks",
        evidence=line,
        profile_line=17,
        reproduce=f"curl -sS -o /dev/null -D - -H 'Accept-Encoding: gzip, br, zstd' {ASSETS}/{name}",
    )


IMMUTABLE = outcome(
    "assets.immutable",
    *(chunk(f"{name}-9f2c1b7{at}.js", 40 + at) for at, name in enumerate(CHUNKS)),
    Finding(Verdict.PASS, f"GET {SITE}/_next/static/css/4a5d8f3e.css", route="chunks", evidence=60),
    title="Fingerprinted assets are cached for a year and marked immutable.",
    why="A fingerprinted URL names one body for ever, so no client has to ask again. "
    "Without `immutable`, a reload sends one conditional request per asset.",
    fix="send `Cache-Control: public, max-age=31536000, immutable` on fingerprinted paths, and only there.\n"
    'On nginx: `location /_next/static/ { add_header Cache-Control "public, max-age=31536000, immutable"; }`',
    source="RFC 8246 section 2",
)

COOKIE = outcome(
    "cache.no_cookie_when_shared",
    Finding(
        Verdict.FAIL,
        f"GET {SITE}/products",
        "no Set-Cookie beside a shared lifetime",
        "Set-Cookie: session; s-maxage=60",
        route="catalogue",
        evidence=31,
        profile_line=6,
        reproduce=f"curl -sS -o /dev/null -D - -H 'Accept-Encoding: gzip, br, zstd' {SITE}/products",
    ),
    Finding(Verdict.PASS, f"GET {SITE}/", route="home", evidence=30),
    title="An answer that shared caches may keep sets no cookie.",
    why="A cache that keeps the answer hands one visitor's cookie to everyone; one that does not never gets a hit.",
    fix="set the cookie on an uncached path, or mark the answer `private`.",
    source="RFC 9111 section 7.3",
)

HIT_RATIO = outcome(
    "cdn.page_hit_ratio",
    Finding(
        Verdict.UNKNOWN,
        "pages",
        "at least 70.0 %",
        "6 of 8 (75.0 %), at least 40.0 %",
        profile_line=31,
        reason="too few samples: 9 hits of 9 or 14 of 15 would decide it",
    ),
    title="Pages are answered from the edge's cache, by probing, with a 95 % bound.",
    why="A ratio from few samples proves nothing; the bound says how little is known.",
    fix="raise `safety.requests`, or warm the cache before the audit.",
    source="million-dau: page hit ratio above 70 %",
)

NOSNIFF = outcome(
    "assets.typed",
    Finding(
        Verdict.WARN,
        f"GET {SITE}/images/hero.avif",
        "X-Content-Type-Options: nosniff",
        "nothing",
        route="images",
        evidence=52,
        profile_line=18,
        reproduce=f"curl -sS -o /dev/null -D - {SITE}/images/hero.avif",
    ),
    title="Assets have the right Content-Type, a charset where they are text, and nosniff.",
    why="A browser that guesses types can be made to run what was uploaded as an image.",
    fix="send `X-Content-Type-Options: nosniff` on every answer.",
    source="WHATWG Fetch, nosniff",
)

LEGACY = outcome(
    "cache.revalidates",
    Finding(
        Verdict.WAIVED,
        f"GET {SITE}/legacy/terms",
        "304",
        "200",
        route="legacy",
        evidence=71,
        reason="moves in May (until 2027-05-31)",
    ),
    title="A validator is sent, and a conditional request with it gets 304.",
)

PASSES = tuple(
    outcome(check, Finding(Verdict.PASS, f"GET {SITE}/", route="home", evidence=30), title=title)
    for check, title in (
        ("site.answers", "Every sampled URL answers."),
        ("site.routes_seen", "Every declared route matched at least one answered URL."),
        ("site.redirects_settle", "A URL settles within two redirects."),
        ("site.clock", "The server's Date is within 5 s of ours."),
        ("cache.explicit", "Every cacheable answer states its freshness."),
        ("cache.contract", "Every route's caching contract is kept."),
        ("cache.pages_revalidate", "A browser asks before it reuses HTML."),
        ("cache.personal_is_private", "Personal answers are private."),
        ("cache.vary_is_bounded", "Shared answers do not vary on Cookie."),
        ("cache.etag_per_coding", "A strong ETag differs between content codings."),
        ("cache.directives_parse", "No directive is malformed, duplicate or contradictory."),
        ("cache.query_noise_ignored", "Tracking parameters do not split the cache key."),
        ("assets.compressed", "Text travels as br or zstd where offered."),
        ("assets.cookieless", "Assets set no cookie."),
        ("cdn.speaks", "The edge says what it did."),
        ("cdn.static_hit_ratio", "Static assets are answered from the edge's cache."),
        ("security.hsts", "HTTPS is remembered for a year."),
    )
)

SKIPS = tuple(
    outcome(check, Finding(Verdict.SKIP, "", reason=reason), title=title)
    for check, title, reason in (
        ("assets.same_bytes_since", "… and the same bytes as in earlier evidence.", "asked with --before: before"),
        ("cdn.providers_agree", "Every declared CDN answers alike.", "nothing to judge"),
        ("cache.writes_pass", "A write is never answered from a cache.", "opt-in: `safety.writes`: write"),
    )
)

EXAMPLE = Report(
    tool="scalecheck 0.1.0",
    target=SITE,
    profile="profiles/shop.yaml",
    started_at=1_795_240_800.0,
    seconds=4.2,
    outcomes=(*PASSES[:4], COOKIE, LEGACY, *PASSES[4:12], IMMUTABLE, NOSNIFF, *PASSES[12:], HIT_RATIO, *SKIPS),
    measures=(
        Measure("static_hit_ratio", 0.983, "ratio", 118, 0.947, 0.997),
        Measure("page_hit_ratio", 0.75, "ratio", 8, 0.4, 0.954),
        Measure("ttfb_hit", 0.0312, "seconds", 61, route="catalogue"),
        Measure("ttfb_miss", 0.214, "seconds", 9, route="catalogue"),
    ),
    notes=("1 URL was not asked: the request budget of 400 was used up",),
)

CLEAN = replace(EXAMPLE, outcomes=(*PASSES, *SKIPS), notes=())
"""The same site without a mistake."""


def failing_urls(number: int) -> Report:
    """Return a report in which so many URLs fail the same check, and half as many each in its own way."""
    same = outcome("assets.immutable", *(chunk(f"app.{at:08x}.js", at) for at in range(number)), title="Immutable.")
    other = tuple(chunk(f"app.{at:08x}.js", at, f"max-age={at}") for at in range(number // 2))
    return replace(EXAMPLE, outcomes=(same, outcome("assets.other", *other, title="Other.")))
