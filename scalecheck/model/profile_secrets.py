"""Secrets of a profile: `${env:NAME}` is the only way in, and its value never stands in the profile's data."""

from collections.abc import Iterator, Mapping

from scalecheck.model.profile import PLACEHOLDER
from scalecheck.model.profile_errors import located
from scalecheck.model.profile_yaml import Node, Problem

Path = tuple[str, ...]
LOAD, HEADERS, PROXY = ("traffic", "routes"), ("headers",), ("traffic", "proxy")


def environment(root: Node, env: Mapping[str, str] | None) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Return the values of all variables that a profile names, and what is wrong with them.

    Without `env` nothing is resolved, and no variable is missing.
    """
    values: dict[str, str] = {}
    found: list[Problem] = []
    for path, node in root.walk():
        if isinstance(node.value, str) and "${" in node.value:
            found += (located(root, path, message) for message in _misplaced(path, node.value))
            for name in PLACEHOLDER.findall(node.value):
                values[name] = (env or {}).get(name, "")
                if env is not None and (message := _unusable(name, env.get(name))):
                    found.append(located(root, path, message))
    return {} if env is None else values, tuple(found)


def _misplaced(path: Path, text: str) -> Iterator[str]:
    """Yield what is wrong with a text that holds a placeholder."""
    in_headers = (path[0] == "identities" and path[2:3] == HEADERS) or (path[:2] == LOAD and path[3:4] == HEADERS)
    if not in_headers and path != PROXY:
        yield "a secret may stand in the headers of identities and of traffic, and in traffic.proxy, only"
    if "${" in PLACEHOLDER.sub("", text):
        yield "expected a secret as ${env:NAME}"


def _unusable(name: str, value: str | None) -> str:
    """Return why a variable cannot be used, without its value; empty when it can."""
    if not value:
        return f"the environment variable {name} is {'not set' if value is None else 'empty'}"
    if not value.isprintable():
        return f"the environment variable {name} holds a line break or another control character"
    return ""
