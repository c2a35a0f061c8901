"""Real front ends as their builds and servers behave by default, behind a plain nginx."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers.servers import PEERS, free_port, running

SESSIONS = {"ALICE_SESSION": "alice-session", "BOB_SESSION": "bob-session"}
"""Variables that the profile `shop` names."""

NGINX = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_cache_path {folder}/cache keys_zone=app:1m;
  server {{
    listen 127.0.0.1:{port};
    {server}
  }}
}}
"""
CACHED = """
    location / {{
      proxy_pass http://127.0.0.1:{port};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_cache app;
      add_header X-Cache-Status $upstream_cache_status;
    }}
"""
"""As tutorials put nginx in front of `next start`."""
STATIC = """
    root {root};
    location / {{ try_files $uri $uri/ /index.html; }}
"""
"""As Vite's own guide and most tutorials serve a single-page build."""


@contextmanager
def nextjs(folder: Path) -> Iterator[str]:
    """Run `next start` of the built app behind nginx with proxy_cache; yields nginx's URL."""
    port = free_port()
    app, front = folder / "next", folder / "nginx"
    app.mkdir()
    front.mkdir()
    node = PEERS / "tools/node_modules/.bin/node"
    command = [str(node), str(PEERS / "nextjs/node_modules/next/dist/bin/next"), "start", str(PEERS / "nextjs")]
    environment = {"NEXT_TELEMETRY_DISABLED": "1", "NODE_ENV": "production"}
    with (
        running([*command, "-H", "127.0.0.1", "-p", str(port)], app, port, environment),
        _nginx(front, CACHED.format(port=port)) as url,
    ):
        yield url


@contextmanager
def vite(folder: Path) -> Iterator[str]:
    """Serve the built single-page app from nginx; yields its URL."""
    with _nginx(folder, STATIC.format(root=PEERS / "vite/dist")) as url:
        yield url


@contextmanager
def _nginx(folder: Path, server: str) -> Iterator[str]:
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(NGINX.format(user=user, folder=folder, port=port, server=server))
    with running(["nginx", "-c", str(path), "-p", str(folder), "-e", str(folder / "error.log")], folder, port) as url:
        yield url
