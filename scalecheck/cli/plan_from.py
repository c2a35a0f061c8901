"""`scalecheck plan --from`: traffic as a log or a recording shows it, to be put into a profile."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from scalecheck.cli.exit import UsageError
from scalecheck.cli.output import put, write
from scalecheck.plan.recorded import Recorder
from scalecheck.plan.recorded_traffic import Recorded, recorded_traffic
from scalecheck.wire.access_log import LINE_AT_MOST, Hit, LogReader
from scalecheck.wire.escape import plain

if TYPE_CHECKING:
    from scalecheck.model.profile import Profile

GZIP = b"\x1f\x8b"
UNREAD_AT_MOST = 0.5
"""Share of the lines that may have no reading before the file is no log."""
WIDTH = 110
SHOWN = 80


def print_recorded(source: Path, profile: "Profile | None", data: Path | None) -> None:
    """Print the traffic that a log or a HAR shows, and write the data files that it names; UsageError without any."""
    recorder = Recorder(profile)
    note = _take_har(source, recorder) if _is_har(source) else _take_log(source, recorder)
    recorder.finish()
    if not recorder.pages:
        raise UsageError(f"{source}: shows no page: no GET that was answered with 200 and is neither call nor asset")
    found = recorded_traffic(recorder, None if data is None else data.as_posix())
    if data is not None:
        for name, rows in found.tables.items():
            write("--data", data / name, _csv(rows))
    put(_text(source, found, note))


def _text(source: Path, found: Recorded, note: str) -> str:
    """Return the section as YAML, below what it does not say."""
    import yaml

    notes = [f"traffic of {source.name}: {note}", *found.notes]
    said = "".join(f"# {plain(each, 400)}\n" for each in notes)
    section = {"traffic": found.traffic}
    return said + yaml.safe_dump(section, sort_keys=False, allow_unicode=True, default_flow_style=None, width=WIDTH)


def _csv(rows: tuple[tuple[str, ...], ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _is_har(source: Path) -> bool:
    from scalecheck.cli.offline import is_har

    return is_har(source)


def _take_har(source: Path, recorder: Recorder) -> str:
    """Count what a HAR holds of its own site."""
    from scalecheck.gather.har_reading import read_har
    from scalecheck.gather.record import EvidenceError
    from scalecheck.model.evidence import Exchange

    try:
        evidence = read_har(source)
    except EvidenceError as error:
        raise UsageError(str(error)) from None
    own = urlsplit(evidence.run.target).netloc
    exchanges = [each for each in evidence.records if isinstance(each, Exchange)]
    for each in sorted(exchanges, key=lambda each: each.sent_at):
        parts = urlsplit(each.url)
        if parts.netloc != own:
            recorder.left_out["to other hosts"] += 1
            continue
        response = each.response
        recorder.take(
            Hit(
                each.sent_at,
                "GET",
                (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
                each.status,
                size=response.header_bytes + response.wire_bytes,
                referer=each.request.fields.first("referer") or "",
                agent=each.request.fields.first("user-agent") or "",
                content_type=response.content_type,
            )
        )
    return f"one recording; answers in it: {len(exchanges)}"


def _take_log(source: Path, recorder: Recorder) -> str:
    """Count the lines of a log; UsageError where most of them are none."""
    reader = LogReader()
    read = unread = 0
    example = ""
    for line in _lines(source):
        hit = reader.hit(line)
        if hit is not None:
            read += 1
            recorder.take(hit)
        elif not reader.comment(line):
            unread += 1
            example = example or line
    if unread > UNREAD_AT_MOST * (read + unread) or not read:
        shown = f", found {plain(example.strip(), SHOWN)}" if example else ", found no line"
        raise UsageError(f"{source}: expected a HAR, or an access log (common, combined, JSON lines or W3C){shown}")
    return f"{read:,} requests" + (f"; lines that could not be read: {unread:,}" if unread else "")


def _lines(source: Path) -> Iterator[str]:
    """Yield the lines of a file, compressed by gzip or not; UsageError where it cannot be read."""
    try:
        with source.open("rb") as file:
            packed = file.read(2) == GZIP
        with gzip.open(source) if packed else source.open("rb") as lines:
            yield from _text_lines(lines)  # type: ignore[arg-type]  # both are streams of bytes
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{source}: cannot be read: {getattr(error, 'strerror', None) or error}".lower()) from None


def _text_lines(file: IO[bytes]) -> Iterator[str]:
    """Yield lines of a bounded length; what is longer comes in pieces, which no reader takes for lines."""
    while line := file.readline(LINE_AT_MOST + 2):
        yield line.decode("utf-8", "replace")
