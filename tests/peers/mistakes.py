"""The classic mistakes of caches and of pictures, each to be named by its own check."""

from enum import StrEnum


class Mistake(StrEnum):
    """One thing done wrong; everything else stays right."""

    YEAR_LONG_HTML = "year-long HTML"
    COOKIE_ON_SHARED_PAGE = "cookie on a shared page"
    NO_VARY = "no Vary with compression"
    SAME_STRONG_ETAG = "same strong ETag in every coding"
    BARE_304 = "304 without Cache-Control"
    SPA_FALLBACK = "HTML shell for a missing chunk"
    PERSONAL_PUBLIC = "personal page marked public"
    PERSONAL_STORED = "personal page stored all the same"
    UNHASHED_IMMUTABLE = "unhashed asset immutable"
    CONTRADICTION = "no-store with max-age"
    LASTING_404 = "404 cached for a day"
    CHANGING_CHUNK = "chunk whose bytes change"
    SILENT_ON_ACCEPT = "picture formats without Vary"
    MIXED_FORMATS = "one picture format for all clients"
    OLD_FORMAT = "photograph as PNG for all clients"


CHECKS = {
    Mistake.YEAR_LONG_HTML: "cache.pages_revalidate",
    Mistake.COOKIE_ON_SHARED_PAGE: "cache.no_cookie_when_shared",
    Mistake.NO_VARY: "cache.vary_names_encoding",
    Mistake.SAME_STRONG_ETAG: "cache.etag_per_coding",
    Mistake.BARE_304: "cache.not_modified_repeats",
    Mistake.SPA_FALLBACK: "assets.missing_is_404",
    Mistake.PERSONAL_PUBLIC: "cache.personal_is_private",
    Mistake.PERSONAL_STORED: "cache.personal_stays_personal",
    Mistake.UNHASHED_IMMUTABLE: "assets.unhashed_is_short",
    Mistake.CONTRADICTION: "cache.directives_parse",
    Mistake.LASTING_404: "cache.errors_are_short",
    Mistake.CHANGING_CHUNK: "assets.same_bytes",
    Mistake.SILENT_ON_ACCEPT: "images.vary_on_accept",
    Mistake.MIXED_FORMATS: "images.vary_on_accept",
    Mistake.OLD_FORMAT: "images.modern_format",
}
"""The one check that names each mistake."""
