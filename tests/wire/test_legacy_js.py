"""Polyfills and compiled syntax as bundlers and minifiers leave them; the near misses are code of today."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.legacy_js import legacy

FILLER = "const use=(a,b)=>a.map(x=>x+b);" * 400

CORE_JS_MINIFIED = (
    ')[i](function(){o=!1}),r({target:"Array",proto:!0,forced:o},{find:function(r){return t(this,r)}});'
    'et({target:"Array",stat:!0,forced:!io()(function(r){Array.from(r)})},{from:t});'
    'r({target:"Object",stat:!0,arity:2,forced:Object.assign!==t},{assign:t});'
    "o({global:!0,constructor:!0,wrap:!0,forced:C},{Promise:L});"
    're()({target:"Reflect",stat:!0},{ownKeys:Xn()})'
)
CORE_JS = """
$({ target: 'Array', proto: true, forced: SKIPS_HOLES }, {
  find: function find(callbackfn /* , that = undefined */) {
"""


@pytest.mark.parametrize(
    ("code", "polyfills"),
    [
        (CORE_JS_MINIFIED, {"Array.prototype.find", "Array.from", "Object.assign", "Promise", "Reflect.ownKeys"}),
        (CORE_JS, {"Array.prototype.find"}),
        ("Array.prototype.find||(Array.prototype.find=function(a){})", {"Array.prototype.find"}),
        ('Object.defineProperty(Array.prototype,"fill",{value:f})', {"Array.prototype.fill"}),
        ("Object.defineProperty(Array.prototype, 'fill', {value: f})", {"Array.prototype.fill"}),
        ('Object["assign"]=function(){}', {"Object.assign"}),
        (
            "if (!String.prototype.padStart) { String.prototype.padStart = function padStart() {} }",
            {"String.prototype.padStart"},
        ),
        # near misses
        ("const copy=Object.assign({},a),same=Object.assign===b;", set()),
        ("x=Object.assign==y||Object.assign=>1", set()),
        ("var e=Object.assign||function(t){return t}", set()),
        ("MyArray.prototype.find=function(){}", set()),
        ("Array.prototype.at=function(){}", set()),
        ('r({target:"Set",proto:!0,real:!0,forced:!f("union")},{union:h})', set()),
        ('r({target:"Array",proto:!0},{toSorted:f})', set()),
        ('fetch({target:"Array"})', set()),
        ("[].find(e=>e.id===t)", set()),
        ("", set()),
    ],
)
def test_polyfills(code: str, polyfills: set[str]) -> None:
    assert set(legacy(code).polyfills) == polyfills


@pytest.mark.parametrize(
    ("code", "transforms", "throughout"),
    [
        ('throw new TypeError("Cannot call a class as a function")', ("classes",), False),
        ('throw new TypeError("Cannot call a class as a function")' + FILLER, ("classes",), False),
        (
            'throw new TypeError("Cannot call a class as a function");' + "function a(b){return b}" * 500,
            ("classes",),
            True,
        ),
        ('throw TypeError("Generator is already running")', ("generators and async functions",), False),
        ("class A{async b(){for(const c of[...d])yield c}}", (), False),
        ("function a(b){return b}" * 1000, (), False),
    ],
)
def test_transforms(code: str, transforms: tuple[str, ...], throughout: bool) -> None:
    found = legacy(code)
    assert (found.transforms, found.throughout) == (transforms, throughout)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        'target:"Array"' * 200_000,
        '{target:"Array",proto:!0,' + "{" * 1_000_000,
        "Array.prototype.find = = " * 100_000,
        "defineProperty(" * 200_000,
        "wrap:!0" * 300_000,
        "Array" + " " * 2_000_000 + "=",
    ],
)
def test_hostile_text_is_read_in_bounded_time(text: str) -> None:
    start = time.perf_counter()
    legacy(text)
    assert time.perf_counter() - start < 20  # seconds for what is linear; hours for what is not


@settings(max_examples=100)
@given(st.text(max_size=500))
def test_nothing_is_too_odd(text: str) -> None:
    legacy(text)
