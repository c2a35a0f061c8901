"""Which check judges which sentence in which stage: each exactly one."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalecheck.checks.catalogue import BY_ID
from scalecheck.model.load import StageRun, SwarmRun
from scalecheck.model.load_levels import BY_STAGE, Role, levels, roles
from scalecheck.model.profile import Profile

PLAIN, HEADROOM, SPIKE, RECOVERY = Role


def run(*ends: tuple[str, float], shape: str = "shape", scale: float = 1.0) -> SwarmRun:
    """Return a run of stages of 100 seconds: a verb or a name, and the level at the end."""
    stages, level = [], 0.0
    for number, (name, end) in enumerate(ends):
        start = level if name == "ramp" else end
        stages.append(StageRun(name, number * 100.0, number * 100.0 + 100, start * scale, end * scale))
        level = end
    return SwarmRun(shape, scale, 100.0, tuple(stages), 1, {}, 1)


ROLES: list[tuple[str, SwarmRun, list[Role]]] = [
    ("steady", run(("ramp", 1), ("hold", 1)), [PLAIN, PLAIN]),
    ("2.9 times", run(("hold", 1), ("hold", 2.9)), [PLAIN, PLAIN]),
    ("three times", run(("hold", 1), ("ramp", 3), ("hold", 3)), [PLAIN, HEADROOM, HEADROOM]),
    ("9.9 times", run(("hold", 1), ("hold", 9.9)), [PLAIN, HEADROOM]),
    (
        "a spike and its ramps",
        run(("hold", 1), ("ramp", 10), ("hold", 10), ("ramp", 1), ("recovery", 1)),
        [PLAIN, SPIKE, SPIKE, SPIKE, RECOVERY],
    ),
    ("a spike in two ramps", run(("hold", 1), ("ramp", 5), ("ramp", 10)), [PLAIN, SPIKE, SPIKE]),
    ("without a hold before it", run(("ramp", 3), ("hold", 3)), [HEADROOM, HEADROOM]),
    ("a hold at ten times is no usual load", run(("hold", 10), ("hold", 1)), [SPIKE, RECOVERY]),
    ("from a tenth", run(("hold", 0.1), ("hold", 1)), [PLAIN, SPIKE]),
    ("scaled", run(("hold", 1), ("hold", 10), ("hold", 1), scale=0.01), [PLAIN, SPIKE, RECOVERY]),
    ("not back yet", run(("hold", 1), ("hold", 5), ("hold", 2)), [PLAIN, HEADROOM, PLAIN]),
    ("nothing at all", run(("hold", 0)), [PLAIN]),
]


@pytest.mark.parametrize(("played", "shown"), [row[1:] for row in ROLES], ids=[row[0] for row in ROLES])
def test_what_a_stage_shows(played: SwarmRun, shown: list[Role]) -> None:
    assert list(roles(played.stages, played.scale)) == shown


SENTENCES = [
    *("p95 < 300ms", "p99 < 1s", "ttfb p95 < 1s", "page p95 < 2s", "errors < 1%", "status 5xx < 1/s"),
    *("hit ratio > 90%", "bytes per first visit < 1MB", "delivered > 99%", "requests > 1/s", "p95 growth < 10% per 1m"),
]
said = st.lists(st.sampled_from(SENTENCES), max_size=5, unique=True)
slos = st.fixed_dictionaries(
    {
        "all": said,
        "assets": st.lists(st.sampled_from(SENTENCES[:3]), max_size=2, unique=True),
        "pages": st.fixed_dictionaries({}, optional={"home": st.just(["page p95 < 1s", "errors < 1%"])}),
        "routes": st.fixed_dictionaries({}, optional={"GET /api": st.just(["p95 < 1s"])}),
        "during": st.fixed_dictionaries(
            {}, optional={"shape": said, "sale": said, "back": st.just(["p95 < 300ms within 5s"]), "other": said}
        ),
    }
)
plays = st.lists(
    st.tuples(st.sampled_from(["ramp", "hold", "sale", "back"]), st.sampled_from([0.0, 1, 3, 5, 10])),
    min_size=1,
    max_size=6,
)


@given(slos, plays)
def test_every_sentence_is_judged_by_exactly_one_check_in_each_stage(slo: Any, ends: list[tuple[str, float]]) -> None:
    played = run(*ends)
    profile = Profile.model_validate({"site": "https://shop.test", "slo": slo})
    found = levels(profile, played)
    assert {level.check for level in found} <= set(BY_ID)
    judged = Counter((level.place, stage) for level in found for stage in level.stages)
    assert not judged or max(judged.values()) == 1
    every = set(range(len(played.stages)))
    for number, sentence in enumerate(profile.slo.all):
        mine = {stage for each in found if each.place == ("slo", "all", number) for stage in each.stages}
        instead = {
            stage
            for each in found
            if each.place[:2] == ("slo", "during") and each.sentence.metric == sentence.metric
            for stage in each.stages
        }
        assert mine | instead == every
        assert not mine & instead


@given(slos, plays)
def test_stages_decide_only_who_judges_what_visitors_feel(slo: Any, ends: list[tuple[str, float]]) -> None:
    profile, by_role = Profile.model_validate({"site": "https://shop.test", "slo": slo}), {str(role) for role in Role}
    for level in levels(profile, run(*ends)):
        if level.check in by_role:
            assert level.sentence.metric.measure in BY_STAGE
            assert not level.sentence.metric.growth


RATIO = "hit ratio > 90%"


@pytest.mark.parametrize(
    ("slo", "asked"),
    [
        ({}, ["assets", "cacheable pages"]),
        ({"assets": [RATIO]}, ["assets", "cacheable pages"]),
        ({"all": [RATIO]}, ["all requests"]),
        ({"pages": {"home": [RATIO]}}, ["page home", "assets", "cacheable pages"]),
    ],
    ids=["nothing", "assets", "everything", "one page"],
)
def test_what_is_said_of_assets_is_no_answer_for_pages(slo: dict[str, Any], asked: list[str]) -> None:
    pages = {name: {"share": "50%", "get": f"/{name}"} for name in ("home", "about")}
    routes = {"all": {"path": "/*", "kind": "isr", "cache": {"shared": "60s"}}}
    data = {
        "site": "https://shop.test",
        "routes": routes,
        "slo": slo,
        "traffic": {"normal": "1 pages/s", "pages": pages},
    }
    found = levels(Profile.model_validate(data), run(("hold", 1)))
    assert [str(level.scope) for level in found if level.check == "load.hit_ratio"] == asked
