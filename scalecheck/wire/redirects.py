"""Answers that lead elsewhere."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""Statuses whose Location is followed (RFC 9110 section 15.4)."""
HOPS_AT_MOST = 5
"""How often an answer may lead on."""
