"""Inferring a profile from what a site shows: which routes there are, and of which kind.

What is inferred is how pages are made, never how well: a page that is cached for a year is still an ssg page, and then
fails its contract for a true reason. Every URL that was seen is of the route that it was inferred for, and no route is
inferred that nothing was seen of.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from scalecheck.model.evidence import Exchange
from scalecheck.model.infer_rendering import Rendering, rendering
from scalecheck.model.kinds import Kind
from scalecheck.model.profile import Profile
from scalecheck.model.profile_file import profile_from_data, read_profile
from scalecheck.model.site import FIRST, Site
from scalecheck.wire.urls import PathPattern, resolve

SIBLINGS = 3
"""Pages under one folder that are taken for instances of one route."""
SAMPLES = 5
"""URLs that a route with parameters names."""
EXPLORED = 30
"""Pages asked while nothing is declared."""
ROUTES_AT_MOST = 200
FOLDER_KINDS = frozenset({Kind.HASHED, Kind.IMAGE, Kind.FONT})
"""Kinds of files whose folder is one route. Scripts without a hash are not declared: that would excuse them."""
LOCALE = re.compile(r"[a-z]{2}(?:[-_](?:[A-Za-z]{2}|[A-Z][a-z]{3}))?")
NOT_A_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Inferred:
    """One route as the site shows it."""

    name: str
    route: Mapping[str, object]
    """As the profile's `routes` would hold it."""
    reason: str
    """What it was inferred from."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A page or an answer of the API, and how it is made."""

    path: str
    reference: str
    """Path and query, as they are asked for."""
    made: Rendering


def starting_profile(url: str) -> Profile:
    """Return a profile that explores: from the URL's own path, every page is a route of its own until more is known."""
    whole = resolve(url, "") or url
    path = re.sub(r"\*+", "*", urlsplit(whole).path)
    start = {"path": path, "kind": "ssr", "samples": [whole]}
    data: dict[str, object] = {
        **read_profile("million-dau", {}).public(),
        "routes": {"start": start, "page": {"path": "/**", "kind": "ssr"}},
        "safety": {"samples": str(EXPLORED)},
    }
    return profile_from_data(data).at(url)


def infer(site: Site) -> Site:
    """Return the site under the profile that its own answers suggest."""
    return replace(site, profile=inferred_profile(site))


def inferred_profile(site: Site) -> Profile:
    """Return million-dau with the routes that the site shows, and with what the site's profile says of safety."""
    base = read_profile("million-dau", {})
    routes = {each.name: dict(each.route) for each in inferred_routes(site)}
    safety = site.profile.safety
    if safety.samples == EXPLORED:
        safety = safety.model_copy(update={"samples": base.safety.samples})
    profile = profile_from_data({**base.public(), "routes": routes})
    return profile.model_copy(update={"safety": safety, "site": site.profile.site})


def inferred_routes(site: Site) -> tuple[Inferred, ...]:
    """Return the routes that the first answers show, in the order in which they match.

    Single pages come first, then the folders of files, then pages that share a route.
    """
    answered = [each for each in site.seen(FIRST) if each.status == 200 and _can_be_declared(site, each.url)]
    seen, files = _seen(site, answered), _files(site, answered)
    single, several = _pages(seen)
    folders = tuple(_folders(files, [each.path for each in seen]))
    within = tuple(_within(files, folders, several))
    return _named((*single, *folders, *within, *several))[:ROUTES_AT_MOST]


def _can_be_declared(site: Site, url: str) -> bool:
    """Whether a pattern can name it and nothing else: `*` is a glob in every pattern, and `//` begins a host."""
    path = urlsplit(url).path
    return site.profile.allows(url) and "*" not in path and not path.startswith("//")


def _seen(site: Site, answered: Iterable[Exchange]) -> tuple[_Seen, ...]:
    """Return the pages and answers of the API, one a path: the one without a query where it was seen."""
    by_path: dict[str, _Seen] = {}
    for exchange in answered:
        made = rendering(site, exchange)
        parts = urlsplit(exchange.url)
        path = parts.path or "/"
        if made is not None and (path not in by_path or not parts.query):
            by_path[path] = _Seen(path, f"{path}?{parts.query}" if parts.query else path, made)
    return tuple(by_path.values())


def _files(site: Site, answered: Iterable[Exchange]) -> tuple[tuple[str, Kind], ...]:
    """Return path and kind of every asset, by its name and media type alone."""
    undeclared = Site(Profile())
    kinds = ((urlsplit(each.url).path, undeclared.kind(each)) for each in answered if rendering(site, each) is None)
    return tuple((path, kind) for path, kind in kinds if kind is not None)


def _pages(seen: tuple[_Seen, ...]) -> tuple[tuple[Inferred, ...], tuple[Inferred, ...]]:
    """Return the routes of single pages, and those that several pages share, the more specific ones first."""
    patterns = _patterns(seen)
    members: dict[str, list[_Seen]] = {}
    for each in seen:
        members.setdefault(patterns.get(each.path, ""), []).append(each)
    single, several = list(members.pop("", ())), []
    for pattern, those in members.items():
        usual = Counter(each.made.key for each in those).most_common(1)[0][0]
        alike = [each for each in those if each.made.key == usual]
        single += [each for each in those if each.made.key != usual]
        several.append(_shared(pattern, alike, len(those)))
    several.sort(key=lambda each: (str(each.route["path"]).count("{"), str(each.route["path"]).endswith("}")))
    return tuple(_single(each) for each in single), tuple(several)


def _single(seen: _Seen) -> Inferred:
    samples = {} if seen.reference == seen.path else {"samples": [seen.reference]}
    route = {"path": seen.path, "kind": seen.made.kind.value, **seen.made.rules, **samples}
    return Inferred(_name(seen.path) or "home", route, seen.made.reason)


def _shared(pattern: str, alike: list[_Seen], among: int) -> Inferred:
    made = alike[0].made
    samples = [each.reference for each in alike[:SAMPLES]]
    name = _name(pattern.replace("{locale}", "").replace("{name}", "page")) or "page"
    route = {"path": pattern, "kind": made.kind.value, **made.rules, "samples": samples}
    return Inferred(name, route, f"{len(alike)} of {among} pages; {made.reason}")


def _patterns(seen: tuple[_Seen, ...]) -> dict[str, str]:
    """Return by path the pattern that it shares with others: of siblings in a folder, and of locales."""
    locales = _locales([each.path for each in seen])
    general = {each.path: _without_locale(each.path, locales) for each in seen}
    siblings: dict[tuple[str, str], set[str]] = {}
    for path in general.values():
        siblings.setdefault(_place(path), set()).add(path)
    patterns: dict[str, str] = {}
    for path, wide in general.items():
        folder, ending = _place(wide)
        if folder and len(siblings[folder, ending]) >= SIBLINGS:
            patterns[path] = f"{folder}/{{name}}{ending}"
        elif wide != path:
            patterns[path] = wide
    return patterns


def _place(path: str) -> tuple[str, str]:
    """Return the folder of a page, and what its name ends with: a suffix, a slash or nothing."""
    folder, _, name = path.removesuffix("/").rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    return folder, "/" if path.endswith("/") else f".{suffix}" if stem and dot and suffix.isalnum() else ""


def _locales(paths: list[str]) -> frozenset[str]:
    """Return the first segments that are languages: several of them, over the same pages."""
    pages: dict[str, set[str]] = {}
    for path in paths:
        first, _, rest = path[1:].partition("/")
        if LOCALE.fullmatch(first):
            pages.setdefault(first, set()).add(rest)
    shared = Counter(rest for rests in pages.values() for rest in rests)
    return frozenset(first for first, rests in pages.items() if any(shared[rest] > 1 for rest in rests))


def _without_locale(path: str, locales: frozenset[str]) -> str:
    """Return a path with its language as a parameter; a language's home stays, as its pattern would take any page."""
    first, slash, rest = path[1:].partition("/")
    return f"/{{locale}}/{rest}" if slash and rest and first in locales else path


def _folders(files: tuple[tuple[str, Kind], ...], pages: list[str]) -> Iterator[Inferred]:
    """Yield the folders whose files are all of one kind and that hold no page, the deeper ones first."""
    kinds: dict[str, list[Kind]] = {}
    for path, kind in files:
        if path.count("/") > 1:
            kinds.setdefault(_folder(path), []).append(kind)
    for folder in sorted(kinds, key=lambda each: -each.count("/")):
        found = kinds[folder]
        if len({*found}) == 1 and found[0] in FOLDER_KINDS and not any(page.startswith(folder) for page in pages):
            shown = "carry a content hash" if found[0] is Kind.HASHED else f"are of kind {found[0]}"
            route = {"path": f"{folder}**", "kind": found[0].value}
            yield Inferred(_name(folder) or "files", route, f"{len(found)} of {len(found)} files below it {shown}")


def _folder(path: str) -> str:
    """Return the folder that a bundler owns: `/_next/static/`, `/_app/immutable/`, else the first one."""
    parts = path.split("/")
    return "/".join(parts[:3] if parts[1].startswith("_") and len(parts) > 3 else parts[:2]) + "/"


def _within(
    files: tuple[tuple[str, Kind], ...], folders: tuple[Inferred, ...], several: tuple[Inferred, ...]
) -> Iterator[Inferred]:
    """Yield routes of the files that a pattern of pages would take for pages."""
    owned = [PathPattern(str(each.route["path"])) for each in folders]
    taking = [PathPattern(str(each.route["path"])) for each in several]
    found: dict[str, list[Kind]] = {}
    for path, kind in files:
        if any(each.matches(path) for each in taking) and not any(each.matches(path) for each in owned):
            folder, _, name = path.rpartition("/")
            _, dot, suffix = name.rpartition(".")
            found.setdefault(f"{folder}/*.{suffix}" if dot else path, []).append(kind)
    for path, kinds in found.items():
        kind = next((each for each in kinds if each is not Kind.HASHED), Kind.HASHED)
        route = {"path": path, "kind": kind.value, "optional": "true"}
        yield Inferred(_name(path) or "files", route, f"{len(kinds)} files beside pages")


def _named(routes: Iterable[Inferred]) -> tuple[Inferred, ...]:
    """Return the routes, each under a name of its own."""
    named: dict[str, Inferred] = {}
    for each in routes:
        name, number = each.name, 2
        while name in named:
            name, number = f"{each.name}-{number}", number + 1
        named[name] = replace(each, name=name)
    return tuple(named.values())


def _name(path: str) -> str:
    """Return a name for a route: what can be read of its path, and no name that findings give to somebody."""
    name = NOT_A_NAME.sub("-", path.lower()).strip("-")[:40].strip("-")
    return f"{name}-page" if name == "anonymous" else name
