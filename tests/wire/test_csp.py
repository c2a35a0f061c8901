import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalecheck.wire.csp import content_security_policies
from scalecheck.wire.fields import Fields

NONCE = "'nonce-c2NhbGU='"

PERMISSIVE = {
    "script-src 'unsafe-inline'": True,
    "script-src *": True,
    "script-src https:": True,
    "script-src HTTPS:": True,
    "script-src data:": True,
    "script-src https://*": True,
    "script-src *:443": True,
    "script-src 'self' https://*:*/js/": True,
    "default-src 'unsafe-inline'": True,
    "default-src 'none'; script-src *": True,
    "script-src 'self'; script-src-elem *": True,
    "script-src 'self'; script-src-attr 'unsafe-inline'": True,
    f"script-src * {NONCE}": True,
    "img-src 'self'": True,
    "script-src 'self'; script-src *": False,
    "script-src *.cdn.example": False,
    "script-src https://*.cdn.example": False,
    "script-src blob:": False,
    "script-src 'self'": False,
    "script-src": False,
    "default-src 'none'": False,
    f"script-src 'unsafe-inline' {NONCE}": False,
    "script-src 'unsafe-inline' 'sha256-abc'": False,
    f"script-src 'strict-dynamic' https: 'unsafe-inline' {NONCE}": False,
    "script-src 'strict-dynamic' *": False,
    "script-src 'unsafe-eval' 'self'": False,
    "default-src *; script-src 'self'": False,
    "\tSCRIPT-SRC\t'self' ;;": False,
}
"""Policies, and whether an injected script would run."""


@pytest.mark.parametrize(("text", "permissive"), PERMISSIVE.items())
def test_any_script(text: str, permissive: bool) -> None:
    (policy,) = content_security_policies(Fields.of(content_security_policy=text))
    assert policy.allows_any_script is permissive


@pytest.mark.parametrize(
    ("text", "anybody"),
    [
        ("default-src 'none'", True),
        ("frame-ancestors *", True),
        ("frame-ancestors https:", True),
        ("frame-ancestors 'self' https://*", True),
        ("frame-ancestors", False),
        ("frame-ancestors 'none'", False),
        ("frame-ancestors 'self' https://*.shop.test", False),
    ],
)
def test_any_frame(text: str, anybody: bool) -> None:
    (policy,) = content_security_policies(Fields.of(content_security_policy=text))
    assert policy.allows_any_frame is anybody


@pytest.mark.parametrize(
    ("lines", "meta", "scripts"),
    [
        ((), (), []),
        (("",), (), []),
        ((";;", " ; "), (), []),
        (("img-src *",), (), [None]),
        (("script-src 'self', script-src 'none'",), (), ["'self'", "'none'"]),
        (("script-src 'self'", "default-src 'none'"), (), ["'self'", "'none'"]),
        (("script-src 'self'",), ("script-src\n'none'",), ["'self'", "'none'"]),
        (("script-src a; script-src-elem b; default-src c",), (), ["b"]),
    ],
)
def test_policies(lines: tuple[str, ...], meta: tuple[str, ...], scripts: list[str | None]) -> None:
    fields = Fields(tuple(("Content-Security-Policy", line) for line in lines))
    assert [policy.scripts for policy in content_security_policies(fields, meta)] == scripts


def test_report_only_is_no_policy() -> None:
    assert content_security_policies(Fields.of(content_security_policy_report_only="script-src 'self'")) == ()


def test_many_policies_are_bounded() -> None:
    assert len(content_security_policies(Fields.of(content_security_policy="script-src a," * 10_000))) == 20


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="script-deaul;, *'\t\n:/\0é", max_size=200))
def test_never_raises(text: str) -> None:
    for policy in content_security_policies(Fields.of(content_security_policy=text), (text,)):
        assert policy.allows_any_script in {True, False}
        assert policy.allows_any_frame in {True, False}
