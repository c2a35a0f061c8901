"""HAProxy 2.6 with its small-object cache: the origin compresses, and the cache keeps codings apart by Vary."""

from pathlib import Path

from tests.peers import shop
from tests.peers.mistakes import Mistake

# Three traits of HAProxy 2.6 are worked around. It stores nothing that says max-age=0, whatever s-maxage says: the
# words are taken out before storing and put back after. Nor does it store what varies on Accept: likewise. And by Vary
# alone it serves a stored identity answer to those who take br too: coding and picture format become part of the key,
# as parameters that the origin does not see.
CONFIG = """
global
  nbthread 1
  maxconn 512
  log stderr local0 warning

cache shop
  total-max-size 4
  max-object-size 100000
  max-age 604800
  process-vary on

defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s

frontend shop
  bind 127.0.0.1:{port}
  http-request set-var(txn.path) path
  http-request set-var(txn.query) query,regsub('"(utm_[a-z]+|gclid|fbclid)=[^&]*&?"','""',g)
  http-request set-var(txn.coding) str(identity)
  http-request set-var(txn.coding) str(gzip) if {{ req.hdr(accept-encoding) -m reg -i \\bgzip\\b }}
  http-request set-var(txn.coding) str(br) if {{ req.hdr(accept-encoding) -m reg -i \\bbr\\b }}
  http-request set-header Accept-Encoding %[var(txn.coding)]
  http-request set-var(txn.format) str(any)
  http-request set-var(txn.format) str(webp) if {{ req.hdr(accept) -m sub {webp} }} {{ path_beg /images/ }}
  http-request set-var(txn.format) str(avif) if {{ req.hdr(accept) -m sub {avif} }} {{ path_beg /images/ }}
  http-request set-uri %[path]?coding=%[var(txn.coding)]&format=%[var(txn.format)]&%[var(txn.query)]
  http-request cache-use shop
  {response}
  http-response replace-header Cache-Control "(.*)max-age=0, (.*)" "\\1\\2"
  http-response del-header Vary if {{ var(txn.path) -m beg /images/ }}
  http-response cache-store shop
  http-response set-header X-Cache-Status HIT if {{ res.cache_hit }}
  http-response set-header X-Cache-Status MISS if !{{ res.cache_hit }}
  http-after-response replace-header Cache-Control "public, (s-maxage.*)" "public, max-age=0, \\1"
  http-after-response set-header Vary Accept if {{ var(txn.path) -m str {photo} }}
  {after}
  default_backend origin

backend origin
  http-reuse always
  http-request set-uri %[path]?%[var(txn.query)] if {{ var(txn.query) -m found }}
  http-request set-uri %[path] unless {{ var(txn.query) -m found }}
  server origin 127.0.0.1:{origin}
"""


def _set(name: str, value: str, condition: str) -> tuple[str, str]:
    """Return the line that sets a field where a condition holds, of answers from the cache too."""
    return "after", f'http-after-response set-header {name} "{value}" if {condition}'


PATH = "{{ var(txn.path) -m str {} }}"

SWITCHES = {
    Mistake.YEAR_LONG_HTML: _set("Cache-Control", shop.YEAR_LONG_PAGE, PATH.format("/")),
    Mistake.COOKIE_ON_SHARED_PAGE: _set("Set-Cookie", shop.VISITOR, PATH.format("/products")),
    Mistake.NO_VARY: ("after", "http-after-response del-header Vary unless { var(txn.path) -m beg /images/ }"),
    Mistake.SILENT_ON_ACCEPT: ("after", "http-after-response del-header Vary if { var(txn.path) -m beg /images/ }"),
    Mistake.BARE_304: ("after", "http-after-response del-header Cache-Control if { status 304 }"),
    Mistake.PERSONAL_STORED: (
        "response",
        f'http-response set-header Cache-Control "public, s-maxage=60" if {{ status 200 }} {PATH.format("/account")}',
    ),
    Mistake.UNHASHED_IMMUTABLE: _set("Cache-Control", shop.YEAR, "{ var(txn.path) -m end .svg }"),
    Mistake.CONTRADICTION: _set("Cache-Control", "no-store, max-age=3600", PATH.format("/health")),
    Mistake.LASTING_404: _set(
        "Cache-Control", "public, max-age=86400", "{ status 404 } !{ var(txn.path) -m beg /assets/ }"
    ),
}
"""Mistakes made in HAProxy's own configuration; the origin makes the others."""

STILL_PRIVATE = 'http-after-response set-header Cache-Control "private, no-store" if { var(txn.path) -m str /account }'


def command(folder: Path, port: int, origin: int, mistake: Mistake | None) -> list[str]:
    """Write the configuration and return what starts HAProxy with it."""
    places = {"response": "", "after": ""}
    if mistake in SWITCHES:
        where, line = SWITCHES[mistake]
        places[where] = line
    if mistake is Mistake.PERSONAL_STORED:
        places["after"] = STILL_PRIVATE
    path = folder / "haproxy.cfg"
    formats = ("no-type",) * 2 if mistake is Mistake.MIXED_FORMATS else ("image/avif", "image/webp")
    kept_by = dict(zip(("avif", "webp"), formats, strict=True))
    path.write_text(CONFIG.format(port=port, origin=origin, photo=shop.PHOTO_PATH, **kept_by, **places))
    return ["haproxy", "-db", "-f", str(path)]
