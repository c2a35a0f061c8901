"""What holds for every test: a gate finds the same today as yesterday."""

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile("steady")
"""`--hypothesis-profile=explore` looks for what nobody has found yet."""
