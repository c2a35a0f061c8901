import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from scalecheck.cli import profile
from scalecheck.cli.exit import UsageError
from scalecheck.model.profile_file import parse_profile, read_profile

APP = typer.Typer()
profile.register(APP)


@APP.callback()
def root() -> None:
    """Keep the sub-application's name."""


def test_show_prints_the_resolved_profile_without_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALICE_SESSION", "hunter2")
    result = CliRunner().invoke(APP, ["profile", "show", "shop"])
    assert result.exit_code == 0
    assert "${env:ALICE_SESSION}" in result.stdout
    assert "hunter2" not in result.stdout
    assert parse_profile(result.stdout).public() == read_profile("shop", None).public()


def test_show_names_every_mistake(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("scalecheck: 1\nrouts: {}\nbudgets: {js: 1}\n")
    result = CliRunner().invoke(APP, ["profile", "show", str(tmp_path / "own.yaml")])
    assert isinstance(result.exception, UsageError)
    assert [line.rpartition("own.yaml:")[2].partition(":")[0] for line in str(result.exception).splitlines()] == [
        "2  routs",
        "3  budgets.js",
    ]


def test_schema_prints_json() -> None:
    result = CliRunner().invoke(APP, ["profile", "schema"])
    assert json.loads(result.stdout)["properties"]["routes"]["description"].startswith("Classes of URLs")
