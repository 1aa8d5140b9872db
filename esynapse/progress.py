"""How a step tells how far it is."""

from typing import Protocol


class Progress(Protocol):
    """Called now and then by a step that takes long."""

    def __call__(self, done: int, total: int, label: str) -> None:
        """``done`` of ``total`` units of work; ``label`` says what was done last."""


def silent(done: int, total: int, label: str) -> None:
    """Tell nobody."""
