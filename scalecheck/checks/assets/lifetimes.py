"""Names and lifetimes: what carries a hash is kept for a year, what does not is asked for again."""

from collections.abc import Iterator
from math import inf

from scalecheck.checks.answers import browser_lifetime_s, policy, shared_lifetime_s, shown_policy, storable
from scalecheck.checks.assets.loaded import (
    CODE_LOADS,
    is_code,
    is_platforms,
    is_shell,
    loaded,
    source_fingerprint,
    version,
)
from scalecheck.checks.check import Findings, check, expect, left, skipped
from scalecheck.checks.precedence import freshness_speaker, has_fingerprint, is_hashed, longest_unhashed_s, strips
from scalecheck.model.contract import Contract, Span, Storing
from scalecheck.model.evidence import Exchange
from scalecheck.model.kinds import ASSETS, Kind
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.discovery import first
from scalecheck.wire.fingerprint import fingerprint
from scalecheck.wire.set_cookie import set_cookies
from scalecheck.wire.units import show_seconds

YEAR_S = 31_536_000
A_YEAR = Contract(browser=Span(YEAR_S, None), shared=Span(YEAR_S, None), storing=Storing.PUBLIC, immutable=True)
"""What a fingerprint promises where the profile does not say."""


@check(needs=[first], source="RFC 9111 section 1, RFC 8246 section 1")
def fingerprinted(site: Site) -> Findings:
    """The site's own scripts and styles carry a content hash in their URLs, so that they can be kept for a year.

    A URL that changes with its content can be cached for ever; one that does not must be asked about on every visit, or
    visitors run yesterday's script with today's page. A version in the URL does the same as long as somebody remembers
    to raise it; that is a warning.

    Fix: let the build name files by content (`[name].[contenthash].js`), and refer to them by those names; or declare
    their route as `static`.

    On Next.js: it does so by itself under `/_next/static/`; import scripts instead of putting them into `public/`.
    """
    judged: set[str] = set()
    for asset, _ in loaded(site, CODE_LOADS):
        judged.add(asset.url)
        if not is_shell(asset):
            yield _named(site, asset)
    for asset in site.good({Kind.HASHED}):  # what pages load in other ways: imported chunks, fonts, images
        if asset.url not in judged and not is_shell(asset):
            yield _named(site, asset)


def _named(site: Site, asset: Exchange) -> Finding:
    found, route = fingerprint(asset.url), site.route(asset)
    if found is None and has_fingerprint(site, asset):
        return expect(True, asset, expected="a content hash in the URL", observed="one like those of its folder")
    if found is None and route is not None and route.kind is not Kind.HASHED:
        return skipped(f"declared as {route.kind}", asset)
    if found is None and is_platforms(asset.url):
        return skipped("the hosting platform's own file", asset)
    if found is None and freshness_speaker(site, asset) == "assets.unhashed_is_short":
        return left(asset, "assets.unhashed_is_short")
    numbered = version(asset.url)
    otherwise = Verdict.FAIL if is_code(asset) and numbered is None else Verdict.WARN
    observed = found or (f"version {numbered}" if numbered else "none")
    return expect(
        found is not None, asset, expected="a content hash in the URL", observed=observed, otherwise=otherwise
    )


@check(needs=[first], source="RFC 8246 section 2, RFC 9111 section 5.2.2", declared_by="routes.{route}.kind")
def immutable(site: Site) -> Findings:
    """Fingerprinted assets are cached for a year, by everybody, and marked immutable.

    A fingerprinted URL names one body for ever, so no client has to ask again. Without `immutable`, a reload sends one
    conditional request per asset.

    Fix: send `Cache-Control: public, max-age=31536000, immutable` on fingerprinted paths, and only there. A route that
    means it to be shorter declares `cache: {browser: 30d}`.

    On nginx: `location /assets/ { add_header Cache-Control "public, max-age=31536000, immutable"; }`

    On Apache: `<Location "/assets/"> Header set Cache-Control "public, max-age=31536000, immutable" </Location>`

    On Caddy: `@hashed path /assets/*` and `header @hashed Cache-Control "public, max-age=31536000, immutable"`

    On Varnish: `sub vcl_backend_response { if (bereq.url ~ "^/assets/") { set beresp.http.Cache-Control = "public,
    max-age=31536000, immutable"; } }`

    On HAProxy: `http-response set-header Cache-Control "public, max-age=31536000, immutable" if { path_beg /assets/ }`

    On Next.js: it does so by itself under `/_next/static/`; remove a rule of `headers()` that covers these paths, and
    let the proxy before it pass Cache-Control on.

    On Netlify: in `_headers`: `/assets/*` and below it `Cache-Control: public, max-age=31536000, immutable`

    On Cloudflare: in `_headers`: `/assets/*` and below it `Cache-Control: public, max-age=31536000, immutable`; and
    Browser Cache TTL set to "Respect Existing Headers".

    On Vercel: in `vercel.json`: `{"headers": [{"source": "/assets/(.*)", "headers": [{"key": "Cache-Control", "value":
    "public, max-age=31536000, immutable"}]}]}`

    On CloudFront: a response headers policy on the assets' behaviour with `Cache-Control: public, max-age=31536000,
    immutable`
    """
    for asset in site.assets():
        if is_hashed(site, asset):
            speaker = "assets.missing_is_404" if is_shell(asset) else freshness_speaker(site, asset)
            yield _lasting(site, asset) if speaker == "assets.immutable" else left(asset, speaker)


def _lasting(site: Site, asset: Exchange) -> Finding:
    promised = _promised(site, asset)
    parts = tuple(_parts(site, asset, promised))
    year = f"public, max-age={YEAR_S}, immutable"
    expected = year if promised == A_YEAR else ", ".join(text for text, _ in parts)
    observed = shown_policy(site, asset) or "no Cache-Control"
    return expect(all(met for _, met in parts), asset, expected=expected, observed=observed)


def _promised(site: Site, asset: Exchange) -> Contract:
    """Return the contract of a fingerprinted asset: a year, unless its route says otherwise."""
    route = site.route(asset)
    if route is None or (route.kind is not Kind.HASHED and route.cache.browser is None):
        return A_YEAR
    declared = site.contract(asset)
    return A_YEAR if declared == Contract() else declared


def _parts(site: Site, asset: Exchange, promised: Contract) -> Iterator[tuple[str, bool]]:
    """Yield each thing that the contract asks of a fingerprinted asset, and whether the answer does it."""
    if promised.browser is not None:
        yield f"{promised.browser} in browsers", browser_lifetime_s(site, asset) in promised.browser
    if promised.shared is not None and not strips(site, asset):
        yield f"{promised.shared} at the edge", shared_lifetime_s(site, asset) in promised.shared
    if promised.storing is Storing.PUBLIC:
        yield "for everybody", storable(site, asset, shared=True)
    if promised.immutable:
        yield "immutable", policy(asset).has("immutable")


@check(needs=[first], source="RFC 9111 section 4.2, RFC 8246 section 2", declared_by="routes.{route}.cache")
def unhashed_is_short(site: Site) -> Findings:
    """An asset without a hash in its URL is neither kept long nor marked immutable.

    Its content will change under the same URL, and no purge reaches the copies in browsers. Where the URL names a
    version, that holds only until somebody forgets to raise it; that is a warning.

    Fix: give it a day at most, or `no-cache` with a validator; or put a content hash into its URL and keep it for a
    year.

    On nginx: `location = /theme.css { add_header Cache-Control "public, max-age=3600"; }`, and let no `expires max;` go
    by the extension alone.

    On Apache: `<Location "/theme.css"> Header set Cache-Control "public, max-age=3600" </Location>`, and no
    `ExpiresByType … "access plus 1 year"` for whatever has no hash.

    On Caddy: `header /theme.css Cache-Control "public, max-age=3600"`

    On Next.js: take the path out of the `headers()` rule that says `immutable`; files under `public/` carry no hash.

    On Netlify: in `_headers`: the path and below it `Cache-Control: public, max-age=3600`

    On Vercel: keep `immutable` rules in `vercel.json` to paths that carry a hash.

    On Cloudflare: a Browser Cache TTL of a day at most, or "Respect Existing Headers".
    """
    for asset in site.good(ASSETS):
        if is_hashed(site, asset) or (site.kind(asset) is Kind.HASHED and site.route(asset) is not None):
            continue
        speaker = freshness_speaker(site, asset)
        if is_shell(asset):
            yield left(asset, "assets.missing_is_404")
        elif speaker == "assets.unhashed_is_short":
            yield _too_long(site, asset)
        elif speaker:
            yield left(asset, speaker)
        else:
            yield expect(True, asset, expected=_short(site, asset), observed=shown_policy(site, asset))


def _too_long(site: Site, asset: Exchange) -> Finding:
    if source_fingerprint(asset.url):
        return skipped("made from a file whose name carries a hash", asset)
    if is_platforms(asset.url):
        return skipped("the hosting platform's own file", asset)
    numbered = version(asset.url)
    observed = shown_policy(site, asset) + (f" under version {numbered}" if numbered else "")
    otherwise = Verdict.WARN if numbered else Verdict.FAIL
    return expect(False, asset, expected=_short(site, asset), observed=observed, otherwise=otherwise)


def _short(site: Site, asset: Exchange) -> str:
    most_s = longest_unhashed_s(site, asset)
    return "not immutable" if most_s == inf else f"at most {show_seconds(most_s)} in browsers, not immutable"


@check(needs=[first], source="RFC 6265 section 4.1, RFC 9111 section 7.3")
def cookieless(site: Site) -> Findings:
    """Assets set no cookie.

    A cookie on a file that everybody shares either keeps caches from storing it or hands one visitor's cookie to all.

    Fix: set cookies on pages or API answers only; let the session middleware skip asset paths.

    On nginx: `proxy_hide_header Set-Cookie;` in the location of the assets.

    On Apache: `Header unset Set-Cookie` in the location of the assets.

    On Varnish: `sub vcl_backend_response { if (bereq.url ~ "^/assets/") { unset beresp.http.Set-Cookie; } }`

    On Next.js: a `matcher` in the middleware's `config` that leaves out `/_next/static` and files.
    """
    for asset in site.assets():
        names = ", ".join(cookie.name for cookie in set_cookies(asset.fields))
        observed = f"Set-Cookie: {names}" if "set-cookie" in asset.fields else ""
        yield expect("set-cookie" not in asset.fields, asset, expected="no Set-Cookie", observed=observed)
