"""Media types (RFC 9110 section 8.3), and what a body's first bytes say it is."""

import re

from scalecheck.wire.markup import WHITESPACE

JAVASCRIPT = frozenset(
    {
        *("application/ecmascript", "application/javascript", "application/x-ecmascript", "application/x-javascript"),
        *("text/ecmascript", "text/javascript", "text/jscript", "text/livescript", "text/x-ecmascript"),
        *("text/x-javascript", *(f"text/javascript1.{minor}" for minor in range(6))),
    }
)
"""What browsers run as a script (MIME Sniffing, JavaScript MIME type)."""
HTML = frozenset({"text/html", "application/xhtml+xml"})
FONT = frozenset({"application/font-woff", "application/font-woff2", "application/vnd.ms-fontobject"})
COMPRESSIBLE = frozenset(
    {
        *(
            "application/json",
            "application/manifest+json",
            "application/wasm",
            "application/xml",
        ),
        *("application/graphql", "application/ndjson", "application/x-ndjson", "application/x-font-ttf"),
        *("application/vnd.ms-fontobject", "font/otf", "font/ttf", "font/sfnt", "image/bmp", "image/x-icon"),
        "image/vnd.microsoft.icon",
    }
)
"""Types outside of text/*, +json and +xml that a content coding makes smaller."""

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]"
_CHARSET = re.compile(rf";[ \t]*charset=(?:\"([^\"\\]{{0,100}})\"|({_TOKEN}{{1,100}}))", re.IGNORECASE)
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\0\0\1\0", "image/x-icon"),
    (b"BM", "image/bmp"),
    (b"\xff\x0a", "image/jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
)
_BRANDS = {b"avif": "image/avif", b"avis": "image/avif", b"heic": "image/heic", b"heix": "image/heic"}
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--.{0,400}?-->\s*|<!DOCTYPE[^>]*>\s*){0,4}<svg[\s>]", re.I | re.S
)
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,400}?-->\s*|<\?xml[^>]{0,200}>\s*){0,4}"
    rb"<(?:!doctype\s+html|html|head|body|title|script|style|meta|link|div|h1|p|a|table|iframe)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
SNIFFED_BYTES = 1445
"""How much of a body browsers look at (MIME Sniffing, resource header)."""


def media_type(value: str) -> str:
    """Return the type of a Content-Type in lower case, without parameters; empty when there is none."""
    return value.partition(";")[0].strip(WHITESPACE).lower()


def charset(value: str) -> str:
    """Return the charset parameter in lower case; empty when absent or malformed."""
    found = _CHARSET.search(value[:1000])
    return "" if found is None else (found[1] or found[2] or "").strip().lower()


def is_html(value: str) -> bool:
    """Whether a Content-Type is a web page's."""
    return media_type(value) in HTML


def is_javascript(value: str) -> bool:
    """Whether browsers run it as a script."""
    return media_type(value) in JAVASCRIPT


def is_css(value: str) -> bool:
    """Whether it is a style sheet."""
    return media_type(value) == "text/css"


def is_image(value: str) -> bool:
    """Whether it is an image."""
    return media_type(value).startswith("image/")


def is_font(value: str) -> bool:
    """Whether it is a font; old names count."""
    kind = media_type(value)
    return kind.startswith(("font/", "application/x-font-")) or kind in FONT


def is_text(value: str) -> bool:
    """Whether it is text, so that its characters need a charset or are UTF-8 by definition."""
    kind = media_type(value)
    return kind.startswith("text/") or kind in JAVASCRIPT or kind.endswith(("+json", "+xml", "/json", "/xml"))


def is_compressible(value: str) -> bool:
    """Whether a content coding makes it smaller: text, and what is not compressed by its own format."""
    return is_text(value) or media_type(value) in COMPRESSIBLE


def sniff_image(body: bytes) -> str | None:
    """Return the media type of an image by its first bytes; None when it is none we know."""
    head = body[:SNIFFED_BYTES]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        brands = {head[8:12], *(head[at : at + 4] for at in range(16, min(int.from_bytes(head[:4]), 64), 4))}
        return next((kind for brand, kind in _BRANDS.items() if brand in brands), None)
    return "image/svg+xml" if _SVG.match(head) else None


def looks_like_html(body: bytes) -> bool:
    """Whether a body begins as a web page does, whatever its Content-Type says."""
    return _HTML.match(body[:SNIFFED_BYTES] + b" ") is not None
