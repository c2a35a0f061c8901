"""What the defaults of two front ends break, each looked up over plain HTTP before it was written down."""

NEXTJS = {
    "cache.explicit": "route handlers send no Cache-Control",
    "cache.contract": "public/ images have max-age=0; a page that reads search parameters is no-store",
    "cache.etag_per_coding": "one strong ETag for gzip and identity",
    "cache.revalidates": "route handlers send no validator; nginx answers 200 for what max-age=0 keeps it from storing",
    "cache.encoding_key_is_small": "Next.js varies on Accept-Encoding, and nginx keys by its text",
    "cache.query_noise_ignored": "nginx keys by the whole query",
    "cdn.coalesces": "proxy_cache_lock is off",
    "security.csp": "none",
    "security.nosniff": "none",
    "security.framing": "none",
    "security.permissions": "none",
    "security.no_server_detail": "Server: nginx/1.22.1, X-Powered-By: Next.js",
}
"""Next.js 16 behind nginx with proxy_cache, by the profile `shop`. That it compresses to gzip only is a warning."""

VITE = {
    "cache.explicit": "nginx sends no Cache-Control",
    "assets.immutable": "likewise",
    "assets.missing_is_404": "try_files answers whatever is missing with index.html",
    "assets.compressed": "gzip is off",
    "rendering.content_in_html": "its pages are shells that scripts fill, where the profile declares ssg",
    "security.csp": "none",
    "security.nosniff": "none",
    "security.framing": "none",
    "security.permissions": "none",
    "security.no_server_detail": "Server: nginx/1.22.1",
}
"""A Vite build served by nginx, by the profile `content`."""

NEXTJS_KEEPS = {
    "assets.fingerprinted",
    "assets.immutable",
    "assets.missing_is_404",
    "assets.same_bytes",
    "assets.source_maps_private",
    "assets.unhashed_is_short",
    "cache.errors_are_short",
    "cache.etag_is_steady",
    "cache.head_matches_get",
    "cache.no_cookie_when_shared",
    "cache.not_modified_repeats",
    "cache.pages_revalidate",
    "cache.personal_is_private",
    "cache.personal_stays_personal",
    "cache.vary_names_encoding",
    "cdn.hits_are_fast",
    "cdn.page_hit_ratio",
    "cdn.speaks",
    "cdn.static_hit_ratio",
}
VITE_KEEPS = {
    "assets.fingerprinted",
    "assets.same_bytes",
    "assets.source_maps_private",
    "cache.etag_is_steady",
    "cache.head_matches_get",
    "cache.no_cookie_when_shared",
    "cache.not_modified_repeats",
    "cache.revalidates",
}
