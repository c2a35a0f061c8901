"""What each shape would do that the profile's safety does not allow: said before anything is sent."""

from collections.abc import Iterator

from scalecheck.plan.figures import number, size
from scalecheck.plan.plan import Plan, ShapeRun
from scalecheck.plan.said import Claim, Says
from scalecheck.wire import units

NEAR = 1e-6
"""By how much a figure may pass its bound for want of exactness."""


def bounds(plan: Plan) -> tuple[Claim, ...]:
    """Return the bounds of `safety` that a shape passes, one claim each."""
    return tuple(_passed(plan)) + tuple(_confirmed(plan))


def over(plan: Plan, run: ShapeRun) -> Iterator[tuple[str, str]]:
    """Yield key of a bound and what one shape comes to, for every bound that it passes."""
    safety, normal = plan.profile.safety, plan.profile.traffic.normal or 0.0
    if _passes(run.peak.requests, safety.max_rate):
        yield "max_rate", f"{number(run.peak.requests)} requests/s"
    if _passes(run.peak.visitors, safety.max_users):
        yield "max_users", f"{number(run.peak.visitors)} visitors"
    if _passes(run.course.duration_s, safety.max_duration):
        yield "max_duration", units.show_seconds(round(run.course.duration_s))
    if _passes(run.total.size, safety.max_transfer):
        yield "max_transfer", size(run.total.size)
    if safety.max_climb is not None:
        per_page = run.peak.requests / run.peak.pages if run.peak.pages else 0.0
        climb = run.course.steepest(safety.max_climb.within_s) * normal * per_page
        if _passes(climb, safety.max_climb.by_per_s):
            yield "max_climb", f"{number(climb)}/s per {units.show_seconds(safety.max_climb.within_s)}"


def _passed(plan: Plan) -> Iterator[Claim]:
    found: dict[str, list[str]] = {}
    for run in plan.runs:
        for key, said in over(plan, run):
            found.setdefault(key, []).append(f"{run.name} {said}")
    for key, those in found.items():
        yield Claim(("safety", key), Says.CONTRADICTS, f"{_bound(plan, key)} is less than {', '.join(those)}")


def _bound(plan: Plan, key: str) -> str:
    """Return a bound as the profile writes it."""
    return str(plan.profile.safety.model_dump(mode="json", include={key})[key])


def _confirmed(plan: Plan) -> Iterator[Claim]:
    """Yield that some shapes need the target's consent."""
    safety = plan.profile.safety
    above = [run.name for run in plan.runs if _passes(run.peak.requests, safety.confirm_above)]
    if above and safety.confirm_above is not None:
        proof = f"{safety.proof} holds the run's key" if safety.proof else "the target consents"
        yield Claim(("safety", "confirm_above"), Says.IF, f"{proof}: {', '.join(above)} go above that rate")


def _passes(found: float, most: float | None) -> bool:
    return most is not None and found > most * (1 + NEAR)
