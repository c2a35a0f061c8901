"""One renderer per format: each takes a report and returns text, and none knows how the report came to be."""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

from scalecheck.model.verdict import Report

FORMATS = ("text", "json", "junit", "sarif", "md", "github", "gitlab", "html")
"""Names of the formats; each is a module of this package with a function `render`."""


def _renderer(name: str) -> Callable[[Report], str]:
    def render(report: Report) -> str:
        text: str = import_module(f"{__name__}.{name}").render(report)  # rich, for one, is only needed for text
        return text

    return render


RENDERERS: Mapping[str, Callable[[Report], str]] = MappingProxyType({name: _renderer(name) for name in FORMATS})
"""The renderer of each format, imported when it is first called."""
