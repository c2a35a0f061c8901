"""Every benchmark, or those named: `python -m benchmarks [startup] [transport] [audit] [page] [memory]`."""

import sys
from importlib import import_module

NAMES = ("startup", "transport", "audit", "page", "memory")


def main() -> None:
    """Run them one after the other; each prints its own figures."""
    for name in sys.argv[1:] or NAMES:
        if name not in NAMES:
            raise SystemExit(f"benchmarks: {name}: expected one of {', '.join(NAMES)}")
        print(f"\n{name}")
        import_module(f"benchmarks.{name}").run()


main()
