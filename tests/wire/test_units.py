import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire import units

READ = [
    (units.seconds, "200ms", 0.2),
    (units.seconds, "2.5s", 2.5),
    (units.seconds, "60s", 60),
    (units.seconds, "5m", 300),
    (units.seconds, "1h", 3600),
    (units.seconds, "1d", 86400),
    (units.seconds, "0s", 0),
    (units.byte_count, "180KB", 180_000),
    (units.byte_count, "180KiB", 184_320),
    (units.byte_count, "1.5MB", 1_500_000),
    (units.byte_count, "3TB", 3 * 10**12),
    (units.byte_count, "7B", 7),
    (units.ratio, "95%", 0.95),
    (units.ratio, "0.1%", 0.001),
    (units.ratio, "100%", 1),
    (units.per_second, "40/s", 40),
    (units.per_second, "300/m", 5),
    (units.per_second, "3600/h", 1),
    (units.factor, "1.5x", 1.5),
    (units.count, "1_000_000", 1_000_000),
    (units.count, "0", 0),
    (units.span, "60s", (60, 60)),
    (units.span, "1h..", (3600, None)),
    (units.span, "..5m", (None, 300)),
    (units.span, "30s..2m", (30, 120)),
    (units.span, "any", (None, None)),
]


@pytest.mark.parametrize(("read", "text", "value"), READ)
def test_a_quantity_is_read(read, text, value):  # type: ignore[no-untyped-def]
    assert read(text) == pytest.approx(value) if isinstance(value, float) else read(text) == value


REFUSED = [
    *(
        (units.seconds, text, "expected a duration such as 60s or 200ms")
        for text in ("", "60", "s", "-1s", "9:00", "1 s")
    ),
    *(
        (units.seconds, text, "expected a duration such as 60s or 200ms")
        for text in ("fast", "1S", "1e3s", "٣s", "1.s", "_1s")
    ),
    (units.seconds, "1" * 16 + "s", "expected a duration such as 60s or 200ms"),
    *((units.byte_count, text, "expected a size such as 180KB or 8MiB") for text in ("", "180", "180kb", "180K", "KB")),
    (units.ratio, "95", "expected a share such as 95%"),
    (units.ratio, "0.95", "expected a share such as 95%"),
    (units.ratio, "100.1%", "expected a share such as 95%, at most 100%"),
    *((units.per_second, text, "expected a rate such as 40/s or 300/m") for text in ("40", "40/", "40/ms", "/s")),
    (units.factor, "2", "expected a factor such as 2x"),
    *((units.count, text, "expected a whole number such as 60") for text in ("", "6.5", "6.0", "-1", "1k", "0x10")),
    *(
        (units.span, text, "expected a duration such as 60s, or a span")
        for text in ("", "..", "60", "1..2", "a..", "1s...2s")
    ),
    (units.span, "2m..1m", "expected a span from short to long, such as 1m..2m"),
    (units.span, "200ms", "expected whole seconds, as Cache-Control counts them"),
]


@pytest.mark.parametrize(("read", "text", "message"), REFUSED)
def test_what_is_no_quantity_is_refused_with_what_was_expected(read, text, message):  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="expected") as refused:
        read(text)
    assert str(refused.value).startswith(message)


SHOWN = [
    (units.show_seconds(0), "0s"),
    (units.show_seconds(0.2), "200ms"),
    (units.show_seconds(2.5), "2.5s"),
    (units.show_seconds(60), "60s"),
    (units.show_seconds(90), "90s"),
    (units.show_seconds(300), "5m"),
    (units.show_seconds(31_536_000), "365d"),
    (units.show_bytes(900), "900B"),
    (units.show_bytes(1000), "1KB"),
    (units.show_bytes(1_234_567), "1.235MB"),
    (units.write_bytes(1_234_567), "1234567B"),
    (units.write_bytes(8 * 1024**2), "8MiB"),
    (units.write_bytes(0), "0B"),
    (units.show_ratio(0.001), "0.1%"),
    (units.show_ratio(0.95), "95%"),
    (units.show_rate(40), "40/s"),
    (units.show_rate(0.1), "6/m"),
    (units.show_rate(0), "0/s"),
    (units.show_span(None, None), "any"),
    (units.show_span(60, None), "60s.."),
    (units.show_span(None, 86400), "..1d"),
    (units.show_span(30, 120), "30s..2m"),
]


@pytest.mark.parametrize(("shown", "text"), SHOWN)
def test_a_quantity_is_shown_with_its_unit(shown: str, text: str) -> None:
    assert shown == text


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_what_is_written_reads_back(number: int) -> None:
    assert units.seconds(units.show_seconds(number)) == number
    assert units.byte_count(units.write_bytes(number)) == number
    assert units.span(units.show_span(number, None)) == (number, None)


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (units.seconds, units.byte_count, units.ratio, units.per_second, units.factor, units.count, units.span):
        said = "expected"
        try:
            read(text)
        except ValueError as refused:
            said = str(refused)
        assert said.startswith("expected")
