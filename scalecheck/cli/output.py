"""Where reports go: standard output and files, in the formats asked for."""

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from scalecheck.cli.exit import UsageError
from scalecheck.model.verdict import Report

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class Target:
    """One `--format`: a format's name, and the file it is written to; None is standard output."""

    format: str
    file: Path | None = None


def targets(formats: Sequence[str]) -> tuple[Target, ...]:
    """Return where to render what: text on standard output unless another format is printed there.

    UsageError for a format that does not exist and for two formats on standard output.
    """
    read = tuple(_target(each) for each in formats)
    printed = [each for each in read if each.file is None]
    if len(printed) > 1:
        names = " and ".join(each.format for each in printed)
        raise UsageError(
            f"--format: {names} cannot both go to standard output; write one to a file, {printed[1].format}=FILE"
        )
    return read if printed else (Target("text"), *read)


def _target(text: str) -> Target:
    from scalecheck.report import FORMATS

    name, equals, file = text.partition("=")
    if name not in FORMATS:
        guess = get_close_matches(name.lower(), FORMATS, n=1)
        raise UsageError(
            f"--format {text}: expected one of {', '.join(FORMATS)}"
            + (f'; did you mean "{guess[0]}"?' if guess else "")
        )
    if equals and not file:
        raise UsageError(f"--format {text}: expected a file's name behind the =")
    return Target(name, Path(file) if file else None)


def files_of(where: Iterable[Target]) -> Iterator[tuple[str, Path]]:
    """Yield the option and the file of every format that is written to one."""
    return ((f"--format {each.format}", each.file) for each in where if each.file is not None)


def claim(writes: Iterable[tuple[str, Path | None]], reads: Iterable[Path | None] = ()) -> None:
    """Make sure that every file can be written before anything is asked or overwritten; folders are made.

    UsageError, with the option, for what cannot be written, for two options that name one file, and for a file that is
    read besides.
    """
    taken = {_identity(path): "is read by this command" for path in reads if path is not None}
    for option, path in writes:
        if path is None:
            continue
        if (used := taken.get(_identity(path))) is not None and (path.is_file() or not path.exists()):
            raise UsageError(f"{option}: {path} {used}; write to another file")
        taken[_identity(path)] = f"is written by {option} too"
        _try(option, path)


def _identity(path: Path) -> str:
    return os.path.realpath(path)


def _try(option: str, path: Path) -> None:
    """Open a file for writing without changing it, and leave none behind; a pipe would wait for its reader."""
    new = not path.exists()
    if not new and not path.is_file() and not path.is_dir():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8"):
            pass
        if new:
            path.unlink()
    except (OSError, ValueError) as error:
        raise UsageError(f"{option}: {path} cannot be written: {_reason(error)}") from None


def _reason(error: OSError | ValueError) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def write(option: str, path: Path, text: str) -> None:
    """Write a file; UsageError where that fails after all, as on a full disk."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"{option}: {path} cannot be written: {_reason(error)}") from None


def tell(report: Report, where: Sequence[Target], *, verbose: bool = False) -> None:
    """Render the report everywhere it is wanted, files first, so that a closed pipe loses none of them.

    A file that cannot be written is said last: it must not hide what the report says.
    """
    from scalecheck.report import RENDERERS

    problems = []
    for each in where:
        if each.file is not None:
            try:
                write(f"--format {each.format}", each.file, RENDERERS[each.format](report))
            except UsageError as error:
                problems.append(str(error))
    problems += _summarise(report, where)
    for each in where:
        if each.file is None:
            put(_text(report, verbose=verbose) if each.format == "text" else RENDERERS[each.format](report))
    if problems:
        raise UsageError("\n".join(problems))


def _text(report: Report, *, verbose: bool) -> str:
    from scalecheck.report.text import print_text

    return for_the_terminal(lambda console: print_text(report, console, verbose=verbose))


def for_the_terminal(printing: "Callable[[Console], object]") -> str:
    """Return what is printed to the terminal there is: its width, its colours, none of them in a file or pipe."""
    from rich.console import Console

    console = Console()
    with console.capture() as printed:  # rich would end the program itself where the reader has gone away
        printing(console)
    return printed.get()


def put(text: str) -> None:
    """Print on standard output; where nobody reads it any more, the exit code still says what it has to."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        silence()


def silence() -> None:
    """Send to nowhere what is still to be printed: its reader has gone away (`| head`)."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, io.UnsupportedOperation):
        sys.stdout = io.StringIO()


def _summarise(report: Report, where: Sequence[Target]) -> Iterator[str]:
    """Append the step summary where GitHub asks for one and the annotations are printed; yield why that failed."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and any(each.format == "github" for each in where):
        from scalecheck.report.github import step_summary

        try:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(step_summary(report))
        except OSError as error:
            yield f"GITHUB_STEP_SUMMARY: {summary} cannot be written: {_reason(error)}"
