"""scalecheck proves that a web front end is ready for a million users a day."""

__version__ = "0.1.0"
