"""Service levels as sentences: what is read, what is refused, and what is written back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalecheck.model.sentence import (
    KNOWN,
    Change,
    Measure,
    Metric,
    Operator,
    Sentence,
    Span,
    Unit,
    read_change,
    read_metric,
    read_sentence,
)

P95 = Metric(Measure.LATENCY, 0.95)
READ = [
    ("p95 < 300ms", Sentence(P95, Operator.BELOW, 0.3, Unit.SECONDS)),
    ("p95<300ms", Sentence(P95, Operator.BELOW, 0.3, Unit.SECONDS)),
    (" p95  <=  1s ", Sentence(P95, Operator.AT_MOST, 1, Unit.SECONDS)),
    ("p99.9 < 1s", Sentence(Metric(Measure.LATENCY, 0.999), Operator.BELOW, 1, Unit.SECONDS)),
    ("max < 5s", Sentence(Metric(Measure.LATENCY, 1), Operator.BELOW, 5, Unit.SECONDS)),
    ("page p95 < 2.5s", Sentence(Metric(Measure.PAGE, 0.95), Operator.BELOW, 2.5, Unit.SECONDS)),
    ("ttfb max < 400ms", Sentence(Metric(Measure.TTFB, 1), Operator.BELOW, 0.4, Unit.SECONDS)),
    ("errors < 0.1%", Sentence(Metric(Measure.ERRORS), Operator.BELOW, 0.001, Unit.SHARE)),
    ("delivered > 99.5%", Sentence(Metric(Measure.DELIVERED), Operator.ABOVE, 0.995, Unit.SHARE)),
    ("requests >= 5000/s", Sentence(Metric(Measure.REQUESTS), Operator.AT_LEAST, 5000, Unit.RATE)),
    ("pages >= 12_000/m", Sentence(Metric(Measure.PAGES), Operator.AT_LEAST, 200, Unit.RATE)),
    ("hit ratio > 95%", Sentence(Metric(Measure.HIT_RATIO), Operator.ABOVE, 0.95, Unit.SHARE)),
    ("bytes per first visit < 900KB", Sentence(Metric(Measure.FIRST_BYTES), Operator.BELOW, 900_000, Unit.BYTES)),
    ("status 5xx > 200/s", Sentence(Metric(Measure.STATUS, status="5xx"), Operator.ABOVE, 200, Unit.RATE)),
    ("status 429 < 1%", Sentence(Metric(Measure.STATUS, status="429"), Operator.BELOW, 0.01, Unit.SHARE)),
    ("generator lag > 250ms", Sentence(Metric(Measure.LAG), Operator.ABOVE, 0.25, Unit.SECONDS)),
    ("workers lost > 0", Sentence(Metric(Measure.WORKERS_LOST), Operator.ABOVE, 0, Unit.COUNT)),
    ("p95 < 300ms within 60s", Sentence(P95, Operator.BELOW, 0.3, Unit.SECONDS, Span.WITHIN, 60)),
    (
        "p95 growth < 10% per 1h",
        Sentence(Metric(Measure.LATENCY, 0.95, growth=True), Operator.BELOW, 0.1, Unit.SHARE, Span.PER, 3600),
    ),
]


@pytest.mark.parametrize(("text", "sentence"), READ, ids=[text for text, _ in READ])
def test_a_sentence_is_read_and_written_back(text: str, sentence: Sentence) -> None:
    assert read_sentence(text) == sentence
    assert read_sentence(str(sentence)) == sentence


EXPECTED = "expected a sentence such as p95 < 300ms, errors < 0.1% or p95 < 300ms within 60s"
REFUSED = [
    ("", EXPECTED),
    ("fast", EXPECTED),
    ("p95 300ms", EXPECTED),
    ("p95 < < 300ms", EXPECTED),
    ("p95 = 300ms", EXPECTED),
    ("p95 =< 300ms", EXPECTED),
    ("< 300ms", EXPECTED),
    ("p95 <", EXPECTED),
    ("p95 < 300", "expected p95 with a duration such as 300ms"),
    ("p95 < 5%", "expected p95 with a duration such as 300ms"),
    ("p95 < -3ms", "expected p95 with a duration such as 300ms"),
    ("p95 < 300 ms", "expected p95 with a duration such as 300ms"),
    ("errors < 5", "expected errors with a share such as 0.1%"),
    ("errors < 101%", "expected errors with a share such as 0.1%"),
    ("status 5xx > 200", "expected status 5xx with a rate such as 200/s or a share such as 0.1%"),
    ("workers lost > 1.5", "expected workers lost with a whole number such as 0"),
    ("bytes per first visit < 900K", "expected bytes per first visit with a size such as 900KB"),
    ("p9x < 300ms", 'unknown metric "p9x"; did you mean "p'),
    ("error < 1%", 'unknown metric "error"; did you mean "errors"?'),
    ("P95 < 300ms", 'unknown metric "P95"; did you mean "p95"?'),
    ("hit_ratio > 95%", 'unknown metric "hit_ratio"; did you mean "hit ratio"?'),
    ("p0 < 300ms", 'unknown metric "p0"'),
    ("p100 < 300ms", 'unknown metric "p100"; known are p50 … p99.9'),
    ("status 600 < 1%", 'unknown metric "status 600"; did you mean "status 5xx"?'),
    ("apdex > 0.9", 'unknown metric "apdex"; known are p50 … p99.9, max, ttfb p95, page p95, errors, '),
    ("p95 < 300ms within 0s", "expected a window of more than nothing, such as within 60s"),
    ("p95 < 300ms within soon", "expected a window such as within 60s"),
    ("p95 < 300ms per 60s", "expected no per window: only growth has one, as in p95 growth < 10% per 1h"),
    ("p95 growth < 10%", "expected in which time it may grow so much, as in p95 growth < 10% per 1h"),
    ("p95 growth < 10% within 1h", "expected in which time it may grow so much"),
    ("errors growth < 10% per 1h", "expected growth of a time, as in p95 growth < 10% per 1h"),
    ("p95 < 300ms for 60s", "expected p95 with a duration such as 300ms"),
    ("x" * 500 + " < 1s", EXPECTED),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[text[:40] for text, _ in REFUSED])
def test_what_is_no_sentence_is_refused_with_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        read_sentence(text)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize("name", KNOWN)
def test_every_known_metric_is_one(name: str) -> None:
    assert str(read_metric(name)) == name


CERTAIN = [
    ("errors > 100%", False),
    ("errors >= 100%", None),
    ("errors < 0%", False),
    ("errors <= 0%", None),
    ("errors <= 100%", True),
    ("p95 < 0s", False),
    ("p95 >= 0s", True),
    ("p95 > 0s", None),
    ("workers lost > 0", None),
    ("workers lost >= 0", True),
    ("p95 growth < 0% per 1h", None),
    ("p95 growth > 100% per 1h", None),
]


@pytest.mark.parametrize(("text", "certain"), CERTAIN)
def test_what_needs_no_run_to_know(text: str, certain: bool | None) -> None:
    assert read_sentence(text).certain is certain


@given(st.text(max_size=60))
def test_whatever_is_written_has_a_reading_or_an_explanation(text: str) -> None:
    for read in (read_sentence, read_change):
        try:
            said = read(text)
        except ValueError:
            continue
        assert read(str(said)) == said


CHANGES = [
    ("p95 up 10%", Change(P95, True, 0.1, Unit.SHARE)),
    ("errors up 0.05pp", Change(Metric(Measure.ERRORS), True, 0.0005, Unit.POINTS)),
    ("hit ratio down 2pp", Change(Metric(Measure.HIT_RATIO), False, 0.02, Unit.POINTS)),
    ("requests down 5%", Change(Metric(Measure.REQUESTS), False, 0.05, Unit.SHARE)),
]


@pytest.mark.parametrize(("text", "change"), CHANGES)
def test_a_change_is_read_and_written_back(text: str, change: Change) -> None:
    assert read_change(text) == change
    assert read_change(str(change)) == change


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("p95 < 10%", "expected a change such as p95 up 10%, errors up 0.05pp or hit ratio down 2pp"),
        ("p95 up 5pp", "expected p95 to change by a share such as 10%: only shares have percentage points"),
        ("p95 up 10", "expected p95 to change by a share such as 10%"),
        ("errors up 5", "expected errors to change by a share such as 10%, or percentage points such as 0.05pp"),
        ("p95 growth up 5%", "expected a metric that an earlier run has, such as p95"),
        ("eror up 5%", 'unknown metric "eror"; did you mean "errors"?'),
    ],
)
def test_what_is_no_change_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        read_change(text)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("requests > 170/s", 175.1, "175.1/s"),
        ("requests > 170/s", 200.0, "200/s"),
        ("pages > 3/m", 0.05, "0.05/s"),
        ("p95 < 300ms", 0.20049, "200.5ms"),
        ("errors < 1%", 0.012345678, "1.235%"),
        ("bytes per first visit < 900KB", 80_271, "80.271KB"),
        ("workers lost <= 0", 2, "2"),
    ],
)
def test_figures_are_shown_to_four_digits(text: str, value: float, shown: str) -> None:
    assert read_sentence(text).shown(value) == shown
