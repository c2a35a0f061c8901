"""robots.txt: the sitemaps it names and what it asks us not to fetch (RFC 9309)."""

from dataclasses import dataclass

from scalecheck.wire.urls import normalise

BYTES_AT_MOST = 500 * 1024
"""What a crawler must read at least (RFC 9309 section 2.5)."""
LINES_AT_MOST = 10_000
AGENT = "scalecheck"
"""Our product token."""


@dataclass(frozen=True, slots=True)
class Robots:
    """What a robots.txt says to us."""

    sitemaps: tuple[str, ...] = ()
    """Absolute, in order."""
    rules: tuple[tuple[str, bool], ...] = ()
    """Path patterns of our group, `*` and a final `$` with their meaning, and whether they allow."""

    def allows(self, path: str) -> bool:
        """Whether we may fetch a path, with its query: the longest rule decides, and `allow` a tie (section 2.2.2)."""
        matching = [(len(pattern), allowed) for pattern, allowed in self.rules if _matches(pattern, path)]
        return max(matching, default=(0, True))[1]


def read_robots(body: bytes) -> Robots:
    """Return the sitemaps, and the rules of the groups for us or else of those for everyone."""
    sitemaps: dict[str, None] = {}
    rules: dict[str, list[tuple[str, bool]]] = {}
    agents: list[str] = []
    in_rules = False
    for line in body[:BYTES_AT_MOST].decode("utf-8", "replace").removeprefix("\ufeff").splitlines()[:LINES_AT_MOST]:
        key, _, rest = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), rest.strip()
        if key == "sitemap" and (url := normalise(line.partition(":")[2].strip())) is not None:
            sitemaps.setdefault(url)
        elif key == "user-agent":
            agents = [] if in_rules else agents
            agents.append(value.lower())
            rules.setdefault(value.lower(), [])
            in_rules = False
        elif key in {"allow", "disallow"}:
            in_rules = True
            for agent in set(agents) & {AGENT, "*"} if value else ():
                rules[agent].append((value, key == "allow"))
    return Robots(tuple(sitemaps), tuple(rules.get(AGENT, rules.get("*", ()))))


def _matches(pattern: str, path: str) -> bool:
    """Whether a rule's pattern is at the beginning of a path; each piece at its first place, so in linear time."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not rest:
        return not anchored or path == first
    at = len(first)
    for piece in rest[:-1] if anchored else rest:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not anchored or (path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= at)
