"""The sizes of a page that have budgets: what counts to each, in the window where it is largest."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scalecheck.checks.assets.transfer import ONE_SEGMENT_BYTES
from scalecheck.model.evidence import Exchange, Response
from scalecheck.model.profile import Budgets
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Measure
from scalecheck.page.cost import Cost, Item, answers, cost
from scalecheck.page.fetches import Use
from scalecheck.page.loading import loading
from scalecheck.wire import content_type
from scalecheck.wire.codings import gzip_size
from scalecheck.wire.units import show_bytes
from scalecheck.wire.urls import same_origin

LARGEST_NAMED = 3
NAME_AT_MOST = 90
"""Characters of an URL in a finding."""
REASONS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Size:
    """One budgeted size of a page."""

    key: str
    """Its name under `budgets`."""
    check: str
    """Id of the check that judges it."""
    what: str
    """`JavaScript`, for findings."""
    uses: tuple[Use, ...] = ()
    """What counts to it; empty for everything."""
    counted: bool = False
    """Requests are counted, those to third parties too; otherwise bytes, of the site's own."""

    def amount(self, visit: Cost) -> int:
        """Return its bytes, as transferred, or requests; a lower bound where something is missing."""
        if self.counted:
            return visit.own(*self.uses).requests + len(visit.foreign(*self.uses))
        return visit.own(*self.uses).transferred_bytes

    def missing(self, site: Site, page: Exchange) -> tuple[str, ...]:
        """Return what may add to it, in any window, and could not be counted: a file that is lost is one request."""
        uses = (Use.DOCUMENT, Use.SCRIPT, Use.STYLE) if self.counted else self.uses
        visits = visits_of(site, page).values()
        return tuple(dict.fromkeys(each for visit in visits for each in visit.missing(*uses)))

    def limit(self, site: Site, page: Exchange) -> int | None:
        """Return the most that the page's route may have; None where nothing is declared."""
        found: int | None = getattr(site.profile.budget(site.route(page)), self.key)
        return found

    def over(self, site: Site, page: Exchange) -> int:
        """Return by how much a page is over this budget; 0 where it is within, or where there is none."""
        limit = self.limit(site, page)
        return 0 if limit is None else max(0, self.amount(self.largest(site, page)[1]) - limit)

    def shown(self, amount: int) -> str:
        """Return an amount in its unit."""
        return f"{amount} {'request' if amount == 1 else 'requests'}" if self.counted else show_bytes(amount)

    def largest(self, site: Site, page: Exchange) -> tuple[str, Cost]:
        """Return the visit on which it is largest, and the name of that window; without name where all are alike."""
        key = Size.largest, self.key, page.number
        found: tuple[str, Cost] | None = site.remembered.get(key)
        if found is None:
            visits = visits_of(site, page)
            distinct = {id(each.items): name for name, each in reversed(visits.items())}
            amounts = {name: self.amount(visits[name]) for name in distinct.values()}
            name = max(amounts, key=lambda each: amounts[each])
            found = (name if len(set(amounts.values())) > 1 else "", visits[name])
            site.remembered[key] = found
        return found


JS = Size("js", "bundle.initial_js", "JavaScript", (Use.SCRIPT,))
CSS = Size("css", "bundle.initial_css", "CSS", (Use.STYLE,))
HTML = Size("html", "bundle.html", "HTML", (Use.DOCUMENT,))
FONTS = Size("fonts", "bundle.fonts", "fonts", (Use.FONT,))
IMAGES = Size("images", "images.within_budget", "images", (Use.IMAGE,))
PAGE = Size("page", "bundle.page", "everything")
REQUESTS = Size("requests", "bundle.requests", "requests", counted=True)
PARTS = (JS, CSS, HTML, FONTS, IMAGES)
"""What a page is made of and that has a budget of its own."""


def visits_of(site: Site, page: Exchange) -> dict[str, Cost]:
    """Return what the first visit of a page costs in each declared window, by the window's name."""
    key = visits_of, page.number
    found: dict[str, Cost] | None = site.remembered.get(key)
    if found is None:
        found = {name: cost(site, loading(site, page, window)) for name, window in site.profile.viewports.items()}
        alike = {tuple(map(id, each.items)): each.items for each in found.values()}  # equal items are one object
        found = {name: replace(each, items=alike[tuple(map(id, each.items))]) for name, each in found.items()}
        site.remembered[key] = found
    return found


def declared(site: Site, key: str) -> bool:
    """Whether a budget is declared for any page."""
    budgets = (site.profile.budgets, *(route.budget for route in site.profile.routes.values()))
    return any(getattr(each, key) is not None for each in budgets)


def placed(site: Site, page: Exchange, key: str, finding: Finding) -> Finding:
    """Return a finding with the line of the route's own budget, where the route has one."""
    route = site.route(page)
    if route is None or key not in Budgets.model_fields or getattr(route.budget, key) is None:
        return finding
    return replace(finding, profile_line=site.profile.line("routes", route.name, "budget", key))


def largest_items(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return the items of most bytes, the largest first."""
    known = (each for each in items if each.figures.transferred_bytes)
    return tuple(sorted(known, key=lambda each: -each.figures.transferred_bytes)[:LARGEST_NAMED])


def uncompressed_bytes(site: Site, items: Iterable[Item]) -> int:
    """Return what gzip would save of texts that travel as they are: assets.compressed speaks of those."""
    found = (answers(site).get(each.url) for each in items)
    return sum(_saved(each.response) for each in found if isinstance(each, Exchange))


def _saved(response: Response) -> int:
    body, plain = response.body, response.coding == "identity" and content_type.is_text(response.content_type)
    if not plain or not body or response.truncated or len(body) < ONE_SEGMENT_BYTES:
        return 0
    return max(0, response.wire_bytes - gzip_size(body))


def named(page: Exchange, url: str) -> str:
    """Return an URL as findings about a page name it: without the page's origin, and not too long."""
    shown = "/" + url.split("/", 3)[3] if same_origin(page.url, url) and url.count("/") > 2 else url
    return shown if len(shown) <= NAME_AT_MOST else f"{shown[: NAME_AT_MOST // 2]}…{shown[-NAME_AT_MOST // 2 :]}"


def measures(site: Site, name: str, size: Size) -> Iterator[Measure]:
    """Yield a size of each route: that of its page of most, in the window of most."""
    unit = "requests" if size.counted else "bytes"
    amounts: dict[str, list[int]] = {}
    for page in site.pages():
        if (route := site.route(page)) is not None:
            amounts.setdefault(route.name, []).append(size.amount(size.largest(site, page)[1]))
    for route_name, found in amounts.items():
        most = max(found)
        yield Measure(name, most, unit, len(found), most, most, route_name)
