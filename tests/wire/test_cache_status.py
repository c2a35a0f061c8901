import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.cache_status import CacheStatus, cache_status
from scalecheck.wire.fields import Fields

SOUIN = "Souin; hit; ttl=-4; key=GET-http-localhost-/a?b=ü c; detail=DEFAULT"
CASES = [
    ("absent", (), ()),
    ("empty", ("",), ()),
    ("a name alone", ("a",), (CacheStatus("a"),)),
    ("hit", ("a; hit; ttl=-5",), (CacheStatus("a", hit=True, ttl_s=-5),)),
    ("hit of another type", ("a; hit=1",), (CacheStatus("a"),)),
    ("hit denied", ("a; hit=?0; fwd=miss",), (CacheStatus("a", fwd="miss"),)),
    ("ttl of another type", ("a; ttl=5.5, b; ttl",), (CacheStatus("a"), CacheStatus("b"))),
    ("all of them", ('"a b"; fwd=stale; fwd-status=304; stored; collapsed; key="k;,"; detail=x',),
     (CacheStatus("a b", fwd="stale", fwd_status=304, stored=True, collapsed=True, key="k;,", detail="x"),)),
    ("two lines, nearest the origin first", ("a; hit", "b; fwd=miss"),
     (CacheStatus("a", hit=True), CacheStatus("b", fwd="miss"))),
    ("both hit and fwd, as Netlify sends", ('"Netlify Edge"; hit; fwd=stale',),
     (CacheStatus("Netlify Edge", hit=True, fwd="stale"),)),
    ("a key as Souin sends it", (SOUIN,), (CacheStatus("Souin", hit=True, ttl_s=-4, key="GET-http-localhost-/a?b=ü c",
     detail="DEFAULT", strict=False),)),
    ("capitals", ("a; HIT; Fwd=miss",), (CacheStatus("a", hit=True, fwd="miss", strict=False),)),
    ("no name", ("; hit",), (CacheStatus("", hit=True, strict=False),)),
    ("lenient numbers", ("é; ttl=x; fwd-status=304; hit=?0",), (CacheStatus("é", fwd_status=304, strict=False),)),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), [pytest.param(*row[1:], id=row[0]) for row in CASES])
def test_cache_status(lines: tuple[str, ...], expected: tuple[CacheStatus, ...]) -> None:
    assert cache_status(Fields(tuple(("Cache-Status", line) for line in lines))) == expected


@given(st.lists(st.text() | st.text('a1,;="\\ hitfwd'), max_size=3))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read(lines: list[str]) -> None:
    read = cache_status(Fields(tuple(("cache-status", line) for line in lines)))
    assert all(isinstance(each.ttl_s, int | None) and isinstance(each.fwd, str | None) for each in read)


@pytest.mark.parametrize("pattern", ['"', ";", ",", "a;", 'a="', "\\", ";=", ' "'])
def test_100_kilobytes_of_a_pattern(pattern: str) -> None:
    assert all(not each.hit for each in cache_status(Fields.of(cache_status=pattern * (100_000 // len(pattern)))))
