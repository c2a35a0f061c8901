"""Sites that the command line is tried on."""

from tests.cli.serving import Answer, Site

HASHED = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
PAGE_POLICY = "public, max-age=0, s-maxage=60, stale-while-revalidate=86400"
TEXT = "Twenty words of text that anybody can read, so that no page is taken for an empty shell of scripts. " * 3
HEAD = (
    '<!doctype html><html lang="en"><title>Shop</title>'
    '<link rel="stylesheet" href="/assets/main-9f2c1b7e.css">'
    '<script type="module" src="/assets/app-9f2c1b7f.js"></script>'
)
LINKS = ("/about", "/products/1", "/products/2", "/products/3", "/api/stock.json", "/search?q=shoes")


def page(*links: str, text: str = TEXT) -> bytes:
    """Return a page with these links."""
    anchors = "".join(f'<a href="{link}">{link}</a>' for link in links)
    return f"{HEAD}<h1>Shop</h1><p>{text}</p>{anchors}".encode()


def html(body: bytes, policy: str = PAGE_POLICY, **fields: str) -> Answer:
    """Return a page as a web server sends it; no policy where it is empty."""
    shown = {"Content-Type": "text/html; charset=utf-8", **({"Cache-Control": policy} if policy else {}), **fields}
    return Answer(200, body, shown)


def asset(path: str) -> Answer:
    """Return a script or style sheet that is kept for a year."""
    kind = "text/css" if path.endswith(".css") else "text/javascript"
    return Answer(200, path.encode() * 20, {"Content-Type": f"{kind}; charset=utf-8", **HASHED})


def shop(path: str) -> Answer:
    """Answer as a small shop, with mistakes enough to fail."""
    bare = path.partition("?")[0]
    if bare.startswith("/assets/") and "9f2c1b7" in bare:
        return asset(path)
    if bare == "/api/stock.json":
        return Answer(200, b'{"stock": 3}', {"Content-Type": "application/json", "Cache-Control": "private, no-cache"})
    if bare == "/" or any(bare == link.partition("?")[0] for link in LINKS):
        return html(page(*LINKS), ETag='"1"')
    return Answer(404, b"gone", {"Content-Type": "text/plain", "Cache-Control": "no-store"})


def counted(site: Site) -> tuple[Site, list[str]]:
    """Return the site and the list that its requests are added to."""
    asked: list[str] = []

    def counting(path: str) -> Answer:
        asked.append(path)
        return site(path)

    return counting, asked
