"""Who is told what a job does while it is under way."""

from collections.abc import Callable

Say = Callable[[str], None]
"""Is called with a sentence."""


def say_nothing(_text: str) -> None:
    """Tells nobody."""
