"""Caddy 2.6 without a cache: it serves the built files, precompressed, and compresses what the origin renders."""

import gzip
from pathlib import Path

import brotli

from tests.peers import shop
from tests.peers.mistakes import Mistake
from tests.peers.origin import SECURITY

# Caddy 2.6 names Vary only where it compressed, and leaves a strong tag strong when it does: both are mended here.
CONFIG = """
{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  bind 127.0.0.1
  @text {{
    not path /images/*
  }}
  header @text {{
    {vary}
    {etag}
    defer
  }}
  {site}

  handle /assets/* {{
    root * {folder}/public
    header Cache-Control "{year}"
    {security}
    {assets}
  }}
  handle {{
    encode zstd gzip
    reverse_proxy 127.0.0.1:{origin}
  }}
  handle_errors {{
    header Cache-Control "{brief}"
    {security}
    respond "{{err.status_code}} {{err.status_text}}"
  }}
}}
"""
FILES = "file_server {\n precompressed br gzip\n }"


def _set(path: str, value: str) -> str:
    return f'@wrong path {path}\n header @wrong {{\n Cache-Control "{value}"\n defer\n }}'


SWITCHES = {
    Mistake.YEAR_LONG_HTML: _set("/", shop.YEAR_LONG_PAGE),
    Mistake.COOKIE_ON_SHARED_PAGE: (f'header /products {{\n +Set-Cookie "{shop.VISITOR}"\n defer\n }}'),
    Mistake.UNHASHED_IMMUTABLE: _set("*.svg", shop.YEAR),
    Mistake.CONTRADICTION: _set("/health", "no-store, max-age=3600"),
}
"""Mistakes made by lines of their own in the Caddyfile."""
OWN = {*SWITCHES, Mistake.NO_VARY, Mistake.SAME_STRONG_ETAG, Mistake.SPA_FALLBACK, Mistake.CHANGING_CHUNK}
"""All mistakes that Caddy's configuration or files make; the origin makes the others."""


def command(folder: Path, port: int, origin: int, mistake: Mistake | None) -> list[str]:
    """Write the built files and the Caddyfile, and return what starts Caddy with it."""
    _write_assets(folder / "public", stale=mistake is Mistake.CHANGING_CHUNK)
    text = CONFIG.format(
        port=port,
        origin=origin,
        folder=folder,
        year=shop.YEAR,
        brief=shop.BRIEF,
        security="\n".join(f'header {name} "{value}"' for name, value in SECURITY.items()),
        vary="-Vary" if mistake is Mistake.NO_VARY else "Vary Accept-Encoding",
        etag="" if mistake is Mistake.SAME_STRONG_ETAG else 'ETag `^"` `W/"`',
        assets="try_files {path} /index.html\n" * (mistake is Mistake.SPA_FALLBACK) + FILES,
        site=SWITCHES.get(mistake, "") if mistake is not None else "",
    )
    path = folder / "Caddyfile"
    path.write_text(text)
    return ["caddy", "run", "--config", str(path), "--adapter", "caddyfile"]


def _write_assets(public: Path, *, stale: bool) -> None:
    """Write the build with its precompressed copies; `stale` leaves one copy over from an older build."""
    for path, resource in shop.ASSETS.items():
        file = public / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(resource.body)
        older = b"// left over from the last build\n" if stale and path == shop.APP_PATH else b""
        file.with_name(file.name + ".br").write_bytes(brotli.compress(older + resource.body))
        file.with_name(file.name + ".gz").write_bytes(gzip.compress(resource.body, 9, mtime=0))
    (public / "index.html").write_bytes(shop.page("A small shop"))
