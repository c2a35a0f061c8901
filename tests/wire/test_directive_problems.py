import pytest

from scalecheck.wire.cache_control import cache_control
from scalecheck.wire.directive_problems import MAX_PROBLEMS, ProblemKind, problems
from scalecheck.wire.fields import Fields

MALFORMED, DUPLICATE, CONTRADICTORY, DOUBTFUL, UNKNOWN = ProblemKind

IN_ORDER = [
    "",
    "no-store",
    "no-store, max-age=0",
    "no-cache, no-store, must-revalidate, max-age=0",
    "private, no-cache, no-store, max-age=0, must-revalidate",
    "no-store, no-cache, private, max-age=0, s-maxage=0, must-revalidate, proxy-revalidate, no-transform",
    "private, s-maxage=0, max-age=0, must-revalidate, no-transform",
    "private, no-cache",
    "private, max-age=60, stale-while-revalidate=60",
    "public, no-cache",
    "public, max-age=0, must-revalidate",
    "public, max-age=0, s-maxage=60",
    "public, max-age=31536000, immutable",
    "public, max-age=60, must-revalidate, immutable",
    "max-age=0, stale-while-revalidate=86400",
    "s-maxage=60, stale-while-revalidate=86400, stale-if-error=86400",
    "max-age=60, proxy-revalidate, stale-while-revalidate=60",
    "max-age=60, must-revalidate, stale-while-revalidate=0",
    "must-understand, no-store, max-age=60",
    'private="set-cookie", public, s-maxage=60',
    'no-cache="set-cookie", max-age=60, immutable',
    "public, s-maxage=60, durable",
]

CASES = [
    ("no-store, max-age=60", {CONTRADICTORY: ["max-age=60"]}),
    ("no-store, s-maxage=60", {CONTRADICTORY: ["s-maxage=60"]}),
    ("public, no-store", {CONTRADICTORY: ["public"]}),
    ("no-store, immutable", {CONTRADICTORY: ["immutable"]}),
    ("no-store, stale-if-error=60", {CONTRADICTORY: ["stale-if-error"]}),
    (
        "no-store, no-cache, public, max-age=60, immutable",
        {CONTRADICTORY: ["no-store overrules max-age=60 and public"]},
    ),
    ("private, public", {CONTRADICTORY: ["private overrules public"]}),
    ("private, s-maxage=60", {CONTRADICTORY: ["s-maxage=60"]}),
    ("no-cache, max-age=60", {CONTRADICTORY: ["no-cache overrules max-age=60"]}),
    ("no-cache, immutable", {CONTRADICTORY: ["immutable"]}),
    ("no-cache, stale-while-revalidate=60", {CONTRADICTORY: ["stale-while-revalidate"]}),
    ("max-age=1, must-revalidate, stale-while-revalidate=60", {DOUBTFUL: ["must-revalidate overrules"]}),
    ("public, max-age=0, must-revalidate, s-maxage=60, stale-while-revalidate=86400", {DOUBTFUL: ["must-revalidate"]}),
    ("max-age=0, immutable", {CONTRADICTORY: ["max-age=0"]}),
    ("max-age=60, max-age=0", {CONTRADICTORY: ["60 and 0"]}),
    ("private, public, no-cache, max-age=60", {CONTRADICTORY: ["private overrules", "no-cache overrules"]}),
    ("public, public", {DUPLICATE: ["2 times"]}),
    ("max-age=60, max-age=60", {DUPLICATE: ["2 times"]}),
    ('no-cache, no-cache="x"', {DUPLICATE: ["2 times"]}),
    ("max-age=60, public, public, public", {DUPLICATE: ["3 times"]}),
    ("max-age: 60", {MALFORMED: ["max-age=60"]}),
    ("public; max-age=60", {MALFORMED: ["commas"]}),
    ("max-age=60; public", {MALFORMED: ["commas"]}),
    ("max-age =60", {MALFORMED: ["space"]}),
    ("max-age= 60", {MALFORMED: ["space"]}),
    ("max-age", {MALFORMED: ["number"]}),
    ("max-age=", {MALFORMED: ["number"]}),
    ("max-age=1h", {MALFORMED: ["whole number"]}),
    ("max-age=-1", {MALFORMED: ["whole number"]}),
    ("max-age=60 public", {MALFORMED: ["whole number"]}),
    ('max-age="60"', {MALFORMED: ["quotes"]}),
    ("no-store=1", {MALFORMED: ["argument"]}),
    ("private=set-cookie", {MALFORMED: ["quotes"]}),
    ('private="set cookie"', {MALFORMED: ["field names"]}),
    ('private="a', {MALFORMED: ["quotes"]}),
    ("no cache", {MALFORMED: ["not a directive"]}),
    ("=60", {MALFORMED: ["not a directive"]}),
    ("no-cahce", {UNKNOWN: ["did you mean no-cache?"]}),
    ("maxage=60", {UNKNOWN: ["did you mean max-age?"]}),
    ("s-max-age=60", {UNKNOWN: ["did you mean s-maxage?"]}),
    ("stale-while-revalidat=60", {UNKNOWN: ["did you mean stale-while-revalidate?"]}),
    ("imutable, max-age=60", {UNKNOWN: ["did you mean immutable?"]}),
    ("post-check=0", {UNKNOWN: ["not a directive caches know"]}),
    ("max-stale=60", {UNKNOWN: ["requests"]}),
    ("foobar, foobar", {UNKNOWN: ["foobar"]}),
]


@pytest.mark.parametrize("line", IN_ORDER)
def test_in_order(line: str) -> None:
    assert problems(cache_control(Fields.of(cache_control=line))) == ()


@pytest.mark.parametrize(("line", "expected"), CASES, ids=[line for line, _ in CASES])
def test_problems(line: str, expected: dict[ProblemKind, list[str]]) -> None:
    found = problems(cache_control(Fields.of(cache_control=line)))
    wanted = [(kind, text) for kind, texts in expected.items() for text in texts]
    assert [problem.kind for problem in found] == [kind for kind, _ in wanted]
    assert all(text in problem.text for (_, text), problem in zip(wanted, found, strict=True))


def test_problems_are_bounded() -> None:
    line = ",".join(f"x{number}{'y' * 1000}" for number in range(100))
    found = problems(cache_control(Fields.of(cache_control=line)))
    assert len(found) == MAX_PROBLEMS
    assert max(len(problem.text) for problem in found) < 200
