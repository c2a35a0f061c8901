"""The report at a terminal: nothing lost, folded, within its width."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from scalecheck.model.verdict import Finding, Outcome, Report, Verdict
from scalecheck.report.text import print_text, render
from tests.report.example import CLEAN, EXAMPLE, SKIPS, failing_urls, outcome


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("report", [EXAMPLE, CLEAN, failing_urls(200)], ids=["example", "clean", "many"])
def test_lines_fit_but_for_commands_and_counts(width: int, report: Report) -> None:
    whole = ("  reproduce ", "FAIL, exit", "UNKNOWN, exit", "PASS, exit", "SKIP ", "UNKNOWN ", "FAIL ")
    lines = [line for line in render(report, width=width).splitlines() if not line.startswith(whole)]
    assert [line for line in lines if cell_len(line) > min(width, 120)] == []


def test_the_verdict_stands_first_and_last() -> None:
    lines = render(EXAMPLE).strip().splitlines()
    assert lines[0] == "FAIL, exit 1: must not ship"
    assert lines[-1].startswith("FAIL, exit 1: must not ship (2 fail, 1 unknown")


@pytest.mark.parametrize(
    ("report", "first"),
    [
        (CLEAN, "PASS, exit 0: may ship"),
        (Report("t", "https://a.test", None, 0.0, 1.0, SKIPS), "UNKNOWN, exit 3: could not be judged, no check came"),
        (Report("t", "", None, 0.0, 1.0, (), interrupted=True), "UNKNOWN, exit 130: interrupted"),
    ],
)
def test_the_exit_code_is_explained(report: Report, first: str) -> None:
    assert render(report).startswith(first)


def test_what_is_wrong_comes_with_all_that_mends_it() -> None:
    text = render(EXAMPLE, width=80)
    for said in (
        "FAIL assets.immutable",
        "  expected  public, max-age=31536000, immutable",
        "  observed  public, max-age=3600",
        "  where     GET /_next/static/chunks/main-9f2c1b70.js (evidence:40)",
        "  asked by  profiles/shop.yaml:17 (chunks)",
        "  reproduce curl -sS",
        "  fix       send `Cache-Control: public",
        "On nginx: `location",
        "  because   too few samples",
        "static_hit_ratio             98.3 %  94.7 % to 99.7 %, 118 samples",
        "moves in May (until 2027-05-31)",
    ):
        assert said in text


def test_many_subjects_are_folded_and_none_is_forgotten() -> None:
    text = render(failing_urls(200), width=80)
    assert "and 195 more" in text
    assert "and 95 more" in text
    assert "max-age=4: GET /_next" in text
    assert len(text.splitlines()) < 50


def test_many_kinds_of_findings_are_folded() -> None:
    findings = (Finding(Verdict.FAIL, f"GET /{at}", f"expected {at}", "x") for at in range(30))
    text = render(Report("t", "", None, 0.0, 1.0, (outcome("a.b", *findings, title="T."),)))
    assert "and 26 findings more" in text


@pytest.mark.parametrize("verbose", [False, True])
def test_skips_have_reasons_when_asked_for(verbose: bool) -> None:
    text = render(EXAMPLE, verbose=verbose)
    assert ("asked with --before" in text) is verbose
    assert ("3 checks had nothing to judge" in text) is not verbose


def test_markup_and_emoji_are_text() -> None:
    odd = Outcome("a.b", Verdict.FAIL, "[bold]x[/bold] :smile:", "", "", "", ())
    assert "[bold]x[/bold] :smile:" in render(Report("t", "", None, 0.0, 1.0, (odd,)), color=True)


def test_a_stream_that_cannot_carry_a_letter_gets_its_number() -> None:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii")
    print_text(Report("t", "https://ü.test", None, 0.0, 1.0, ()), Console(file=file, width=80))
    file.flush()
    assert b"https://\\xfc.test" in raw.getvalue()


def test_colours_are_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    file = io.StringIO()
    print_text(EXAMPLE, Console(file=file, force_terminal=True, width=80))
    assert "\x1b[31" not in file.getvalue()
    assert "\x1b[" not in render(EXAMPLE)
    assert "\x1b[1;31mFAIL" in render(EXAMPLE, color=True)
