"""The reports in `reports/` are what is rendered now, and rendering loads nothing that it does not need."""

import re
import subprocess
import sys
from pathlib import Path
from tempfile import gettempdir

import pytest

from scalecheck.report import FORMATS, RENDERERS
from tests.report.golden import BUNDLES, FILES, PICTURE, PLAN, ROOT, SUMMARY, golden


@pytest.mark.parametrize("file", [*FILES.values(), SUMMARY, PICTURE, BUNDLES, PLAN])
def test_golden_report(file: str) -> None:
    kept = (ROOT / file).read_text(encoding="utf-8")
    assert kept == golden()[file], "run `python -m tests.report.golden` and look at the difference"


@pytest.mark.parametrize("file", [*FILES.values(), SUMMARY, PICTURE, BUNDLES, PLAN])
def test_reports_name_no_place_of_the_machine_that_rendered_them(file: str) -> None:
    places = (str(ROOT), str(Path.home()), gettempdir())
    text = (ROOT / file).read_text(encoding="utf-8")
    assert [place for place in places if len(place) > 1 and place in text] == []


@pytest.mark.parametrize("file", [PICTURE, BUNDLES, PLAN])
def test_a_picture_fetches_nothing(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not re.search(r"@import|@font-face|url\((?!#)|href=|<script", text)


def test_every_format_has_a_renderer_and_a_file() -> None:
    assert set(RENDERERS) == set(FORMATS) == set(FILES)


@pytest.mark.live
def test_only_text_imports_rich() -> None:
    program = (
        "import sys; from scalecheck.report import RENDERERS; from tests.report.example import EXAMPLE\n"
        "for name in set(RENDERERS) - {'text'}: RENDERERS[name](EXAMPLE)\n"
        "print({'rich', 'httpx', 'pydantic', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "set()\n"
