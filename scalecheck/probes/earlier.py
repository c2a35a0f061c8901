"""Asking what an earlier run saw."""

from scalecheck.model.evidence import Ask, Request
from scalecheck.model.site import Site
from scalecheck.probes.discovery import ASSETS_AT_MOST, first
from scalecheck.probes.probe import Asks, probe
from scalecheck.wire.fingerprint import fingerprint


@probe(after=[first])
def kept(site: Site) -> Asks:
    """Ask for the fingerprinted assets of an earlier run that today's pages no longer name, where we may ask there."""
    if site.before is None:
        return
    today = {record.url for record in site.all("first")}
    earlier = dict.fromkeys(asset.url for asset in site.before.assets() if fingerprint(asset.url) is not None)
    gone = [url for url in earlier if url not in today and site.profile.allows(url)]
    yield from (Ask(Request(url)) for url in gone[:ASSETS_AT_MOST])
