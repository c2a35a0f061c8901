"""Asking what an earlier run saw."""

from scalecheck.model.evidence import Ask, Request
from scalecheck.model.site import Site
from scalecheck.probes.discovery import ASSETS_AT_MOST, first
from scalecheck.probes.probe import Asks, probe
from scalecheck.wire.fingerprint import fingerprint


@probe(after=[first])
def kept(site: Site) -> Asks:
    """Ask for the fingerprinted assets of an earlier run that today's pages no longer name."""
    if site.before is None:
        return
    today = {exchange.url for exchange in site.seen("first")}
    earlier = dict.fromkeys(asset.url for asset in site.before.assets() if fingerprint(asset.url) is not None)
    for url in [each for each in earlier if each not in today][:ASSETS_AT_MOST]:
        yield Ask(Request(url))
