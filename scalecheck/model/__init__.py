"""Frozen types of profile, evidence and verdict; no effects."""
