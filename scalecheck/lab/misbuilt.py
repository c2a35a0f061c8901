"""What goes wrong in a build: chunks too large, too many or twice, polyfills, sheets, fonts and data nobody weighed."""

import json
from collections.abc import Mapping
from random import Random

FAULTS = frozenset(
    {
        *("mega-chunk", "polyfills", "blocking-script", "too-much-js", "too-much-css", "too-many-requests"),
        *("copied-code", "grown-chunk", "heavy-font", "heavy-page"),
    }
)
"""Those that change files; where a page must name them too, `named` says so."""
MEGA_BYTES = {"framework": 2_000, "vendor": 110_000}
"""What `mega-chunk` makes of these."""
GROWN_BYTES = 48_000
"""What `grown-chunk` makes of `app` in deploy 2."""
PARTS = {f"part-{number}": 45_000 for number in range(1, 5)}
"""Chunks of the checkout with `too-much-js`."""
CRUMBS = {f"crumb-{number}": 400 for number in range(1, 26)}
"""Chunks of the home page with `too-many-requests`."""
COPIES = ("blog", "search")
"""Chunks that hold the same library with `copied-code`."""
COPIED_BYTES = 40_000
THEMES_BYTES = 60_000
HEAVY_FONT_BYTES = 90_000
DATA_ENTRIES = 9_000
CONSENT = b'window.consent = { given: false, asked: "2026-01-01" };\n'
"""A classic script that stands in the head with `blocking-script`."""
POLYFILLED = ("find", "findIndex", "fill", "flat", "flatMap", "every", "some", "map", "filter", "forEach", "copyWithin")
"""Methods of arrays that `polyfills` brings along."""


def size(name: str, deploy: int, faults: frozenset[str]) -> int | None:
    """Return the bytes of a chunk where a fault changes them."""
    if "grown-chunk" in faults and name == "app" and deploy > 1:
        return GROWN_BYTES
    return MEGA_BYTES.get(name) if "mega-chunk" in faults else None


def chunks(faults: frozenset[str]) -> Mapping[str, int]:
    """Return the chunks that nobody needs, and their bytes."""
    parts = PARTS if "too-much-js" in faults else {}
    return {**parts, **(CRUMBS if "too-many-requests" in faults else {})}


def more(name: str, faults: frozenset[str]) -> bytes:
    """Return what a chunk holds besides its own code."""
    if name != "app" or "polyfills" not in faults:
        return b""
    return "".join(
        f"if (!Array.prototype.{each}) {{ Array.prototype.{each} = function {each}() {{ throw new Error(); }}; }}\n"
        for each in POLYFILLED
    ).encode()


def data() -> bytes:
    """Return data that the home page preloads with `heavy-page`."""
    random = Random("data")
    return json.dumps([{"id": number, "key": f"{random.getrandbits(96):x}"} for number in range(DATA_ENTRIES)]).encode()


def named(page: str, faults: frozenset[str]) -> tuple[str, ...]:
    """Return the chunks that a page's HTML names besides its own."""
    found: tuple[str, ...] = ()
    if page == "home":
        found += ("library",) if "duplicate-chunk" in faults else ()
        found += tuple(CRUMBS) if "too-many-requests" in faults else ()
    return found + (tuple(PARTS) if page == "checkout" and "too-much-js" in faults else ())
