import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.javascript import BYTES_AT_MOST
from scalecheck.wire.js_imports import WORDS_AT_MOST, Import, Script, read_script


def static(code: str | bytes) -> list[str]:
    """Return the specifiers of static imports, with their type where they have one."""
    return [each.specifier + (f" as {each.type}" if each.type else "") for each in read_script(code).imports]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("", []),
        ("exports.a = require('a'); importScripts('b')", []),
        ("// import 'a'\n/* import 'b' */ '`import \"c\"`'; `import 'd'`; /import 'e'/", []),
        ("<!-- import 'a'\nlet b\n--> import 'c'", []),
        ("import.meta.url; x.import('a'); x.export; ({import: 1, export: 2})", []),
        ("export const a = 'b'; export default 'c'; export {a as d}", []),
        ("export {}; function a() { return 'from' } from; 'b'", []),
        ("import a", []),
        ("import a from b", []),
        ("import 'a'", ["a"]),
        ("import'a';import\"b\"", ["a", "b"]),
        ("import a from 'a'; import {b} from 'b'; import * as c from 'c'; import d, {e as f} from 'd'", list("abcd")),
        ("export * from 'a'; export * as b from 'b'; export {c} from 'c'; export {default} from 'd'", list("abcd")),
        ("import 'a'; import 'a'", ["a", "a"]),
        ("let z = 1\nimport 'a'", ["a"]),
        ("import/* from 'z' */{a}/**/from/**/'a'", ["a"]),
        ("#!/usr/bin/env node\nimport 'a'", ["a"]),
        ("\ufeffimport 'a'", ["a"]),
        ("import data from './a.json' with {type: 'json'}", ["./a.json as json"]),
        ("import './a.css' with {'type': \"css\",}", ["./a.css as css"]),
        ("import './a' with {other: 'json'}; export * from './b'", ["./a", "./b"]),
        ("import defer * as a from 'a'; import source b from 'b'; import {source} from 'c'", ["a", "b", "c"]),
        (r"import '\x61\u0062\u{63}\d\/\''", ["abcd/'"]),
        ("import 'a\\\nb'", ["ab"]),
        (r"import '\u{110000}\q'", ["\ufffdq"]),
        ("import '\u00e9'", ["\u00e9"]),
        (b"import '\xff'", ["\ufffd"]),
    ],
)
def test_static_imports(code: str | bytes, expected: list[str]) -> None:
    assert static(code) == expected


@pytest.mark.parametrize(
    ("code", "expected", "computed"),
    [
        ("import('a')", [Import("a")], 0),
        ('import(`a`); const b = async () => (await import("b")).c', [Import("a"), Import("b")], 0),
        ("import(/* webpackChunkName: 'x' */ './a.js')", [Import("./a.js")], 0),
        ("import('a', {with: {type: 'json'}})", [Import("a", "json")], 0),
        ("import('a', {type: 'json'})", [Import("a", "json")], 0),
        ("import('a', options)", [Import("a")], 0),
        ("f(import('b'), () => import('a'))", [Import("b"), Import("a")], 0),
        ("import(import('a'))", [Import("a")], 1),
        ("import.defer('a'); import.source('b')", [Import("a"), Import("b")], 0),
        ("import(a); import(`a${b}`); import('a' + 'b'); import()", [], 4),
        ("'import(a)'; /import(a)/", [], 0),
    ],
)
def test_dynamic_imports(code: str, expected: list[Import], computed: int) -> None:
    assert read_script(code) == Script((), tuple(expected), computed)


@pytest.mark.parametrize(
    "code",
    [
        "import 'a'; @dec class A { #b; static { } has(o) { return #b in o } }",
        "import 'a'; await b; for await (const c of d) {} e ??= f?.[g] ** 1_000n",
        "import 'a'; using b = c; const d = /[\\p{L}--[a-z]]/v; try {} catch {}",
        "import 'a'; a = b\n/c/g.exec(d); `${`${e}`}`; var async, of, get, let_",
        "import 'a'; import defer * as b from 'b'; import source c from 'c'",
    ],
)
def test_what_is_javascript(code: str) -> None:
    assert read_script(code).problem == ""


@pytest.mark.parametrize(
    "code",
    [
        "import './a.js'; const const = 1",
        "import './a.js'; let [a",
        "import './a.js'; <!doctype html><title>import</title><p>It's a page",
        "import './a.js'; p { color: red }",
    ],
)
def test_what_is_none(code: str) -> None:
    script = read_script(code)
    assert script.problem.startswith("no JavaScript from byte")
    assert script.imports == (Import("./a.js"),)


@pytest.mark.slow
def test_what_is_too_long_is_read_in_part() -> None:
    assert read_script("import 'a';" + " " * BYTES_AT_MOST) == Script(
        (Import("a"),), problem="only its first 5 MB were read"
    )
    many = read_script("import 'a';" * (WORDS_AT_MOST + 1))
    assert (len(many.imports), many.problem) == (WORDS_AT_MOST, "only its first 20000 imports and exports were read")


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "import(",
        "(",
        "{import(",
        "`${import(",
        "import a from ",
        "import('x')+",
        "import('x',{a:",
        "1?import('x'):",
        "@@(",
    ],
)
def test_nesting_and_repetition_are_bounded(piece: str) -> None:
    assert len(read_script(piece * (200_000 // len(piece)) + "import('x')").dynamic) <= WORDS_AT_MOST


@pytest.mark.slow
def test_noise_is_bounded() -> None:
    assert read_script(b"import 'a';" + random.Random(1).randbytes(300_000)).problem


@settings(max_examples=300)
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_never_raises(code: bytes | str) -> None:
    prefix = "import 'a'\n" if isinstance(code, str) else b"import('a')\n"
    read_script(prefix + code)  # type: ignore[operator]  # both are of one kind


WORDS = st.sampled_from(
    [*"(){}[]`'\"/*<>=,;.", "${", "//", "\n", "import", "export", "from", "a", "with", "\\u{", "#!"]
)


@settings(max_examples=300)
@given(st.lists(WORDS, max_size=60))
def test_pieces_of_javascript_never_raise(pieces: list[str]) -> None:
    read_script(" ".join(pieces))
    read_script("".join(pieces))
