"""The caching contract of every route; which check speaks of which mistake stands in `checks.precedence`."""

from scalecheck.checks.cache.freshness import contract, directives_parse, errors_are_short, explicit, pages_revalidate
from scalecheck.checks.cache.keys import (
    encoding_key_is_small,
    head_matches_get,
    query_noise_ignored,
    vary_is_bounded,
    vary_names_encoding,
    writes_pass,
)
from scalecheck.checks.cache.privacy import (
    no_cookie_when_shared,
    not_deceivable,
    not_poisonable,
    personal_is_private,
    personal_stays_personal,
)
from scalecheck.checks.cache.staleness import age_within_lifetime, browser_gets_freshness, stale_served_at_once
from scalecheck.checks.cache.validation import etag_is_steady, etag_per_coding, not_modified_repeats, revalidates

__all__ = [
    "age_within_lifetime",
    "browser_gets_freshness",
    "contract",
    "directives_parse",
    "encoding_key_is_small",
    "errors_are_short",
    "etag_is_steady",
    "etag_per_coding",
    "explicit",
    "head_matches_get",
    "no_cookie_when_shared",
    "not_deceivable",
    "not_modified_repeats",
    "not_poisonable",
    "pages_revalidate",
    "personal_is_private",
    "personal_stays_personal",
    "query_noise_ignored",
    "revalidates",
    "stale_served_at_once",
    "vary_is_bounded",
    "vary_names_encoding",
    "writes_pass",
]
