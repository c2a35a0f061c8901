"""Asking: the HTTP client, pacing, safety and the evidence file; the only effects on the site."""
