"""Renders the golden reports `reports/example.*`.

    python -m tests.report.golden

writes them; `test_golden.py` compares them with what is rendered now. Look at the difference before you commit it.
"""

from collections.abc import Iterator
from pathlib import Path

from scalecheck.model.verdict import Report
from scalecheck.report import RENDERERS
from scalecheck.report.github import step_summary
from tests.report.example import EXAMPLE

SOURCE = EXAMPLE
"""The report that is rendered; any will do, such as one judged from recorded evidence."""

REPORTS = Path(__file__).parents[2] / "reports"

FILES = {
    "text": "example.txt",
    "json": "example.json",
    "junit": "example.junit.xml",
    "sarif": "example.sarif",
    "md": "example.md",
    "github": "example.github.txt",
    "gitlab": "example.gitlab.json",
    "html": "example.html",
}
"""The file of each format."""


def golden(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every golden file."""
    for name, file in FILES.items():
        yield file, RENDERERS[name](report)
    yield "example.github-summary.md", step_summary(report)


if __name__ == "__main__":
    for file, text in golden(SOURCE):
        (REPORTS / file).write_text(text, encoding="utf-8")
