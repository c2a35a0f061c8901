"""The `traffic` of a profile that a log or a recording shows."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scalecheck.model.calls import PARAMETER, SAFE, read_target
from scalecheck.plan.recorded import Address, Recorder
from scalecheck.plan.recorded_audience import LEAST_DAY_S, audience, devices, expected, normal_rate, percent, short
from scalecheck.wire import units

PAGES_AT_MOST, ROUTES_AT_MOST = 20, 20
LEAST_SHARE = 0.005
"""Share of the page views below which a page is left out."""
SIBLINGS = 10
"""Pages under one folder that are taken for instances of one."""
OFTEN = 0.5
"""Calls of a page view that count as one."""
SKEW = 3
"""How many times the mean the most frequent instance is where some are far more popular than others."""
NOT_A_NAME = re.compile(r"[^a-z0-9]+")


@dataclass
class Recorded:
    """What a log comes to as a profile has it."""

    traffic: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """What it cannot say, and what was left out."""
    tables: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    """Rows of the data files that it names, their header first."""


def recorded_traffic(recorder: Recorder, folder: str | None = None) -> Recorded:
    """Return the traffic of a recorder whose visits have ended; with parameters where data may be kept in a folder."""
    found, normal = Recorded(), normal_rate(recorder)
    pages, made = _merged(recorder)
    kept, views = _kept(pages, found)
    data = {pattern: rows for pattern in kept if folder and (rows := _rows(pages[pattern]))}
    left: Counter[str] = Counter()
    for (_, endpoint), count in made.items():
        left[endpoint] += count
    tree: dict[str, Any] = {}
    for (pattern, name), share in zip(_names(kept).items(), percent([pages[each].seen for each in kept]), strict=True):
        page = {"share": f"{share}%", "get": pattern if pattern in data else _usual(pages[pattern])}
        source = {"data": _data(pages[pattern], f"{folder}/{name}.csv")} if pattern in data else {}
        found.tables |= {f"{name}.csv": data[pattern]} if pattern in data else {}
        api = list(_calls(pages[pattern], recorder.calls, made, left, data.get(pattern)))
        tree[name] = {**page, **source, **({"api": api} if api else {})}
    sections = {
        "normal": f"{short(normal)} pages/s" if normal else "",
        "expect": expected(recorder),
        "audience": audience(recorder),
        "devices": devices(recorder.devices),
        "pages": tree,
        "routes": _routes(recorder.calls, left, tree, (normal or 0.0) / views if views else 0.0),
    }
    found.traffic = {key: value for key, value in sections.items() if value}
    found.notes += _notes(recorder, normal)
    return found


def _data(page: Address, file: str) -> dict[str, str]:
    return {"from": file, "pick": "zipf" if _skewed(page) else "random"}


def _merged(recorder: Recorder) -> tuple[dict[str, Address], Counter[tuple[str, str]]]:
    """Return pages, and which of them makes which calls, with the many pages of one folder as one."""
    folders = Counter(pattern.rpartition("/")[0] for pattern in recorder.pages)
    new = {pattern: _sibling(pattern, folders) for pattern in recorder.pages}
    pages: dict[str, Address] = {}
    for pattern, each in recorder.pages.items():
        whole = pages.setdefault(new[pattern], Address(new[pattern]))
        whole.seen, whole.size, whole.sized = whole.seen + each.seen, whole.size + each.size, whole.sized + each.sized
        whole.instances.update(each.instances)
    made: Counter[tuple[str, str]] = Counter()
    for (page, endpoint), count in recorder.made.items():
        made[new.get(page, page), endpoint] += count
    return pages, made


def _sibling(pattern: str, folders: Mapping[str, int]) -> str:
    folder, _, name = pattern.rpartition("/")
    alone = not folder or not name or PARAMETER.search(name) or folders[folder] < SIBLINGS
    return pattern if alone else f"{folder}/{{name}}"


def _kept(pages: Mapping[str, Address], found: Recorded) -> tuple[list[str], int]:
    """Return the pages that matter, the most frequent first, and the views of all of them."""
    views = sum(page.seen for page in pages.values())
    usable = [pattern for pattern in pages if _is_target(pattern)]
    order = sorted(usable, key=lambda pattern: (-pages[pattern].seen, pattern))
    kept = [pattern for pattern in order[:PAGES_AT_MOST] if pages[pattern].seen >= views * LEAST_SHARE]
    rest = views - sum(pages[pattern].seen for pattern in kept)
    if rest:
        share = units.show_ratio(round(rest / views, 4))
        found.notes.append(f"left out: pages with few views: {len(pages) - len(kept)}, {share} of all views")
    return kept, views


def _is_target(text: str) -> bool:
    try:
        return bool(read_target(text))
    except ValueError:
        return False


def _names(patterns: Iterable[str]) -> dict[str, str]:
    """Return a name for each page: what can be read of its path, none of them twice."""
    names: dict[str, str] = {}
    for pattern in patterns:
        bare = NOT_A_NAME.sub("-", PARAMETER.sub("", pattern).lower()).strip("-")[:40].strip("-") or "home"
        name, number = bare, 2
        while name in names.values() or name == "anonymous":
            name, number = f"{bare}-{number}", number + 1
        names[pattern] = name
    return names


def _calls(
    page: Address,
    calls: Mapping[str, Address],
    made: Mapping[tuple[str, str], int],
    left: Counter[str],
    rows: tuple[tuple[str, ...], ...] | None,
) -> Iterator[str]:
    """Yield the calls that a view of a page makes, and take them from those that are left."""
    own = [(count, endpoint) for (maker, endpoint), count in made.items() if maker == page.pattern]
    for count, endpoint in sorted(own, key=lambda each: (-each[0], each[1])):
        method, times = endpoint.partition(" ")[0], round(count / page.seen)
        if method in SAFE and count / page.seen >= OFTEN and _is_target(calls[endpoint].pattern):
            target = calls[endpoint].pattern if _shared(calls[endpoint], rows) else _usual(calls[endpoint])
            left[endpoint] -= count
            yield f"{method} {target}" + (f" x{times}" if times > 1 else "")


def _shared(call: Address, rows: tuple[tuple[str, ...], ...] | None) -> bool:
    """Whether what a call's parameters stand for are mostly values of the page's own data."""
    names = PARAMETER.findall(call.pattern)
    if rows is None or not names or not set(names) <= {*rows[0]}:
        return False
    known = {tuple(row[rows[0].index(name)] for name in names) for row in rows[1:]}
    hits = sum(count for path, count in call.instances.items() if _values(call.pattern, path) in known)
    return hits >= OFTEN * sum(call.instances.values())


def _routes(
    calls: Mapping[str, Address], left: Mapping[str, int], pages: Mapping[str, Any], per_call: float
) -> dict[str, Any]:
    """Return load that no page view causes, and the bytes of every call."""
    called = {re.sub(r" x\d+$", "", call) for page in pages.values() for call in page.get("api", ())}
    found: dict[str, dict[str, str]] = {}
    for endpoint in sorted(calls, key=lambda each: (-calls[each].seen, each)):
        method, call = endpoint.partition(" ")[0], calls[endpoint]
        rate = round(left.get(endpoint, 0) * per_call, 2)
        size = {"bytes": units.write_bytes(round(call.size / call.sized))} if call.sized else {}
        usual = f"{method} {_usual(call)}"
        if method not in SAFE or not _is_target(_usual(call)):
            continue
        for name in {endpoint, usual} & called:
            found[name] = {**found.get(name, {}), **size}
        if rate:
            found[usual] = {"rate": units.show_rate(rate), **found.get(usual, {}), **size}
    return {name: value for name, value in list(found.items())[:ROUTES_AT_MOST] if value}


def _rows(page: Address) -> tuple[tuple[str, ...], ...]:
    """Return what a page's parameters stand for, the most frequent first, behind their names; empty without any."""
    names = tuple(PARAMETER.findall(page.pattern))
    if not names or len(names) != len(_values(page.pattern, page.pattern)):
        return ()  # a parameter that is part of a segment
    return (names, *dict.fromkeys(_values(page.pattern, path) for path, _ in page.instances.most_common()))


def _values(pattern: str, path: str) -> tuple[str, ...]:
    """Return the segments of a path that stand in the places of parameters."""
    pairs = zip(pattern.split("/"), path.split("/"), strict=False)
    return tuple(value for name, value in pairs if PARAMETER.fullmatch(name))


def _skewed(page: Address) -> bool:
    counts = page.instances.values()
    return max(counts) > SKEW * sum(counts) / len(counts)


def _usual(page: Address) -> str:
    """Return the address that was asked for most."""
    return page.instances.most_common(1)[0][0]


def _notes(recorder: Recorder, normal: float | None) -> Iterator[str]:
    """Yield what the log does not say, and what of it was left out."""
    if normal is None:
        yield "normal is not known: the recording is too short; million-dau's 200 pages/s stand"
    elif recorder.last_at - recorder.first_at < LEAST_DAY_S:
        yield "daily_users is not known: less than a day was logged"
    yield "regions, returning visitors and open sessions are not known; million-dau's stand"
    writes = Counter({name: call.seen for name, call in recorder.calls.items() if name.partition(" ")[0] not in SAFE})
    if writes:
        names = ", ".join(f"{endpoint} ({count})" for endpoint, count in writes.most_common(5))
        yield f"left out: calls that write, which only traffic.routes with writes: true sends: {names}"
    for why, count in recorder.left_out.most_common():
        yield f"left out: requests {why}: {count}"
