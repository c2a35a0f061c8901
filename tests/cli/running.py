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
def _caught() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        yield out, err


def scalecheck(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: object) -> Done:
    """Run a command in a folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["scalecheck", *map(str, words)])
    code: object = 0
    with _caught() as (out, err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    return Done(int(str(code or 0)), out.getvalue(), err.getvalue())
