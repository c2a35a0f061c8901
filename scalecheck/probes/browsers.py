"""Opening pages in a real browser: to look at them, to make them fail, and to come back without a network."""

from collections.abc import Iterator

from scalecheck.model.evidence import Ask, Exchange
from scalecheck.model.site import Site
from scalecheck.probes.discovery import first
from scalecheck.probes.probe import Agent, Asks, probe

ERROR, OFFLINE = "error", "offline"
"""Labels of visits in which more is done than to look; the label of the others is their viewport's name."""


@probe(after=[first], by=Agent.CHROMIUM)
def visit(site: Site) -> Asks:
    """Open pages of each route in Chromium, as a visitor who has never been there, in each viewport."""
    for page in opened_pages(site):
        for device in site.profile.browser.devices:
            yield Ask(page.request, of=page.number, label=device)


@probe(after=[first], by=Agent.CHROMIUM)
def provoke(site: Site) -> Asks:
    """Open one page of each route in Chromium and throw an error there, where the profile says who takes reports."""
    if site.profile.observability.errors is None:
        return
    seen = set()
    for page in opened_pages(site):
        if (route := site.route(page)) is not None and route.name not in seen:
            seen.add(route.name)
            yield Ask(page.request, of=page.number, label=ERROR)


@probe(after=[first], by=Agent.CHROMIUM)
def come_back(site: Site) -> Asks:
    """Open pages in Chromium and come back without a network, where the profile says that they work offline."""
    for page in opened_pages(site):
        if (route := site.route(page)) is not None and route.offline:
            yield Ask(page.request, of=page.number, label=OFFLINE)


def opened_pages(site: Site) -> Iterator[Exchange]:
    """Yield the pages that are opened: the first of each page route, as many as the profile says."""
    count: dict[str | None, int] = {}
    for page in site.pages():
        route = site.route(page)
        name = None if route is None else route.name
        count[name] = count.get(name, 0) + 1
        if count[name] <= site.profile.browser.pages:
            yield page
