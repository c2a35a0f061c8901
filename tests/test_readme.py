"""What the README and the commented profile say is so: commands exist, examples run, generated parts are current."""

import re
import shlex
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
import typer.main
import yaml

from scalecheck.checks.catalogue import BY_ID
from scalecheck.cli.app import app
from scalecheck.cli.exit import Exit
from scalecheck.cli.output import targets
from scalecheck.model.profile_file import parse_profile, read_profile, unknown_ids
from scalecheck.plan.figures import number
from scalecheck.plan.plan import plan
from tests.checks.rows import FAIL, Case, exchange, judged, site
from tests.readme import README, ROOT, current

if TYPE_CHECKING:
    from scalecheck.checks.check import Check

TEXT = README.read_text(encoding="utf-8")
FENCED = re.compile(r"(?ms)^ *```(\w+)\n(.*?)^ *```$")
BLOCKS = [(found[1], dedent(found[2])) for found in FENCED.finditer(TEXT)]
COMMANDS = sorted(
    {found.strip() for _, block in BLOCKS for found in re.findall(r"(?m)^(?:[- ]+(?:run: )?)?(scalecheck .*)$", block)}
    | set(re.findall(r"`(scalecheck [^`]+)`", TEXT))
)
EXAMPLE = "\n".join(block for language, block in BLOCKS if language == "python" and "locust" not in block)
"""The example of a new check; that of a locustfile is played by tests/swarm/test_user.py."""


def test_generated_parts_are_current() -> None:
    assert current(TEXT) == TEXT, "run `python -m tests.readme`"


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_understood(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every option and subcommand exists; nothing is run."""
    (tmp_path / "shopper.py").touch()  # the one file that has to be there before anything is read
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command.partition(" > ")[0].replace(" ID", " cache.contract"), comments=True)[1:]
    parsed: Any = typer.main.get_command(app)
    context = parsed.make_context("scalecheck", [*words])
    while hasattr(parsed, "commands") and words and not words[0].startswith("-"):
        name, *words = words
        parsed = parsed.commands[name]
        context = parsed.make_context(name, [*words], parent=context)
    assert targets(context.params.get("formats") or ())


def test_snippets_are_well_formed() -> None:
    snippets = [yaml.safe_load(block) for language, block in BLOCKS if language == "yaml"]
    assert len(snippets) == 3
    assert all(isinstance(snippet, dict) for snippet in snippets)


def test_every_key_that_the_foundation_comments_out_is_right() -> None:
    text = (ROOT / "profiles/million-dau.yaml").read_text(encoding="utf-8")
    keys = "site|extends|routes|identities|observability|edge|traffic|slo|abort|levels|waivers"
    shown = re.sub(rf"(?m)^# (?=(?:{keys}):|  )|(?<=^  )# (?=\w+: \d)", "", text)
    profile = parse_profile(shown)
    assert profile.routes["product"].query == {"q": "shoes"}
    assert set(profile.identities) == {"alice", "bob"}
    assert (profile.budgets.html, profile.edge.providers) == (100_000, {"fastly": "151.101.1.57:443"})
    assert not unknown_ids(profile, BY_ID, frozenset({"auto"}))


def test_the_figures_of_the_plan_are_those_of_the_profile() -> None:
    """Of the most pages a user: pages and requests a second, and the requests a page that 15,000 need."""
    busiest = plan(read_profile("million-dau", None), date(2026, 11, 21)).today.busiest.many
    section = " ".join(TEXT.partition("## Plan for the traffic")[2].partition("## Safety")[0].split())
    assert f"are {number(busiest.pages)} pages a second in the busiest hour" in section
    assert f"with caches as declared {number(busiest.requests)} requests" in section
    assert f"15,000 would need {number(15_000 / busiest.pages)} requests a page" in section


def test_every_exit_code_is_named() -> None:
    rows = re.findall(r"(?m)^\| (\d+) \|", TEXT)
    assert [int(code) for code in rows] == sorted(Exit)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)]+)\)", TEXT))
def test_links_lead_to_files(link: str) -> None:
    assert (ROOT / link).is_file()


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    """Return what the README's example of a new check defines, as a module of its group would."""
    names: dict[str, Any] = {"__name__": "scalecheck.checks.cache.example"}
    exec(EXAMPLE, names)
    return names


def test_the_example_is_a_check(example: dict[str, Any]) -> None:
    check: Check = example["no_pragma"]
    assert check.id == "cache.no_pragma"
    assert all((check.title, check.why, check.fix, check.source, check.remedies["nginx"]))


def test_the_rows_of_the_example_hold(example: dict[str, Any]) -> None:
    cases: list[Case] = [case for row in example["CASES"] for case in row.values]
    assert len(cases) == 4
    for case in cases:
        case.assert_holds()


def test_the_fault_of_the_example_trips_it(example: dict[str, Any]) -> None:
    check, fault = example["no_pragma"], example["FAULT"]
    assert (fault.check, fault.spoils("/blog/launch", 200)) == (check.id, True)
    assert judged(check, site(exchange("/blog/launch", dict(fault.fields)))).verdict is FAIL
