"""Ways of asking: pure functions from what is known so far to the next requests."""
