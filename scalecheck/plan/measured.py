"""What evidence of an audit says of the pages and calls that the traffic names: their requests and bytes."""

from collections.abc import Iterator
from statistics import fmean
from urllib.parse import urlsplit

from scalecheck.model.calls import PARAMETER, path
from scalecheck.model.evidence import Exchange
from scalecheck.model.profile import Profile
from scalecheck.model.site import FIRST, Site
from scalecheck.page.cost import cost, repeated
from scalecheck.page.fetches import Use
from scalecheck.page.loading import loading
from scalecheck.plan.costs import Measured, PageFigures, Source, ViewFigures
from scalecheck.wire import content_type
from scalecheck.wire.urls import PathPattern
from scalecheck.wire.viewport import Viewport

SAMPLES = 5
"""Pages of one kind that are weighed."""


def measured(site: Site) -> Measured:
    """Return what the evidence says of each page, as its visitors' devices show it, and of each call."""
    traffic = site.profile.traffic
    windows = _windows(site.profile)
    documents = [each for each in site.good() if content_type.is_html(each.response.content_type)]
    pages: dict[str, PageFigures] = {}
    notes: list[str] = []
    for name, page in traffic.pages.items():
        found = [each for each in documents if _is(each, page.get)][:SAMPLES]
        if found:
            changes = bool(PARAMETER.search(page.get))
            views = [(share, _figures(site, each, window, changes)) for each in found for window, share in windows]
            pages[name] = PageFigures(_mean([(s, f.first) for s, f in views]), _mean([(s, f.repeat) for s, f in views]))
            notes += _missing(site, name, found[0], windows[0][0])
        else:
            notes.append(f"{name}: the evidence has no page of {page.get}, so what is declared stands")
    return Measured(pages, _answers(site), tuple(notes))


def _figures(site: Site, page: Exchange, window: Viewport, changes: bool) -> PageFigures:
    """Return what one page costs in one window.

    With a warm cache, a page whose address has parameters is another one than the last: its document comes whole.
    """
    first = cost(site, loading(site, page, window))
    again = repeated(site, first)
    document, later = first.own(Use.DOCUMENT), again.own(Use.DOCUMENT)
    whole, rest = first.own(), again.own()
    html = document if changes else later
    return PageFigures(
        _view(whole.requests, whole.transferred_bytes, document.transferred_bytes),
        _view(
            rest.requests - later.requests + html.requests,
            rest.transferred_bytes - later.transferred_bytes + html.transferred_bytes,
            html.transferred_bytes,
        ),
    )


def _view(requests: int, size: int, html: int) -> ViewFigures:
    return ViewFigures(max(1, requests), size, Source.MEASURED, html)


def _missing(site: Site, name: str, page: Exchange, window: Viewport) -> Iterator[str]:
    """Yield that a page's figures are a lower bound."""
    lost = cost(site, loading(site, page, window)).missing()
    if lost:
        yield f"{name}: a lower bound, since not all that it loads was measured ({lost[0]})"


def _windows(profile: Profile) -> list[tuple[Viewport, float]]:
    """Return the windows that visitors' devices show pages in, with the share of each."""
    shares: dict[Viewport, float] = {}
    usual = profile.viewports.get("mobile") or next(iter(profile.viewports.values()))
    for name, device in profile.traffic.devices.items():
        window = profile.viewports.get(device.viewport or name, usual)
        shares[window] = shares.get(window, 0.0) + device.share
    return list(shares.items()) or [(usual, 1.0)]


def _mean(views: list[tuple[float, ViewFigures]]) -> ViewFigures:
    """Return the mean of figures by their shares."""
    whole = sum(share for share, _ in views)
    requests = sum(share * each.requests for share, each in views) / whole
    size = sum(share * (each.size or 0.0) for share, each in views) / whole
    html = sum(share * (each.html or 0.0) for share, each in views) / whole
    return ViewFigures(requests, size, Source.MEASURED, html)


def _answers(site: Site) -> dict[str, float]:
    """Return the bytes of an answer to each call that the evidence has asked for."""
    traffic = site.profile.traffic
    named = {call.endpoint for page in traffic.pages.values() for call in page.api} | {*traffic.routes}
    found: dict[str, float] = {}
    for endpoint in sorted(named):
        method, _, target = endpoint.partition(" ")
        sizes = [_size(each) for each in site.seen(FIRST) if each.status == 200 and _is(each, target)]
        if method == "GET" and sizes:
            found[endpoint] = fmean(sizes)
    return found


def _size(exchange: Exchange) -> int:
    return exchange.response.header_bytes + exchange.response.wire_bytes


def _is(exchange: Exchange, target: str) -> bool:
    """Whether an answer is one of a target: of its host, where that is named, and of its path."""
    parts, host = urlsplit(exchange.url), urlsplit(target).netloc
    return (not host or host == parts.netloc) and PathPattern(path(target)).matches(parts.path or "/")
