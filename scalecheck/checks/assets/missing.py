"""What answers for files that are not there, or should not be."""

from collections.abc import Iterator

from scalecheck.checks.answers import shown_policy
from scalecheck.checks.assets.loaded import files, is_shell
from scalecheck.checks.check import Findings, check, expect, skipped, undecided
from scalecheck.model.evidence import Exchange, Record
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.discovery import first
from scalecheck.probes.variants import missing
from scalecheck.wire import content_type

NOT_THERE = frozenset({404, 410})
NOT_NOW = frozenset({429, 503})
MAP_KEYS = (b'"mappings"', b'"sources"')
INLINE_MAP = b"sourceMappingURL=data:application/json"
INLINE_MAP_BYTES = 200
"""Shorter inline maps hold nothing."""


@check(needs=[first, missing], source="RFC 9110 section 15.5.5")
def missing_is_404(site: Site) -> Findings:
    """A file that is not there is a 404, not the page shell.

    A fallback that answers every path with HTML gives a browser that asks for a chunk of an old deploy a page instead.
    Stored under the rules for assets, that page stays there for a year. Asked are an invented chunk in each folder of
    chunks, and whatever pages name.

    Fix: let the fallback to index.html cover page paths only, and asset folders answer 404; then find out why a file
    that a page names is not there.

    On nginx: `location /assets/ { try_files $uri =404; }` beside `location / { try_files $uri /index.html; }`

    On Apache: exclude the folder from the rewrite: `RewriteCond %{REQUEST_URI} !^/assets/`

    On Caddy: `handle /assets/* { file_server }` before `handle { try_files {path} /index.html; file_server }`

    On Varnish: `sub vcl_backend_response { if (bereq.url ~ "^/assets/" && beresp.http.Content-Type ~ "text/html") { set
    beresp.status = 404; set beresp.ttl = 10s; } }` until the application answers rightly.

    On Netlify: put `/assets/* /404.html 404` above `/* /index.html 200` in `_redirects`.

    On Vercel: a `rewrites` source that leaves the folder out: `/((?!assets/).*)`.

    On Cloudflare: no `not_found_handling = "single-page-application"` for asset paths.
    """
    for exchange in site.seen("missing"):
        if exchange.ask.label == "asset":
            yield _not_there(site, exchange)
    for exchange in files(site):
        if is_shell(exchange):
            observed = _answered(site, exchange)
            yield expect(False, exchange, expected="the file that pages ask for, or status 404", observed=observed)


def _not_there(site: Site, exchange: Exchange) -> Finding:
    expected, observed = "status 404 or 410", _answered(site, exchange)
    if exchange.status in NOT_NOW:
        return undecided(exchange, "the site did not answer for load", expected=expected, observed=observed)
    refused = 400 <= exchange.status < 500
    otherwise = Verdict.WARN if refused else Verdict.FAIL
    return expect(exchange.status in NOT_THERE, exchange, expected=expected, observed=observed, otherwise=otherwise)


def _answered(site: Site, exchange: Exchange) -> str:
    words = [f"status {exchange.status}"]
    if exchange.status == 200:
        words += [
            exchange.response.content_type or "no Content-Type",
            shown_policy(site, exchange) or "no Cache-Control",
        ]
    elif 300 <= exchange.status < 400:
        words.append(f"Location: {exchange.fields.first('location') or 'nothing'}")
    return ", ".join(words)


@check(needs=[first, missing], source="ECMA-426 section 11", declared_by="routes.{route}.source_maps")
def source_maps_private(site: Site) -> Findings:
    """Source maps are not public, or are declared so.

    A source map is the site's source code, comments and all.

    Fix: upload source maps to the error tracker and leave them out of the deploy; or declare `source_maps: public` on
    the scripts' route.

    On Next.js: `productionBrowserSourceMaps: false`, the default.

    On nginx: `location ~ \\.map$ { return 404; }`

    On Apache: `<FilesMatch "\\.map$"> Require all denied </FilesMatch>`

    On Caddy: `@maps path *.map` and `respond @maps 404`
    """
    yield from _inline_maps(site)
    for exchange in site.seen("missing"):
        if exchange.ask.label == "source map":
            script = site.by_number.get(exchange.ask.of or 0)
            if script is not None and _declared_public(site, script):
                yield skipped("declared public", exchange)
            else:
                observed = f"status {exchange.status}" + (", a source map" if _is_map(exchange) else "")
                yield expect(not _is_map(exchange), exchange, expected="no source map", observed=observed)


def _inline_maps(site: Site) -> Iterator[Finding]:
    """Yield the scripts that hold their own source map."""
    for script in site.assets():
        body = script.response.body or b""
        if not content_type.is_javascript(script.response.content_type) or _declared_public(site, script):
            continue
        at = body.rfind(INLINE_MAP)
        if at >= 0 and len(body) - at > INLINE_MAP_BYTES:
            observed = f"a source map inside the script, {len(body) - at} bytes"
            yield expect(False, script, expected="no source map", observed=observed)


def _declared_public(site: Site, script: Record) -> bool:
    route = site.route(script)
    return route is not None and route.source_maps == "public"


def _is_map(exchange: Exchange) -> bool:
    """Whether an answer is a source map; a body that was not kept counts by its type."""
    if exchange.status != 200 or content_type.is_html(exchange.response.content_type):
        return False
    body = exchange.response.body
    return exchange.response.decoded_bytes > 0 if body is None else any(key in body for key in MAP_KEYS)
