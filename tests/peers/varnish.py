"""Varnish 7.1 as a cache: the origin compresses, VCL normalises Accept-Encoding and says what it did in X-Cache."""

from pathlib import Path

from tests.peers import shop
from tests.peers.mistakes import Mistake

# http_gzip_support is off: Varnish alone makes gzip only, so br comes from the origin and Vary keeps the codings apart.
VCL = """
vcl 4.1;

backend origin {{ .host = "127.0.0.1"; .port = "{origin}"; }}

sub vcl_recv {{
  if (req.http.Accept-Encoding ~ "\\bbr\\b") {{ set req.http.Accept-Encoding = "br"; }}
  elsif (req.http.Accept-Encoding ~ "\\bgzip\\b") {{ set req.http.Accept-Encoding = "gzip"; }}
  else {{ unset req.http.Accept-Encoding; }}
  set req.url = regsuball(req.url, "(utm_[a-z]+|gclid|fbclid)=[^&]*&?", "");
  set req.url = regsub(req.url, "[?&]+$", "");
  if (req.url !~ "^/images/") {{ unset req.http.Accept; }}
  elsif (req.http.Accept ~ "image/avif") {{ set req.http.Accept = "image/avif"; }}
  elsif (req.http.Accept ~ "image/webp") {{ set req.http.Accept = "image/webp"; }}
  else {{ unset req.http.Accept; }}
  {recv}
  if (req.url == "/account" || req.url == "/api/delivery") {{ return (pass); }}
  unset req.http.Cookie;
}}

sub vcl_backend_response {{
  {backend_response}
}}

sub vcl_deliver {{
  unset resp.http.Via;
  unset resp.http.X-Varnish;
  if (obj.uncacheable) {{ set resp.http.X-Cache = "PASS"; }}
  elsif (obj.hits > 0) {{ set resp.http.X-Cache = "HIT"; }}
  else {{ set resp.http.X-Cache = "MISS"; }}
  {deliver}
}}
"""

SWITCHES = {
    Mistake.YEAR_LONG_HTML: (
        "deliver",
        f'if (req.url == "/") {{ set resp.http.Cache-Control = "{shop.YEAR_LONG_PAGE}"; }}',
    ),
    Mistake.COOKIE_ON_SHARED_PAGE: (
        "backend_response",
        f'if (bereq.url == "/products") {{ set beresp.http.Set-Cookie = "{shop.VISITOR}"; return (deliver); }}',
    ),
    Mistake.NO_VARY: ("deliver", 'if (req.url !~ "^/images/") { unset resp.http.Vary; }'),
    Mistake.SPA_FALLBACK: (
        "backend_response",
        f"""if (beresp.status == 404 && bereq.url ~ "^/assets/") {{ set bereq.url = "/"; return (retry); }}
        if (bereq.retries > 0) {{ set beresp.http.Cache-Control = "{shop.YEAR}"; }}""",
    ),
    Mistake.PERSONAL_STORED: (
        "recv",
        'if (req.url == "/account") { return (hash); }',
    ),
    Mistake.UNHASHED_IMMUTABLE: (
        "deliver",
        f'if (req.url ~ "\\.svg$") {{ set resp.http.Cache-Control = "{shop.YEAR}"; }}',
    ),
    Mistake.CONTRADICTION: (
        "deliver",
        'if (req.url == "/health") { set resp.http.Cache-Control = "no-store, max-age=3600"; }',
    ),
    Mistake.LASTING_404: (
        "deliver",
        'if (resp.status == 404 && req.url !~ "^/assets/") { set resp.http.Cache-Control = "public, max-age=86400"; }',
    ),
    Mistake.MIXED_FORMATS: (
        "backend_response",
        'if (bereq.url ~ "^/images/") { unset beresp.http.Vary; }',
    ),
}
"""Mistakes made in VCL, by the subroutine; the origin makes the others."""

STORES_PERSONAL = """
sub vcl_backend_response {
  if (bereq.url == "/account" && beresp.status == 200) {
    set beresp.ttl = 60s; set beresp.uncacheable = false; return (deliver);
  }
}
"""


def command(folder: Path, port: int, origin: int, mistake: Mistake | None) -> list[str]:
    """Write the VCL and return what starts Varnish with it."""
    places = {"recv": "", "backend_response": "", "deliver": ""}
    if mistake in SWITCHES:
        subroutine, code = SWITCHES[mistake]
        places[subroutine] = code
    extra = STORES_PERSONAL if mistake is Mistake.PERSONAL_STORED else ""
    path = folder / "shop.vcl"
    path.write_text(VCL.format(origin=origin, **places) + extra)
    where = ["-n", str(folder / "work"), "-a", f"127.0.0.1:{port}", "-T", "none", "-f", str(path)]
    limits = ["-s", "malloc,32m", "-p", "vsl_space=1m", "-p", "http_gzip_support=off"]
    return ["varnishd", "-F", "-j", "none", *where, *limits]
