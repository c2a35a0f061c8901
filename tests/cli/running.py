"""The command line, run in this process as a user runs it."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from scalecheck.__main__ import main


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str


@contextmanager
def caught() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Keep what is printed until the block ends."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        yield out, err


def scalecheck(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: object) -> Done:
    """Run a command in a folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["scalecheck", *map(str, words)])
    with caught() as (out, err):
        code = exit_code()
    return Done(code, out.getvalue(), err.getvalue())


def exit_code() -> int:
    """Run the command in `sys.argv` and return what its process would exit with."""
    try:
        main()
    except SystemExit as ended:
        return int(str(ended.code or 0))
    return 0
