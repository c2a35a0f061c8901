"""nginx 1.22 as a cache that compresses: proxy_cache with X-Cache-Status, gzip and br made on the way out."""

import os
from dataclasses import dataclass
from pathlib import Path

from tests.peers import shop
from tests.peers.mistakes import Mistake

# gzip_vary is off and Vary a header of our own, because gzip_vary names it on no 304.
# What must not be stored has a location without proxy_cache: with it, nginx answers a conditional request for what
# it cannot store with 200, for it neither passes If-None-Match on nor compares the tag itself.
CONFIG = """
load_module /usr/lib/nginx/modules/ngx_http_brotli_filter_module.so;
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  server_tokens off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_cache_path {folder}/cache keys_zone=shop:1m;

  map $args $args_1 {{ ~^(?<a1>.*?)\\b(?:utm_[a-z]+|gclid|fbclid)=[^&]*&?(?<b1>.*)$ $a1$b1; default $args; }}
  map $args_1 $args_2 {{ ~^(?<a2>.*?)\\b(?:utm_[a-z]+|gclid|fbclid)=[^&]*&?(?<b2>.*)$ $a2$b2; default $args_1; }}
  map $args_2 $args_3 {{ ~^(?<a3>.*?)\\b(?:utm_[a-z]+|gclid|fbclid)=[^&]*&?(?<b3>.*)$ $a3$b3; default $args_2; }}

  map $http_accept_encoding $coding {{ ~*\\bbr\\b br; ~*\\bgzip\\b gzip; default ""; }}
  map $upstream_cache_status $did {{ "" BYPASS; default $upstream_cache_status; }}
  map $uri $vary {{ ~^/images/ ""; default "{text_vary}"; }}
  map "$uri $http_accept" $format {{ "~^/images/.*image/avif" avif; "~^/images/.*image/webp" webp; default ""; }}
  {http}

  upstream origin {{ server 127.0.0.1:{origin}; keepalive 16; }}

  server {{
    listen 127.0.0.1:{port}{tls};
    gzip {compress};
    gzip_comp_level 6;
    gzip_min_length 64;
    gzip_types text/css text/javascript application/json application/xml image/svg+xml;
    brotli {compress};
    brotli_comp_level 6;
    brotli_min_length 64;
    brotli_types text/css text/javascript application/json application/xml image/svg+xml;
    add_header Vary $vary;

    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header Accept-Encoding {asked};
    proxy_cache shop;
    proxy_cache_key "{keyed}$uri?$args_3";
    proxy_cache_lock on;
    proxy_cache_background_update on;
    proxy_cache_use_stale updating error timeout http_500 http_502 http_503 http_504;
    proxy_ignore_headers Vary;
    add_header X-Cache-Status $did always;
    {server}

    location / {{ proxy_pass http://origin; }}
    location ~ ^/(account|health|sw\\.js|api/delivery)$ {{ proxy_pass http://origin; proxy_cache off; }}
  }}
}}
"""
PASSED_ON = "$upstream_http_cache_control"


@dataclass(frozen=True, slots=True)
class Switch:
    """What is added to the configuration, to make a mistake or to serve on TLS: lines at http and at server level."""

    http: str = ""
    server: str = ""
    listen: str = ""
    """Parameters of `listen`."""


def _cache_control(pattern: str, value: str, of: str = "$uri") -> Switch:
    """Return the switch that answers some paths with another Cache-Control, as `expires` and add_header do."""
    return Switch(
        http=f'map {of} $policy {{ {pattern} "{value}"; default {PASSED_ON}; }}',
        server="proxy_hide_header Cache-Control; add_header Cache-Control $policy always;",
    )


SWITCHES = {
    Mistake.YEAR_LONG_HTML: _cache_control("/", shop.YEAR_LONG_PAGE),
    Mistake.COOKIE_ON_SHARED_PAGE: Switch(
        http='map $uri $cookie { /products "visitor=$request_id; Path=/; HttpOnly; SameSite=Lax"; }',
        server="add_header Set-Cookie $cookie;",
    ),
    Mistake.BARE_304: _cache_control("304", "", of="$status"),
    Mistake.SPA_FALLBACK: Switch(
        server=f"""
        location /assets/ {{ proxy_pass http://origin; proxy_intercept_errors on; error_page 404 =200 /shell; }}
        location = /shell {{
          internal; rewrite ^ / break; proxy_pass http://origin;
          proxy_hide_header Cache-Control; add_header Cache-Control "{shop.YEAR}"; add_header Vary Accept-Encoding;
        }}"""
    ),
    Mistake.PERSONAL_STORED: Switch(
        server="""
        location = /account {
          proxy_pass http://origin; proxy_ignore_headers Cache-Control Vary; proxy_cache_valid 200 60s;
        }"""
    ),
    Mistake.UNHASHED_IMMUTABLE: _cache_control("~\\.svg$", shop.YEAR),
    Mistake.CONTRADICTION: _cache_control("/health", "no-store, max-age=3600"),
    Mistake.LASTING_404: _cache_control('"~^404/(?!assets/)"', "public, max-age=86400", of='"$status$uri"'),
}
"""Mistakes made in nginx's own configuration; the origin makes the others."""

COMPRESSED_BY_ORIGIN = {Mistake.SAME_STRONG_ETAG, Mistake.CHANGING_CHUNK}
"""Mistakes that can only be made where each coding is a body of its own."""


def command(folder: Path, port: int, origin: int, mistake: Mistake | None) -> list[str]:
    """Return what starts nginx with the configuration for a mistake, or without any."""
    switch = SWITCHES.get(mistake, Switch()) if mistake is not None else Switch()
    return switched(folder, port, origin, switch, mistake)


def switched(folder: Path, port: int, origin: int, switch: Switch, mistake: Mistake | None = None) -> list[str]:
    """Write the configuration and return what starts nginx with it."""
    by_origin = mistake in COMPRESSED_BY_ORIGIN
    text = CONFIG.format(
        user="user root;" if os.geteuid() == 0 else "",  # the temp folder is the test's own
        folder=folder,
        port=port,
        tls=f" {switch.listen}" if switch.listen else "",
        origin=origin,
        compress="off" if by_origin else "on",
        asked="$coding" if by_origin else '""',
        keyed=("$coding" if by_origin else "") + ("" if mistake is Mistake.MIXED_FORMATS else "$format"),
        text_vary="" if by_origin or mistake is Mistake.NO_VARY else "Accept-Encoding",
        http=switch.http,
        server=switch.server,
    )
    path = folder / "nginx.conf"
    path.write_text(text)
    return ["nginx", "-c", str(path), "-p", str(folder), "-e", str(folder / "error.log")]
