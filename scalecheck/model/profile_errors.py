"""Mistakes that the profile's types find, in the words of whoever wrote the profile."""

import json
import re
from collections.abc import Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scalecheck.model.guess import guess
from scalecheck.model.profile import Profile
from scalecheck.model.profile_yaml import Node, Problem, dotted

FOUND_AT_MOST = 40
"""Characters of a value that a message repeats."""
KEYS_AT_MOST = 12
"""Known keys that a message lists where none is close."""


def problems(error: ValidationError, root: Node) -> Iterator[Problem]:
    """Yield every mistake with its file, line, key, expectation and what was found."""
    for detail in error.errors(include_url=False):
        path = tuple(key for key in detail["loc"] if key != "[key]")
        yield located(root, path, _message(detail, path))


def located(root: Node, path: tuple[str | int, ...], message: str) -> Problem:
    """Return a mistake at a path, by the place of its nearest declared part."""
    node = root
    for key in path:
        child = node.children.get(str(key))
        if child is None:
            break
        node = child
    return Problem(node.file, node.line, dotted(path), message)


def _message(detail: ErrorDetails, path: tuple[str | int, ...]) -> str:
    """Return what was expected and what was found."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown key{_known(path)}"
    if kind == "missing":
        return "this key is required"
    if kind == "value_error":
        said = str(context["error"])
        if "headers" in path[:-1] or path == ("traffic", "proxy"):
            return said  # what stands there may be a secret that should have been ${env:NAME}
        return f"{said}, found {_found(detail['input'])}" if said.startswith("expected") else said
    if kind in {"enum", "literal_error"}:
        expected = context["expected"].replace("'", "")
        hint = guess(str(detail["input"]), expected.replace(" or ", ", ").split(", "))
        return f"expected {expected}, found {_found(detail['input'])}{hint}"
    expected = _EXPECTED.get(kind, "{}").format(_bound(context) or detail["msg"])
    return f"expected {expected}, found {_found(detail['input'])}"


_EXPECTED = {
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dict_type": "a mapping",
    "tuple_type": "a list",
    "string_type": "text",
    "greater_than_equal": "at least {}",
    "greater_than": "more than {}",
    "less_than_equal": "at most {}",
}


def _bound(context: dict[str, Any]) -> str:
    return next((f"{context[name]:g}" for name in ("ge", "gt", "le") if name in context), "")


def _known(path: tuple[str | int, ...]) -> str:
    """Return a guess at the key that was meant, or the keys there are."""
    part = _part(path[:-1])
    keys = [field.alias or name for name, field in part.model_fields.items()]
    if hint := guess(str(path[-1]), keys):
        return hint
    return f"; known here are {', '.join(keys)}" if len(keys) <= KEYS_AT_MOST else ""


def _part(path: tuple[str | int, ...]) -> type[BaseModel]:
    """Return the part of the profile that a path leads to."""
    place: Any = Profile
    for key in path:
        place = _inner(place.model_fields[key].annotation if _is_part(place) else get_args(place)[-1])
    return place if _is_part(place) else Profile


def _inner(annotation: Any) -> Any:
    """Return what is declared, without None, and of a list its items' type behind an index."""
    if get_origin(annotation) in {Union, UnionType}:
        return next(each for each in get_args(annotation) if each is not type(None))
    return tuple[get_args(annotation)[0]] if get_origin(annotation) is tuple else annotation  # type: ignore[misc]


def _is_part(place: Any) -> bool:
    return isinstance(place, type) and issubclass(place, BaseModel)


def _found(value: Any) -> str:
    """Return a value as messages repeat it."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value == "" or value is None:
        return "nothing"
    text = re.sub(r"//[^/\s]*@", "//…@", str(value))
    return json.dumps(text if len(text) <= FOUND_AT_MOST else f"{text[:FOUND_AT_MOST]}…", ensure_ascii=False)
