"""The JSON Schema of profiles, for editors: what the types say, with their descriptions."""

from typing import Any

from scalecheck.model.profile import Profile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
OFF = {"const": "off", "description": "Takes an inherited route out."}


def json_schema() -> dict[str, Any]:
    """Return the schema of a profile as a file has it, before what it extends."""
    schema = _without_null(Profile.model_json_schema(by_alias=True))
    named = schema["properties"]["routes"]["patternProperties"]
    for pattern, route in named.items():
        named[pattern] = {"anyOf": [route, OFF]}
    for name in ("routes", "identities"):
        schema["properties"][name]["additionalProperties"] = False
    for part in ("Route", "Identity", "Region", "Device", "PageView"):
        schema["$defs"][part]["required"] = []  # what a file leaves out, the profile that it extends may say
    return {"$schema": DIALECT, **schema, "title": "scalecheck profile", "required": ["scalecheck"]}


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
