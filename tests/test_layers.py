"""Imports point down, and heavy libraries are not loaded before they are needed."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "scalecheck"
MODULES = sorted(ROOT.rglob("*.py"))
BELOW: dict[str, frozenset[str]] = {
    "wire": frozenset(),
    "model": frozenset({"wire"}),
    "page": frozenset({"wire", "model"}),
    "probes": frozenset({"wire", "model", "page"}),
    "checks": frozenset({"wire", "model", "page", "probes"}),
    "plan": frozenset({"wire", "model", "page"}),
    "engine": frozenset({"wire", "model"}),
    "swarm": frozenset({"wire", "model", "page", "plan", "engine"}),
    "report": frozenset({"wire", "model", "page"}),
    "gather": frozenset({"wire", "model", "probes"}),
    "lab": frozenset({"wire"}),
    "cli": frozenset({"wire", "model", "page", "probes", "checks", "report", "gather", "lab", "plan", "swarm"}),
}
"""What each layer may import besides itself."""
FORBIDDEN = {
    "wire": {"httpx", "pycurl", "rich", "typer", "locust", "time", "asyncio"},
    "model": {"httpx", "pycurl", "rich", "typer", "locust", "time", "asyncio"},
    "page": {"httpx", "pycurl", "rich", "typer", "locust", "time", "asyncio"},
    "probes": {"httpx", "pycurl", "rich", "typer", "locust", "time", "asyncio"},
    "checks": {"httpx", "pycurl", "rich", "typer", "locust", "time", "asyncio"},
    "plan": {"httpx", "pycurl", "rich", "typer", "locust", "time", "asyncio"},
    "engine": {"httpx", "pycurl", "rich", "typer", "locust", "asyncio"},
    "swarm": {"httpx", "pycurl", "rich", "typer", "asyncio"},
    "cli": {"locust", "gevent"},
    "gather": {"locust", "gevent"},
    "report": {"httpx", "pycurl", "typer", "locust", "time", "asyncio"},
}
"""Effects, and libraries that have them, that a layer must not know."""


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


def layer(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    own = layer(path)
    names = tuple(imported(path))
    if own in BELOW:
        layers = {name.split(".")[1] for name in names if name.startswith("scalecheck.") and name.count(".")}
        assert layers <= BELOW[own] | {own}
    assert not FORBIDDEN.get(own, set()) & {name.split(".")[0] for name in names}


def test_every_folder_is_a_layer() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert folders == set(BELOW)


@pytest.mark.live
@pytest.mark.parametrize(
    ("command", "absent"),
    [
        (["--version"], {"typer", "httpx", "rich", "pydantic", "yaml", "scipy", "tree_sitter", "pycurl", "asyncio"}),
        (["--help"], {"httpx", "rich", "pydantic", "yaml", "scipy", "tree_sitter", "pycurl", "locust"}),
        # without pydantic: typer itself may import that to read the words of a subcommand
        (["checks", "--help"], {"httpx", "rich", "yaml", "scipy", "tree_sitter", "pycurl", "locust"}),
    ],
    ids=["version", "help", "checks-help"],
)
def test_nothing_heavy_is_imported_before_it_is_needed(command: list[str], absent: set[str]) -> None:
    program = (
        f"import sys; sys.argv = ['scalecheck', *{command}]\n"
        "from scalecheck.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(','.join(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    loaded = {name.split(".")[0] for name in done.stderr.strip().splitlines()[-1].split(",")}
    assert not absent & loaded
