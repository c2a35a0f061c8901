"""Asking a site what it is, and writing that down as a profile with comments."""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping

from scalecheck.cli.exit import UsageError
from scalecheck.cli.profiles import load_profile
from scalecheck.gather.client import Client
from scalecheck.gather.gather import gather
from scalecheck.gather.record import EvidenceFile
from scalecheck.model.evidence import Run
from scalecheck.model.infer import Inferred, inferred_routes, starting_profile
from scalecheck.model.site import Site
from scalecheck.probes.discovery import first
from scalecheck.wire.escape import plain

HEAD = """\
# How {site} must behave, from what it showed. Every route says what it was inferred from: correct what is wrong.
# The contract of each kind is million-dau's: `scalecheck profile show million-dau`.
# yaml-language-server: $schema=./scalecheck.schema.json   (made by: scalecheck profile schema)
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
    """Return a commented profile of the site, and how many routes it has; UsageError where nothing answered."""
    load_profile(None, url)
    site = asyncio.run(_explore(Site(starting_profile(url), time.time())))
    routes = inferred_routes(site)
    if not routes:
        reasons = "; ".join(dict.fromkeys(failure.detail for failure in site.losses)) or "no page was found"
        raise UsageError(f"{url}: {plain(reasons)}")
    return HEAD.format(site=site.profile.site) + "\n".join(_lines(routes)) + TAIL, len(routes)


async def _explore(site: Site) -> Site:
    async with Client(site.profile) as client:
        return await gather(
            site, (first,), client.send, EvidenceFile(None, Run("", site.profile.site, site.started_at))
        )


def _lines(routes: tuple[Inferred, ...]) -> Iterator[str]:
    width = max(len(each.name) for each in routes) + 1
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
