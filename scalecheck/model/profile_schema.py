"""The JSON Schema of profiles, for editors: what the types say, with their descriptions."""

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from textwrap import dedent
from typing import Any

from scalecheck.model.profile import Profile
from scalecheck.model.profile_parts import Part

DIALECT = "https://json-schema.org/draft/2020-12/schema"
OFF = {"const": "off", "description": "Takes an inherited route out."}


def json_schema() -> dict[str, Any]:
    """Return the schema of a profile as a file has it, before what it extends."""
    schema = _without_null(_described(Profile.model_json_schema(by_alias=True)))
    named = schema["properties"]["routes"]["patternProperties"]
    for pattern, route in named.items():
        named[pattern] = {"anyOf": [route, OFF]}
    for name in ("routes", "identities"):
        schema["properties"][name]["additionalProperties"] = False
    for part in ("Route", "Identity", "Region", "Device", "PageView"):
        schema["$defs"][part]["required"] = []  # what a file leaves out, the profile that it extends may say
    return {"$schema": DIALECT, **schema, "title": "scalecheck profile", "required": ["scalecheck"]}


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema in which every key has the text below its attribute."""
    parts = {part.__name__: part for part in _parts(Part)}
    for name, described in {**schema["$defs"], Profile.__name__: schema}.items():
        for part in reversed(parts[name].__mro__) if name in parts else ():
            for attribute, text in _texts(part) if issubclass(part, Part) else ():
                field = parts[name].model_fields[attribute]
                described["properties"][field.alias or attribute]["description"] = text
    return schema


def _parts(of: type[Part]) -> Iterator[type[Part]]:
    for part in of.__subclasses__():
        yield part
        yield from _parts(part)


def _texts(part: type[Part]) -> Iterator[tuple[str, str]]:
    """Yield the attributes of a class that have a text below them, with that text."""
    (made,) = ast.parse(dedent(inspect.getsource(part))).body
    assert isinstance(made, ast.ClassDef)
    for one, other in pairwise(made.body):
        match one, other:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)


def _without_null(schema: Any) -> Any:
    """Return a schema in which a key that may be left out cannot be null: profiles have no null."""
    if isinstance(schema, list):
        return [_without_null(each) for each in schema if each != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _without_null(each) for key, each in schema.items() if not (key == "default" and each is None)}
    choices = kept.get("anyOf")
    if isinstance(choices, list) and len(choices) == 1:
        del kept["anyOf"]
        return {**choices[0], **kept}
    return kept
