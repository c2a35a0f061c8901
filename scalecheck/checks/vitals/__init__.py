"""How long visitors wait, as browsers measure it."""
