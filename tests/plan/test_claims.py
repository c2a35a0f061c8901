"""Whether declared figures can all be true: near misses of every claim."""

from datetime import date

import pytest

from scalecheck.model.profile_file import parse_profile
from scalecheck.plan.claims import claims
from scalecheck.plan.plan import plan
from scalecheck.plan.said import Says

AGREES, IF, CONTRADICTS = Says.AGREES, Says.IF, Says.CONTRADICTS
BASE = """\
scalecheck: 1
traffic:
  normal: {normal}
  expect: {expect}
  audience: {{daily_users: {users}, pages_per_user: 4..6, think_time: 30s, peak_concurrent: {peak}, returning: 100%}}
  regions: {{all: {{share: 100%}}}}
  pages: {{p: {{share: 100%, get: /, assets: none, api: 9}}}}
"""
USUAL = {"normal": "50 pages/s", "expect": "400..600 requests/s", "users": "360_000", "peak": "1_500"}


def found(more: str = "", **given: str) -> dict[str, Says]:
    """Return what is said of each key; 360,000 users are 10 visits/s, 40 to 60 pages/s and 400 to 600 requests/s."""
    profile = parse_profile(BASE.format(**{**USUAL, **given}) + more)
    return {".".join(map(str, each.path)): each.says for each in claims(plan(profile, date(2026, 1, 15)))}


CLAIMS = [
    ("normal", "50 pages/s", AGREES),
    ("normal", "66 pages/s", AGREES),
    ("normal", "66.1 pages/s", CONTRADICTS),
    ("normal", "36 pages/s", AGREES),
    ("normal", "35.9 pages/s", CONTRADICTS),
    ("expect", "400..600 requests/s", AGREES),
    ("expect", "100..6000 requests/s", AGREES),
    ("expect", "440..545.5 requests/s", AGREES),
    ("expect", "450..600 requests/s", IF),
    ("expect", "400..540 requests/s", IF),
    ("expect", "660..900 requests/s", IF),
    ("expect", "670..900 requests/s", CONTRADICTS),
    ("expect", "360 requests/s", CONTRADICTS),
    ("expect", "370 requests/s", IF),
    ("peak", "1_080", AGREES),
    ("peak", "1_079", CONTRADICTS),
    ("peak", "1_980", AGREES),
    ("peak", "1_981", IF),
    ("peak", "360_000", IF),
    ("peak", "360_001", CONTRADICTS),
]


@pytest.mark.parametrize(("key", "value", "says"), CLAIMS)
def test_a_figure_of_the_day(key: str, value: str, says: Says) -> None:
    path = {"peak": "traffic.audience.peak_concurrent"}.get(key, f"traffic.{key}")
    others = {"normal": "traffic.normal", "expect": "traffic.expect", "peak": "traffic.audience.peak_concurrent"}
    said = found(**{key: value})
    assert said.pop(path) is says
    assert {name for name in others.values() if name in said and said[name] is not AGREES} <= (
        {"traffic.expect"} if key == "normal" else set()
    )


SHAPES = "  shapes: {up: [{hold: 1x, for: 10s}, {ramp: 3x, over: 10s}], smoke: [{hold: 0.1x, for: 60s}]}\n"
"""Besides those of million-dau. At 50 pages/s, 3x is 150 pages/s, 1,500 requests/s and 4,500 visitors."""
BOUNDS = [
    ("safety: {max_rate: 5000/s}", {}),
    ("safety: {max_rate: 4999/s}", {"safety.max_rate": CONTRADICTS}),
    ("safety: {max_users: 15000}", {}),
    ("safety: {max_users: 14999}", {"safety.max_users": CONTRADICTS}),
    ("safety: {max_duration: 29100s}", {}),
    ("safety: {max_duration: 29099s}", {"safety.max_duration": CONTRADICTS}),
    ("safety: {max_climb: 500/s per 1s}", {}),
    ("safety: {max_climb: 499/s per 1s}", {"safety.max_climb": CONTRADICTS}),
    ("safety: {max_climb: 4499/s per 10s}", {"safety.max_climb": CONTRADICTS}),
    ("safety: {max_climb: 4500/s per 10s}", {}),
    ("safety: {confirm_above: 5000/s}", {}),
    ("safety: {confirm_above: 4999/s}", {"safety.confirm_above": IF}),
    ("slo: {all: [requests >= 10/s]}", {}),
    ("slo: {all: [requests >= 10.1/s]}", {"slo.all.0": CONTRADICTS}),
    ("slo: {all: [pages > 1.01/s, errors < 1%]}", {"slo.all.0": CONTRADICTS}),
    ("slo: {all: [requests < 10/s]}", {}),
]


@pytest.mark.parametrize(("text", "said"), BOUNDS, ids=[text for text, _ in BOUNDS])
def test_a_bound_that_a_shape_passes(text: str, said: dict[str, Says]) -> None:
    """The highest of million-dau's shapes is 10x: 500 pages/s, 5,000 requests/s, 15,000 visitors; the lowest 0.02x."""
    among = {key: says for key, says in found(text).items() if not key.startswith("traffic")}
    assert among == said


PAGES = [
    ("first: {bytes: 900KB}", set()),
    ("first: {bytes: 900001B}", {"traffic.pages.p.first.bytes", "slo.assets.1"}),
    ("first: {requests: 60}", set()),
    ("first: {requests: 61}", {"traffic.pages.p.first.requests"}),
    ("first: {bytes: 1MB}, repeat: {bytes: 60001B}", {"traffic.pages.p.first.bytes", "slo.assets.1", "slo.assets.2"}),
]


@pytest.mark.parametrize(("cost", "wrong"), PAGES)
def test_a_page_that_its_own_budget_does_not_allow(cost: str, wrong: set[str]) -> None:
    profile = parse_profile(
        f"scalecheck: 1\ntraffic: {{pages: {{p: {{share: 100%, get: /, {cost}}}}}}}\n"
        "slo: {assets: [hit ratio > 95%, bytes per first visit < 900KB, bytes per repeat visit < 60KB]}\n"
    )
    said = claims(plan(profile, date(2026, 1, 15)))
    assert {".".join(map(str, each.path)) for each in said if each.says is CONTRADICTS} - {"traffic.expect"} == wrong


def test_the_arithmetic_is_shown() -> None:
    """A million users of ten pages are no 15,000 requests a second, unless each page makes so many."""
    profile = parse_profile("scalecheck: 1\ntraffic: {audience: {pages_per_user: 10}, expect: 15000 requests/s}")
    said = {each.path[1]: each for each in claims(plan(profile, date(2026, 11, 21))) if each.path[0] == "traffic"}
    assert said["expect"].says is CONTRADICTS
    assert "15,000 requests/s ÷ 208 pages/s = 72 requests a page" in said["expect"].steps
    assert said["normal"].steps[0] == "1M users × 10 pages = 10M pages a day"
    assert said["normal"].steps[1].startswith("÷ 36,000 s (9h from 09:00 to 18:00, ")
