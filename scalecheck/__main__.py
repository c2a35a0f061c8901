"""`python -m scalecheck`."""

import gc
import sys

YOUNG = 50_000
"""Objects made and not freed since the last look before the next one: imports make many that stay."""


def main() -> None:
    """Run the command line; `--version` alone answers without importing it."""
    if sys.argv[1:] == ["--version"]:
        from scalecheck import __version__

        print(f"scalecheck {__version__}")
        return
    gc.set_threshold(YOUNG)
    try:
        from scalecheck.cli.app import run

        run()
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
