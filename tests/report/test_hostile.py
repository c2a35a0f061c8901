"""Whatever a site writes, no format acts on it."""

import json
import re
import unicodedata
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser

import pytest
from defusedxml import ElementTree
from markdown_it import MarkdownIt

from scalecheck.model.verdict import Finding, Measure, Outcome, Report
from scalecheck.report import FORMATS, RENDERERS
from scalecheck.report import json as report_json
from scalecheck.report.compare import compare
from scalecheck.report.compare import render as render_comparison
from scalecheck.report.github import step_summary
from scalecheck.report.html import STYLE
from scalecheck.report.text import render as render_text
from tests.report.example import CLEAN
from tests.report.hostile import TEXTS, everything, texts_of

REPORTS = dict(everything())
SGR = re.compile(r"\x1b\[[0-9;]*m")
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
OUR_TAGS = {"code", "/code", "details", "/details", "summary", "/summary"}
HTML_TAGS = {"html", "head", "meta", "title", "body", "main", "h1", "h2", "h3", "p", "dl", "dt", "dd", "ul", "li"}
HTML_TAGS |= {"style", "table", "tr", "th", "td", "code", "pre", "strong", "details", "summary"}
MARKDOWN = MarkdownIt("commonmark").enable("table")
ACTIVE = {"link_open", "image", "s_open", "em_open", "code_inline", "code_block", "hr"}
ANNOTATION = re.compile(r"::(error|warning) (?:file=[^,:]+,(?:line=\d+,)?)?title=[^,:]*::.*")


@pytest.fixture(params=list(REPORTS))
def report(request: pytest.FixtureRequest) -> Report:
    return REPORTS[request.param]


@pytest.mark.parametrize("kind", [Report, Outcome, Finding, Measure])
def test_the_attack_reaches_every_text(kind: type) -> None:
    assert set(TEXTS[kind]) == texts_of(kind)


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_no_format_holds_what_a_terminal_or_runner_acts_on(name: str, report: Report) -> None:
    text = RENDERERS[name](report)
    assert unseen(text) == set()
    assert "##" not in text.replace("## scalecheck", "")
    assert commands(text) == [] or name == "github"
    text.encode("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("width", [1, 41])
def test_text_stays_inert_however_it_is_wrapped(width: int, report: Report) -> None:
    plain, coloured = (render_text(report, width=width, verbose=True, color=color) for color in (False, True))
    assert SGR.sub("", coloured) == plain
    assert (commands(plain), unseen(plain)) == ([], set())


def test_json_reads_back_as_it_was(report: Report) -> None:
    text = report_json.write(report)
    assert text.isascii()
    assert report_json.read(text) == report


def test_junit_parses_and_names_no_attachment(report: Report) -> None:
    text = RENDERERS["junit"](report)
    root = ElementTree.fromstring(text.encode("utf-8"))
    assert {element.tag for element in root.iter()} <= {
        "testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out",
    }  # fmt: skip
    assert "[[ATTACHMENT" not in "".join(root.itertext())


def test_sarif_and_gitlab_parse(report: Report) -> None:
    run = json.loads(RENDERERS["sarif"](report))["runs"][0]
    assert not any("](" in result["message"]["text"] for result in run["results"])
    assert re.fullmatch(r"scalecheck/[A-Za-z0-9.-]+/", run["automationDetails"]["id"])
    assert len(json.loads(RENDERERS["gitlab"](report))) == 2 * 3


@pytest.mark.slow
@pytest.mark.parametrize("render", [RENDERERS["md"], step_summary], ids=["md", "summary"])
def test_markdown_holds_only_our_markup(render: Callable[[Report], str], report: Report) -> None:
    text = render(report)
    blocks = MARKDOWN.parse(text)
    tokens = [token for block in blocks for token in (block, *(block.children or ()))]
    assert not {token.type for token in tokens} & ACTIVE
    assert sum(token.type == "heading_open" for token in tokens) == 1
    raw = [token.content for token in tokens if token.type in {"html_inline", "html_block"}]
    assert {tag for content in raw for tag in re.findall(r"<\s*(/?[^\s>]*)[^>]*>", content)} <= OUR_TAGS
    outside = unescape(re.sub(r"(?s)<code>.*?</code>|^(`{3,})sh\n.*?\n\1$", "", text, flags=re.MULTILINE))
    assert re.findall(r"@\w|\w#\d|://|www\.|!\d", outside) == []


def test_html_holds_only_our_elements(report: Report) -> None:
    seen, page = Seen(), RENDERERS["html"](report)
    seen.feed(page)
    assert seen.tags <= HTML_TAGS
    assert page.count("<style") == page.count(f"<style>\n{STYLE}</style>") == 1
    assert seen.attributes <= {"lang", "charset", "name", "content"}


def test_annotations_are_ours_alone(report: Report) -> None:
    lines = RENDERERS["github"](report).splitlines()
    ours = [ANNOTATION.fullmatch(line) for line in lines[:-1]]
    assert len(ours) == 6
    assert all(ours)
    assert lines[-1].startswith("scalecheck FAIL, exit 1")


def test_comparison_is_inert(report: Report) -> None:
    text = render_comparison(compare(CLEAN, report))
    assert (commands(text), unseen(text)) == ([], set())
    assert "##" not in text


def unseen(text: str) -> set[str]:
    return {letter for letter in text if unicodedata.category(letter) in UNSEEN and letter != "\n"}


def commands(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.lstrip().startswith("::")]


class Seen(HTMLParser):
    """Collects the names of elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
