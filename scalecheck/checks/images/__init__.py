"""Pictures: format, size, and when they are loaded."""
