"""What one page view asks for, with an empty cache and with a warm one, and what of it a warm edge answers.

Figures that were measured win over those that the profile declares, and those over its budgets; where none of them says
anything, a view is the document alone. A visitor without a warm cache sees the first page with an empty one, and all
later ones with a warm one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scalecheck.model.calls import path
from scalecheck.model.kinds import ASSETS
from scalecheck.model.profile import Profile
from scalecheck.model.profile_traffic import PageView, ViewCost


class Source(StrEnum):
    """Where a figure comes from."""

    MEASURED = "measured"
    DECLARED = "declared"
    BUDGET = "as budgeted"
    DOCUMENT = "the document alone"


@dataclass(frozen=True, slots=True)
class ViewFigures:
    """One view of a page, its API calls left out."""

    requests: float
    size: float | None
    """Bytes as transferred; None where nobody knows."""
    source: Source
    html: float | None = None
    """Bytes of the document among them; without it, each request has an equal part."""

    @property
    def document(self) -> float | None:
        """Bytes of the document."""
        if self.size is None or self.html is None:
            return None if self.size is None else self.size / self.requests
        return min(self.html, self.size)


@dataclass(frozen=True, slots=True)
class PageFigures:
    """A page with an empty cache and with a warm one."""

    first: ViewFigures
    repeat: ViewFigures


@dataclass(frozen=True, slots=True)
class Measured:
    """What evidence says of a profile's pages and calls."""

    pages: Mapping[str, PageFigures] = field(default_factory=dict)
    """By the name of the page."""
    answers: Mapping[str, float] = field(default_factory=dict)
    """Bytes of an answer, by endpoint."""
    notes: tuple[str, ...] = ()
    """What could not be measured, and why."""


class Part(StrEnum):
    """What part of a page view, or of the load besides, requests are."""

    DOCUMENT = "document"
    ASSETS = "assets"
    CALL = "call"
    ROUTE = "route"
    """Load that no page view causes."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Requests of one kind, for each page view of the whole mix."""

    name: str
    """`GET /api/session`, or `assets of home`."""
    part: Part
    requests: float
    size: float | None
    """Bytes; None where nobody knows."""
    hit_ratio: float
    """Share that a warm edge answers by itself."""


def page_figures(profile: Profile, name: str, measured: Measured) -> PageFigures:
    """Return what a page takes, by the best source there is."""
    if (found := measured.pages.get(name)) is not None:
        return found
    page = profile.traffic.pages[name]
    budget = profile.budget(profile.route_for(_asked(page.get)))
    alone = ViewFigures(1, budget.html, Source.DOCUMENT, budget.html)
    if page.assets == "none":
        return PageFigures(_declared(page.first, alone), _declared(page.repeat, alone))
    most = alone
    if budget.requests is not None or budget.page is not None:
        most = ViewFigures(budget.requests or 1, budget.page, Source.BUDGET, budget.html)
    return PageFigures(_declared(page.first, most), _declared(page.repeat, alone))


def flows(profile: Profile, measured: Measured, empty: float) -> tuple[Flow, ...]:
    """Return all requests for one page view, where so much of the views, 0 to 1, begin with an empty cache."""
    found: dict[str, Flow] = {}
    for each in (*_of_pages(profile, measured, empty), *_besides(profile, measured)):
        before = found.get(each.name)
        found[each.name] = each if before is None else _both(before, each)
    return tuple(found.values())


def empty_share(profile: Profile, pages_per_visit: float) -> float:
    """Return the share of page views that begin with an empty cache."""
    return (1 - (profile.traffic.audience.returning or 0.0)) / max(1.0, pages_per_visit)


def _of_pages(profile: Profile, measured: Measured, empty: float) -> Iterator[Flow]:
    for name, page in profile.traffic.pages.items():
        figures = page_figures(profile, name, measured)
        yield from _documents(profile, name, page, figures, empty)
        for call in page.api:
            size = _answer_size(profile, measured, call.endpoint)
            requests = page.share * call.times
            label, hit_ratio = call.endpoint or f"unnamed calls of {name}", _hit_ratio(profile, call.endpoint)
            yield Flow(label, Part.CALL, requests, _times(requests, size), hit_ratio)


def _documents(profile: Profile, name: str, page: PageView, figures: PageFigures, empty: float) -> Iterator[Flow]:
    """Yield a page's documents, and what they load."""
    views = [(share, view) for share, view in ((empty, figures.first), (1 - empty, figures.repeat)) if share]
    document = _sum((share, view.document) for share, view in views)
    assets = _sum((share, _rest(view)) for share, view in views)
    loaded = sum(share * (view.requests - 1) for share, view in views)
    html = f"GET {page.get}"
    yield Flow(html, Part.DOCUMENT, page.share, _times(page.share, document), _hit_ratio(profile, html, page=True))
    if loaded:
        hits = profile.targets.static_hit_ratio
        yield Flow(f"assets of {name}", Part.ASSETS, page.share * loaded, _times(page.share, assets), hits)


def _rest(view: ViewFigures) -> float | None:
    """Return the bytes of a view without its document."""
    return None if view.size is None or view.document is None else view.size - view.document


def _besides(profile: Profile, measured: Measured) -> Iterator[Flow]:
    """Yield load that no page view causes, for each page view at `normal`."""
    normal = profile.traffic.normal
    for endpoint, load in profile.traffic.routes.items():
        if load.rate is not None and normal:
            requests, size = load.rate / normal, _answer_size(profile, measured, endpoint)
            yield Flow(endpoint, Part.ROUTE, requests, _times(requests, size), _hit_ratio(profile, endpoint))


def _both(one: Flow, other: Flow) -> Flow:
    size = _sum(((1, one.size), (1, other.size)))
    return Flow(one.name, one.part, one.requests + other.requests, size, one.hit_ratio)


def _times(factor: float, size: float | None) -> float | None:
    return None if size is None else factor * size


def _sum(parts: Iterable[tuple[float, float | None]]) -> float | None:
    """Return the sum of shares of sizes; None where one of them is not known."""
    sizes = [_times(share, size) for share, size in parts]
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def _declared(view: ViewCost, otherwise: ViewFigures) -> ViewFigures:
    if view.requests is None and view.size is None:
        return otherwise
    requests = otherwise.requests if view.requests is None else view.requests
    size = otherwise.size if view.size is None else view.size
    return ViewFigures(requests, size, Source.DECLARED, otherwise.html)


def _answer_size(profile: Profile, measured: Measured, endpoint: str) -> float | None:
    declared = profile.traffic.routes.get(endpoint)
    own = declared.size if declared is not None else None
    return measured.answers.get(endpoint, own)


def _hit_ratio(profile: Profile, endpoint: str, *, page: bool = False) -> float:
    """Return the share that a warm edge answers by itself: the target, of what the contract lets it keep.

    What no declared route speaks of is taken for what it seems: pages are kept, calls are not.
    """
    method, _, target = endpoint.partition(" ")
    if method not in {"GET", "HEAD"}:
        return 0.0
    route = profile.route_for(_asked(target))
    if route is None:
        return profile.targets.page_hit_ratio if page else 0.0
    if not profile.contract(route).cacheable_at_edge:
        return 0.0
    return profile.targets.static_hit_ratio if route.kind in ASSETS else profile.targets.page_hit_ratio


def _asked(target: str) -> str:
    """Return a target as routes are matched: with a value in the place of each parameter."""
    bare = target if "://" in target else path(target)
    return bare.replace("{", "").replace("}", "")
