"""Streams and stages: what a profile's shape makes arrive, and by which names its stages go."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from scalecheck.model.load import Key, Part
from scalecheck.model.profile import Profile
from scalecheck.swarm.streams import stages, streams

WINTER = date(2026, 1, 15)
SHAPES: Mapping[str, Any] = {
    "steady": [{"ramp": "1x", "over": "2m"}, {"hold": "1x", "for": "10m"}],
    "spike": [
        {"hold": "1x", "for": "3m"},
        {"ramp": "10x", "over": "10s"},
        {"hold": "10x", "for": "90s"},
        {"ramp": "1x", "over": "10s"},
        {"hold": "1x", "for": "10m", "judge": "recovery"},
    ],
    "day": [{"day": {"plateau": "3x", "squeeze": "24h into 48m"}}, {"ramp": "5x", "over": "1m"}],
}


def profile(**traffic: Any) -> Profile:
    declared = {
        "normal": "200 pages/s",
        "pages": {"home": {"share": "35%", "get": "/"}, "product": {"share": "65%", "get": "/p/1"}},
        "routes": {"GET /api/search": {"rate": "300/s"}, "POST /api/cart": {"writes": True}, "GET /e": {"rate": "1/s"}},
        "shapes": SHAPES,
    }
    return Profile.model_validate(
        {"scalecheck": 1, "site": "https://shop.test", "traffic": {**declared, **traffic}},
    )


def test_every_page_and_every_route_with_a_rate_is_a_stream() -> None:
    found = streams(profile(), "spike", 1.0, WINTER)
    assert [(each.key, each.per_s) for each in found] == [
        (Key(Part.PAGE, "home"), pytest.approx(70)),
        (Key(Part.PAGE, "product"), pytest.approx(130)),
        (Key(Part.ROUTE, "GET /api/search"), 300),
        (Key(Part.ROUTE, "GET /e"), 1),
    ]
    assert {each.course.peak for each in found} == {10}


def test_scale_is_of_the_course() -> None:
    (home, *_) = streams(profile(), "spike", 0.01, WINTER)
    assert (home.per_s, home.course.peak, home.course.duration_s) == pytest.approx((70, 0.1, 890))


def test_without_normal_no_page_arrives() -> None:
    assert [each.per_s for each in streams(profile(normal=None), "spike", 1.0, WINTER)] == [0, 0, 300, 1]


def test_a_shape_that_is_not_declared_is_said() -> None:
    with pytest.raises(KeyError, match="soak"):
        streams(profile(), "soak", 1.0, WINTER)


STAGES = [
    ("spike", 1.0, ("hold 1", "ramp 2", "hold 3", "ramp 4", "recovery"), ((1, 1), (1, 10), (10, 10), (10, 1), (1, 1))),
    (
        "spike",
        0.5,
        ("hold 1", "ramp 2", "hold 3", "ramp 4", "recovery"),
        ((0.5, 0.5), (0.5, 5), (5, 5), (5, 0.5), (0.5, 0.5)),
    ),
    ("steady", 1.0, ("ramp 1", "hold 2"), ((0, 1), (1, 1))),
]


@pytest.mark.parametrize(("shape", "scale", "names", "levels"), STAGES)
def test_stages(shape: str, scale: float, names: tuple[str, ...], levels: tuple[tuple[float, float], ...]) -> None:
    found = stages(profile(), shape, scale, WINTER)
    assert tuple(each.name for each in found) == names
    assert [level for each in found for level in (each.start, each.end)] == pytest.approx(
        [level for pair in levels for level in pair]
    )


def test_stages_follow_one_another() -> None:
    found = stages(profile(), "spike", 1.0, WINTER)
    assert [(each.begins_s, each.ends_s) for each in found] == [
        (0, 180),
        (180, 190),
        (190, 280),
        (280, 290),
        (290, 890),
    ]


REGIONS = {"EU": {"share": "75%", "timezones": ["Europe/Berlin"]}, "JP": {"share": "25%", "timezones": ["Asia/Tokyo"]}}


def test_of_a_day_the_levels_are_those_at_its_midnights() -> None:
    """At midnight UTC it is nine in Tokyo, so a quarter is on the plateau of 3, and Berlin sleeps."""
    day, ramp = stages(profile(regions=REGIONS), "day", 2.0, WINTER)
    assert (day.name, ramp.name) == ("day 1", "ramp 2")
    assert (day.begins_s, day.ends_s, day.start, day.end) == pytest.approx((0, 2880, 1.5, 1.5))
    assert (ramp.begins_s, ramp.ends_s, ramp.start, ramp.end) == pytest.approx((2880, 2940, 1.5, 10))


def test_a_day_of_several_regions_is_their_sum() -> None:
    (home, *_) = streams(profile(regions=REGIONS), "day", 1.0, WINTER)
    assert home.course.duration_s == pytest.approx(2940)
    noon_in_berlin = home.course.at(11 * 3600 / 30)
    assert noon_in_berlin == pytest.approx(0.75 * 3)
