import json
import re
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from scalecheck.model.contract import Contract, Span, Storing
from scalecheck.model.kinds import Kind
from scalecheck.model.profile import Profile, Safety, Targets
from scalecheck.model.profile_file import built_ins, parse_profile, read_profile
from scalecheck.model.profile_schema import json_schema

ENV = {"ALICE_SESSION": "alice-secret", "BOB_SESSION": "bob-secret"}
NAMES = sorted(built_ins())
YEAR = 365 * 86400


def test_the_built_ins_are_there() -> None:
    assert {"million-dau", "content", "shop", "dashboard"} <= {*NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_built_in_reads(name: str) -> None:
    profile = read_profile(name, ENV)
    assert profile.source == name
    assert profile.line("kinds") is None
    assert set(profile.kinds) == set(Kind)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shown_reads_back(name: str) -> None:
    profile = read_profile(name, None)
    shown = yaml.safe_dump(profile.public(), sort_keys=False)
    assert parse_profile(shown, None).public() == profile.public()


def test_million_dau_carries_the_seeds_numbers() -> None:
    profile = read_profile("million-dau", {})
    assert profile.kind_contract(Kind.HASHED) == Contract(Span(YEAR), Span(YEAR), None, Storing.PUBLIC, immutable=True)
    for page in (Kind.SSG, Kind.ISR, Kind.SSR, Kind.CSR):
        contract = profile.kind_contract(page)
        assert (contract.browser, contract.storing) == (Span.exactly(0), Storing.PUBLIC)
        assert contract.shared is not None
        assert contract.stale_while_revalidate is not None
        assert (60 in contract.shared, 59 in contract.shared) == (True, False)
        assert (86400 in contract.stale_while_revalidate, 86399 in contract.stale_while_revalidate) == (True, False)
    assert profile.kind_contract(Kind.API) == Contract(Span.exactly(0), None, None, Storing.PRIVATE)
    image = profile.kind_contract(Kind.IMAGE)
    assert (image.browser, image.stale_while_revalidate) == (Span(86400), Span(7 * 86400))
    targets = profile.targets
    assert (targets.static_hit_ratio, targets.page_hit_ratio, targets.ttfb, targets.lcp) == (0.95, 0.7, 0.2, 2.5)
    assert (targets.error_rate, profile.budgets.js) == (0.001, 200_000)
    assert read_profile("dashboard", ENV).budgets.js == 400_000
    assert read_profile("content", {}).budgets.js == 200_000


def test_million_dau_writes_every_default_as_the_types_have_it() -> None:
    profile = read_profile("million-dau", {})
    assert profile.safety == Safety()
    assert profile.targets == Targets()
    assert profile.cdn == Profile().cdn
    text = built_ins()["million-dau"].read_text(encoding="utf-8")
    for key in described():
        assert re.search(rf"\b{key}\b", text), key


def described() -> set[str]:
    """Return every key that a profile can have."""
    parts: dict[str, Any] = {"Profile": json_schema(), **json_schema()["$defs"]}
    return {key for part in parts.values() for key in part.get("properties", {})}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_schema_takes_the_built_ins(name: str) -> None:
    Draft202012Validator.check_schema(json_schema())
    written = yaml.load(built_ins()[name].read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    shown = json.loads(json.dumps(read_profile(name, None).public()))
    for data in (written, shown):
        assert list(Draft202012Validator(json_schema()).iter_errors(data)) == []


REFUSED: list[dict[str, Any]] = [
    {"routs": {}},
    {"routes": {"home": {"path": "/", "kind": "ssg", "cahce": {}}}},
    {"routes": {"home": {"path": "/", "kind": "sgs"}}},
    {"routes": {"home": {"path": "/", "kind": "ssg", "cache": {"shared": "fast"}}}},
    {"routes": {"home": {"path": "/", "kind": "ssg", "cache": None}}},
    {"routes": {"a.b": {"path": "/", "kind": "ssg"}}},
    {"budgets": {"js": 200}},
    {"levels": {"cache.contract": "no"}},
    {"safety": {"writes": "NO"}},
    {"waivers": [{"check": "a.b", "until": "2027-05-31"}]},
]


@pytest.mark.parametrize("data", REFUSED)
def test_the_schema_refuses_what_the_reader_refuses(data: dict[str, Any]) -> None:
    assert not Draft202012Validator(json_schema()).is_valid({"scalecheck": 1, **data})
    assert not Draft202012Validator(json_schema()).is_valid({"extends": "shop"})


def test_the_schema_takes_what_a_file_may_leave_to_what_it_extends() -> None:
    data: dict[str, Any] = {"scalecheck": 1, "extends": "shop"}
    data["routes"] = {"worker": "off", "product": {"samples": ["/products/9"]}}
    data["traffic"] = {"regions": {"EU": {"language": "fr"}}, "pages": {"any": {"api": ["GET /a x3"]}}}
    assert list(Draft202012Validator(json_schema()).iter_errors(data)) == []


def test_every_key_of_the_schema_is_described() -> None:
    schema = json_schema()
    for part in ({"properties": schema["properties"]}, *schema["$defs"].values()):
        assert all("description" in key or "$ref" in key for key in part.get("properties", {}).values())
