"""What a worksheet shows, said once: the shelves, the marks, the filters, the words.

Uses of fields stand in braces: ``"{category} / {product_name}"``, ``"{sum:net_revenue}"``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tableau.sources import GENERATED, Source

_USE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Run:
    """A piece of text in one hand."""

    text: str
    size: int | None = None
    bold: bool = False
    colour: str | None = None


@dataclass(frozen=True)
class Pane:
    """Marks of one kind: all of a view, or those of one axis of two."""

    mark: str = "Automatic"
    axis: str = ""
    """The use on the rows whose axis these marks belong to; '' for all."""
    across: bool = False
    """Whether that axis runs along the columns."""
    colour: str = ""
    """A use, or a colour as ``#rrggbb``."""
    size: str = ""
    text: tuple[str, ...] = ()
    detail: tuple[str, ...] = ()
    label: tuple[Run, ...] = ()
    labelled: bool = False
    opacity: int = 255


@dataclass(frozen=True)
class Filter:
    """Which rows a sheet shows."""

    use: str
    members: tuple[str | bool, ...] | None = None
    """Those shown; None for all, as a start."""
    without: str = ""
    """The one member that is not shown."""
    top: int = 0
    """Only the first so many, by ``by``, a formula."""
    by: str = ""
    group: int | None = None
    """Sheets whose filters bear one number filter together."""
    context: bool = False
    """Whether it comes before ``top``: the first of what it leaves."""


@dataclass(frozen=True)
class Sheet:
    """A worksheet."""

    name: str
    source: Source
    rows: str = ""
    cols: str = ""
    panes: tuple[Pane, ...] = (Pane(),)
    filters: tuple[Filter, ...] = ()
    sort: tuple[str, str] | None = None
    """A dimension, and the measure by whose value it is ordered, the largest first."""
    ascending: bool = False
    """The smallest first instead."""
    values: tuple[str, ...] = ()
    """The measures behind Measure Values, in their order."""
    note: str = ""
    """What it says, in smaller letters below its name."""
    tooltip: tuple[str, ...] = ()
    """Lines of the tooltip, ``Caption: {use}``."""
    titled: bool = True
    hidden_axes: tuple[str, ...] = ()
    """Measures whose axis is not drawn."""
    synchronized: str = ""
    """The second axis' measure, where it shares the first one's scale."""
    axis_titles: tuple[tuple[str, str], ...] = ()
    """Measure → the words beside its axis, '' for none."""
    fit: str = "entire-view"

    @property
    def uses(self) -> list[str]:
        """Every use of a field in the view, in order of appearance."""
        return list(dict.fromkeys(use for use in self._all_uses() if use not in GENERATED))

    def _all_uses(self) -> Iterator[str]:
        yield from uses_in(self.rows)
        yield from uses_in(self.cols)
        for pane in self.panes:
            yield from (use for use in (pane.colour, pane.size) if use and not use.startswith("#"))
            yield from pane.text
            yield from pane.detail
            for run in pane.label:
                yield from uses_in(run.text)
        for line in self.tooltip:
            yield from uses_in(line)
        yield from self.values
        yield from (each.use for each in self.filters)
        yield from self.sort or ()


def uses_in(text: str) -> list[str]:
    """The uses in braces."""
    return _USE.findall(text)


def shelf(text: str, source: Source) -> str:
    """Rows or columns as Tableau writes them: what is nested stands in brackets."""
    first, _, rest = text.partition(" / ")
    outer = replaced(first, source)
    return f"({outer} / {shelf(rest, source)})" if rest else outer


def replaced(text: str, source: Source, shape: str = "%s") -> str:
    """The text with its uses as Tableau writes them."""
    return _USE.sub(lambda found: shape % source.qualified(found[1]), text)
