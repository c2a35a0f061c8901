"""Which of several things named for one place a browser takes: the sources of `<picture>`, `<video>` and `<audio>`."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from scalecheck.wire.content_type import media_type
from scalecheck.wire.loads import Attributes, Load, LoadKind
from scalecheck.wire.markup import WHITESPACE

PLAYED = frozenset(
    {
        *("audio/aac", "audio/flac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav", "audio/webm", "audio/x-m4a"),
        *("audio/mp3", "audio/x-wav", "application/ogg", "video/mp4", "video/ogg", "video/webm", "video/x-m4v"),
    }
)
"""Media types that Chrome plays; a `<source>` of another one is passed over."""
SOURCES_AT_MOST = 50
"""Of one place."""


class Alternatives:
    """Follows the elements of one document, and says of each load whether a browser would take another in its place."""

    def __init__(self) -> None:
        self._pictured: list[Load] | None = None
        """The `<source>` elements of the open `<picture>`."""
        self._played: Attributes | None = None
        """The open `<video>` or `<audio>`, as long as nothing that it plays was found."""
        self._playing = False

    def start(self, tag: str, attributes: Attributes, loads: Iterable[Load]) -> Iterator[Load]:
        """Yield what a start tag loads, with what is known of its alternatives."""
        if tag == "picture":
            self._pictured = []
        elif tag in {"video", "audio"}:
            self._playing = True
            self._played = None if attributes.get("src", "").strip(WHITESPACE) else attributes
            loads = (replace(each, spare=_waits(attributes)) if each.kind is LoadKind.MEDIA else each for each in loads)
        if tag == "source":
            yield from self._source(loads)
        elif tag == "img":
            yield from self._image(attributes, loads)
        elif tag == "track":
            yield from (replace(each, spare="default" not in attributes) for each in loads)
        else:
            yield from loads

    def end(self, tag: str) -> None:
        """Take an end tag."""
        if tag == "picture":
            self._pictured = None
        elif tag in {"video", "audio"}:
            self._playing, self._played = False, None

    def _source(self, loads: Iterable[Load]) -> Iterator[Load]:
        for load in loads:
            if load.kind is LoadKind.IMAGE:
                if self._pictured is not None and len(self._pictured) < SOURCES_AT_MOST:
                    self._pictured.append(load)
                yield replace(load, spare=True)
            else:
                plays = self._played is not None and media_type(load.type) in PLAYED | {""}
                yield replace(load, spare=not plays or _waits(self._played or {}))
                self._played = None if plays else self._played

    def _image(self, attributes: Attributes, loads: Iterable[Load]) -> Iterator[Load]:
        """Yield an image with its sources; one that names nothing itself stands as the picture that it is part of."""
        sources, self._pictured = tuple(self._pictured or ()), None
        found = [replace(each, sources=sources) for each in loads]
        if not found and sources:
            found = [replace(sources[0], tag="picture", srcset=(), attributes=attributes, sources=sources)]
        yield from found


def _waits(attributes: Attributes) -> bool:
    """Whether a video or audio loads nothing before it is played."""
    return attributes.get("preload", "").lower() == "none" and "autoplay" not in attributes
