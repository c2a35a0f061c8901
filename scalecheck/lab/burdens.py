"""What faults add to the scripts and sheets of the home page, for browsers to suffer from."""

from collections.abc import Mapping
from random import Random

SCRIPTS: Mapping[str, str] = {
    "late-hero": """
import("HERO").then(() => {
  const hero = document.createElement("p");
  hero.textContent = "Shoes that keep their promises. ".repeat(60);
  Object.assign(hero.style, { position: "fixed", inset: "0", margin: "0", fontSize: "2rem", background: "white" });
  document.body.append(hero);
});
""",
    "jumping-banner": """
setTimeout(() => {
  const banner = document.createElement("p");
  banner.textContent = "Free returns until Sunday";
  banner.style.height = "400px";
  document.body.prepend(banner);
}, 500);
""",
    "long-task": """
addEventListener("load", () => setTimeout(() => {
  for (const began = performance.now(); performance.now() - began < 600; );
}, 500));
""",
}
"""By fault, what the home page's own script does besides."""
HERO = "late-hero"
HERO_BYTES = 800_000
CHAIN = "import-chain"
LAYERS = 6
"""Style sheets of which each names the next."""
FAULTY = frozenset({*SCRIPTS, CHAIN})


def script(faults: frozenset[str], hero_path: str) -> bytes:
    """Return what the home page's own script ends with."""
    return "".join(text for fault, text in SCRIPTS.items() if fault in faults).replace("HERO", hero_path).encode()


def hero() -> bytes:
    """Return the script that is imported late: of random digits, so that half of it is left when it is compressed."""
    digits = Random(HERO).randbytes(HERO_BYTES // 2).hex()
    return f'export default "{digits}";\n'.encode()


def layer(number: int) -> bytes:
    """Return the rule of one style sheet of the chain."""
    return f".layer-{number} {{ margin: {number}px; }}\n".encode()
