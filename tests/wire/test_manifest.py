import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.manifest import ICONS_AT_MOST, MANIFEST_AT_MOST_BYTES, Icon, Manifest, read_manifest

URL = "https://shop.test/app/site.webmanifest"


def read(**members: Any) -> Manifest:
    return read_manifest(json.dumps(members).encode(), URL)


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"[]", b"null", b'"x"', b"{", b"<!doctype html>", b"{'name': 'x'}", b'{"name": "x",}', b"\xff\xfe{}",
     b"[" * 100_000, b'{"a":' * 100_000, b" " * (MANIFEST_AT_MOST_BYTES + 1), b"9" * 10_000],
)  # fmt: skip
def test_what_is_no_manifest_has_its_reason(body: bytes) -> None:
    assert read_manifest(body, URL).problem


def test_an_empty_one_is_one() -> None:
    assert read_manifest(b"\xef\xbb\xbf{}", URL) == Manifest(URL)


def test_members_of_the_wrong_type_are_absent() -> None:
    found = read(name=1, short_name=None, icons={"src": "/a.png"}, start_url=["/"], scope=True, display={})
    assert found == Manifest(URL)
    assert read(icons=["/a.png", None, 3]).icons == ()


@pytest.mark.parametrize(
    ("icon", "expected"),
    [
        ({}, Icon(None, "")),
        ({"src": "data:image/png;base64,x"}, Icon(None, "data:image/png;base64,x")),
        ({"src": "icon.png"}, Icon("https://shop.test/app/icon.png", "icon.png")),
        ({"src": "/i", "sizes": "192x192 512X512", "type": "image/PNG"},
         Icon("https://shop.test/i", "/i", ((192, 192), (512, 512)), type="image/png")),
        ({"src": "/i", "sizes": "0x0 192 192x 192x192px x"}, Icon("https://shop.test/i", "/i")),
        ({"src": "/i", "sizes": "any", "purpose": "maskable monochrome"},
         Icon("https://shop.test/i", "/i", (), any_size=True, purposes=frozenset({"maskable", "monochrome"}))),
        ({"src": "/i", "sizes": 192, "purpose": ["any"]}, Icon("https://shop.test/i", "/i")),
    ],
)  # fmt: skip
def test_icons(icon: dict[str, Any], expected: Icon) -> None:
    assert read(icons=[icon]).icons == (expected,)


def test_many_icons_are_bounded() -> None:
    assert len(read(icons=[{"src": "/i"}] * (ICONS_AT_MOST + 1)).icons) == ICONS_AT_MOST


@pytest.mark.parametrize(
    ("members", "name"),
    [({}, ""), ({"name": " "}, ""), ({"short_name": "Shoes"}, "Shoes"), ({"name": "A", "short_name": "B"}, "A")],
)
def test_its_name(members: dict[str, str], name: str) -> None:
    assert read(**members).name == name


@pytest.mark.parametrize(
    ("members", "url", "elsewhere", "outside"),
    [
        ({}, None, False, False),
        ({"start_url": "."}, "https://shop.test/app/", False, False),
        ({"start_url": "/?from=home"}, "https://shop.test/?from=home", False, False),
        ({"start_url": "/", "scope": "/"}, "https://shop.test/", False, False),
        ({"start_url": "/app", "scope": "/app"}, "https://shop.test/app", False, False),
        ({"start_url": "https://www.shop.test/"}, "https://www.shop.test/", True, False),
        ({"start_url": "http://shop.test/"}, "http://shop.test/", True, False),
        ({"start_url": "javascript:1"}, None, True, False),
        ({"start_url": "/", "scope": "/app/"}, "https://shop.test/", False, True),
        ({"start_url": "/app", "scope": "/app/"}, "https://shop.test/app", False, True),
        ({"start_url": "/", "scope": "https://www.shop.test/"}, "https://shop.test/", False, True),
    ],
)
def test_where_it_starts(members: dict[str, str], url: str | None, elsewhere: bool, outside: bool) -> None:
    found = read(**members)
    assert (found.start_url, found.starts_elsewhere, found.starts_outside) == (url, elsewhere, outside)


@pytest.mark.parametrize(("display", "installed"), [("browser", False), ("Standalone", False), ("standalone", True)])
def test_what_means_to_be_installed(display: str, installed: bool) -> None:
    assert read(display=display).installed is installed


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(), lambda each: st.lists(each, max_size=3), max_leaves=5
)
KEYS = st.sampled_from(["name", "short_name", "icons", "start_url", "scope", "display", "src", "sizes", "purpose"])


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=40) | st.dictionaries(KEYS, JSON | st.lists(st.dictionaries(KEYS, JSON), max_size=3)), st.text()
)
def test_never_raises(body: Any, url: str) -> None:
    found = read_manifest(body if isinstance(body, bytes) else json.dumps(body).encode(), url)
    assert isinstance(found.starts_outside or found.starts_elsewhere or found.installed, bool)
