"""Reading profiles: files and built-ins, what they extend, and the secrets that they name.

A profile extends a built-in (`million-dau` unless it says otherwise) or another file. Later keys win, lists replace
and mappings merge. Routes keep the order in which they are read: a file's own from top to bottom, then those that it
inherits and does not name itself; a route that both name is merged and stands where the file puts it, and
`name: off` takes an inherited one out. Regions, devices and pages have shares that add up: where a file gives any of
their shares, its own ones replace all those that it inherits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from scalecheck.model.guess import guess
from scalecheck.model.profile import Place, Profile
from scalecheck.model.profile_errors import located, problems
from scalecheck.model.profile_meaning import mistakes, unknown_ids
from scalecheck.model.profile_secrets import environment
from scalecheck.model.profile_yaml import SIZE_AT_MOST, Node, Problem, ProfileError, parse

__all__ = [
    "Problem",
    "ProfileError",
    "built_ins",
    "parse_profile",
    "profile_from_data",
    "read_profile",
    "unknown_ids",
]

FOUNDATION = "million-dau"
"""The built-in that every profile rests on; it extends nothing."""
EXTENDS_AT_MOST = 10
"""Files in one chain of `extends`."""
OFF = "off"
SHARED = ("regions", "devices", "pages")
"""Tables of the traffic whose shares add up."""


def read_profile(source: str | Path, env: Mapping[str, str] | None) -> Profile:
    """Return the resolved profile of a path or a built-in name; ProfileError names every mistake in it.

    Secrets come from `env`; without it they stay unresolved, for showing a profile and for judging evidence.
    """
    name = str(source)
    text = _text(name, Problem(name, None, "", ""))
    return _resolved(text, name, env, (_identity(name),))


def parse_profile(text: str, env: Mapping[str, str] | None = None, source: str = "profile.yaml") -> Profile:
    """Return the resolved profile of a text, as if it stood in a file; ProfileError names every mistake in it."""
    return _resolved(text, source, env, ())


def profile_from_data(data: Mapping[str, object]) -> Profile:
    """Return the profile that `Profile.public` wrote; its secrets are not known. ProfileError when it is none."""
    try:
        return Profile.model_validate(dict(data))
    except ValidationError as error:
        raise ProfileError(tuple(problems(error, Node({}, "the evidence's profile", 1)))) from None


def built_ins() -> Mapping[str, Traversable]:
    """Return the built-in profiles by name."""
    packaged = files("scalecheck") / "profiles"
    folder = packaged if packaged.is_dir() else Path(__file__).parents[2] / "profiles"
    return {
        each.name.removesuffix(".yaml"): each
        for each in sorted(folder.iterdir(), key=lambda each: each.name)
        if each.name.endswith(".yaml")
    }


def _resolved(text: str, name: str, env: Mapping[str, str] | None, seen: tuple[str, ...]) -> Profile:
    """Return the profile of a text and all that it extends."""
    own, found = parse(text, name)
    root, inherited = _extended(own, name, seen)
    found = (*found, *_missing_format(own), *inherited)
    secrets, unresolved = environment(root, env)
    try:
        profile = Profile.model_validate(root.plain)
    except ValidationError as error:
        raise ProfileError(_in_order(own.file, (*found, *problems(error, root), *unresolved))) from None
    found = (*found, *unresolved, *(located(root, path, message) for path, message in mistakes(profile)))
    if found:
        raise ProfileError(_in_order(own.file, found))
    lines = {path: node.line for path, node in own.walk()} if name not in built_ins() else {}
    places = {path: Place(node.file, node.line) for path, node in root.walk()}
    return profile.read_from(name, lines, secrets, places)


def _extended(own: Node, name: str, seen: tuple[str, ...]) -> tuple[Node, tuple[Problem, ...]]:
    """Return a file's tree over all that it extends, and the mistakes of those."""
    if name == FOUNDATION and name in built_ins():
        return own, ()
    declared = own.children.get("extends")
    if declared is not None and not isinstance(declared.value, str):
        return own, ()
    target = _target(str(declared.value) if declared is not None else FOUNDATION, name)
    place = Problem(own.file, declared.line if declared is not None else None, "extends", "")
    if _identity(target) in seen:
        raise ProfileError((replace(place, message=f"{target} extends itself, by way of {' and '.join(seen)}"),))
    if len(seen) >= EXTENDS_AT_MOST:
        raise ProfileError((replace(place, message=f"more than {EXTENDS_AT_MOST} files extend one another"),))
    base, found = parse(_text(target, place), target)
    root, inherited = _extended(base, target, (*seen, _identity(target)))
    merged, nothing_off = _over(own, root)
    return merged, (*found, *inherited, *nothing_off)


def _over(own: Node, base: Node) -> tuple[Node, tuple[Problem, ...]]:
    """Return a file's tree over an inherited one, and what it switches off that is not there."""
    merged = _with_own_shares(_merged(own, base), own)
    routes = merged.children.get("routes")
    if routes is None or not isinstance(routes.value, dict):
        return merged, ()
    mine, theirs = own.children.get("routes", routes).children, base.children.get("routes")
    inherited = theirs.children if theirs is not None else {}
    order = {**mine, **inherited}
    kept = {key: routes.value[key] for key in order if routes.value[key].value != OFF}
    missing = tuple(
        Problem(node.file, node.line, f"routes.{key}", "no inherited route of this name to switch off")
        for key, node in mine.items()
        if node.value == OFF and key not in inherited
    )
    return replace(merged, value={**merged.children, "routes": replace(routes, value=kept)}), missing


def _with_own_shares(merged: Node, own: Node) -> Node:
    """Return the tree with those tables of shares that a file gives anew without what it inherits of them."""
    given = own.children["traffic"].children if "traffic" in own.children else {}
    shares = {
        name: table
        for name, table in given.items()
        if name in SHARED and any("share" in each.children for each in table.children.values())
    }
    if not shares:
        return merged
    traffic = merged.children["traffic"]
    return replace(merged, value={**merged.children, "traffic": replace(traffic, value={**traffic.children, **shares})})


def _merged(own: Node, base: Node) -> Node:
    """Return one value over another: mappings merge, everything else replaces."""
    if not isinstance(own.value, dict) or not isinstance(base.value, dict):
        return own
    value = dict(base.value)
    for key, node in own.value.items():
        value[key] = _merged(node, base.value[key]) if key in base.value else node
    return replace(own, value=value)


def _missing_format(own: Node) -> Iterator[Problem]:
    if "scalecheck" not in own.children:
        yield Problem(own.file, 1, "scalecheck", "this key is required; begin the file with scalecheck: 1")


def _target(extends: str, file: str) -> str:
    """Return what a file extends: a built-in's name, or a path relative to the file."""
    if extends in built_ins():
        return extends
    return str(Path(file).parent / extends) if file not in built_ins() else extends


def _identity(name: str) -> str:
    """Return one name for one file, however it is reached."""
    return name if name in built_ins() else str(Path(name).resolve())


def _text(name: str, place: Problem) -> str:
    """Return the text of a file or built-in; ProfileError at `place` when there is none to read."""
    try:
        path: Traversable = built_ins().get(name) or Path(name)
        with path.open("rb") as file:
            data = file.read(SIZE_AT_MOST + 1)
    except FileNotFoundError:
        known = ", ".join(built_ins())
        message = (
            f"no such file, nor a built-in profile{guess(Path(name).name, tuple(built_ins()))} (built in: {known})"
        )
    except (OSError, ValueError) as error:
        message = f"cannot be read: {getattr(error, 'strerror', None) or error}".lower()
    else:
        if len(data) > SIZE_AT_MOST:
            message = f"larger than {SIZE_AT_MOST // 1024}KiB"
        elif b"\0" in data:
            message = "expected YAML, found a binary file"
        else:
            try:
                return data.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                place = place if place.key else replace(place, line=data.count(b"\n", 0, error.start) + 1)
                message = "expected YAML in UTF-8"
    about = f"{name}: {message}" if place.key else message
    raise ProfileError((replace(place, message=about),))


def _in_order(file: str, found: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return each mistake once: the file's own first, from top to bottom."""
    return tuple(sorted(dict.fromkeys(found), key=lambda each: (each.file != file, each.file, each.line or 0)))
