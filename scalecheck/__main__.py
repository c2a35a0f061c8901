"""`python -m scalecheck`."""

import sys


def main() -> None:
    """Run the command line; `--version` alone answers without importing it."""
    if sys.argv[1:] == ["--version"]:
        from scalecheck import __version__

        print(f"scalecheck {__version__}")
        return
    try:
        from scalecheck.cli.app import run

        run()
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
