import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.fields import Fields
from scalecheck.wire.server_timing import METRICS_AT_MOST, Metric, server_timing

CLOUDFLARE = 'cfL4;desc="?proto=TCP&rtt=4242&min_rtt=4188&rtt_var=1203&sent=5&recv=7"'

ROWS = [
    ("absent", (), ()),
    ("empty", ("",), ()),
    ("nothing between commas", (" , ,\t,",), ()),
    ("no name", (";dur=1, =2, ",), ()),
    ("a name alone", ("miss",), (Metric("miss"),)),
    ("a duration", ("db;dur=53",), (Metric("db", 53.0),)),
    ("a fraction", ("db;dur=.5, app;dur=47.25, x;dur=1.",),
     (Metric("db", 0.5), Metric("app", 47.25), Metric("x", 1.0))),
    ("a quoted duration, as nobody should send it", ('db;dur="53"',), (Metric("db", 53.0),)),
    ("no number", ("db;dur=fast, x;dur=-1, y;dur=1e3, z;dur=",), tuple(map(Metric, ("db", "x", "y", "z")))),
    ("a description", ("cache;desc=HIT",), (Metric("cache", None, "HIT"),)),
    ("a quoted one, with comma, semicolon and quote", (r'cache;desc="a, b; \"c\"";dur=2.3',),
     (Metric("cache", 2.3, 'a, b; "c"'),)),
    ("the first of two counts", ("db;dur=1;dur=2;desc=a;desc=b",), (Metric("db", 1.0, "a"),)),
    ("capitals of a parameter", ("db;DUR=1;Desc=x",), (Metric("db", 1.0, "x"),)),
    ("capitals of a name stay", ("DB, db",), (Metric("DB"), Metric("db"))),
    ("spaces", (" db ; dur = 1 ; desc = x ",), (Metric("db", 1.0, "x"),)),
    ("words behind the name", ("db fast;dur=1",), (Metric("db", 1.0),)),
    ("other parameters", ("db;foo=1;dur=2;bar",), (Metric("db", 2.0),)),
    ("several lines", ("db;dur=1", "app, edge;desc=x"), (Metric("db", 1.0), Metric("app"), Metric("edge", None, "x"))),
    ("a quote left open takes its own line only", ('a;desc="x, b', "c"), (Metric("a", None, '"x, b'), Metric("c"))),
    ("Cloudflare", (f"cfCacheStatus;desc=\"HIT\", cfEdge;dur=2,cfOrigin;dur=0, {CLOUDFLARE}",),
     (Metric("cfCacheStatus", None, "HIT"), Metric("cfEdge", 2.0), Metric("cfOrigin", 0.0),
      Metric("cfL4", None, "?proto=TCP&rtt=4242&min_rtt=4188&rtt_var=1203&sent=5&recv=7"))),
    ("Akamai", ('cdn-cache; desc=HIT, edge; dur=1, ak_p; desc="1700000000000_3_4_12_1_2";dur=1',),
     (Metric("cdn-cache", None, "HIT"), Metric("edge", 1.0), Metric("ak_p", 1.0, "1700000000000_3_4_12_1_2"))),
    ("no token", ("é;dur=1, (x), ok",), (Metric("ok"),)),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
def test_server_timing(lines: tuple[str, ...], expected: tuple[Metric, ...]) -> None:
    assert server_timing(Fields(tuple(("Server-Timing", line) for line in lines))) == expected


def test_no_more_than_the_limit() -> None:
    assert len(server_timing(Fields.of(server_timing="a," * (METRICS_AT_MOST + 1)))) == METRICS_AT_MOST


@given(st.lists(st.text() | st.text('a1,;="\\ durdesc'), max_size=3))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read(lines: list[str]) -> None:
    assert all(each.name for each in server_timing(Fields(tuple(("server-timing", line) for line in lines))))


@pytest.mark.parametrize("pattern", ['"', ";", ",", "a;", 'a="', "\\", ";=", ' "', "a;dur=1,", "a;dur=9999999999"])
def test_100_kilobytes_of_a_pattern(pattern: str) -> None:
    assert len(server_timing(Fields.of(server_timing=pattern * (100_000 // len(pattern))))) <= METRICS_AT_MOST
