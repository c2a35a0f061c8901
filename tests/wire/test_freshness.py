import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.fields import Fields
from scalecheck.wire.freshness import Lifetime, Source, age_s, current_age_s, freshness_lifetime, remaining_s

NOW = 784_111_777.0
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
HOUR_LATER = "Sun, 06 Nov 1994 09:49:37 GMT"
HOUR_BEFORE = "Sun, 06 Nov 1994 07:49:37 GMT"
CDN = ("vercel-cdn-cache-control", "cdn-cache-control")


def fields(*lines: str) -> Fields:
    return Fields(tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines)))


LIFETIMES = [
    ("nothing", 200, (), (0, "heuristic"), (0, "heuristic")),
    ("nothing, on a redirect", 302, (), (0, "none"), (0, "none")),
    ("nothing but public, on a redirect", 302, ("Cache-Control: public",), (0, "heuristic"), (0, "heuristic")),
    ("a tenth since Last-Modified", 200, (f"Date: {DATE}", f"Last-Modified: {HOUR_BEFORE}"),
     (360, "heuristic"), (360, "heuristic")),
    ("Last-Modified ahead of Date", 200, (f"Last-Modified: {HOUR_LATER}",), (0, "heuristic"), (0, "heuristic")),
    ("Last-Modified malformed", 200, ("Last-Modified: now",), (0, "heuristic"), (0, "heuristic")),
    ("max-age", 200, ("Cache-Control: max-age=60",), (60, "max-age"), (60, "max-age")),
    ("max-age malformed", 200, ("Cache-Control: max-age=1h", f"Expires: {HOUR_LATER}"), (0, "max-age"), (0, "max-age")),
    ("s-maxage first", 200, ("Cache-Control: max-age=60, s-maxage=5",), (5, "s-maxage"), (60, "max-age")),
    ("s-maxage of 0", 200, ("Cache-Control: s-maxage=0, max-age=60",), (0, "s-maxage"), (60, "max-age")),
    ("Expires less Date", 200, (f"Expires: {HOUR_LATER}", f"Date: {HOUR_BEFORE}"),
     (7200, "expires"), (7200, "expires")),
    ("Expires without Date", 200, (f"Expires: {HOUR_LATER}",), (3600, "expires"), (3600, "expires")),
    ("Expires of 0", 200, ("Expires: 0",), (0, "expires"), (0, "expires")),
    ("Expires twice the same", 200, (f"Expires: {HOUR_LATER}",) * 2, (3600, "expires"), (3600, "expires")),
    ("Expires twice", 200, (f"Expires: {HOUR_LATER}", f"Expires: {DATE}"), (0, "expires"), (0, "expires")),
    ("private", 200, ("Cache-Control: private, max-age=60",), (0, "private"), (60, "max-age")),
    ("private, qualified", 200, ('Cache-Control: private="a", max-age=60',), (60, "max-age"), (60, "max-age")),
    ("no-store", 200, ("Cache-Control: no-store, max-age=60",), (0, "no-store"), (0, "no-store")),
    ("no-store, understood", 200, ("Cache-Control: no-store, must-understand, max-age=60",),
     (60, "max-age"), (60, "max-age")),
    ("must-understand, not understood", 299, ("Cache-Control: must-understand, max-age=60",),
     (0, "no-store"), (0, "no-store")),
    ("no-cache", 200, ("Cache-Control: no-cache, max-age=60",), (0, "no-cache"), (0, "no-cache")),
    ("no-cache, qualified", 200, ('Cache-Control: no-cache="a", max-age=60',), (60, "max-age"), (60, "max-age")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "lines", "shared", "private"), [pytest.param(*row[1:], id=row[0]) for row in LIFETIMES]
)
def test_lifetime(status: int, lines: tuple[str, ...], shared: tuple[int, str], private: tuple[int, str]) -> None:
    for is_shared, (seconds, source) in ((True, shared), (False, private)):
        found = freshness_lifetime(status, fields(*lines), shared=is_shared, received_at=NOW)
        assert found == Lifetime(seconds, Source(source))
        assert found.explicit == (source not in {"heuristic", "none"})


TARGETED = [
    ("absent", ("Cache-Control: max-age=60",), (60, "max-age")),
    ("empty", ("Cache-Control: max-age=60", "CDN-Cache-Control:"), (60, "max-age")),
    ("not a structured field", ("Cache-Control: max-age=60", "CDN-Cache-Control: MAX-AGE=5"), (60, "max-age")),
    ("beats Cache-Control", ("Cache-Control: no-store", "CDN-Cache-Control: max-age=5"), (5, "targeted field")),
    ("beats Expires", (f"Expires: {HOUR_LATER}", "CDN-Cache-Control: public"), (0, "heuristic")),
    ("of two the vendor's own", ("CDN-Cache-Control: max-age=5", "Vercel-CDN-Cache-Control: max-age=6"),
     (6, "targeted field")),
    ("another vendor's", ("CDN-Cache-Control: max-age=5", "Netlify-CDN-Cache-Control: max-age=6"),
     (5, "targeted field")),
    ("a string for a number", ("CDN-Cache-Control: max-age=\"60\"",), (0, "targeted field")),
    ("a negative number", ("CDN-Cache-Control: max-age=-60",), (0, "targeted field")),
    ("a decimal", ("CDN-Cache-Control: max-age=60.5",), (0, "targeted field")),
    ("private", ("CDN-Cache-Control: private, max-age=60",), (0, "private")),
    ("private, qualified", ('CDN-Cache-Control: private="a", max-age=60',), (60, "targeted field")),
    ("false is absent", ("CDN-Cache-Control: no-store=?0, max-age=60",), (60, "targeted field")),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), [pytest.param(*row[1:], id=row[0]) for row in TARGETED])
def test_targeted(lines: tuple[str, ...], expected: tuple[int, str]) -> None:
    found = freshness_lifetime(200, fields(*lines), shared=True, received_at=NOW, targets=CDN)
    assert found == Lifetime(expected[0], Source(expected[1]))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("max-age=60", 60), ("max-age=60+30", 60), ('content="ESI/1.0", max-age=9', 9), ("max-age=x", 0)],
)
def test_surrogate_control(value: str, expected: int) -> None:
    found = freshness_lifetime(
        200, Fields.of(surrogate_control=value), shared=True, received_at=NOW, targets=("surrogate-control",)
    )
    assert found == Lifetime(expected, Source.TARGETED)


AGES = [
    ("nothing", (), None, 0),
    ("plain", ("Age: 30",), 30, 30),
    ("a list", ("Age: 30, 5",), 30, 30),
    ("two lines", ("Age: 5", "Age: 30"), 5, 5),
    ("negative", ("Age: -30",), None, 0),
    ("decimal", ("Age: 30.5",), None, 0),
    ("a parameter", ("Age: 30;a=b",), None, 0),
    ("5,000 digits", ("Age: " + "9" * 5000,), 2**31, 2**31),
    ("by Date", (f"Date: {HOUR_BEFORE}",), None, 3600),
    ("the older of both", (f"Date: {HOUR_BEFORE}", "Age: 4000"), 4000, 4000),
    ("Date ahead", (f"Date: {HOUR_LATER}", "Age: 5"), 5, 5),
    ("Date malformed", ("Date: yesterday", "Age: 5"), 5, 5),
]


@pytest.mark.parametrize(("lines", "sent", "expected"), [pytest.param(*row[1:], id=row[0]) for row in AGES])
def test_age(lines: tuple[str, ...], sent: int | None, expected: float) -> None:
    assert age_s(fields(*lines)) == sent
    assert current_age_s(fields(*lines), NOW) == expected
    assert current_age_s(fields(*lines), NOW, NOW + 10) == expected + 10


def test_age_counts_the_time_an_answer_took() -> None:
    assert current_age_s(Fields.of(age="5"), NOW, requested_at=NOW - 2) == 7
    assert current_age_s(Fields.of(age="5"), NOW, requested_at=NOW + 2) == 5


def test_what_remains_for_a_browser() -> None:
    late = Fields.of(cache_control="max-age=60, s-maxage=600", age="59")
    assert remaining_s(200, late, received_at=NOW) == 1
    assert remaining_s(200, late, received_at=NOW, now=NOW + 1) == 0
    assert remaining_s(200, late, shared=True, received_at=NOW) == 541


NAMES = st.sampled_from(["cache-control", "age", "date", "expires", "last-modified", "cdn-cache-control"])
LINES = st.lists(st.tuples(NAMES, st.text() | st.sampled_from([DATE, "max-age=5", "-1"])), max_size=6)


@given(LINES, st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=100, deadline=None)
def test_any_fields_have_a_lifetime_and_an_age(lines: list[tuple[str, str]], shared: bool, now: float) -> None:
    found = Fields(tuple(lines))
    assert freshness_lifetime(200, found, shared=shared, received_at=now, targets=CDN).seconds >= 0
    assert current_age_s(found, now) >= 0
    assert remaining_s(200, found, shared=shared, received_at=now) >= 0
