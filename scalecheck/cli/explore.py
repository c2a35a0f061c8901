"""Asking a site what it is, and writing that down as a profile with comments."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Mapping

from scalecheck.cli.exit import UsageError
from scalecheck.cli.profiles import checked
from scalecheck.gather.client import Client
from scalecheck.gather.gather import Interrupted, gather
from scalecheck.gather.record import EvidenceFile
from scalecheck.model.evidence import Exchange, Run
from scalecheck.model.infer import Inferred, inferred_routes, starting_profile
from scalecheck.model.site import FIRST, Site
from scalecheck.probes.discovery import first, redirect_target
from scalecheck.wire.escape import plain
from scalecheck.wire.urls import origin

SHORTEST_NAMES = 6
"""Columns that names take at least, so that few routes look like many."""
LONGEST_NAMES = 24
HEAD = """\
# How {site} must behave, from what it showed. Every route says what it was inferred from: correct what is wrong.
# What each kind promises: `scalecheck profile show million-dau`. Scripts, styles, images and fonts that no route names
# are judged by their names and media types. Editors check this file by what `scalecheck profile schema` prints.
scalecheck: 1
site: {site}
extends: million-dau

routes:                      # the first match wins, top to bottom
"""
TAIL = """
# Who the site may take us for; personal routes (`personal: true`) need two.
# identities:
#   alice: {headers: {Cookie: "session=${env:ALICE_SESSION}"}, marker: "Alice"}
#   bob:   {headers: {Cookie: "session=${env:BOB_SESSION}"},   marker: "Bob"}

# What may be accepted for a while:
# waivers: [{check: security.csp, subject: "*", reason: "being rolled out", until: 2027-01-31}]
"""


def explored_yaml(url: str) -> tuple[str, int]:
    """Return a commented profile of the site, and how many routes it has; UsageError where no page answered."""
    start = starting_profile(checked(url))
    print(f"Exploring {start.site}: at most {start.safety.requests} requests", file=sys.stderr, flush=True)
    site = asyncio.run(_explore(Site(start, time.time())))
    routes = inferred_routes(site)
    if not routes:
        raise UsageError(f"{url}: {plain(_nothing(site))}")
    return HEAD.format(site=site.profile.site) + "\n".join(_lines(routes)) + "\n" + TAIL, len(routes)


async def _explore(site: Site) -> Site:
    ledger = EvidenceFile(None, Run("", site.profile.site, site.started_at))
    async with Client(site.profile) as client:
        try:
            return await gather(site, (first,), client.send, ledger)
        except Interrupted:
            raise KeyboardInterrupt from None  # half a profile would pass for a whole one


def _nothing(site: Site) -> str:
    """Return why there is nothing to write down."""
    answered = tuple(site.seen(FIRST))
    elsewhere = [target for each in answered if (target := _elsewhere(site, each)) is not None]
    if elsewhere:
        return f"leads to another host; try scalecheck init {origin(elsewhere[0])}"
    if answered:
        first_of = answered[0]
        shown = first_of.response.content_type or "no Content-Type"
        return f"no page was found; {first_of.url} answered with status {first_of.status}, {shown}"
    return "; ".join(dict.fromkeys(failure.detail for failure in site.lost(FIRST))) or "nothing was asked"


def _elsewhere(site: Site, exchange: Exchange) -> str | None:
    target = redirect_target(exchange)
    return target if target is not None and not site.profile.allows(target) else None


def _lines(routes: tuple[Inferred, ...]) -> Iterator[str]:
    names = [len(each.name) for each in routes if len(each.name) <= LONGEST_NAMES]
    width = max((SHORTEST_NAMES, *names)) + 1
    for each in routes:
        yield f"  # {plain(each.reason, 100)}"
        yield f"  {each.name + ':':<{width}} {_flow(each.route)}"


def _flow(value: object) -> str:
    """Return YAML's flow form; a scalar from the site is always quoted, as JSON, which YAML reads too."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    text = str(value)
    return text if text.replace("-", "").isalnum() else json.dumps(text)
