"""Shapes: what hold, ramp and day come to, region by region, on days with and without a change of clocks."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.model.profile_shapes import Day, Stage
from scalecheck.model.profile_traffic import Region
from scalecheck.plan.shapes import courses, whole

HOUR = 3600
WINTER, SUMMER = date(2026, 1, 15), date(2026, 7, 15)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # Europe changes its clocks


def stages(*written: Mapping[str, Any]) -> tuple[Stage, ...]:
    return tuple(Stage.model_validate(each) for each in written)


def only(zone: str) -> dict[str, Region]:
    return {"there": Region.model_validate({"share": "100%", "timezones": [zone]})}


DAY = stages({"day": {}})


def test_stages_follow_one_another() -> None:
    spike = whole(
        stages({"hold": "1x", "for": "3m"}, {"ramp": "5x", "over": "10s"}, {"hold": "2x", "for": "1m"}), {}, WINTER
    )
    assert (spike.duration_s, spike.peak, spike.area) == (250, 5, 180 + 30 + 120)
    assert [spike.at(moment) for moment in (0, 185, 190, 249.9)] == [1, 3, 2, 2]


def test_a_ramp_begins_where_the_stage_before_ended_and_the_first_at_nothing() -> None:
    up_and_down = whole(stages({"ramp": "4x", "over": "10s"}, {"ramp": "1x", "over": "10s"}), {}, WINTER)
    assert [up_and_down.at(moment) for moment in (0, 5, 10, 15)] == [0, 2, 4, 2.5]


def test_scale_multiplies_every_region() -> None:
    regions = {"A": Region(share=0.75), "B": Region(share=0.25)}
    found = courses(stages({"hold": "8x", "for": "1s"}), regions, WINTER, scale=0.01)
    assert {name: course.peak for name, course in found.items()} == pytest.approx({"A": 0.06, "B": 0.02})


PLATEAUS = [
    ("UTC", WINTER, 9, 18),
    ("Europe/Berlin", WINTER, 8, 17),
    ("Europe/Berlin", SUMMER, 7, 16),
    ("America/New_York", WINTER, 14, 23),
    ("Asia/Tokyo", SUMMER, 0, 9),
    ("Asia/Kolkata", SUMMER, 3.5, 12.5),
    ("Europe/Berlin", SPRING, 7, 16),
    ("Europe/Berlin", AUTUMN, 8, 17),
]


@pytest.mark.parametrize(("zone", "on", "from_hour", "to_hour"), PLATEAUS)
def test_nine_to_six_is_local(zone: str, on: date, from_hour: float, to_hour: float) -> None:
    day = whole(DAY, only(zone), on)
    assert day.at(from_hour * HOUR + 1) == day.at(to_hour * HOUR - 1) == 1
    assert day.at((to_hour + 0.5) * HOUR) == pytest.approx(0.5)
    if from_hour >= 1:
        assert day.at((from_hour - 0.5) * HOUR) == pytest.approx(0.5)
        assert day.at((from_hour - 1.01) * HOUR) == 0
    assert day.at((to_hour + 1.01) * HOUR) == 0


@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati", "Pacific/Pago_Pago"]
)
def test_a_day_of_utc_has_a_whole_day_of_every_zone(zone: str) -> None:
    day = whole(DAY, only(zone), WINTER)
    assert day.area == pytest.approx(10 * HOUR)
    assert day.duration_s == 24 * HOUR


def test_a_plateau_over_midnight() -> None:
    night = whole(stages({"day": {"hours": "22:00-06:00", "shoulders": "0s"}}), only("UTC"), WINTER)
    assert [night.at(hour * HOUR) for hour in (0, 5.99, 6, 21.99, 22, 23.99)] == [1, 1, 0, 0, 1, 1]


def test_the_whole_day_and_the_night_that_is_left() -> None:
    always = whole(stages({"day": {"hours": "00:00-24:00", "shoulders": "0s"}}), only("Europe/Berlin"), SPRING)
    assert [always.at(hour * HOUR) for hour in range(24)] == [1] * 24
    night = whole(stages({"day": {"plateau": "3x", "night": "1x"}}), only("UTC"), WINTER)
    assert [night.at(hour * HOUR) for hour in (3, 8.5, 12)] == [1, 2, 3]


def test_hours_that_clocks_skip_begin_when_they_do() -> None:
    """In Berlin, 02:00 to 03:00 is not there on 29 March 2026: clocks skip it at 01:00 UTC."""
    early = stages({"day": {"hours": "02:30-06:00", "shoulders": "0s"}})
    day = whole(early, only("Europe/Berlin"), SPRING)
    assert [day.at(second) for second in (HOUR - 1, HOUR, 4 * HOUR - 1, 4 * HOUR)] == [0, 1, 1, 0]


def test_of_hours_that_clocks_show_twice_it_is_the_first() -> None:
    early = stages({"day": {"hours": "02:30-06:00", "shoulders": "0s"}})
    day = whole(early, only("Europe/Berlin"), AUTUMN)
    assert [day.at(second) for second in (HOUR // 2 - 1, HOUR // 2, 5 * HOUR - 1, 5 * HOUR)] == [0, 1, 1, 0]


def test_time_zones_share_a_region_equally_and_regions_the_whole() -> None:
    regions = {
        "EU": Region.model_validate({"share": "60%", "timezones": ["Europe/Berlin", "Europe/London"]}),
        "APAC": Region.model_validate({"share": "40%", "timezones": ["Asia/Tokyo"]}),
    }
    found = courses(stages({"day": {"plateau": "2x"}}), regions, WINTER)
    assert found["EU"].at(8.5 * HOUR) == pytest.approx(2 * 0.6 * (0.5 * 1 + 0.5 * 0.5))
    assert found["APAC"].at(8.5 * HOUR) == pytest.approx(2 * 0.4)
    sum_ = whole(stages({"day": {"plateau": "2x"}}), regions, WINTER)
    assert sum_.at(8.5 * HOUR) == pytest.approx(2 * 0.4 + 2 * 0.6 * 0.75)


def test_squeezed_a_day_keeps_its_loads() -> None:
    squeezed = whole(stages({"day": {"plateau": "3x", "squeeze": "24h into 48m"}}), only("UTC"), WINTER)
    assert (squeezed.duration_s, squeezed.peak) == (48 * 60, 3)
    assert squeezed.at(12 * 120) == 3
    assert squeezed.area == pytest.approx(3 * 10 * HOUR / 30)


def test_a_ramp_after_a_day_begins_where_each_region_is() -> None:
    regions = {"A": Region(share=0.5), "B": Region.model_validate({"share": "50%", "timezones": ["America/New_York"]})}
    found = courses(stages({"day": {}}, {"ramp": "1x", "over": "1h"}), regions, WINTER)
    assert found["A"].at(24 * HOUR) == 0
    assert found["B"].at(24 * HOUR) == 0
    evening = stages({"day": {"hours": "18:00-23:00", "shoulders": "0s"}}, {"ramp": "0x", "over": "1h"})
    assert courses(evening, regions, WINTER)["B"].at(24.5 * HOUR) == pytest.approx(0.25)


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Tokyo"]
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(ZONES, min_size=1, max_size=3, unique=True),
    st.dates(date(2015, 1, 1), date(2035, 12, 31)),
    st.integers(0, 23),
    st.integers(1, 23),
    st.floats(0, 1),
)
def test_a_day_never_passes_its_plateau_and_never_falls_below_its_night(
    zones: list[str], on: date, first: int, length: int, shoulders: float
) -> None:
    shoulder_s = shoulders * (24 - length) * HOUR / 2
    hours = f"{first:02}:00-{(first + length) % 24:02}:00"
    day = Day.model_validate({"plateau": "2x", "night": "0.5x", "hours": hours, "shoulders": shoulder_s})
    course = whole((Stage(day=day),), {"there": Region(share=1.0, timezones=tuple(zones))}, on)
    assert course.duration_s == pytest.approx(24 * HOUR)
    found = [course.at(minute * 60) for minute in range(0, 24 * 60, 7)]
    assert min(found) >= 0.5 - 1e-9
    assert max(found) <= 2 + 1e-9
    busy = (length * HOUR + shoulder_s) * 1.5 + 24 * HOUR * 0.5
    assert course.area == pytest.approx(busy, abs=2 * HOUR * 1.5)  # a change of clocks moves an hour over midnight
