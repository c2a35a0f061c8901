import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.registrations import REGISTRATIONS_AT_MOST, Registration, registrations

ROWS = [
    ("", ()),
    ("register('/sw.js')", ()),
    ("serviceWorker", ()),
    ("// navigator.serviceWorker.register('/sw.js')", ()),
    ("/* navigator.serviceWorker.register('/sw.js') */ x", ()),
    ("'navigator.serviceWorker.register(\"/sw.js\")'", ()),
    ("navigator.serviceWorker.ready.then(r => r.register('/x'))", ()),
    ("serviceWorker.unregister('/sw.js')", ()),
    ("navigator.serviceWorker.register", ()),
    ("navigator.serviceWorker.register()", ()),
    ("navigator.serviceWorker.register(name)", ()),
    ("navigator.serviceWorker.register(`/${name}.js`)", ()),
    ("navigator.serviceWorker.register(new URL('./sw.js', import.meta.url))", ()),
    ("navigator.serviceWorker.register('/a' + '/sw.js')", ()),
    ("navigator.serviceWorker.register('/sw.js')", (Registration("/sw.js"),)),
    ('"serviceWorker"in navigator&&navigator.serviceWorker.register("/sw.js")', (Registration("/sw.js"),)),
    ("navigator.serviceWorker?.register(`sw.js`).then(() => 1)", (Registration("sw.js"),)),
    ("const {serviceWorker} = navigator; serviceWorker.register('\\u002fsw.js')", (Registration("/sw.js"),)),
    ("await window.navigator.serviceWorker . register ( /* here */ './sw.js' , )", (Registration("./sw.js"),)),
    ("navigator.serviceWorker.register('/js/sw.js', {type: 'module', scope: '/'})", (Registration("/js/sw.js", "/"),)),
    ("navigator.serviceWorker.register('/sw.js', {'scope': './app/'})", (Registration("/sw.js", "./app/"),)),
    ("navigator.serviceWorker.register('/sw.js', {updateViaCache: 'none'})", (Registration("/sw.js"),)),
    (
        "navigator.serviceWorker.register('/sw.js', {scope: base})",
        (Registration("/sw.js", computed_scope=True),),
    ),
    ("navigator.serviceWorker.register('/sw.js', options)", (Registration("/sw.js", computed_scope=True),)),
    (
        (
            "addEventListener('load', () => { navigator.serviceWorker.register('/a.js'); x.register('/b.js');"
            " navigator.serviceWorker.register('/c.js') })"
        ),
        (Registration("/a.js"), Registration("/c.js")),
    ),
]


@pytest.mark.parametrize(("script", "expected"), ROWS)
def test_registrations(script: str, expected: tuple[Registration, ...]) -> None:
    assert registrations(script) == registrations(script.encode()) == expected


def test_they_are_bounded() -> None:
    assert len(registrations("navigator.serviceWorker.register('/a.js');\n" * 3_000)) == REGISTRATIONS_AT_MOST


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern",
    ["serviceWorker.register(", "(", "{", "`${", "/*", "serviceWorker.register('", "[serviceWorker.register", "<div>"],
)
def test_a_megabyte_of_a_pattern(pattern: str) -> None:
    """Anything quadratic would not come back within the test run."""
    assert registrations("serviceWorker.register " + pattern * (1_000_000 // len(pattern))) is not None


@settings(max_examples=100, deadline=None)
@given(st.text("(){}'\"`\\;,. a\n") | st.text())
def test_never_raises(text: str) -> None:
    assert isinstance(registrations(f"navigator.serviceWorker.register({text}"), tuple)
