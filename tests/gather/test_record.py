"""Evidence: what is written is read back the same, and foreign files get one clear line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scalecheck.gather.record import Evidence, EvidenceError, EvidenceFile, by_probe, read_evidence
from scalecheck.model.browsing import Fetched
from scalecheck.model.evidence import Ask, Exchange, LabRun, Loss, Record, Request, Run, Timings, Tls
from scalecheck.model.histogram import Histogram
from scalecheck.model.load import Event, Generator, Happening, Key, LoadRecord, Part, StageRun, SwarmRun, Tally, Window
from scalecheck.wire.fields import Fields
from tests.checks.rows import exchange, failure

RUN = Run("scalecheck 0.1.0", "https://shop.test", 1_700_000_000.5, {"scalecheck": 1}, "shop.yaml", ("cache.contract",))


def lab_run(text: str) -> LabRun:
    """Return a run of Lighthouse that says something everywhere, this text where it says any."""
    ask = Ask(Request("https://shop.test/"), 1, "mobile 1")
    fetched = Fetched(text, "script", status=200, body_bytes=9, decoded_bytes=20, started_s=0.1, ended_s=0.2)
    return LabRun(
        2,
        "lab_runs",
        ask,
        "13.5.0",
        "Chromium 140.0.7339.80",
        1.5,
        7.5,
        {"lcp_s": 2.25, "cls": 0.01},
        (fetched, Fetched(text, "image", failure="no answer")),
        {"unused-javascript": {text: 900}},
        {text: 5000},
        (text,),
        "simulate: 150 ms",
        1500.5,
    )


def written(path: Path, *records: Record) -> Path:
    with path.open("w") as file:
        ledger = EvidenceFile(file, RUN)
        for record in records:
            ledger.reserve()
            ledger.keep(record)
        ledger.end()
    return path


@pytest.mark.parametrize(
    "record",
    [
        exchange("/", {"Cache-Control": "max-age=60", "Set-Cookie": ["a=1", "b=2"]}, body="<p>über</p>"),
        exchange("/a.png", body=b"\x89PNG\xff\xfe", of=1, label="br", identity="alice", method="HEAD"),
        exchange(
            "/", timings=Timings(1.0, 0.5, 0.1, None, 0.2), tls=Tls("TLSv1.3", "h2", resumed=True), http_version="2"
        ),
        exchange("/", tls=Tls("TLSv1.2", resumed=False)),
        exchange("/", body=None, truncated=True, undecodable="cut short"),
        exchange("/", {"x": "\x00\x1b[31m\udce9"}),
        failure("/", loss=Loss.TIMEOUT, detail="no answer within 10s"),
        lab_run("https://shop.test/"),
    ],
)
def test_a_record_is_read_back_the_same(record: Record, tmp_path: Path) -> None:
    evidence = read_evidence(written(tmp_path / "e.jsonl", record))
    assert evidence.records == (record,)
    assert not evidence.cut_off
    assert evidence.run == RUN


def test_a_body_is_written_once_and_read_back_twice(tmp_path: Path) -> None:
    body = "<p>the same page</p>" * 50
    path = written(tmp_path / "e.jsonl", exchange("/", body=body), exchange("/again", body=body))
    assert path.read_text().count("the same page") == 50
    first, second = read_evidence(path).records
    assert isinstance(first, Exchange)
    assert isinstance(second, Exchange)
    assert first.response.body == second.response.body == body.encode()


def test_an_inferred_profile_takes_a_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    with path.open("w") as file:
        ledger = EvidenceFile(file, RUN)
        ledger.keep_profile({"site": "inferred"})
        assert ledger.reserve() == 3
    assert read_evidence(path).run.profile == {"site": "inferred"}


@pytest.mark.parametrize(("lost", "left"), [(1, 2), (16, 2), (40, 1)], ids=["newline", "end", "record"])
def test_a_file_that_was_cut_off_while_writing_can_still_be_judged(lost: int, left: int, tmp_path: Path) -> None:
    path = written(tmp_path / "e.jsonl", exchange("/"), exchange("/2"))
    path.write_text(path.read_text()[:-lost])
    evidence = read_evidence(path)
    assert evidence.cut_off is (lost > 1)
    assert len(evidence.records) == left


HEADER = json.dumps({"format": "scalecheck-evidence/1", "tool": "", "target": "", "started_at": 0})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("hello\n", ":1: expected one JSON object a line"),
        ("[]\n", ":1: expected a JSON object, found list"),
        ('{"format": "other/1"}\n', ':1: expected "format": "scalecheck-evidence/1"'),
        (
            f'{HEADER}\n{{"x": 1}}\n',
            ":2: expected an exchange, a failure, a view, a lab run, what a swarm reports, a probe or a profile, f",
        ),
        (f'{HEADER}\n{{"exchange": {{}}}}\n', ":2: number: Field required"),
        (f'{HEADER}\n{{"exchange": 7}}\n', ":2: "),
        (f"{HEADER}\n\n{{}}\n", ":2: expected one JSON object a line"),
        (f"{HEADER}\n" + "[" * 100_000 + "\n", ":2: expected one JSON object a line"),
    ],
)
def test_foreign_files_get_one_clear_line(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text(text)
    with pytest.raises(EvidenceError) as error:
        read_evidence(path)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_and_binary_files_get_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="No such file"):
        read_evidence(tmp_path / "none.jsonl")
    (tmp_path / "e.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EvidenceError, match="UTF-8"):
        read_evidence(tmp_path / "e.jsonl")


def test_records_are_grouped_by_probe_in_their_order() -> None:
    records = (exchange("/"), exchange("/", probe="again", label="1"), exchange("/b"))
    grouped = by_probe(Evidence(RUN, records, ("sitemap", "first", "again")))
    assert [each.url for each in grouped["first"]] == [records[0].url, records[2].url]
    assert grouped["sitemap"] == ()
    assert Fields() == Fields.of()


TALLIES = {Key(Part.PAGE, "home"): Tally(planned=3, sent=3, answered=3, latency=Histogram({5: 3}, 0.000015, 0.000005))}
SWARM: tuple[LoadRecord, ...] = (
    SwarmRun("steady", 1.0, 200.0, (StageRun("hold 1", 0.0, 10.0, 1.0, 1.0),), 2, {Key(Part.PAGE, "home"): 3}, 7),
    Window(0, "a", 1, 0, TALLIES),
    Generator(0, "a", 1, 1, Histogram({9: 1}, 0.000009, 0.000009), 0.5, 1000, 9, 1024, 2, 2, 0, 4),
    Event(0, 10.0, Happening.ENDED),
)


def swarmed(path: Path) -> Path:
    with path.open("w") as file:
        ledger = EvidenceFile(file, RUN)
        for record in SWARM:
            ledger.keep_load(record)
        ledger.end()
    return path


def test_a_swarm_is_read_back_with_the_lines_it_stands_on(tmp_path: Path) -> None:
    evidence = read_evidence(swarmed(tmp_path / "e.jsonl"))
    assert evidence.load is not None
    assert evidence.load.run == SWARM[0]
    reported: list[Window | Generator | Event] = [*evidence.load.windows]
    reported += [*evidence.load.generators, *evidence.load.events]
    assert [each.number for each in reported] == [3, 4, 5]
    assert [replace(each, number=0) for each in reported] == list(SWARM[1:])


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_of_a_swarm_that_was_cut_off_what_was_there_is_kept(cut: int, tmp_path: Path) -> None:
    path = swarmed(tmp_path / "e.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:3]) + lines[3][:cut])
    evidence = read_evidence(path)
    assert evidence.cut_off
    assert evidence.load is not None
    assert (len(evidence.load.windows), evidence.load.generators) == (1, ())


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ([2, 1], ":2: expected one swarm, and that before what it reports"),
        ([1, 1], ":3: expected one swarm, and that before what it reports"),
    ],
)
def test_a_swarm_begins_once_and_first(order: list[int], said: str, tmp_path: Path) -> None:
    path = swarmed(tmp_path / "e.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(lines[0] + "".join(lines[number] for number in order))
    with pytest.raises(EvidenceError, match=said):
        read_evidence(path)


def test_a_garbled_report_is_named_by_its_line(tmp_path: Path) -> None:
    path = swarmed(tmp_path / "e.jsonl")
    path.write_text(path.read_text().replace('"planned":3', '"planned":"3"'))
    with pytest.raises(EvidenceError, match=r"e\.jsonl:3: window\.tallies\.0\.planned: expected a whole number"):
        read_evidence(path)


def test_without_a_swarm_there_is_none(tmp_path: Path) -> None:
    assert read_evidence(written(tmp_path / "e.jsonl", exchange("/"))).load is None
