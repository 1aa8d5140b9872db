"""How many examples a law is tried with."""

from hypothesis import settings


def at_most(examples: int) -> settings:
    """Fewer than the profile has, for a law whose examples take long; never more."""
    return settings(max_examples=min(examples, settings().max_examples))
