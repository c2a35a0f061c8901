"""YAML as a profile uses it: mappings, lists and strings, each with its file and line; bounded against hostile files.

Scalars stay strings (`NO` is Norway, `9:00` a time); what they mean is for the profile's types to say.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import yaml

SIZE_AT_MOST = 256 * 1024
"""Bytes of one file; a profile of a thousand routes has fewer."""
NODES_AT_MOST = 20_000
"""Nodes after aliases are expanded."""
DEPTH_AT_MOST = 20
KEY_AT_MOST = 120
"""Characters of a key that a message repeats."""
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a profile: where it is and what was expected."""

    file: str
    line: int | None
    key: str
    """Dotted path of the key; empty when it is about the whole file."""
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else self.file
        key = self.key if len(self.key) <= KEY_AT_MOST else f"{self.key[:KEY_AT_MOST]}…"
        text = f"{place}  {key}: {self.message}" if key else f"{place}  {self.message}"
        return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


class ProfileError(ValueError):
    """A profile that cannot be used: every mistake that was found, a line each."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file and where it stands; in a mapping, the line is its key's."""

    value: "str | tuple[Node, ...] | dict[str, Node]"
    file: str
    line: int
    size: int = 1
    """Nodes in it, itself included, as if aliases were written out."""

    @property
    def children(self) -> "dict[str, Node]":
        """What a mapping or list holds by key or position; empty for text."""
        if isinstance(self.value, dict):
            return self.value
        return {} if isinstance(self.value, str) else {str(number): each for number, each in enumerate(self.value)}

    @property
    def plain(self) -> Any:
        """The value without its places: dict, list and str."""
        if isinstance(self.value, dict):
            return {key: each.plain for key, each in self.value.items()}
        return self.value if isinstance(self.value, str) else [each.plain for each in self.value]

    def walk(self, path: tuple[str, ...] = ()) -> "Iterator[tuple[tuple[str, ...], Node]]":
        """Yield everything below with its path, parents first."""
        for key, each in self.children.items():
            yield (*path, key), each
            yield from each.walk((*path, key))


def parse(text: str, file: str) -> tuple[Node, tuple[Problem, ...]]:
    """Return the mapping of a document and its duplicate keys; ProfileError for what is no such document."""
    reader = _Reader(file)
    try:
        return reader.document(yaml.parse(text, Loader=_LOADER)), tuple(reader.problems)
    except yaml.YAMLError as error:
        raise ProfileError((_syntax(error, text, file),)) from None
    except UnicodeEncodeError:
        raise ProfileError((Problem(file, None, "", "expected text in UTF-8"),)) from None


def dotted(path: tuple[str | int, ...]) -> str:
    """Return a path as messages show it: `waivers[0].until`."""
    return "".join(f"[{key}]" if str(key).isdecimal() else f".{key}" for key in path).removeprefix(".")


class _Reader:
    """Builds nodes from the parser's events, counting as it goes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.anchors: dict[str, Node] = {}

    def document(self, events: Iterator[Any]) -> Node:
        """Return the root of the only document."""
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self.refuse(event, (), "a second document; a profile is one")
                root = self.node(next(events), events, ())
        if root is None or not root.value:
            raise ProfileError(
                (Problem(self.file, None, "", "the file is empty; expected a mapping such as scalecheck: 1"),)
            )
        if not isinstance(root.value, dict):
            found = "a list" if isinstance(root.value, tuple) else "text"
            raise ProfileError(
                (Problem(self.file, root.line, "", f"expected a mapping such as scalecheck: 1, found {found}"),)
            )
        return root

    def node(self, event: Any, events: Iterator[Any], path: tuple[str, ...]) -> Node:
        """Return the node that begins with this event."""
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                self.refuse(event, path, f"alias *{event.anchor} names nothing above it")
            return self.anchors[event.anchor]
        if len(path) > DEPTH_AT_MOST:
            self.refuse(event, path[:3], f"nested deeper than {DEPTH_AT_MOST} levels")
        if event.tag not in {None, "!"}:
            self.refuse(event, path, f"tag {event.tag} is not supported; write the value as text")
        node = self.value(event, events, path)
        if node.size > NODES_AT_MOST:
            self.refuse(event, path[:3], f"more than {NODES_AT_MOST} values, aliases written out")
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def value(self, event: Any, events: Iterator[Any], path: tuple[str, ...]) -> Node:
        """Return the text, list or mapping that begins with this event."""
        line = _line(event)
        if isinstance(event, yaml.ScalarEvent):
            return Node(event.value, self.file, line)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            size = 1
            while not isinstance(item := next(events), yaml.SequenceEndEvent):
                items.append(self.node(item, events, (*path, str(len(items)))))
                size = self.counted(size, items[-1], item, path)
            return Node(tuple(items), self.file, line, size)
        return self.mapping(line, events, path)

    def mapping(self, line: int, events: Iterator[Any], path: tuple[str, ...]) -> Node:
        """Return the mapping that began on this line; of a key declared twice the first."""
        values: dict[str, Node] = {}
        size = 1
        while not isinstance(key := next(events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                self.refuse(key, path, "expected text as a key")
            key_line = _line(key)
            node = self.node(next(events), events, (*path, key.value))
            size = self.counted(size, node, key, path)
            if key.value in values:
                message = f"declared twice, first on line {values[key.value].line}"
                self.problems.append(Problem(self.file, key_line, dotted((*path, key.value)), message))
            else:
                values[key.value] = replace(node, line=key_line)
        return Node(values, self.file, line, size)

    def counted(self, size: int, node: Node, event: Any, path: tuple[str, ...]) -> int:
        """Return the size with one more node in it, as long as that is in bounds."""
        if size + node.size > NODES_AT_MOST:
            self.refuse(event, path[:3], f"more than {NODES_AT_MOST} values, aliases written out")
        return size + node.size

    def refuse(self, event: Any, path: tuple[str, ...], message: str) -> NoReturn:
        """Raise what was found so far and this, which ends the reading."""
        raise ProfileError((*self.problems, Problem(self.file, _line(event), dotted(path), message)))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Return what the parser found, in one line."""
    said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable")
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        position = getattr(error, "position", None)
        line = text.count("\n", 0, position) + 1 if isinstance(position, int) else None
        return Problem(file, line, "", f"not YAML: {said}")
    lines = text.splitlines()
    rest = lines[mark.line][mark.column :] if mark.line < len(lines) else ""
    if "cannot start any token" in said and rest:
        said = (
            "a tab cannot indent; use spaces" if rest[0] == "\t" else f"a value cannot begin with {rest[0]}; quote it"
        )
    elif "mapping values are not allowed" in said:
        said += "; quote text that has a colon, or check the indentation"
    return Problem(file, mark.line + 1, "", f"not YAML: {said}")
