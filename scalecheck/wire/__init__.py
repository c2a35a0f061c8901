"""Pure readers of what comes over the wire; they never raise on hostile input."""
