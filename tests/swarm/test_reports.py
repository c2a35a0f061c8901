"""A report read back is the report that was packed, over Locust's own packing."""

from collections.abc import Mapping
from typing import Any

import msgpack
import pytest

from scalecheck.model.histogram import Histogram
from scalecheck.model.load import Generator, Key, Part, Tally, Window
from scalecheck.swarm.reports import FORMAT, Report, ReportError, packed, packed_tally, read_report

FULL = Tally(
    planned=5,
    sent=4,
    late=1,
    answered=3,
    failed={"timeout": 1, "status 503": 1},
    statuses={200: 3, 503: 1},
    size=12_345,
    states={"hit": 2},
    latency=Histogram({204: 2, 600: 1}, 0.01, 0.009),
    failures=Histogram({3: 1}, 0.000003, 0.000003),
    first_byte=Histogram({100: 3}, 0.0003, 0.0001),
    cold=1,
    cold_size=900,
    kept=7,
)
GENERATOR = Generator(0, "w", 3, 9, Histogram({7: 2}, 1.4e-05, 7e-06), 0.25, 50_000_000, 30, 1024, 6, 2, 1, 40)


def travelled(data: object) -> dict[str, Any]:
    travelled: dict[str, Any] = msgpack.loads(msgpack.dumps(data), raw=False, strict_map_key=False)
    return travelled


def test_a_report_is_read_as_it_was_packed() -> None:
    key, other = Key(Part.PAGE, "home"), Key(Part.CALL, "GET /api/menu")
    seconds = {7: [packed_tally(key, FULL), packed_tally(other, Tally())], 8: [packed_tally(key, Tally(planned=1))]}
    noted = {"a redirect to http://other.example was not followed": 3}
    read = read_report("w", travelled(packed(seconds, GENERATOR, last=True, noted=noted)))
    windows = (Window(0, "w", 3, 7, {key: FULL, other: Tally()}), Window(0, "w", 3, 8, {key: Tally(planned=1)}))
    assert read == Report(windows, GENERATOR, last=True, noted=noted)


GOOD = packed({1: [packed_tally(Key(Part.PAGE, "home"), FULL)]}, GENERATOR, last=False)
BAD: dict[str, Mapping[str, Any]] = {
    "another version": {**GOOD, "format": FORMAT + 1},
    "no version": {key: value for key, value in GOOD.items() if key != "format"},
    "notes that are none": {**GOOD, "noted": ["a redirect"]},
    "a note of no number": {**GOOD, "noted": {"a redirect": "often"}},
    "no sequence": {key: value for key, value in GOOD.items() if key != "sequence"},
    "a generator of other fields": {**GOOD, "generator": GOOD["generator"][:-1]},
    "a part that there is not": {**GOOD, "seconds": [[1, [["pgae", "home", *GOOD["seconds"][0][1][0][2:]]]]]},
    "a tally of other fields": {**GOOD, "seconds": [[1, [GOOD["seconds"][0][1][0][:-1]]]]},
    "half a bucket": {
        **GOOD,
        "generator": [[0.0, 0.0, 1] if isinstance(each, list) else each for each in GOOD["generator"]],
    },
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_what_is_no_report_is_said_to_be_none(data: Mapping[str, Any]) -> None:
    with pytest.raises(ReportError, match="worker w "):
        read_report("w", data)
