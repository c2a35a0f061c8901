import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.fields import Fields
from scalecheck.wire.reuse import Reuse, Stored, renewed, reuse, storable, store

NOW = 784_111_777.0
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
ANYBODY = Fields()


def kept(policy: str, *, shared: bool = False, **named: str) -> Stored:
    stored = store(ANYBODY, 200, Fields.of(cache_control=policy, **named), shared=shared, received_at=NOW)
    assert stored is not None
    return stored


STORABLE = [
    ("nothing said", 200, "", True, True),
    ("nothing said, on a redirect", 302, "", False, False),
    ("max-age, on a redirect", 302, "max-age=0", True, True),
    ("s-maxage, on a redirect", 302, "s-maxage=60", True, False),
    ("private, on a redirect", 302, "private", False, True),
    ("public, on an error", 500, "public", True, True),
    ("no-store", 200, "no-store, max-age=60", False, False),
    ("private", 200, "private", False, True),
    ("private, qualified", 200, 'private="a"', True, True),
    ("no-cache", 200, "no-cache", True, True),
    ("a 304", 304, "max-age=60", False, False),
    ("an interim answer", 103, "max-age=60", False, False),
    ("a 206 without its range", 206, "max-age=60", False, False),
]


@pytest.mark.parametrize(
    ("status", "policy", "shared", "private"), [pytest.param(*row[1:], id=row[0]) for row in STORABLE]
)
def test_storable(status: int, policy: str, shared: bool, private: bool) -> None:
    fields = Fields.of(cache_control=policy) if policy else Fields()
    assert storable(ANYBODY, status, fields, shared=True) is shared
    assert storable(ANYBODY, status, fields, shared=False) is private


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("max-age=60", False), ("public", True), ("must-revalidate, max-age=60", True), ("s-maxage=0", True)],
)
def test_authorized_answers(policy: str, expected: bool) -> None:
    request, fields = Fields.of(authorization="Bearer x"), Fields.of(cache_control=policy)
    assert storable(request, 200, fields, shared=True) is expected
    assert storable(request, 200, fields, shared=False)


def test_requests_that_store_nothing() -> None:
    fields = Fields.of(cache_control="max-age=60")
    assert not storable(ANYBODY, 200, fields, shared=False, method="POST")
    assert not storable(Fields.of(cache_control="no-store"), 200, fields, shared=False)
    assert store(ANYBODY, 200, Fields.of(cache_control="no-store"), shared=False, received_at=NOW) is None


AFTER = [
    ("fresh", "max-age=60", 59, "fresh", "fresh"),
    ("just stale", "max-age=60", 60, "revalidate", "revalidate"),
    ("stale on arrival", "max-age=0", 0, "revalidate", "revalidate"),
    ("no-cache", "no-cache, max-age=60", 1, "revalidate", "revalidate"),
    ("no-cache with a window", "no-cache, max-age=0, stale-while-revalidate=60", 1, "revalidate", "revalidate"),
    ("must-revalidate, fresh", "max-age=60, must-revalidate", 59, "fresh", "fresh"),
    ("in the window", "max-age=60, stale-while-revalidate=10", 69, "stale-while-revalidate", "stale-while-revalidate"),
    ("past the window", "max-age=60, stale-while-revalidate=10", 70, "revalidate", "revalidate"),
    ("window, must-revalidate", "max-age=60, stale-while-revalidate=10, must-revalidate", 65,
     "revalidate", "revalidate"),
    ("window, proxy-revalidate", "max-age=60, stale-while-revalidate=10, proxy-revalidate", 65,
     "revalidate", "stale-while-revalidate"),
    ("window, s-maxage", "s-maxage=60, max-age=0, stale-while-revalidate=10", 65,
     "stale-while-revalidate", "revalidate"),
    ("immutable", "max-age=60, immutable", 60, "revalidate", "revalidate"),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "after_s", "shared", "private"), [pytest.param(*r[1:], id=r[0]) for r in AFTER])
def test_after(policy: str, after_s: float, shared: str, private: str) -> None:
    assert reuse(kept(policy, shared=True), ANYBODY, NOW + after_s) is Reuse(shared)
    assert reuse(kept(policy), ANYBODY, NOW + after_s) is Reuse(private)


ASKED = [
    ("no-cache", "max-age=60", "no-cache", 0, "revalidate"),
    ("no-store", "max-age=60", "no-store", 0, "miss"),
    ("max-age, young enough", "max-age=60", "max-age=10", 10, "fresh"),
    ("max-age, too old", "max-age=60", "max-age=10", 11, "revalidate"),
    ("max-age malformed", "max-age=60", "max-age=x", 1, "revalidate"),
    ("min-fresh, enough", "max-age=60", "min-fresh=50", 10, "fresh"),
    ("min-fresh, too little", "max-age=60", "min-fresh=50", 11, "revalidate"),
    ("max-stale without bound", "max-age=60", "max-stale", 9999, "stale"),
    ("max-stale, enough", "max-age=60", "max-stale=5", 65, "stale"),
    ("max-stale, too stale", "max-age=60", "max-stale=5", 66, "revalidate"),
    ("max-stale malformed", "max-age=60", "max-stale=x", 61, "revalidate"),
    ("max-stale, must-revalidate", "max-age=60, must-revalidate", "max-stale", 61, "revalidate"),
    ("max-stale in a window", "max-age=60, stale-while-revalidate=9", "max-stale=1", 65, "stale-while-revalidate"),
    ("only-if-cached, fresh", "max-age=60", "only-if-cached", 59, "fresh"),
    ("only-if-cached, stale", "max-age=60", "only-if-cached", 60, "unavailable"),
    ("unknown directive", "max-age=60", "whim", 59, "fresh"),
]


@pytest.mark.parametrize(
    ("policy", "asked", "after_s", "expected"), [pytest.param(*row[1:], id=row[0]) for row in ASKED]
)
def test_request_directives(policy: str, asked: str, after_s: float, expected: str) -> None:
    assert reuse(kept(policy), Fields.of(cache_control=asked), NOW + after_s) is Reuse(expected)


def test_s_maxage_forbids_shared_caches_what_is_stale() -> None:
    asked = Fields.of(cache_control="max-stale")
    assert reuse(kept("s-maxage=60", shared=True), asked, NOW + 61) is Reuse.REVALIDATE
    assert reuse(kept("max-age=60", shared=True), asked, NOW + 61) is Reuse.STALE


def test_nothing_stored() -> None:
    assert reuse(None, ANYBODY, NOW) is Reuse.MISS
    assert reuse(None, Fields.of(cache_control="only-if-cached"), NOW) is Reuse.UNAVAILABLE
    assert reuse(kept("max-age=60"), ANYBODY, NOW, method="POST") is Reuse.MISS
    assert reuse(kept("max-age=60"), ANYBODY, NOW, method="HEAD") is Reuse.FRESH


def test_errors_hidden_by_stale_if_error() -> None:
    assert kept("max-age=60, stale-if-error=10").serves_on_error(NOW + 69)
    assert not kept("max-age=60, stale-if-error=10").serves_on_error(NOW + 70)
    assert not kept("max-age=60").serves_on_error(NOW + 60)
    assert not kept("max-age=60, stale-if-error=10, must-revalidate").serves_on_error(NOW + 60)


def test_conditions_are_the_validators() -> None:
    assert kept("no-cache").conditions == Fields()
    assert kept("no-cache", etag='W/"a"').conditions == Fields.of(("If-None-Match", 'W/"a"'))
    both = kept("no-cache", etag='"a"', last_modified=DATE).conditions
    assert both == Fields.of(("If-None-Match", '"a"'), ("If-Modified-Since", DATE))
    assert kept("no-cache", last_modified="yesterday").conditions == Fields()


def test_a_304_renews_what_is_stored() -> None:
    old = kept("max-age=60", etag='"a"', age="30", date=DATE, content_type="text/html", content_encoding="br")
    answer = Fields.of(cache_control="max-age=90", content_type="text/plain", x_new="1")
    new = renewed(old, ANYBODY, answer, received_at=NOW + 100)
    assert new is not None
    assert (new.fresh_until, new.fields.get("etag"), new.fields.get("content-type")) == (NOW + 190, '"a"', "text/html")
    assert (new.fields.get("x-new"), new.fields.get("age")) == ("1", None)
    assert renewed(old, ANYBODY, Fields.of(cache_control="no-store"), received_at=NOW + 100) is None


WORDS = st.lists(
    st.tuples(
        st.sampled_from(["cache-control", "vary", "range", "content-range", "expires", "date", "authorization"]),
        st.text()
        | st.sampled_from(["max-age=5, stale-while-revalidate=5", "max-stale", "*", "bytes=0-", "bytes 0-4/5"]),
    ),
    max_size=5,
)


@given(WORDS, WORDS, st.sampled_from([200, 206, 302, 599]), st.booleans(), st.floats(-1e12, 1e12))
@settings(max_examples=100, deadline=None)
def test_any_answer_is_decided(
    asked: list[tuple[str, str]], said: list[tuple[str, str]], status: int, shared: bool, after_s: float
) -> None:
    request, fields = Fields(tuple(asked)), Fields(tuple(said))
    stored = store(request, status, fields, shared=shared, received_at=NOW)
    decision = reuse(stored, request, NOW + after_s)
    assert decision.from_store <= (stored is not None)
    assert not (decision is Reuse.FRESH and stored is not None and NOW + after_s >= stored.fresh_until)
