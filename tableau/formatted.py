"""Text in several hands."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from tableau.markup import element
from tableau.sheets import Run


def formatted(runs: Iterable[Run]) -> Element:
    """The runs as Tableau writes them."""
    return element(
        "formatted-text",
        *(
            element(
                "run",
                text=run.text,
                bold=True if run.bold else None,
                fontcolor=run.colour,
                fontsize=run.size,
            )
            for run in runs
        ),
    )
