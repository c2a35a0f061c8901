"""Markdown in which nothing from a report acts: no links, images, HTML, mentions, references or table cells."""

import re

from scalecheck.report.inert import PROSE, VALUE, inert

_ACTIVE = re.compile(r"[@#~!$%&]\w|\w@|://|www\.|^[!#]\d|\b[A-Z]{2,}-\d|[0-9a-f]{7,}", re.IGNORECASE)
"""What GitHub and GitLab turn into links and notifications outside code: mentions, references, URLs, commits."""

_MARKUP = re.compile(r"""[^\w .,;?/'()=%"+{}:-]|(?<![a-zA-Z0-9])_|_(?![a-zA-Z0-9])|:(?=/)|(?<=www)\.""", re.IGNORECASE)
"""All but letters, digits and harmless punctuation; underscores where they could emphasise, and what makes a link."""


def code(text: str, limit: int = VALUE) -> str:
    """Return text as code in a line or a table cell; empty for nothing.

    Its punctuation is written as character references, which Markdown never reads as markup, and renderers make no
    mention or link of what stands in code.
    """
    return f"<code>{_referenced(inert(text, limit))}</code>" if text else ""


def prose(text: str, limit: int = PROSE) -> str:
    """Return prose in a line, with what stands between backticks as code; words that would act become code too."""
    pieces = inert(text, limit).split("`")
    if len(pieces) % 2 == 0:  # an unpaired backtick is no markup
        pieces[-2:] = [f"{pieces[-2]}'{pieces[-1]}"]
    return "".join(code(each, limit) if at % 2 else _words(each) for at, each in enumerate(pieces)).strip()


def fenced(text: str) -> str:
    """Return a line as a block of code that can be copied; its fence is longer than any within."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}sh\n{text}\n{fence}"


def _words(text: str) -> str:
    return "".join(code(word) if _ACTIVE.search(word) else _referenced(word) for word in re.split(r"(\s+)", text))


def _referenced(text: str) -> str:
    """Return text with all that Markdown or HTML could read as markup as character references."""
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", text)
