"""Writes the parts of README.md that follow from the program: `python -m tests.readme`.

Each stands between `<!-- name -->` and `<!-- /name -->`; `test_readme.py` compares them with what is written now.
"""

from pathlib import Path

from scalecheck.checks.catalogue import CHECKS, GROUP_NAMES

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PROFILE = ROOT / "reports/example.yaml"


def current(text: str) -> str:
    """Return the README with every generated part as it is now."""
    for name, part in (("profile", _profile()), ("checks", _checks())):
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->\n")
        text = f"{before}{begin}\n{part}\n{end}{after}"
    return text


def _profile() -> str:
    return f"```yaml\n{PROFILE.read_text(encoding='utf-8')}```\n"


def _checks() -> str:
    return "\n".join(map(_group, GROUP_NAMES))


def _group(group: str) -> str:
    """Return one group's table; a check that is no part of an ordinary audit says how to ask for it."""
    among = (check for check in CHECKS if check.id.startswith(f"{group}."))
    rows = (
        f"| `{check.id}` | {check.title}{f' *Opt-in: {check.opt_in}.*' if check.opt_in else ''} |\n" for check in among
    )
    return f"| {group} | promise |\n| --- | --- |\n{''.join(rows)}"


if __name__ == "__main__":
    README.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8")
