"""Text of a body in the encoding that a browser would take."""

import re

import webencodings

from scalecheck.wire.content_type import charset

PRESCANNED_BYTES = 1024
"""Where a document must name its encoding (HTML section 4.2.5.4)."""

_META = re.compile(rb"<meta[\s/][^>]{0,500}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.+-]{1,40})", re.IGNORECASE)
_CSS_CHARSET = re.compile(rb'@charset "([!-~]{1,40}?)";')


def html_text(body: bytes, content_type: str = "") -> str:
    """Return a document's text: by byte order mark, the field's charset, the document's own, else UTF-8."""
    named = charset(content_type) or _declared(_META, body)
    return _decoded(body, named)


def css_text(body: bytes, content_type: str = "") -> str:
    """Return a style sheet's text: by byte order mark, the field's charset, its own, else UTF-8 (CSS Syntax 3.2)."""
    named = charset(content_type) or _declared(_CSS_CHARSET, body)
    return _decoded(body, named)


def _declared(pattern: re.Pattern[bytes], body: bytes) -> str:
    """Return the encoding that a document names; it is no UTF-16, or this could not have been read."""
    found = pattern.search(body[:PRESCANNED_BYTES])
    name = found[1].decode("ascii") if found else ""
    return "utf-8" if name.lower().startswith("utf-16") else name


def _decoded(body: bytes, name: str) -> str:
    encoding = webencodings.lookup(name) or webencodings.UTF8
    return str(webencodings.decode(body, encoding)[0])
