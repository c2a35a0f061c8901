"""Lines of a terminal report: wrapped to the width, and never one that a CI runner takes for a command."""

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from scalecheck.model.verdict import Verdict
from scalecheck.report.inert import LEADING_COMMAND

STYLES = {
    Verdict.FAIL: "bold red",
    Verdict.UNKNOWN: "bold magenta",
    Verdict.WARN: "bold yellow",
    Verdict.WAIVED: "cyan",
    Verdict.PASS: "green",
    Verdict.SKIP: "dim",
}

INDENT = 12
"""Columns before what an entry says: two, a name of up to nine letters, one."""
NARROWEST = 20
"""Columns that are used even where the terminal says it has fewer."""

_CODE = re.compile(r"`[^`]+`")
_MEASURING = Console(width=NARROWEST, file=None, force_terminal=False)


def entry(name: str, said: str | Text, width: int) -> Iterator[Text]:
    """Yield a name and what is said beside it, wrapped behind it."""
    text = Text(said) if isinstance(said, str) else said
    for at, line in enumerate(_wrapped(text, width - INDENT) or [Text()]):
        line.rstrip()
        yield Text.assemble((f"  {name if at == 0 else '':<{INDENT - 2}}", "dim"), line)


def styled(prose: str) -> Text:
    """Return prose with what stands between backticks set off."""
    text = Text(prose)
    text.highlight_regex(_CODE, "cyan")
    return text


def aligned(rows: Sequence[tuple[str, ...]], width: int) -> Iterator[Text]:
    """Yield rows with their columns aligned as far as the width allows; the last column is wrapped below the others."""
    most = max(NARROWEST, width) // 3
    widths = [min(most, max(cell_len(row[at]) for row in rows)) for at in range(len(rows[0]) - 1)]
    for row in rows:
        head = "  ".join(cell + " " * (size - cell_len(cell)) for cell, size in zip(row, widths, strict=False) if size)
        if cell_len(head) + cell_len(row[-1]) + 4 <= width:
            yield Text(f"  {head}  ").append(row[-1], "dim")
        else:
            yield from _hanging(head, width)
            yield from (Text(" " * 4).append(line) for line in _wrapped(Text(row[-1], "dim"), width - 4))


def fitting(names: Sequence[str], width: int) -> str:
    """Return as many of the names as fit, and how many more there are."""
    for shown in range(len(names), 0, -1):
        rest = f" and {len(names) - shown} more" if shown < len(names) else ""
        if cell_len(text := ", ".join(names[:shown]) + rest) <= width:
            return text
    return ""


def guarded(line: Text, encoding: str) -> Text:
    """Return a line that no runner takes for a workflow command, in characters that the stream can carry.

    GitHub's runner acts on any line that begins with `::`, blanks before it included, so a wrapped value must not.
    """
    safe = LEADING_COMMAND.sub(r"\1\\x3a", line.plain).encode(encoding, "backslashreplace").decode(encoding)
    return line if safe == line.plain else Text(safe)


def _hanging(text: str, width: int) -> Iterator[Text]:
    for line in _wrapped(Text(text), width - 2):
        yield Text("  ").append(line)


def _wrapped(text: Text, width: int) -> list[Text]:
    return list(text.wrap(_MEASURING, max(NARROWEST, width), overflow="fold"))
