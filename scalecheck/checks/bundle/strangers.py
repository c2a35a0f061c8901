"""What a page makes its visitor ask of third parties: of hosts that are neither the site's nor declared as such."""

from collections import Counter

from scalecheck.checks.bundle.sizes import LARGEST_NAMED, REQUESTS, declared, placed, visits_of
from scalecheck.checks.check import Findings, check, expect, skipped, undecided
from scalecheck.checks.views import views
from scalecheck.model.evidence import Exchange
from scalecheck.model.site import Site
from scalecheck.model.verdict import Finding, Measure
from scalecheck.page.cost import Item, is_own
from scalecheck.probes.browsers import visit
from scalecheck.probes.discovery import first
from scalecheck.wire.domains import owner
from scalecheck.wire.units import show_bytes


@check(needs=[first], source="scalecheck: budgets.third_parties", declared_by="budgets.third_parties", reads=[visit])
def third_parties(site: Site) -> Findings:
    """A page asks no more third parties than its budget allows.

    Each one costs a look-up, a connection and a handshake before its first byte, sees every visitor, and can be down
    when you are not. Hosts of one owner count once, by the public suffix list; a host under `safety.allow_hosts` is
    your own. Counted is what the HTML, your scripts and your sheets name, and with --browser whom the page tried to
    ask; nobody else is answered there, so whom third parties bring along in turn stays unseen.

    Fix: ask who still reads what it measures; serve fonts, libraries and pictures from your own host; load what must
    stay when it is needed, not with the page.
    """
    if not declared(site, "third_parties"):
        yield skipped("no budget is declared: budgets.third_parties")
        return
    most: dict[str, list[int]] = {}
    for page in site.pages():
        found = _domains(site, page)
        if (route := site.route(page)) is not None:
            most.setdefault(route.name, []).append(len(found))
        yield placed(site, page, "third_parties", _number(site, page, found))
    for name, numbers in most.items():
        value = max(numbers)
        yield Measure("third_parties", value, "domains", len(numbers), value, value, name)


def strangers(site: Site, page: Exchange) -> dict[str, tuple[Item, ...]]:
    """Return what every visit of a page asks of third parties, by the domain of each, in any window."""
    items = dict.fromkeys(each for visit in visits_of(site, page).values() for each in visit.foreign())
    found: dict[str, list[Item]] = {}
    for each in items:
        found.setdefault(each.third_party, []).append(each)
    return {domain: tuple(those) for domain, those in found.items()}


def _domains(site: Site, page: Exchange) -> tuple[str, ...]:
    """Return the third parties of a page, those of most requests first, then those that only a browser saw."""
    found = strangers(site, page)
    seen = (each for view in views(site, "visit") if view.url == page.url for each in view.requests)
    domains = {owner(each.url) for each in seen if not is_own(site, each.url)} - {""}
    return (*_by_number(found), *sorted(domains - found.keys()))


def _number(site: Site, page: Exchange, found: tuple[str, ...]) -> Finding:
    limit = site.profile.budget(site.route(page)).third_parties
    if limit is None:
        return skipped("no budget is declared for it: budgets.third_parties", page)
    expected, observed = f"at most {_parties(limit)}", f"{_parties(len(found))}{_named(found)}"
    if len(found) > limit:
        return expect(False, page, expected=expected, observed=observed)
    if missing := REQUESTS.missing(site, page):
        return undecided(page, missing[0], expected=expected, observed=f"at least {observed}")
    return expect(True, page, expected=expected, observed=observed)


@check(needs=[first], source="scalecheck: budgets.third_party_bytes", declared_by="budgets.third_party_bytes")
def third_party_bytes(site: Site) -> Findings:
    """What third parties send to a page is within its budget.

    Their scripts run on the same thread as yours, and nobody on your team reviews how they grow. scalecheck never asks
    hosts that are not yours, so what they send is known where a browser recorded it: judge its HAR.

    Fix: load a map, a chat or a video when somebody touches the picture in its place, and take tags off pages that do
    not need them.
    """
    if not declared(site, "third_party_bytes"):
        yield skipped("no budget is declared: budgets.third_party_bytes")
        return
    for page in site.pages():
        limit = site.profile.budget(site.route(page)).third_party_bytes
        if limit is None:
            yield skipped("no budget is declared for it: budgets.third_party_bytes", page)
        else:
            yield placed(site, page, "third_party_bytes", _weight(site, page, limit))


def _weight(site: Site, page: Exchange, limit: int) -> Finding:
    found = strangers(site, page)
    items = [each for those in found.values() for each in those]
    unasked = Counter(each.third_party for each in items if each.unknown)
    known = sum(each.figures.transferred_bytes for each in items)
    expected = f"at most {show_bytes(limit)}"
    observed = f"{show_bytes(known)} from {_parties(len(found))}{_named(_by_number(found))}"
    if known > limit or not unasked:
        return expect(known <= limit, page, expected=expected, observed=observed)
    reason = f"never asked: {', '.join(list(unasked)[:LARGEST_NAMED])}; judge a HAR that a browser recorded"
    return undecided(page, reason, expected=expected, observed=f"at least {observed}")


def _parties(number: int) -> str:
    return f"{number} third {'party' if number == 1 else 'parties'}"


def _by_number(found: dict[str, tuple[Item, ...]]) -> tuple[str, ...]:
    return tuple(sorted(found, key=lambda domain: (-len(found[domain]), domain)))


def _named(domains: tuple[str, ...]) -> str:
    more = f" and {len(domains) - LARGEST_NAMED} more" if len(domains) > LARGEST_NAMED else ""
    return f": {', '.join(each[:60] for each in domains[:LARGEST_NAMED])}{more}" if domains else ""
