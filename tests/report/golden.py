"""Renders the golden reports `reports/example.*` and the pictures in `docs/` from recorded evidence and a profile.

    python -m tests.report.golden

writes them; `test_golden.py` compares them with what is rendered now. Look at the difference before you commit it.
"""

import gzip
from contextlib import chdir
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from scalecheck.checks.catalogue import chosen
from scalecheck.checks.judge import judge
from scalecheck.cli.plan_text import print_plan
from scalecheck.gather.record import by_probe, read_evidence
from scalecheck.model.evidence import Run
from scalecheck.model.profile_file import profile_from_data, read_profile
from scalecheck.model.site import Site
from scalecheck.model.verdict import Report
from scalecheck.page.bundles import bundles
from scalecheck.plan.plan import plan
from scalecheck.report import RENDERERS
from scalecheck.report.bundles import print_bundles
from scalecheck.report.github import step_summary
from scalecheck.report.text import render

ROOT = Path(__file__).parents[2]
EVIDENCE = "tests/peers/golden/{name}.jsonl.gz"
"""What audits of real front ends recorded; `tests.peers.record` records it anew."""

FILES = {
    "text": "reports/example.txt",
    "json": "reports/example.json",
    "junit": "reports/example.junit.xml",
    "sarif": "reports/example.sarif",
    "md": "reports/example.md",
    "github": "reports/example.github.txt",
    "gitlab": "reports/example.gitlab.json",
    "html": "reports/example.html",
}
"""The file of each format."""
SUMMARY = "reports/example.github-summary.md"
PICTURE = "docs/run.svg"
BUNDLES = "docs/bundles.svg"
PARTS_SHOWN = 4
"""Tables and bars in the picture of the bundles: those of two pages."""
PLAN = "docs/plan.svg"
PLANNED = date(2026, 11, 21)
PLAN_SHOWN = "Requests of a page view"
"""The section of a plan before which its picture ends."""

COLUMNS = 100
THEME = TerminalTheme(
    (13, 17, 23),
    (230, 237, 243),
    [
        (72, 79, 88),
        (255, 123, 114),
        (63, 185, 80),
        (210, 153, 34),
        (88, 166, 255),
        (188, 140, 255),
        (57, 197, 207),
        (177, 186, 196),
    ],
)
"""Light text on a dark ground, with a contrast of 4.5 and more."""
FRAME = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
  <style>
    text {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }}
    .{unique_id}-matrix {{ font-size: {char_height}px; line-height: {line_height}px; }}
    .{unique_id}-title {{ font-size: 18px; }}
    {styles}
  </style>
  <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
  </defs>
  {chrome}
  <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">{matrix}</g>
  </g>
</svg>
"""
"""As rich's own frame, with the reader's fonts instead of one that is fetched."""


@cache
def golden() -> dict[str, str]:
    """Return the text of every golden file by its path."""
    shop = judged("nextjs", "reports/example.yaml")
    texts = {file: RENDERERS[name](shop) for name, file in FILES.items()}
    return texts | {SUMMARY: step_summary(shop), PICTURE: picture(), BUNDLES: bundles_picture(), PLAN: plan_picture()}


def judged(name: str, profile: str | None = None, only: tuple[str, ...] = (), skip: tuple[str, ...] = ()) -> Report:
    """Return the report on recorded evidence, by its own profile or another one."""
    site, run = recorded(name, profile)
    outcomes, measures = judge(site, chosen(only or run.checks, skip))
    seconds = round(max(each.sent_at for each in site.by_number.values()) - run.started_at, 1)
    return Report(run.tool, run.target, profile or run.profile_path, run.started_at, seconds, outcomes, measures)


def recorded(name: str, profile: str | None = None) -> tuple[Site, Run]:
    """Return a recorded site, by its own profile or another one, and its run."""
    with TemporaryDirectory() as folder:
        plain = Path(folder) / f"{name}.jsonl"
        plain.write_bytes(gzip.decompress((ROOT / EVIDENCE.format(name=name)).read_bytes()))
        evidence = read_evidence(plain)
    run = evidence.run
    with chdir(ROOT):  # the profile's path stands in the report as it was given
        declared = read_profile(profile, None).at(run.target) if profile else profile_from_data(run.profile)
    return Site(declared, run.started_at, by_probe(evidence)), run


def picture() -> str:
    """Return an SVG of the terminal after the assets of a Vite build were judged."""
    report = judged("vite", only=("assets",), skip=("assets.unhashed_is_short",))
    title = "scalecheck judge vite.jsonl --only assets --skip assets.unhashed_is_short"
    return drawn(render(report, width=COLUMNS, color=True), title, "run")


def bundles_picture() -> str:
    """Return an SVG of the terminal with the first pages of what a Next.js app ships."""
    site, _ = recorded("nextjs", "reports/example.yaml")
    console = Console(
        file=StringIO(), width=COLUMNS, force_terminal=True, color_system="standard", legacy_windows=False
    )
    with console.capture() as printed:
        print_bundles(bundles(site), console)
    parts = printed.get().split("\n\n")[:PARTS_SHOWN]
    return drawn("\n\n".join(parts), "scalecheck bundles --evidence nextjs.jsonl --profile example.yaml", "bundles")


def plan_picture() -> str:
    """Return an SVG of the first lines of a plan: a day of the million-daily-users profile."""
    console = Console(
        file=StringIO(), width=COLUMNS, force_terminal=True, color_system="standard", legacy_windows=False
    )
    with console.capture() as printed:
        print_plan(plan(read_profile("million-dau", None), PLANNED), console)
    lines = printed.get().splitlines()
    end = next(at for at, line in enumerate(lines) if PLAN_SHOWN in line)
    return drawn("\n".join(lines[: end - 1]), f"scalecheck plan --profile million-dau --date {PLANNED}", "plan")


def drawn(printed: str, title: str, unique_id: str) -> str:
    """Return an SVG of a terminal with what was printed there."""
    console = Console(file=StringIO(), record=True, width=COLUMNS, force_terminal=True, color_system="truecolor")
    for line in printed.splitlines():
        console.print(Text.from_ansi(line), highlight=False)  # folds what is too long, as a terminal does
    svg = console.export_svg(title=title, theme=THEME, code_format=FRAME, unique_id=unique_id)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


if __name__ == "__main__":
    for path, text in golden().items():
        (ROOT / path).parent.mkdir(exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
