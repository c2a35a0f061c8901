"""The cookies of one visitor, as browsers keep and send them (RFC 6265 section 5, and its successor draft's prefixes).

A visitor without cookies has no jar. What is sent to a host is written once and kept until a cookie changes.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_address

from scalecheck.engine.outgoing import Lines, written
from scalecheck.wire.domains import is_public_suffix
from scalecheck.wire.set_cookie import NEVER, SetCookie

COOKIES_AT_MOST = 180
"""Of one visitor; the oldest go first, as in Chromium."""
PATHS_AT_MOST = 64
"""Of whose Cookie fields are kept as they were written."""
LONGEST = 4096
"""Characters of name and value; longer cookies are not kept."""

_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie that was kept."""

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    expires_at: float
    """Seconds since the epoch; NEVER for what lasts as long as the visit."""

    def is_for(self, host: str, path: str, *, secure: bool) -> bool:
        """Whether it is sent with a request."""
        if self.secure and not secure:
            return False
        same = host == self.domain
        return (same or (not self.host_only and domain_matches(host, self.domain))) and path_matches(path, self.path)

    def same(self, other: "Cookie") -> bool:
        """Whether it replaces another one."""
        return (self.name, self.domain, self.path) == (other.name, other.domain, other.path)

    def sent_like(self, other: "Cookie") -> bool:
        """Whether another one that replaces it changes nothing of what is sent."""
        return (self.value, self.secure, self.host_only) == (other.value, other.secure, other.host_only)


Sent = tuple[Lines, bytes]
"""The Cookie field, as a field and as it is written; both empty where there is nothing to send."""
NOTHING: Sent = ((), b"")


class Jar:
    """The cookies of one visitor."""

    __slots__ = ("_cookies", "_sent", "_until")

    def __init__(self) -> None:
        self._cookies: list[Cookie] = []
        self._sent: dict[tuple[str, bool] | tuple[str, bool, str], Sent] = {}
        self._until = NEVER
        """When the first of them expires."""

    def __len__(self) -> int:
        return len(self._cookies)

    def keep(self, cookie: Cookie, now: float, *, secure: bool) -> None:
        """Keep a cookie, or forget the one that it replaces where it has expired already."""
        if not secure and any(_shields(each, cookie) for each in self._cookies):
            return
        position = next((at for at, each in enumerate(self._cookies) if each.same(cookie)), None)
        if position is None or not self._cookies[position].sent_like(cookie) or cookie.expires_at <= now:
            self._sent.clear()
        if cookie.expires_at <= now:
            if position is not None:
                del self._cookies[position]
            return
        if position is None:
            self._cookies.append(cookie)
        else:
            self._cookies[position] = cookie
        self._until = min(self._until, cookie.expires_at)
        if len(self._cookies) > COOKIES_AT_MOST:
            del self._cookies[0]

    def sent(self, host: str, path: str, now: float, *, secure: bool) -> Sent:
        """Return what is sent with a request to a host, which is given in lower case."""
        if now >= self._until:
            self._expire(now)
        found = self._sent.get((host, secure))
        if found is None:
            found = self._sent.get((host, secure, path))
        return self._write(host, path, secure) if found is None else found

    def _write(self, host: str, path: str, secure: bool) -> Sent:
        there = [each for each in self._cookies if each.is_for(host, each.path, secure=secure)]
        fit = sorted((each for each in there if path_matches(path, each.path)), key=lambda each: -len(each.path))
        value = "; ".join(f"{each.name}={each.value}" if each.name else each.value for each in fit)
        fields: Lines = (("Cookie", value),) if fit else ()
        made = (fields, written(fields)) if fit else NOTHING
        everywhere = all(each.path == "/" for each in there)
        if len(self._sent) >= PATHS_AT_MOST:
            self._sent.clear()
        self._sent[(host, secure) if everywhere else (host, secure, path)] = made
        return made

    def _expire(self, now: float) -> None:
        self._cookies = [each for each in self._cookies if each.expires_at > now]
        self._until = min((each.expires_at for each in self._cookies), default=NEVER)
        self._sent.clear()


def read_cookie(said: SetCookie, host: str, path: str, now: float, *, secure: bool) -> Cookie | None:
    """Return what a browser makes of one Set-Cookie line; None where it keeps nothing (section 5.3).

    `secure` is whether the answer came over https, or from this machine, which browsers trust alike.
    """
    if len(said.name) + len(said.value) > LONGEST or not (said.name or said.value):
        return None
    if _CONTROLS.search(said.name + said.value) or (said.secure and not secure) or not _keeps_prefix(said):
        return None
    domain, host_only = host, True
    named = (said.attribute("domain") or "").removeprefix(".").lower()
    if named and named != host:
        if not domain_matches(host, named) or is_public_suffix(named):
            return None
        domain, host_only = named, False
    elif named:
        host_only = _is_address(host) or is_public_suffix(named)
    given = said.attribute("path") or ""
    kept = given if given.startswith("/") else default_path(path)
    return Cookie(said.name, said.value, domain, host_only, kept, said.secure, said.expires_at(now))


def domain_matches(host: str, domain: str) -> bool:
    """Whether a host is a domain, or lies below it (section 5.1.3)."""
    return host == domain or (host.endswith(f".{domain}") and not _is_address(host))


def path_matches(path: str, kept: str) -> bool:
    """Whether a path lies at or below a cookie's (section 5.1.4)."""
    return kept == "/" or path == kept or (path.startswith(kept) and (kept.endswith("/") or path[len(kept)] == "/"))


def default_path(path: str) -> str:
    """Return the path of a cookie that names none (section 5.1.4)."""
    return path[: path.rindex("/")] or "/" if path.startswith("/") else "/"


def _keeps_prefix(said: SetCookie) -> bool:
    """Whether a name that begins with a promise is kept to it."""
    name = said.name.lower()
    if name.startswith("__host-"):
        return said.host_bound
    return said.secure or not name.startswith("__secure-")


def _shields(kept: Cookie, new: Cookie) -> bool:
    """Whether a secure cookie is in the way of one that came over plain http."""
    over = domain_matches(new.domain, kept.domain) or domain_matches(kept.domain, new.domain)
    return kept.secure and kept.name == new.name and over and path_matches(new.path, kept.path)


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
