import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.import_map import CHARACTERS_AT_MOST, ImportMap, UnmappedError, read_import_maps

BASE = "https://shop.test/app/index.html"
IMPORTER = "https://shop.test/js/main.js"


def said(*maps: Any) -> ImportMap:
    return read_import_maps([each if isinstance(each, str) else json.dumps(each) for each in maps], BASE)


def meant(specifier: str, *maps: Any, importer: str = IMPORTER) -> str:
    """Return what a specifier means: a path of the shop, a whole URL of elsewhere, or the reason for none."""
    try:
        return said(*maps).resolve(specifier, importer).removeprefix("https://shop.test")
    except UnmappedError as error:
        return str(error)


NAMES = {"imports": {"react": "/react.js", "ui/": "./ui/", "ui/x": "/x.js", "ui/deep/": "/deep/", "off": None, "z": 1}}


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("./a.js", "/js/a.js"),
        ("../a.js?b#c", "/a.js?b"),
        ("/a.js", "/a.js"),
        ("//cdn.test/a.js", "https://cdn.test/a.js"),
        ("https://cdn.test/a.js", "https://cdn.test/a.js"),
        ("data:text/javascript,1", "data:text/javascript,1"),
        ("", ": no import map names it"),
        ("a.js", "a.js: no import map names it"),
        (".a.js", ".a.js: no import map names it"),
        ("React", "React: no import map names it"),
        ("react", "/react.js"),
        ("react/", "react/: no import map names it"),
        ("react/jsx", "react/jsx: no import map names it"),
        ("ui/a/b.js", "/app/ui/a/b.js"),
        ("ui/", "/app/ui/"),
        ("ui", "ui: no import map names it"),
        ("ui/x", "/x.js"),
        ("ui/x/", "/app/ui/x/"),
        ("ui/deep/a", "/deep/a"),
        ("ui/../a.js", "ui/../a.js: it leaves what the import map allows"),
        ("ui/https://cdn.test/", "ui/https://cdn.test/: it leaves what the import map allows"),
        ("off", "off: the import map blocks it"),
        ("z", "z: the import map blocks it"),
    ],
)
def test_what_specifiers_mean(specifier: str, expected: str) -> None:
    assert meant(specifier, NAMES) == expected


@pytest.mark.parametrize(
    ("imports", "specifier", "expected"),
    [
        ({"/js/a.js": "/b.js"}, "./a.js", "/b.js"),
        ({"./a.js": "/b.js"}, "/app/a.js", "/b.js"),
        ({"https://shop.test/js/": "https://cdn.test/v2/"}, "./deep/a.js", "https://cdn.test/v2/deep/a.js"),
        ({"a/": "/b"}, "a/c", "a/c: the import map blocks it"),
        ({"a": "b"}, "a", "a: the import map blocks it"),
        ({"a": "http://["}, "a", "a: the import map blocks it"),
        ({"a": "data:,b", "b/": "data:,b/"}, "a", "data:,b"),
        ({"b/": "data:,b/"}, "b/c", "b/c: it leaves what the import map allows"),
        ({"": "/a"}, "", ": no import map names it"),
    ],
)
def test_what_entries_are_normalised_to(imports: dict[str, str], specifier: str, expected: str) -> None:
    assert meant(specifier, {"imports": imports}) == expected


SCOPED = {
    "imports": {"a": "/a.js", "b": "/b.js"},
    "scopes": {
        "/js/": {"a": "/scoped.js", "gone": None},
        "/js/deep/": {"a": "/deep.js"},
        "/js/main.js": {"b": "/exact.js"},
        "/no-slash": {"a": "/never.js"},
        "http://[": {"a": "/never.js"},
    },
}


@pytest.mark.parametrize(
    ("specifier", "importer", "expected"),
    [
        ("a", "https://shop.test/index.html", "/a.js"),
        ("a", "https://shop.test/js/x.js", "/scoped.js"),
        ("a", "https://shop.test/js/deep/x.js", "/deep.js"),
        ("b", "https://shop.test/js/deep/x.js", "/b.js"),
        ("b", "https://shop.test/js/main.js", "/exact.js"),
        ("a", "https://shop.test/js/main.js", "/scoped.js"),
        ("a", "https://shop.test/no-slash/x.js", "/a.js"),
        ("gone", "https://shop.test/js/x.js", "gone: the import map blocks it"),
        ("gone", "https://shop.test/x.js", "gone: no import map names it"),
    ],
)
def test_scopes(specifier: str, importer: str, expected: str) -> None:
    assert meant(specifier, SCOPED, importer=importer) == expected


def test_the_first_map_that_names_a_specifier_decides() -> None:
    maps = ({"imports": {"a": "/1.js"}}, {"imports": {"a": "/2.js", "b": "/3.js"}, "scopes": {"/js/": {"c": "/4.js"}}})
    assert [meant(name, *maps) for name in "abc"] == ["/1.js", "/3.js", "/4.js"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the import map is no JSON"),
        ('{"imports": {"a": "/a.js"},}', "the import map is no JSON"),
        ("[" * 100_000, "the import map is no JSON"),
        ("[]", "the import map is no object"),
        ('{"imports": []}', "imports of the import map is no object"),
        ('{"scopes": null}', "scopes of the import map is no object"),
        ('{"scopes": {"/": []}}', "a scope of the import map is no object"),
        ('{"integrity": 1}', "integrity of the import map is no object"),
        (" " * (CHARACTERS_AT_MOST + 1), "the import maps are too long to be read"),
    ],
)
def test_a_map_that_is_none_says_why(text: str, problem: str) -> None:
    read = said(text, {"imports": {"a": "/a.js"}})
    assert read.problems[0] == problem
    assert meant("a", text, {"imports": {"a": "/a.js"}}) == ("/a.js" if len(text) < CHARACTERS_AT_MOST else meant("a"))


def test_integrity_is_kept_by_url() -> None:
    read = said({"integrity": {"./a.js": "sha384-x", "bare": "sha384-y", "/b.js": 1}, "unknown": 1})
    assert (read.integrity, read.problems) == ({"https://shop.test/app/a.js": "sha384-x"}, ())


def test_many_entries_and_slashes_take_no_time() -> None:
    read = said({"imports": {f"{'a/' * (n % 50)}{n}/": "/x/" for n in range(20_000)}})
    began = time.perf_counter()
    for _ in range(100):
        with pytest.raises(UnmappedError):
            read.resolve("b/" * 500, IMPORTER)
    assert time.perf_counter() - began < 5


@settings(max_examples=200)
@given(st.lists(st.text(max_size=50), max_size=3), st.text(max_size=50))
def test_never_raises_anything_else(texts: list[str], specifier: str) -> None:
    meant(specifier, *texts)


TREES = st.recursive(
    st.none() | st.text(max_size=8),
    lambda inner: st.dictionaries(st.sampled_from(["imports", "scopes", "a", "a/", "/", "./", ""]), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.slow
@settings(max_examples=200)
@given(st.lists(TREES, max_size=3), st.sampled_from(["a", "a/b", "/", "./x", "", "a/../b"]))
def test_any_tree_has_a_meaning(trees: list[Any], specifier: str) -> None:
    meant(specifier, *trees)
