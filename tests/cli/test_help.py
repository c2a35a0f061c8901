"""Whoever asks for help gets an example."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from scalecheck.cli.app import app
from tests.cli.running import scalecheck

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # it is a group


@pytest.mark.parametrize(
    "words", [*([name] for name in COMMANDS), ["profile", "show"], ["profile", "schema"]], ids=" ".join
)
def test_every_command_has_an_example(words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = scalecheck(monkeypatch, tmp_path, *words, "--help")
    assert done.code == 0
    assert f"scalecheck {words[0]}" in done.out.partition("Example")[2]


def test_the_program_itself_has_one_and_says_what_its_exit_codes_mean(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done = scalecheck(monkeypatch, tmp_path, "--help")
    assert "scalecheck audit https://" in done.out
    assert "Exit codes: 0 may ship" in done.out


def test_without_a_command_the_help_is_shown_and_the_command_is_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done = scalecheck(monkeypatch, tmp_path)
    assert done.code == 2
    assert "Usage:" in done.out + done.err


def test_the_groups_are_the_catalogues() -> None:
    from scalecheck.checks.catalogue import GROUP_NAMES, SWARMED
    from scalecheck.cli.audit import GROUPS

    assert list(GROUPS) == [name for name in GROUP_NAMES if name not in {"bundle", *SWARMED}]


def test_the_formats_named_in_the_help_are_those_there_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from scalecheck.report import FORMATS

    told = " ".join(scalecheck(monkeypatch, tmp_path, "audit", "--help").out.split())
    assert f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}" in told


def run_apart(words: list[str], environment: dict[str, str] | None = None) -> str:
    program = f"from scalecheck.__main__ import main; import sys; sys.argv = {['scalecheck', *words]}; main()"
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


@pytest.mark.live
@pytest.mark.parametrize(
    ("words", "at", "offered"),
    [
        ("scalecheck audit --only cache.con", 3, "cache.contract"),
        ("scalecheck explain assets.imm", 2, "assets.immutable"),
        ("scalecheck audit --format sa", 3, "sarif"),
        ("scalecheck audit --profile mil", 3, "million-dau"),
    ],
)
def test_completion_offers_what_there_is(words: str, at: int, offered: str) -> None:
    asked = {"_SCALECHECK_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(at)}
    assert offered in run_apart([], asked).split()


@pytest.mark.live
def test_completion_prints_a_script_for_bash() -> None:
    script = run_apart(["--show-completion", "bash"])
    assert "complete" in script
    assert "scalecheck" in script
