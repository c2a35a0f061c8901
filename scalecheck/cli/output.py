"""Where reports go: standard output and files, in the formats asked for."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from scalecheck.cli.exit import UsageError
from scalecheck.model.verdict import Report


@dataclass(frozen=True, slots=True)
class Target:
    """One `--format`: a format's name, and the file it is written to; None is standard output."""

    format: str
    file: Path | None = None


def targets(formats: Sequence[str]) -> tuple[Target, ...]:
    """Return where to render what: text on standard output unless another format is printed there.

    UsageError for a format that does not exist and for two formats on standard output.
    """
    from scalecheck.report import FORMATS

    read = []
    for each in formats:
        name, equals, file = each.partition("=")
        if name not in FORMATS:
            guess = get_close_matches(name, FORMATS, n=1)
            raise UsageError(
                f"--format {each}: expected one of {', '.join(FORMATS)}"
                + (f'; did you mean "{guess[0]}"?' if guess else "")
            )
        if equals and not file:
            raise UsageError(f"--format {each}: expected a file's name behind the =")
        read.append(Target(name, Path(file) if file else None))
    printed = [each for each in read if each.file is None]
    if len(printed) > 1:
        names = " and ".join(each.format for each in printed)
        raise UsageError(
            f"--format: {names} cannot both go to standard output; write one to a file, {printed[1].format}=FILE"
        )
    return tuple(read) if printed else (Target("text"), *read)


def writable(path: Path) -> Path:
    """Return the path with its folder made; UsageError when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None
    return path


def tell(report: Report, where: Sequence[Target], *, verbose: bool = False) -> None:
    """Render the report everywhere it is wanted, files first, so that a closed pipe loses none of them."""
    from scalecheck.report import RENDERERS
    from scalecheck.report.text import print_text

    for each in where:
        if each.file is not None:
            writable(each.file).write_text(RENDERERS[each.format](report), encoding="utf-8")
    for each in where:
        if each.file is None and each.format == "text":
            print_text(report, verbose=verbose)
        elif each.file is None:
            sys.stdout.write(RENDERERS[each.format](report))
    sys.stdout.flush()
    _summarise(report, where)


def _summarise(report: Report, where: Sequence[Target]) -> None:
    """Append the step summary where GitHub asks for one and the annotations are printed."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and any(each.format == "github" for each in where):
        from scalecheck.report.github import step_summary

        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(step_summary(report))
