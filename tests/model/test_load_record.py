"""A swarm's lines of evidence: what is written is read back the same, and nonsense is named by its place."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalecheck.model.histogram import Histogram
from scalecheck.model.load import Event, Generator, Happening, Key, LoadRecord, Part, StageRun, SwarmRun, Tally, Window
from scalecheck.model.load_record import line, read

HOME, CALL = Key(Part.PAGE, "home"), Key(Part.CALL, "GET /api/menü?q={q}")
TOOK = Histogram({0: 1, 511: 2, 8000: 3}, 12.5, 9.75)
FULL = Tally(
    planned=9,
    sent=8,
    late=1,
    answered=6,
    failed={"status 503": 1, "timeout": 1, "unsent": 1},
    statuses={200: 6, 503: 1},
    size=1 << 40,
    states={"hit": 4, "miss": 2},
    latency=TOOK,
    failures=Histogram({3: 2}, 0.000006, 0.000003),
    first_byte=TOOK,
    cold=1,
    cold_size=100,
    warm=2,
    warm_size=30,
    kept=4,
    renewed=3,
    retried=1,
    impolite=1,
)
RUN = SwarmRun(
    "spike-10x",
    0.01,
    200.0,
    (StageRun("hold 1", 0.0, 3.5, 1.0, 1.0), StageRun("recovery", 3.5, 10.0, 1.0, 0.0)),
    4,
    {HOME: 1234, CALL: 7},
    42,
    {"cdn.other.test": 3},
    ("blog",),
    ("blog: no page was seen at /blog",),
    1_700_000_000.25,
)
RECORDS: list[LoadRecord] = [
    RUN,
    SwarmRun("hold", 1.0, 1.0, (), 0, {}, 0),
    Window(7, "host_4f", 1, 0, {}),
    Window(7, "host_4f", 12, 3600, {HOME: FULL, CALL: Tally(planned=1)}),
    Generator(7, "w", 3, 12, TOOK, 0.5, 1 << 28, 900, 1024, 800, 12, 4, 33, 5, 6),
    Generator(7, "w", 1, 0, Histogram(), 0.0, 0, 0, 0, 0, 0, 0, 0),
    Event(7, 12.25, Happening.ABORTED, "errors > 5%", "fail"),
    Event(7, 0.0, Happening.ENDED),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_is_read_back_the_same(record: LoadRecord) -> None:
    assert read(json.loads(json.dumps(line(record))), 7) == record


def test_nothing_takes_no_room() -> None:
    assert line(Window(7, "w", 1, 0, {HOME: Tally(planned=1)})) == {
        "window": {
            "worker": "w",
            "sequence": 1,
            "second": 0,
            "tallies": [{"part": "page", "name": "home", "planned": 1}],
        }
    }


def window(**keys: Any) -> dict[str, Any]:
    return {"window": {"worker": "w", "sequence": 1, "second": 0, **keys}}


def tally(**keys: Any) -> dict[str, Any]:
    return window(tallies=[{"part": "page", "name": "home", **keys}])


NONSENSE: list[tuple[str, dict[str, Any], str]] = [
    ("no record", {"windows": {}}, "expected one of swarm"),
    ("no object", {"window": [1]}, "window: expected an object, found list"),
    ("no worker", {"window": {"sequence": 1}}, "window.worker: expected a text, found None"),
    ("first report is 1", window(sequence=0), "window.sequence: expected a whole number from 1, found 0"),
    ("half a second", window(second=0.5), "window.second: expected a whole number"),
    ("true is no number", tally(planned=True), "window.tallies.0.planned: expected a whole number from 0, found True"),
    ("less than none", tally(sent=-1), "window.tallies.0.sent"),
    ("more than there are", tally(size=2**60), "window.tallies.0.size"),
    ("no part", window(tallies=[{"part": "pages", "name": "home"}]), "tallies.0.part: expected one of page, document"),
    ("twice the same", window(tallies=[{"part": "page", "name": "a"}] * 2), "tallies.1.name: expected each part"),
    ("tallies of text", window(tallies=["x"]), "window.tallies.0: expected an object, found 'x'"),
    ("a table of lists", tally(failed={"timeout": [1]}), "window.tallies.0.failed.timeout"),
    ("no status", tally(statuses={"2xx": 1}), "window.tallies.0.statuses: expected status codes"),
    ("Arabic digits", tally(statuses={"٢٠٠": 1}), "window.tallies.0.statuses: expected status codes"),
    ("no histogram", tally(latency=["!!", 1.0, 1.0]), "window.tallies.0.latency: expected buckets"),
    ("no sum", tally(latency=[Histogram({1: 1}).encode(), "a", 1.0]), "window.tallies.0.latency: expected buckets"),
    ("buckets beyond", tally(latency=[Histogram({9999: 1}).encode(), 1.0, 1.0]), "latency: expected buckets"),
    ("counts beyond", tally(latency=[Histogram({1: 2**53 + 1}).encode(), 1.0, 1.0]), "latency: expected buckets"),
    ("not finite", {"event": {"what": "ended", "second": float("nan")}}, "event.second: expected a number from 0"),
    ("no event", {"event": {"what": "over"}}, "event.what: expected one of worker lost"),
    ("a stage backwards", {"swarm": {"stages": [["a", 2, 1, 1, 1]]}}, "swarm.stages.0.ends_s: expected no less than 2"),
    ("half a stage", {"swarm": {"stages": [["a", 2]]}}, "swarm.stages: expected rows of name, begins_s"),
    ("a note of numbers", {"swarm": {"notes": [1]}}, "swarm.notes: expected a list of texts"),
    ("a long note", {"swarm": {"notes": ["x" * 5000]}}, "swarm.notes: expected a list of texts"),
    ("a long text", {"swarm": {"shape": "x" * 5000}}, "swarm.shape: expected a text, found 'xxx"),
]


@pytest.mark.parametrize(("data", "said"), [each[1:] for each in NONSENSE], ids=[each[0] for each in NONSENSE])
def test_nonsense_is_named_by_its_place(data: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        read(data, 1)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        *("worker", "sequence", "second", "tallies", "part", "name", "planned", "failed", "statuses"),
        *("latency", "stages", "notes", "bare", "what", "lag", "cpu", "shape"),
    ]
)


@given(st.sampled_from(["swarm", "window", "generator", "event"]), st.dictionaries(KEYS, JSON, max_size=6) | JSON)
def test_whatever_a_line_holds_it_is_read_or_refused(kind: str, data: Any) -> None:
    try:
        record = read({kind: data}, 1)
    except ValueError:
        return
    assert read(line(record), 1) == record


@pytest.mark.live
def test_workers_need_no_library_to_write_it() -> None:
    program = "import sys, scalecheck.model.load_record; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert not {"pydantic", "httpx", "scipy", "numpy", "yaml"} & {name.split(".")[0] for name in done.stdout.split()}
