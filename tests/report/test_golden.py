"""The reports in `reports/` are what is rendered now, and rendering loads nothing that it does not need."""

import subprocess
import sys

import pytest

from scalecheck.report import FORMATS, RENDERERS
from tests.report.golden import FILES, REPORTS, SOURCE, golden

GOLDEN = dict(golden(SOURCE))


@pytest.mark.parametrize("file", list(GOLDEN))
def test_golden_report(file: str) -> None:
    kept = (REPORTS / file).read_text(encoding="utf-8")
    assert kept == GOLDEN[file], "run `python -m tests.report.golden` and look at the difference"


def test_every_format_has_a_renderer_and_a_file() -> None:
    assert set(RENDERERS) == set(FORMATS) == set(FILES)


def test_only_text_imports_rich() -> None:
    program = (
        "import sys; from scalecheck.report import RENDERERS; from tests.report.example import EXAMPLE\n"
        "for name in set(RENDERERS) - {'text'}: RENDERERS[name](EXAMPLE)\n"
        "print({'rich', 'httpx', 'pydantic', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=REPORTS.parent
    )
    assert done.stdout == "set()\n"
