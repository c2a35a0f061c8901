"""The page of a check, as plain text."""

import shutil
import textwrap

from scalecheck.checks.check import Check


def explanation(check: Check, width: int | None = None) -> str:
    """Return what a check promises, why, how to keep it, in which words of which server, and how it is asked."""
    width = min(width or shutil.get_terminal_size((100, 24)).columns, 100)
    parts = [f"{check.id}\n{_wrapped(check.title, width)}"]
    parts += [_wrapped(paragraph, width) for paragraph in check.why.split("\n\n") if paragraph]
    parts.append(_section("Fix", check.fix, width))
    parts += [_section(f"On {server}", words, width) for server, words in check.remedies.items()]
    asked = "; ".join(f"{probe.name}: {probe.purpose.rstrip('.')}" for probe in check.needs)
    parts.append(_section("Asked by", asked, width))
    if check.opt_in:
        parts.append(_section("Opt-in", check.opt_in, width))
    parts.append(_section("Source", check.source, width))
    return "\n\n".join(parts)


def _wrapped(text: str, width: int) -> str:
    return "\n".join(
        textwrap.wrap(text, width - 2, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
    )


def _section(name: str, text: str, width: int) -> str:
    return f"  {name}\n" + "\n".join(
        textwrap.wrap(
            text,
            width - 4,
            initial_indent="    ",
            subsequent_indent="    ",
            break_on_hyphens=False,
            break_long_words=False,
        )
    )
