import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.model.profile import Profile
from scalecheck.model.profile_file import parse_profile
from scalecheck.model.profile_yaml import NODES_AT_MOST, ProfileError, parse


def laughs(levels: int) -> str:
    """Return a document whose aliases come to 9 to the power of its levels."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


HOSTILE = [
    ("an alias bomb", laughs(12), f"more than {NODES_AT_MOST} values"),
    (
        "a bomb of mappings",
        "a: &a {x: 1}\n" + "".join(f"b{n}: &b{n} {{x: *a, y: *a}}\n" for n in range(9000)),
        "more than",
    ),
    ("an alias of itself", "a: &a [*a]", "alias *a names nothing above it"),
    ("an alias of nothing", "a: *b", "alias *b names nothing above it"),
    ("lists nested deep", "a: " + "[" * 100_000, "nest"),
    ("mappings nested deep", "{a: " * 60_000, "nest"),
    ("indented deep", "\n".join(" " * n + "a:" for n in range(600)), "nested deeper than 20 levels"),
    ("many values", "a: [" + "x," * 100_000 + "]", f"more than {NODES_AT_MOST} values"),
    ("many keys", "{" + ",".join(f"k{n}: v" for n in range(30_000)) + "}", f"more than {NODES_AT_MOST} values"),
    ("Python in a tag", "a: !!python/object/apply:os.system [ls]", "is not supported; write the value as text"),
    ("a local tag", "a: !secret x", "tag !secret is not supported; write the value as text"),
    ("two documents", "a: 1\n---\nb: 2", "a second document; a profile is one"),
    ("a tab", "a:\n\tb: 1", "not YAML: a tab cannot indent; use spaces"),
    ("a reserved sign", "a: @b", "not YAML: a value cannot begin with @; quote it"),
    ("a colon", "a: b: c", "quote text that has a colon, or check the indentation"),
    ("a control character", "a: \x07", "not YAML: control characters are not allowed"),
    ("an open list", "a: [1", "not YAML: did not find expected ',' or ']'"),
    ("a list as a key", "? [a]\n: 1", "expected text as a key"),
    ("half a character", "a: \ud800", "expected text in UTF-8"),
]


@pytest.mark.parametrize(("text", "message"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_a_hostile_file_is_one_clear_line(text: str, message: str) -> None:
    with pytest.raises(ProfileError) as refused:
        parse(text, "hostile.yaml")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


def test_a_huge_scalar_is_text() -> None:
    node, _ = parse("a: " + "x" * 200_000, "huge.yaml")
    assert node.plain == {"a": "x" * 200_000}


def test_values_know_their_lines() -> None:
    node, problems = parse("a: 1\nb:\n  - x\n  - y:\n      2\nc: &c {d: e}\nf: *c\na: 3\n", "f.yaml")
    assert {path: each.line for path, each in node.walk()} == {
        ("a",): 1,
        ("b",): 2,
        ("b", "0"): 3,
        ("b", "1"): 4,
        ("b", "1", "y"): 4,
        ("c",): 6,
        ("c", "d"): 6,
        ("f",): 7,
        ("f", "d"): 6,
    }
    assert [str(problem) for problem in problems] == ["f.yaml:8  a: declared twice, first on line 1"]


YAML_WORDS = (
    "scalecheck 1 site https://a.example extends shop routes home path '/{id}' /** kind ssg isr cache shared 60s 1h.. "
    "budgets js 1KB 95% identities alice headers Cookie ${env:A} marker levels off waivers check until 2027-05-31 "
    "safety traffic slo abort edge targets kinds true & * ! | > '<<' ~ null"
)
WORDS = st.sampled_from(YAML_WORDS.split())
SIGNS = st.sampled_from([": ", "\n", "\n  ", "{", "}", "[", "]", ", ", "- ", "#", "\t", "? "])
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS | SIGNS, max_size=60).map("".join))
TREES = st.recursive(
    WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)
KEYS = st.sampled_from([*Profile.model_fields])


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_text_is_a_profile_or_a_profile_error(text: str) -> None:
    read_or_refused(text)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_any_tree_is_a_profile_or_a_profile_error(tree: dict[str, object]) -> None:
    read_or_refused(json.dumps({"scalecheck": "1", **tree}))


def read_or_refused(text: str) -> None:
    problems: tuple[object, ...] = ("read",)
    try:
        parse_profile(text, {})
    except ProfileError as refused:
        problems = refused.problems
    assert problems
    assert all(str(problem).isprintable() for problem in problems)
