"""Every benchmark, or those named: `python -m benchmarks [startup] [transport] [audit] [page] [memory] [vitals] …`."""

import sys
from importlib import import_module

NAMES = ("startup", "transport", "audit", "page", "memory")
MINUTES = ("vitals", "swarm", "soak")
"""Only where they are named: they take minutes."""


def main() -> None:
    """Run them one after the other; each prints its own figures."""
    for name in sys.argv[1:] or NAMES:
        if name not in (*NAMES, *MINUTES):
            raise SystemExit(f"benchmarks: {name}: expected one of {', '.join((*NAMES, *MINUTES))}")
        print(f"\n{name}")
        import_module(f"benchmarks.{name}").run()


main()
