"""A plan as JSON: a numbered format, written field by field. Rates are per second, sizes bytes, shares 0 to 1."""

import json
from typing import Any

from scalecheck.model.quantities import Between
from scalecheck.plan.assumed import assumptions
from scalecheck.plan.bounds import over
from scalecheck.plan.claims import claims
from scalecheck.plan.costs import Flow, PageFigures, ViewFigures
from scalecheck.plan.figures import Figures, Spread
from scalecheck.plan.plan import MONTH_DAYS, Plan, ShapeRun, currency, prices

FORMAT = "scalecheck-plan/1"
DIGITS = 9
"""Significant digits: what binary fractions add is left out."""
FIGURES = {
    "pages": "pages",
    "visits": "visits",
    "requests": "requests",
    "calls": "api_calls",
    "size": "bytes",
    "origin_requests": "origin_requests",
    "origin_size": "origin_bytes",
}
VISITORS = "visitors"
"""Of a moment only."""


def render(plan: Plan) -> str:
    """Return a plan as JSON."""
    return json.dumps(_tidy(data(plan)), indent=2, ensure_ascii=False) + "\n"


def data(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain data."""
    traffic, today = plan.profile.traffic, plan.today
    return {
        "format": FORMAT,
        "profile": plan.profile.source,
        "date": today.rhythm.on.isoformat(),
        "normal": traffic.normal,
        "day": {
            "from_audience": today.from_audience,
            "total": _spread(today.total),
            "month_days": MONTH_DAYS,
            "busiest": {"second_of_day": today.rhythm.busiest_s, **_spread(today.busiest, VISITORS)},
            "cost": {name: _between(cost) for name, cost in prices(plan.profile, today.total).items()},
            "currency": currency(plan.profile),
            "hours": [{"hour": each.begins, "regions": each.regions, **_at(each.figures)} for each in today.hours],
        },
        "regions": {
            name: {
                "share": traffic.regions[name].share if name in traffic.regions else 1.0,
                "busiest_second_of_day": course.first(course.peak),
                "busiest_pages": course.peak / today.rhythm.whole.area * today.total.usual.pages,
            }
            for name, course in today.rhythm.by_region.items()
        },
        "devices": {name: device.share for name, device in traffic.devices.items()},
        "pages": {name: _page(plan, name, each) for name, each in plan.pages.items()},
        "flows": [_flow(plan, each) for each in plan.flows],
        "caches": [{"browsers": each.name, "empty": each.empty, **_figures(each.per_page)} for each in plan.caches],
        "shapes": {run.name: _run(plan, run) for run in plan.runs},
        "assumptions": list(assumptions(plan)),
        "claims": [
            {"key": list(each.path), "line": plan.profile.line(*each.path), "says": each.says, "found": each.found}
            | {"steps": list(each.steps)}
            for each in claims(plan)
        ],
    }


def _page(plan: Plan, name: str, figures: PageFigures) -> dict[str, Any]:
    share = plan.profile.traffic.pages[name].share
    return {"share": share, "first": _view(figures.first), "repeat": _view(figures.repeat)}


def _view(view: ViewFigures) -> dict[str, Any]:
    return {"requests": view.requests, "bytes": view.size, "source": view.source}


def _flow(plan: Plan, flow: Flow) -> dict[str, Any]:
    peaks = {run.name: flow.requests * run.peak.pages for run in plan.runs}
    return {
        "name": flow.name,
        "part": flow.part,
        "requests_per_page": flow.requests,
        "bytes_per_page": flow.size,
        "hit_ratio": flow.hit_ratio,
        "busiest": flow.requests * plan.today.busiest.usual.pages,
        "peaks": peaks,
    }


def _run(plan: Plan, run: ShapeRun) -> dict[str, Any]:
    return {
        "seconds": run.course.duration_s,
        "peak": {"level": run.course.peak, **_at(run.peak)},
        "total": _figures(run.total),
        "passes": [key for key, _ in over(plan, run)],
    }


def _figures(figures: Figures) -> dict[str, float]:
    return {title: getattr(figures, name) for name, title in FIGURES.items()}


def _at(figures: Figures) -> dict[str, float]:
    """Return figures of a moment."""
    return {**_figures(figures), VISITORS: figures.visitors}


def _spread(spread: Spread, *more: str) -> dict[str, Any]:
    names = {**FIGURES, **{name: name for name in more}}
    return {title: _between(spread.of(name)) for name, title in names.items()}


def _between(range_: Between) -> list[float]:
    return [range_.low, range_.high]


def _tidy(value: Any) -> Any:
    """Return data whose numbers are those that were meant."""
    if isinstance(value, dict):
        return {key: _tidy(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_tidy(each) for each in value]
    if isinstance(value, float):
        rounded = float(f"{value:.{DIGITS}g}")
        return int(rounded) if rounded.is_integer() else rounded
    return value
