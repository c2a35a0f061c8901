"""Inferring a profile from what a site shows: which routes there are, and of which kind.

What is inferred is how pages are made, never how well: a page that is cached for a year is still an ssg page, and then
fails its contract for a true reason.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from scalecheck.model.evidence import Exchange
from scalecheck.model.kinds import Kind
from scalecheck.model.profile import Profile
from scalecheck.model.profile_file import profile_from_data, read_profile
from scalecheck.model.site import FIRST, Site
from scalecheck.wire.cache_control import cache_control
from scalecheck.wire.fingerprint import fingerprint
from scalecheck.wire.freshness import freshness_lifetime
from scalecheck.wire.units import show_seconds

SIBLINGS = 3
"""Pages under one folder that are taken for instances of one route."""
ROUTES_AT_MOST = 40
EXPLORED = 30
"""Pages asked while nothing is declared."""
SHELL_TEXT = 200
"""Characters of visible text below which a page with scripts is taken for a shell."""
LONGEST_ISR_S = 86_400
NOT_A_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Inferred:
    """One route as the site shows it."""

    name: str
    route: Mapping[str, object]
    """As the profile's `routes` would hold it."""
    reason: str
    """What it was inferred from."""


def starting_profile(url: str) -> Profile:
    """Return a profile that explores: every page is a route of its own until something is known."""
    base = read_profile("million-dau", {})
    data: dict[str, object] = {
        **base.public(),
        "routes": {"home": {"path": "/", "kind": "ssr"}, "page": {"path": "/**", "kind": "ssr"}},
        "safety": {"samples": str(EXPLORED)},
    }
    return profile_from_data(data).at(url)


def infer(site: Site) -> Site:
    """Return the site under the profile that its own answers suggest."""
    return replace(site, profile=inferred_profile(site))


def inferred_profile(site: Site) -> Profile:
    """Return million-dau with the routes that the site shows."""
    base = read_profile("million-dau", {})
    routes = {each.name: dict(each.route) for each in inferred_routes(site)}
    return profile_from_data({**base.public(), "routes": routes}).at(site.profile.site)


def inferred_routes(site: Site) -> tuple[Inferred, ...]:
    """Return the routes that the first answers show: folders of hashed assets, then pages, one route for a folder."""
    routes: dict[str, Inferred] = {}
    for each in (*_hashed(site), *_pages(site)):
        name, number = each.name, 2
        while name in routes:
            name, number = f"{each.name}-{number}", number + 1
        routes[name] = replace(each, name=name)
        if len(routes) >= ROUTES_AT_MOST:
            break
    return tuple(routes.values())


def _hashed(site: Site) -> Iterator[Inferred]:
    """Yield the top folders whose files all carry a content hash."""
    folders: dict[str, list[bool]] = {}
    for exchange in site.seen(FIRST):
        path = urlsplit(exchange.url).path
        if exchange.status == 200 and exchange.response.content_type != "text/html" and path.count("/") > 1:
            folders.setdefault(_asset_folder(path), []).append(fingerprint(exchange.url) is not None)
    for folder, hashed in folders.items():
        if all(hashed):
            reason = f"{len(hashed)} of {len(hashed)} files below it carry a content hash"
            yield Inferred(_name(folder) or "assets", {"path": f"{folder}**", "kind": "hashed"}, reason)


def _asset_folder(path: str) -> str:
    """Return the folder that a bundler owns: `/_next/static/`, `/_app/immutable/`, else the first one."""
    parts = path.split("/")
    return "/".join(parts[:3] if parts[1].startswith("_") and len(parts) > 3 else parts[:2]) + "/"


def _pages(site: Site) -> Iterator[Inferred]:
    pages = [each for each in site.seen(FIRST) if each.status == 200 and each.response.content_type == "text/html"]
    by_path = {urlsplit(each.url).path or "/": each for each in pages}
    siblings: dict[str, list[str]] = {}
    for path in by_path:
        siblings.setdefault(path.rpartition("/")[0], []).append(path)
    grouped: set[str] = set()
    for path, page in by_path.items():
        folder = path.rpartition("/")[0]
        if path != "/" and folder and len(siblings[folder]) >= SIBLINGS:
            if folder not in grouped:
                grouped.add(folder)
                several = {"path": f"{folder}/{{name}}", "samples": siblings[folder][:5]}
                yield _page(site, page, f"{_name(folder)}-page", several)
        else:
            yield _page(site, page, _name(path) or "home", {"path": path})


def _page(site: Site, page: Exchange, name: str, where: Mapping[str, object]) -> Inferred:
    kind, rules, reason = _rendering(site, page)
    return Inferred(name, {**where, "kind": kind.value, **rules}, reason)


def _rendering(site: Site, page: Exchange) -> tuple[Kind, dict[str, object], str]:
    """Return how a page is made, what the route must say besides, and what shows it."""
    policy = cache_control(page.fields)
    lifetime = freshness_lifetime(page.status, page.fields, shared=True, received_at=page.received_at)
    if policy.has("no-store") or policy.has("private"):
        return Kind.SSR, {"cache": {"storing": "private"}}, f"Cache-Control: {policy}"
    if policy.has("s-maxage") and 0 < lifetime.seconds <= LONGEST_ISR_S:
        rules: dict[str, object] = {"revalidate": show_seconds(lifetime.seconds)}
        stale_s = policy.seconds("stale-while-revalidate")
        if stale_s:
            rules["cache"] = {"stale_while_revalidate": show_seconds(stale_s)}
        return Kind.ISR, rules, f"Cache-Control: {policy}"
    shown = site.page(page)
    if shown.text_length < SHELL_TEXT and shown.loads:
        return Kind.CSR, {}, f"{shown.text_length} characters of text, and scripts"
    return Kind.SSG, {}, f"Cache-Control: {policy or 'nothing'}"


def _name(path: str) -> str:
    return NOT_A_NAME.sub("-", path.lower()).strip("-")[:40]
