import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.dates import http_date

NOVEMBER_1994 = 784_111_777.0
NOW = 1_795_000_000.0  # in November 2026

CASES = [
    ("fixed form", "Sun, 06 Nov 1994 08:49:37 GMT", NOVEMBER_1994),
    ("RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT", NOVEMBER_1994),
    ("asctime", "Sun Nov  6 08:49:37 1994", NOVEMBER_1994),
    ("asctime, two digits", "Wed Nov 16 08:49:37 1994", NOVEMBER_1994 + 864_000),
    ("case of names", "SUN, 06 nOV 1994 08:49:37 gmt", NOVEMBER_1994),
    ("spaces around", " \tSun, 06 Nov 1994 08:49:37 GMT ", NOVEMBER_1994),
    ("wrong weekday", "Mon, 06 Nov 1994 08:49:37 GMT", NOVEMBER_1994),
    ("leap second", "Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800.0),
    ("two-digit year 50 years ahead", "Friday, 06-Nov-76 08:49:37 GMT", 3_371_878_177.0),
    ("two-digit year 51 years ahead", "Sunday, 06-Nov-77 08:49:37 GMT", 247_654_177.0),
    ("before the epoch", "Wed, 31 Dec 1969 23:59:59 GMT", -1.0),
    ("last year there is", "Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799.0),
    ("past the last year there is", "Fri, 31 Dec 9999 23:59:60 GMT", None),
    ("61 seconds", "Sun, 06 Nov 1994 08:49:61 GMT", None),
    ("29 February of no leap year", "Sun, 29 Feb 2026 08:49:37 GMT", None),
    ("year 0", "Sun, 06 Nov 0000 08:49:37 GMT", None),
    ("another zone", "Sun, 06 Nov 1994 08:49:37 UTC", None),
    ("an offset", "Sun, 06 Nov 1994 08:49:37 +0000", None),
    ("one-digit hour", "Sun, 06 Nov 1994 8:49:37 GMT", None),
    ("dots in the time", "Sun, 06 Nov 1994 08.49.37 GMT", None),
    ("two-digit year in the fixed form", "Sun, 06 Nov 94 08:49:37 GMT", None),
    ("no weekday", "06 Nov 1994 08:49:37 GMT", None),
    ("digits of another script", "Sun, 06 Nov 199٤ 08:49:37 GMT", None),
    ("letters that fold to ASCII", "ſun, 06 Nov 1994 08:49:37 GMT", None),
    ("a number", "0", None),
    ("nothing", "", None),
    ("two dates", "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT", None),
]


@pytest.mark.parametrize(("text", "expected"), [pytest.param(*row[1:], id=row[0]) for row in CASES])
def test_http_date(text: str, expected: float | None) -> None:
    assert http_date(text, NOW) == expected


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT"), st.floats())
@settings(max_examples=50, deadline=None)
def test_any_text_is_read(text: str, received_at: float) -> None:
    read = http_date(text, received_at)
    assert read is None or read == int(read)


@pytest.mark.parametrize("received_at", [float("nan"), float("inf"), -1e300, 1e300])
def test_two_digit_years_with_an_impossible_clock(received_at: float) -> None:
    assert http_date("Sunday, 06-Nov-94 08:49:37 GMT", received_at) == NOVEMBER_1994
