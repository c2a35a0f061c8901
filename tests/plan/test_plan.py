"""The arithmetic of traffic, against figures worked out by hand."""

from datetime import date

import pytest
import yaml

from scalecheck.model.profile import Profile
from scalecheck.model.profile_file import built_ins, parse_profile, read_profile
from scalecheck.model.quantities import Between
from scalecheck.plan.costs import Measured, PageFigures, Source, ViewFigures
from scalecheck.plan.plan import Plan, PlanError, ShapeRun, currency, plan, prices
from scalecheck.plan.plan_json import FORMAT, data, render

WINTER = date(2026, 1, 15)
ENV = {"ALICE_SESSION": "a", "BOB_SESSION": "b"}
SHOP = """\
scalecheck: 1
site: https://shop.example
routes:
  home: {path: /, kind: ssg}
  account: {path: /account, kind: csr, personal: true}
  stock: {path: "/api/stock/{id}", kind: api, cache: {shared: 2s}}
  chunks: {path: "/chunks/**", kind: hashed}
identities: {a: {headers: {Cookie: a}, marker: a}, b: {headers: {Cookie: b}, marker: b}}
targets: {page_hit_ratio: 80%, static_hit_ratio: 90%}
traffic:
  normal: 100 pages/s
  audience: {daily_users: 360_000, pages_per_user: 4, think_time: 30s, returning: 50%}
  regions: {all: {share: 100%, timezones: [UTC]}}
  pages:
    home:
      {share: 75%, get: /, api: [GET /api/stock/1 x2], first: {requests: 21, bytes: 210KB}, repeat: {bytes: 10KB}}
    account:
      share: 25%
      get: /account
      assets: none
      api: [GET /api/me, POST /api/seen]
      first: {bytes: 8KB}
      repeat: {bytes: 8KB}
  routes:
    GET /api/stock/1: {rate: 50/s, bytes: 2KB}
    GET /api/me: {bytes: 1KB}
    POST /api/seen: {writes: true, bytes: 500B}
  shapes:
    steady: [{hold: 2x, for: 100s}]
    day: [{day: {plateau: 1x}}]
  prices: {egress: 0.1 USD/GB, origin_requests: 1 USD/1_000_000}
"""


@pytest.fixture(scope="module")
def shop() -> Profile:
    return parse_profile(SHOP)


@pytest.fixture(scope="module")
def planned(shop: Profile) -> Plan:
    return plan(shop, WINTER)


def run(planned: Plan, name: str) -> ShapeRun:
    return next(each for each in planned.runs if each.name == name)


def test_requests_of_a_page_view(planned: Plan) -> None:
    """Half of the visits are new, and a visit has four pages: one view in eight begins with an empty cache."""
    flows = {flow.name: flow for flow in planned.flows}
    assert flows["GET /"].requests == 0.75
    assert flows["assets of home"].requests == pytest.approx(0.75 * 20 / 8)
    assert flows["GET /api/stock/1"].requests == pytest.approx(0.75 * 2 + 50 / 100)
    assert flows["GET /api/me"].requests == flows["POST /api/seen"].requests == flows["GET /account"].requests == 0.25
    assert "assets of account" not in flows


def test_bytes_of_a_page_view(planned: Plan) -> None:
    """A first view is 21 requests of 10 KB each, of which the document is one."""
    flows = {flow.name: flow for flow in planned.flows}
    assert flows["GET /"].size == pytest.approx(0.75 * 10_000)
    assert flows["assets of home"].size == pytest.approx(0.75 * 200_000 / 8)
    assert flows["GET /api/stock/1"].size == pytest.approx(2000 * 2)
    assert planned.caches[1].per_page.size == pytest.approx(7500 + 18_750 + 2000 + 4000 + 250 + 125)


def test_what_a_warm_edge_answers(planned: Plan) -> None:
    ratios = {flow.name: flow.hit_ratio for flow in planned.flows}
    assert ratios["GET /"] == 0.8
    assert ratios["assets of home"] == 0.9
    assert ratios["GET /api/stock/1"] == 0.8
    assert ratios["GET /api/me"] == ratios["POST /api/seen"] == 0
    assert ratios["GET /account"] == 0


def test_a_day_of_the_audience(planned: Plan) -> None:
    today = planned.today
    assert today.pages == Between(1_440_000, 1_440_000)
    assert today.rhythm.seconds == pytest.approx(36_000)
    assert today.busiest.usual.pages == pytest.approx(40)
    assert today.busiest.usual.visits == pytest.approx(10)
    assert today.busiest.usual.visitors == pytest.approx(10 * 4 * 30)
    assert today.rhythm.busiest_s == 9 * 3600
    assert [round(hour.figures.pages) for hour in today.hours] == [0] * 8 + [20] + [40] * 9 + [20] + [0] * 5
    assert sum(hour.figures.pages for hour in today.hours) * 3600 == pytest.approx(1_440_000)


def test_caches_empty_declared_and_warm(planned: Plan) -> None:
    calls = 0.75 * 2 + 0.25 * 2 + 0.5
    assert [each.per_page.requests for each in planned.caches] == pytest.approx(
        [0.75 * 21 + 0.25 + calls, 0.75 * (1 + 20 / 8) + 0.25 + calls, 1 + calls]
    )
    assert planned.caches[1].per_page.calls == pytest.approx(0.75 * 2 + 0.5 + 0.5)


def test_a_shape_is_normal_times_its_level(planned: Plan) -> None:
    steady = run(planned, "steady")
    assert (steady.course.duration_s, steady.peak.pages, steady.total.pages) == (100, 200, 20_000)
    assert run(planned, "day").total.pages == pytest.approx(100 * 36_000)


def test_prices(shop: Profile, planned: Plan) -> None:
    day = prices(shop, planned.today.total)
    size, origin = planned.today.total.usual.size, planned.today.total.usual.origin_requests
    assert list(day) == ["egress", "origin_requests"]
    assert day["egress"].low == pytest.approx(size / 1e9 * 0.1)
    assert day["origin_requests"].high == pytest.approx(origin / 1e6)
    assert (currency(shop), currency(read_profile("million-dau", None))) == ("USD", None)


def test_a_single_shape(shop: Profile) -> None:
    found = plan(shop, WINTER, shape="steady")
    assert [each.name for each in found.runs] == ["steady"]
    assert found.today.rhythm.source == "traffic.shapes.day"


def test_measured_figures_win(shop: Profile) -> None:
    figures = PageFigures(ViewFigures(11, 110_000, Source.MEASURED, 60_000), ViewFigures(2, 1000, Source.MEASURED, 400))
    found = plan(shop, WINTER, Measured({"home": figures}, {"GET /api/me": 5000}))
    flows = {flow.name: flow for flow in found.flows}
    assert flows["assets of home"].requests == pytest.approx(0.75 * (10 / 8 + 7 / 8))
    assert flows["GET /"].size == pytest.approx(0.75 * (60_000 / 8 + 400 * 7 / 8))
    assert flows["GET /api/me"].size == pytest.approx(0.25 * 5000)


def test_what_is_not_declared_is_budgeted_or_unknown() -> None:
    bare = parse_profile("scalecheck: 1\ntraffic: {pages: {p: {share: 100%, get: /, api: 3}}}\nbudgets: {requests: 31}")
    found = plan(bare, WINTER)
    assert found.pages["p"].first == ViewFigures(31, 900_000, Source.BUDGET)
    assert found.pages["p"].repeat == ViewFigures(1, None, Source.DOCUMENT)
    assert {flow.name: flow.size for flow in found.flows}["GET /"] is None


def test_without_an_audience_a_day_is_normal_at_its_plateau() -> None:
    text = yaml.safe_load(SHOP)
    del text["traffic"]["audience"]
    own = {**read_profile("million-dau", None).public(), **text}
    own["traffic"] = {**text["traffic"], "shapes": {}}
    found = plan(Profile.model_validate(yaml.load(yaml.safe_dump(own), Loader=yaml.BaseLoader)), WINTER)
    assert not found.today.from_audience
    assert found.today.pages == Between(3_600_000, 3_600_000)
    assert found.runs == ()
    assert found.today.rhythm.source == ""
    assert render(found)


@pytest.mark.parametrize("keys", [("normal",), ("pages",)])
def test_what_says_too_little_is_refused_with_the_key(shop: Profile, keys: tuple[str, ...]) -> None:
    nothing: dict[str, object] = {"normal": None, "pages": {}}
    bare = shop.model_copy(update={"traffic": shop.traffic.model_copy(update={key: nothing[key] for key in keys})})
    with pytest.raises(PlanError) as refused:
        plan(bare, WINTER)
    assert refused.value.path == ("traffic", *keys)


def test_the_numbers_of_a_million_users_a_day_come_out() -> None:
    found = plan(read_profile("million-dau", None), date(2026, 11, 21))
    today = found.today
    assert today.total.of("pages") == Between(5_000_000, 10_000_000)
    calls, visits = today.total.of("calls"), today.total.of("visits")
    assert (calls.low, calls.high) == pytest.approx((50_000_000, 100_000_000))
    assert (visits.low, visits.high) == pytest.approx((1_000_000, 1_000_000))
    traffic = found.profile.traffic
    assert [region.share for region in traffic.regions.values()] == [0.4, 0.3, 0.2, 0.1]
    assert {name: device.share for name, device in traffic.devices.items()} == {
        "mobile": 0.6,
        "desktop": 0.35,
        "tablet": 0.05,
    }
    assert (traffic.audience.peak_concurrent, traffic.expect) == (100_000, Between(5000, 15_000))
    assert max(sum(hour.regions.values()) for hour in today.hours) <= today.busiest.usual.pages


@pytest.mark.parametrize("name", sorted(built_ins()))
def test_every_built_in_can_be_planned(name: str) -> None:
    found = plan(read_profile(name, ENV), WINTER)
    written = yaml.safe_load(render(found))
    assert written["format"] == FORMAT
    assert set(written) == set(data(found))
    assert len(written["day"]["hours"]) == 24
