"""How assets travel: compressed, and under their right type."""

from collections.abc import Callable

from scalecheck.checks.assets.loaded import CODE_LOADS, files, is_code, is_shell, is_whole, loaded
from scalecheck.checks.check import Findings, check, expect, left, skipped
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Verdict
from scalecheck.probes.discovery import first
from scalecheck.probes.representations import encodings
from scalecheck.wire import content_type
from scalecheck.wire.codings import gzip_size
from scalecheck.wire.loads import LoadKind
from scalecheck.wire.urls import path_of
from scalecheck.wire.vary import vary

ONE_SEGMENT_BYTES = 1400
"""Smaller bodies travel in one packet whatever their coding."""
TOLERATED = 1.1
"""Times the size that gzip -6 makes: what is compressed while it is rendered is flushed now and then."""
TOLERATED_BYTES = 64
MODERN = frozenset({"br", "zstd", "dcb", "dcz"})
FONT = "a font type"
TYPES: dict[str, tuple[str, Callable[[str], bool]]] = {
    **dict.fromkeys(("js", "mjs", "cjs"), ("text/javascript", content_type.is_javascript)),
    "css": ("text/css", content_type.is_css),
    "svg": ("image/svg+xml", content_type.is_image),
    **dict.fromkeys(("png", "jpg", "jpeg", "webp", "avif", "gif", "ico"), ("an image type", content_type.is_image)),
    **dict.fromkeys(("woff2", "woff", "ttf", "otf"), (FONT, content_type.is_font)),
    "json": ("application/json", lambda found: found.endswith("json")),
    "wasm": ("application/wasm", lambda found: found == "application/wasm"),
}
"""What a file of this extension may be sent as; an edge may well answer `.jpg` with `image/avif`."""


@check(needs=[encodings], source="RFC 9110 section 8.4, section 12.5.3")
def compressed(site: Site) -> Findings:
    """Text travels as br or zstd to those who read it, and never larger than gzip -6 would make it.

    Scripts and styles shrink to a quarter; on a phone's connection that is the difference between one second and four.
    Text that travels as gzip to a browser that reads br is a warning.

    Fix: compress text at build time (br -q 11, zstd -19) and serve those files, or switch compression on at the edge.

    On nginx: `gzip on; gzip_comp_level 6; gzip_proxied any; gzip_vary on; gzip_types text/css text/javascript
    application/javascript application/json image/svg+xml;` and the brotli module where it can be had.

    On Caddy: `encode zstd br gzip`, and `precompressed br zstd gzip` in `file_server`.

    On Apache: `AddOutputFilterByType BROTLI_COMPRESS;DEFLATE text/html text/css text/javascript application/javascript
    application/json image/svg+xml`

    On HAProxy: `compression algo gzip` and `compression type text/html text/css text/javascript application/json`

    On Varnish: `sub vcl_backend_response { if (beresp.http.Content-Type ~ "text|javascript|json|svg") { set
    beresp.do_gzip = true; } }`

    On CloudFront: compress objects automatically, with both `EnableAcceptEncodingGzip` and `EnableAcceptEncodingBrotli`
    in the cache policy.
    """
    for exchange in site.good():
        answers = [each for each in site.following(exchange, "encodings") if each.status == 200]
        if not answers or not content_type.is_text(exchange.response.content_type):
            continue
        broken = next((each for each in (exchange, *answers) if each.response.undecodable), None)
        coded = next((each for each in answers if each.ask.label == "identity" and _is_coded(each)), None)
        if broken is not None:
            observed = broken.response.undecodable
            yield expect(False, broken, expected="a body in the coding that it names", observed=observed)
        elif coded is not None and _splits_unsaid((exchange, *answers)):
            yield left(coded, "cache.vary_names_encoding")
        elif coded is not None:
            yield expect(False, coded, expected="identity, as asked", observed=coded.response.coding)
        elif exchange.response.decoded_bytes < ONE_SEGMENT_BYTES:
            yield skipped("small enough for one packet", exchange)
        else:
            yield _well_compressed(exchange)


def _is_coded(exchange: Exchange) -> bool:
    return exchange.response.coding not in {"identity", ""}


def _splits_unsaid(answers: tuple[Exchange, ...]) -> bool:
    """Whether several codings are served and one of them does not say so, which is another check's mistake."""
    codings = {each.response.coding for each in answers}
    return len(codings) > 1 and not all(_varies(each) for each in answers)


def _varies(exchange: Exchange) -> bool:
    varies = vary(exchange.fields)
    return varies.star or "accept-encoding" in varies.names


def _well_compressed(exchange: Exchange) -> Finding:
    """Return the verdict on the answer to a client that reads gzip, br and zstd."""
    coding, sent = exchange.response.coding, exchange.response.wire_bytes
    best, observed = _gzipped_bytes(exchange), f"{coding}, {sent} bytes"
    if not _is_coded(exchange):
        return expect(False, exchange, expected="br or zstd", observed=observed)
    if best is not None and sent > best * TOLERATED + TOLERATED_BYTES:
        return expect(False, exchange, expected=f"at most the {best} bytes that gzip -6 makes", observed=observed)
    return expect(coding in MODERN, exchange, expected="br or zstd", observed=observed, otherwise=Verdict.WARN)


def _gzipped_bytes(exchange: Exchange) -> int | None:
    """Return the size that gzip -6 makes of a body; None where it was not kept whole."""
    body = exchange.response.body
    whole = is_whole(exchange) and body is not None and len(body) == exchange.response.decoded_bytes
    return gzip_size(body) if whole and body is not None else None


@check(needs=[first], source="RFC 9110 section 8.3, Fetch (WHATWG) section 3.6")
def typed(site: Site) -> Findings:
    """Assets carry the right Content-Type, with a charset where they hold more than ASCII.

    With `nosniff`, a browser refuses a script or style sheet of the wrong type, and module scripts in any case. Without
    a charset it reads a script in the encoding of the page that loads it; that is a warning.

    Fix: map the extension to its media type, and add `charset=utf-8` to text.

    On nginx: `include mime.types; charset utf-8; charset_types text/css text/javascript application/javascript;`, and
    `types { text/javascript mjs; }` for older versions.

    On Apache: `AddType text/javascript .mjs` for the extension, and `AddCharset utf-8 .js .css`

    On Caddy: `header *.mjs Content-Type "text/javascript; charset=utf-8"`; it knows the usual extensions by itself.
    """
    code = {each.url: load.kind for each, load in loaded(site, CODE_LOADS)}
    for asset in files(site):
        sent = asset.fields.first("content-type")
        named, fits = _wanted(asset.url, code.get(asset.url))
        if is_shell(asset):
            yield left(asset, "assets.missing_is_404")
        elif not fits(asset.response.content_type):
            otherwise = Verdict.WARN if named == FONT else Verdict.FAIL  # browsers look into fonts, not at their type
            yield expect(False, asset, expected=named, observed=sent, otherwise=otherwise)
        elif _needs_charset(asset):
            expected = "charset=utf-8, since it holds more than ASCII"
            yield expect(False, asset, expected=expected, observed=sent, otherwise=Verdict.WARN)
        else:
            yield expect(True, asset, expected=named, observed=sent)


def _wanted(url: str, kind: LoadKind | None) -> tuple[str, Callable[[str], bool]]:
    """Return what is expected of a file's type: by how pages load it, else by its extension."""
    if kind is not None:
        return TYPES["css" if kind is LoadKind.STYLE else "js"]
    extension = path_of(url).rpartition("/")[2].rpartition(".")[2].lower()
    return TYPES.get(extension, ("a Content-Type", bool))


def _needs_charset(asset: Exchange) -> bool:
    """Whether a script or style sheet leaves the meaning of its non-ASCII bytes to whoever loads it."""
    body = asset.response.body or b""
    told = content_type.charset(asset.fields.first("content-type") or "")
    return is_code(asset) and not told and not body.startswith((b"\xef\xbb\xbf", b'@charset "')) and not body.isascii()
