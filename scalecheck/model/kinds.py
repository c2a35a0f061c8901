"""The kinds of route, and which of them are pages and which assets."""

from enum import StrEnum


class Kind(StrEnum):
    """How a route is rendered and what its caching contract rests on."""

    SSG = "ssg"
    ISR = "isr"
    SSR = "ssr"
    CSR = "csr"
    API = "api"
    HASHED = "hashed"
    STATIC = "static"
    IMAGE = "image"
    FONT = "font"
    SERVICE_WORKER = "service-worker"
    HEALTH = "health"
    AUTH = "auth"
    BEACON = "beacon"
    SOCKET = "socket"


PAGES = frozenset({Kind.SSG, Kind.ISR, Kind.SSR, Kind.CSR})
"""Kinds that answer with HTML."""

ASSETS = frozenset({Kind.HASHED, Kind.STATIC, Kind.IMAGE, Kind.FONT})
"""Kinds that pages load and that carry nobody's data."""
