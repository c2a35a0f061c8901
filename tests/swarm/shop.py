"""A small shop that visitors come to: its profile, and what its server answers, as functions."""

from typing import Any

from scalecheck.model.evidence import Record
from scalecheck.model.profile import Profile
from scalecheck.model.site import Site
from scalecheck.swarm.data import Data, Source, Table
from scalecheck.swarm.scout import documents, script
from scalecheck.swarm.script import Script
from tests.checks.rows import YEAR, exchange, profile, site

SKUS = Data(
    {"skus.csv": Table(("sku",), (("boot",), ("shoe & sock",), ("cap",)))}, {"product": Source("skus.csv", "random")}
)
NO_DATA = Data({}, {})

PAGES: dict[str, Any] = {
    "home": {"share": "60%", "get": "/", "api": ["GET /api/session", "GET /api/menu x2"]},
    "product": {"share": "40%", "get": "/p/{sku}", "data": {"from": "skus.csv"}, "api": ["GET /api/stock/{sku}"]},
}
HOME = """<!doctype html><title>Shop</title>
<link rel="stylesheet" href="/site.css"><script src="/app.js" defer></script>
<script type="module" src="/m.js"></script>
<img src="/hero.png"><img src="/below.png" loading="lazy"><img src="https://ads.example/1.png">"""
CSS = "@import '/base.css'; @font-face {font-family: F; src: url(/f.woff2)} body {font-family: F}"
MODULE = "import './dep.js';"


def shop(**keys: Any) -> Profile:
    """Return the shop's profile with other keys; `traffic` is merged key by key."""
    traffic = {
        "normal": "10 pages/s",
        "audience": {"pages_per_user": "1", "think_time": "1s"},
        "pages": PAGES,
        **keys.pop("traffic", {}),
    }
    return profile(traffic=traffic, **keys)


def answers() -> tuple[Record, ...]:
    """Return what scouting the shop brings."""
    product = HOME.replace("Shop", "Product")
    kept = {"cache-control": YEAR}
    return (
        exchange("/", {"cache-control": "no-cache", "etag": '"h"'}, body=HOME),
        *(exchange(f"/p/{sku}", {"cache-control": "no-cache"}, body=product) for sku in ("boot", "cap")),
        exchange("/p/shoe%20%26%20sock", status=404),
        exchange("/site.css", kept, body=CSS),
        exchange("/base.css", {"cache-control": "no-store"}, body=""),
        exchange("/app.js", kept, body=""),
        exchange("/m.js", kept, body=MODULE),
        exchange("/dep.js", {"cache-control": "max-age=60", "etag": '"d"'}, body=""),
        exchange("/f.woff2", kept),
        exchange("/hero.png", status=404),
        exchange("/api/session", {"cache-control": "no-store"}, body="{}", content_type="application/json"),
        exchange("/api/menu", {"cache-control": "max-age=60"}, body="{}", content_type="application/json"),
    )


def scouted(of: Profile | None = None, data: Data = SKUS, *records: Record) -> Site:
    """Return the site as scouting finds it."""
    return site(*(records or answers()), profile=of or shop())


def played(of: Profile | None = None, data: Data = SKUS, *records: Record, **said: Any) -> Script:
    """Return the script of the shop."""
    known = scouted(of, data, *records)
    given: dict[str, Any] = {
        "shape": "steady",
        "scale": 1.0,
        "seed": 7,
        "run_id": "run-1",
        "started": "2026-11-27",
    }
    return script(known, documents(known.profile, data), data, **{**given, **said})
