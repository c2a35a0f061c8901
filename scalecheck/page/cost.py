"""What a page costs its visitor: requests, bytes as transferred and bytes as decoded, on this visit and on the next.

Transferred is what a browser's network panel calls so: the header, where it is not compressed, and the body in its
content coding. The site's own are the hosts that the profile allows and every other host of the same owner. What third
parties send is not asked for: it is counted, and its bytes are unknown, never zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from scalecheck.model.evidence import Exchange, Failure, Loss, Record
from scalecheck.model.site import FIRST, Site
from scalecheck.page.fetches import Fetch, Loading, Unresolved, Use, When
from scalecheck.wire.content_type import is_html
from scalecheck.wire.domains import owner
from scalecheck.wire.fields import Fields
from scalecheck.wire.redirects import HOPS_AT_MOST, REDIRECTS
from scalecheck.wire.reuse import Reuse, reuse, store
from scalecheck.wire.set_cookie import set_cookies
from scalecheck.wire.urls import resolve
from scalecheck.wire.viewport import Viewport

HOUR_S = 3600.0
"""Seconds from the first visit to the next: another page, or the same one, without a reload."""
CONDITIONAL = "conditional"
"""The probe whose answers show what a 304 costs."""

_DEPENDENTS: Mapping[Use, frozenset[Use]] = {
    Use.STYLE: frozenset({Use.STYLE, Use.FONT, Use.IMAGE}),
    Use.SCRIPT: frozenset({Use.SCRIPT}),
}
"""What cannot be known for sure where a sheet or script could not be followed; of a document, everything."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Requests and their bytes."""

    requests: int = 0
    transferred_bytes: int = 0
    decoded_bytes: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.requests + other.requests,
            self.transferred_bytes + other.transferred_bytes,
            self.decoded_bytes + other.decoded_bytes,
        )


@dataclass(frozen=True, slots=True)
class Item:
    """What one fetch costs."""

    url: str
    use: Use
    when: When
    figures: Figures
    """With the redirects on the way; of a request only, where the bytes are unknown."""
    third_party: str = ""
    """The domain whose owner it is; empty for the site's own."""
    unknown: str = ""
    """Why its bytes are not known; empty where they are."""
    reuse: Reuse | None = None
    """What the browser's cache does on the next visit; None on the first."""
    estimated: bool = False
    """The header of its 304 was not seen: it is taken to be as long as that of the whole answer."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one page costs in one window, on one visit."""

    page: Exchange
    viewport: Viewport
    items: tuple[Item, ...]
    """One for each fetch, the document first; lazy, possible and dynamic ones among them."""
    unresolved: tuple[Unresolved, ...] = ()

    def of(self, *uses: Use, when: When = When.INITIAL) -> tuple[Item, ...]:
        """Return the site's own items of these uses, or of all."""
        return tuple(
            each for each in self.items if each.when is when and not each.third_party and (not uses or each.use in uses)
        )

    def own(self, *uses: Use, when: When = When.INITIAL) -> Figures:
        """Return what the site itself sends for these uses, or for all; a lower bound where something is missing."""
        return total(self.of(*uses, when=when))

    def foreign(self, *uses: Use) -> tuple[Item, ...]:
        """Return what every visit asks third parties for."""
        return tuple(
            each
            for each in self.items
            if each.when is When.INITIAL and each.third_party and (not uses or each.use in uses)
        )

    def missing(self, *uses: Use) -> tuple[str, ...]:
        """Return what may add to the site's own figures for these uses, or for all, and could not be counted."""
        wanted = frozenset(uses or Use)
        lost = tuple(f"{each.url}: {each.unknown}" for each in self.of(*wanted) if each.unknown)
        named = {each.url: each for each in self.items if each.when is When.INITIAL}
        return lost + tuple(
            f"{each.via}: {each.reason}"
            for each in self.unresolved
            if each.when is When.INITIAL and _may_hide(named.get(each.via), wanted)
        )


def total(items: Iterable[Item]) -> Figures:
    """Return the sum of what items cost."""
    return sum((each.figures for each in items), Figures())


def cost(site: Site, loading: Loading) -> Cost:
    """Return what the first visit of a page costs, whose browser has nothing stored."""
    known = answers(site)
    items = tuple(_item(site, loading, each, known) for each in loading.fetches)
    return Cost(loading.page, loading.viewport, items, loading.unresolved)


def repeated(site: Site, visit: Cost, after_s: float = HOUR_S) -> Cost:
    """Return what the same page costs a browser that stored the first visit, so many seconds later.

    A private cache decides for each answer (RFC 9111), by the age it has by then: what is fresh costs nothing, what is
    not costs a 304 where it has a validator, and all of its bytes where it has none, or fits the request no more.
    Nothing has changed on the server. What is served stale while it is renewed costs the renewal.
    """
    known = answers(site)
    return replace(visit, items=tuple(_returning(site, visit, each, known, after_s) for each in visit.items))


def answers(site: Site) -> Mapping[str, Record]:
    """Return the first answer, or failure, of each URL; of other hosts' what a browser recorded."""
    records = site.all(FIRST)
    found: dict[str, Record] | None = site.remembered.get(answers)
    if found is None:
        found = {**site.elsewhere, **{each.url: each for each in reversed(records)}}
        found.update((each.url, each) for each in reversed(records) if isinstance(each, Exchange))
        site.remembered[answers] = found
    return found


def asked_again(exchange: Exchange) -> Fields:
    """Return the fields with which a browser asks for the same on its next visit: with the cookie that it got, if any.

    Answers that vary by Cookie and set one do not fit that request any more (RFC 9111 section 4.1).
    """
    sent = exchange.request.fields
    at = exchange.received_at
    if not any(each.expires_at(at) > at for each in set_cookies(exchange.fields)):
        return sent
    return sent.with_lines((("Cookie", "as its answer set it"),))


def is_own(site: Site, url: str) -> bool:
    """Whether an URL is the site's own: of an allowed host, or of another host of the same owner."""
    return site.profile.allows(url) or owner(url) == owner(site.profile.site)


def hops(url: str, known: Mapping[str, Record]) -> tuple[Record, ...]:
    """Return the answers to an URL and to where they redirect; the last one says what came of it."""
    found: list[Record] = []
    while (record := known.get(url)) is not None and len(found) <= HOPS_AT_MOST:
        found.append(record)
        location = record.fields.first("location") if isinstance(record, Exchange) else None
        if not isinstance(record, Exchange) or record.status not in REDIRECTS or location is None:
            break
        url = resolve(record.url, location) or ""
    return tuple(found)


def settled(site: Site, url: str) -> Exchange | None:
    """Return the page behind an URL, redirects followed; None where it is no good answer, or no HTML."""
    found = hops(url, answers(site))
    last = found[-1] if found else None
    if not isinstance(last, Exchange) or last.status != 200:
        return None
    return last if is_html(last.fields.first("content-type") or "") else None


def _item(site: Site, loading: Loading, fetch: Fetch, known: Mapping[str, Record]) -> Item:
    """Return what a fetch costs; equal ones of many pages are one object."""
    document = fetch.use is Use.DOCUMENT
    key = _item, loading.page.number if document else fetch.url, fetch.use, fetch.when
    found: Item | None = site.remembered.get(key)
    if found is None:
        found = site.remembered[key] = _document(site, loading) if document else _weighed(site, fetch, known)
    return found


def _document(site: Site, loading: Loading) -> Item:
    page = loading.page
    return Item(page.url, Use.DOCUMENT, When.INITIAL, _figures(page), unknown=_cut(site, page))


def _weighed(site: Site, fetch: Fetch, known: Mapping[str, Record]) -> Item:
    own = is_own(site, fetch.url)
    chain = hops(fetch.url, known)
    figures = sum((_figures(each) for each in chain if isinstance(each, Exchange)), Figures())
    unknown = _why_unknown(site, fetch.url, chain)
    if not chain or isinstance(chain[-1], Failure):
        figures += Figures(requests=1)
    return Item(fetch.url, fetch.use, fetch.when, figures, "" if own else owner(fetch.url), unknown)


def _figures(exchange: Exchange) -> Figures:
    response = exchange.response
    return Figures(1, response.header_bytes + response.wire_bytes, response.decoded_bytes)


def _why_unknown(site: Site, url: str, chain: tuple[Record, ...]) -> str:
    """Return why the bytes of what was asked for are not known; empty where they are."""
    last = chain[-1] if chain else None
    if isinstance(last, Failure):
        return "not asked: the request budget was used up" if last.loss is Loss.BUDGET else "not answered"
    if isinstance(last, Exchange):
        onward = last.status in REDIRECTS and "location" in last.fields
        return "redirected to where nothing was asked" if onward else _cut(site, last)
    if site.profile.allows(url):
        return "not asked"
    return "not asked, since its host is not among safety.allow_hosts"


def _cut(site: Site, exchange: Exchange) -> str:
    response = exchange.response
    cut = response.truncated and response.wire_bytes >= site.profile.safety.body_limit
    return "its body was cut off at safety.body_limit" if cut else ""


def _may_hide(via: Item | None, wanted: frozenset[Use]) -> bool:
    """Whether something of these uses may have been missed where this item could not be followed.

    What a third party's script or sheet asks for counts to nobody's own figures; a lost file is told as such.
    """
    if via is None or via.third_party or (via.unknown and via.use in wanted):
        return False
    return bool(_DEPENDENTS.get(via.use, frozenset(Use)) & wanted)


def _returning(site: Site, visit: Cost, item: Item, known: Mapping[str, Record], after_s: float) -> Item:
    """Return what an item costs on the next visit."""
    chain = (visit.page,) if item.use is Use.DOCUMENT else hops(item.url, known)
    exchanges = tuple(each for each in chain if isinstance(each, Exchange))
    if not exchanges:
        return item
    steps = [_again(site, each, after_s) for each in exchanges]
    figures = sum((step[1] for step in steps), Figures())
    if isinstance(chain[-1], Failure):
        figures += Figures(requests=1)
    return replace(item, figures=figures, reuse=steps[-1][0], estimated=any(step[2] for step in steps))


def _again(site: Site, exchange: Exchange, after_s: float) -> tuple[Reuse, Figures, bool]:
    """Return what a browser's cache does with an answer by then, what that costs, and whether it is an estimate."""
    sent = exchange.request.fields
    stored = store(
        sent,
        exchange.status,
        exchange.fields,
        shared=False,
        received_at=exchange.received_at,
        requested_at=exchange.sent_at,
    )
    decision = reuse(stored, asked_again(exchange), exchange.received_at + after_s)
    if decision is Reuse.FRESH:
        return decision, Figures(), False
    if stored is None or decision is Reuse.MISS or not stored.conditions:
        return decision, _figures(exchange), False
    seen = next(iter(site.following(exchange, CONDITIONAL)), None) if site.asked(CONDITIONAL) else None
    if seen is not None:
        return decision, _figures(seen), False
    return decision, Figures(1, exchange.response.header_bytes, 0), True
