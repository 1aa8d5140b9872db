"""The data sources: which marts they are made of, and what the workbook calculates on top.

A source takes its columns, types and meanings from dbt (`esynapse.pipeline.mart_docs`).
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property

from tableau import ids
from tableau.fields import Field, Instance, fields_of, instance_of

MEASURE_NAMES, MEASURE_VALUES = ":Measure Names", "Multiple Values"
GENERATED = (MEASURE_NAMES, MEASURE_VALUES)
"""Fields that every source has without a column of them."""
CALCULATION = "Calculation_"
"""How Tableau begins the names of calculations; other names may be mistaken for columns."""
_REFERENCE = re.compile(r"(?<!\.)\[([^\[\]]+)\](?!\.)")
"""A field in a formula; a parameter has its data source before it."""


@dataclass(frozen=True)
class Join:
    """Another mart beside the first one of a source: the rows that match, where there are any."""

    mart: str
    left: str
    """Column of the first mart."""
    right: str
    columns: tuple[str, ...]
    """Those that the source takes over."""


@dataclass(frozen=True)
class Source:
    """A data source of the workbook."""

    caption: str
    mart: str
    joins: tuple[Join, ...] = ()
    calculations: tuple[Field, ...] = ()
    captions: tuple[tuple[str, str], ...] = ()
    formats: tuple[tuple[str, str], ...] = ()
    """Columns whose numbers are shown otherwise than their type suggests."""
    aliases: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    colours: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """Use of a field → the colour of each of its values; none for those of the palette."""

    @property
    def name(self) -> str:
        return f"federated.{ids.token('source', self.caption)}"

    @property
    def marts(self) -> tuple[str, ...]:
        return (self.mart, *(join.mart for join in self.joins))

    @cached_property
    def columns(self) -> dict[str, tuple[str, Field]]:
        """Name → the mart that it is a column of, and the field."""
        captions = dict(self.captions)
        found = {each.name: (self.mart, each) for each in fields_of(self.mart, captions)}
        for join in self.joins:
            found |= {
                each.name: (join.mart, each)
                for each in fields_of(join.mart, captions)
                if each.name in join.columns
            }
        return {name: (mart, self._shown(field)) for name, (mart, field) in found.items()}

    def _shown(self, field: Field) -> Field:
        """A column with the words and the format that it has here."""
        return replace(
            field,
            aliases=dict(self.aliases).get(field.name, ()),
            format=dict(self.formats).get(field.name, field.format),
        )

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field by what we call it: columns, then calculations."""
        return {name: field for name, (_, field) in self.columns.items()} | {
            each.name: replace(
                each, name=f"{CALCULATION}{each.name}", formula=self.spelled(each.formula)
            )
            for each in self.calculations
        }

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Every field by what Tableau calls it."""
        return {field.name: field for field in self.fields.values()}

    def spelled(self, formula: str) -> str:
        """A formula with calculations called as Tableau calls them."""
        ours = {each.name for each in self.calculations}
        return _REFERENCE.sub(
            lambda found: f"[{CALCULATION}{found[1]}]" if found[1] in ours else found[0], formula
        )

    def use(self, text: str) -> Instance:
        """``sum:net_revenue``, or a field as it is: ``category``.

        Raises:
            KeyError, ValueError: there is no such field or derivation.
        """
        prefix, _, name = text.rpartition(":")
        return instance_of(self.fields[name], prefix)

    def qualified(self, text: str) -> str:
        """The use as shelves and tooltips write it: ``[source].[instance]``."""
        inner = text if text in GENERATED else self.use(text).name
        return f"[{self.name}].[{inner}]"


def references(formula: str) -> list[str]:
    """The fields that a formula speaks of."""
    return _REFERENCE.findall(formula)
