"""Fields of a data source, and the instances of them that a view uses.

A view says ``sum:net_revenue``; Tableau calls that instance ``[sum:net_revenue:qk]``: derivation,
field, and whether it is a quantity, an order or a name.
"""

from dataclasses import dataclass
from typing import Literal

from esynapse.pipeline.mart_docs import Column, columns

DataType = Literal["string", "integer", "real", "boolean", "date", "datetime"]

DERIVATIONS = {
    "none": "None",
    "sum": "Sum",
    "avg": "Avg",
    "min": "Min",
    "max": "Max",
    "cnt": "Count",
    "ctd": "CountD",
    "attr": "Attribute",
    "usr": "User",
    "thr": "Hour-Trunc",
    "tdy": "Day-Trunc",
    "twk": "Week-Trunc",
    "tmn": "Month-Trunc",
}
"""Prefix of an instance's name → Tableau's word for what it does to the field."""

TRUNCATIONS = frozenset({"thr", "tdy", "twk", "tmn"})
_NOT_AGGREGATED = TRUNCATIONS | {"none"}

_TYPES: dict[str, DataType] = {
    "string": "string",
    "int64": "integer",
    "float64": "real",
    "numeric(18, 2)": "real",
    "bool": "boolean",
    "date": "date",
    "timestamp": "datetime",
}
_SHARES = ("rate", "share", "uplift", "depth", "growth", "conversion", "abandonment", "coverage")

COUNT, SHARE, TWO_DIGITS = "n#,##0", "p0.0%", "n#,##0.00"
CHANGE = "*▲ 0.0%;▼ 0.0%;= 0.0%"
"""Against another period, as the dashboard writes it."""
POINTS = '*▲ 0.00" pp";▼ 0.00" pp";= 0.00" pp"'
"""The same of a rate: percentage points."""
AMOUNT, PRICE = "amount", "price"
"""Of money, whole and to the cent: the currency's sign is put in where it is known."""


@dataclass(frozen=True)
class Field:
    """A column of a mart, or a calculation."""

    name: str
    caption: str
    datatype: DataType
    format: str = ""
    meaning: str = ""
    formula: str = ""
    """In Tableau's language; '' for a column."""
    is_aggregate: bool = False
    """Whether the formula aggregates by itself, so that a view takes it as it is."""
    aliases: tuple[tuple[str, str], ...] = ()
    """Values → the words shown for them."""

    @property
    def is_measure(self) -> bool:
        return self.datatype in ("integer", "real")

    @property
    def type(self) -> str:
        """How Tableau takes it before any derivation."""
        if self.is_measure:
            return "quantitative"
        return "ordinal" if self.datatype in ("date", "datetime") else "nominal"


@dataclass(frozen=True)
class Instance:
    """One use of a field in a view."""

    field: Field
    prefix: str

    @property
    def type(self) -> str:
        if self.is_aggregate and self.prefix != "attr":
            return "quantitative" if self.field.is_measure or self._counts else self.field.type
        return "quantitative" if self.prefix in TRUNCATIONS else self.field.type

    @property
    def name(self) -> str:
        """As Tableau writes it, without brackets."""
        return f"{self.prefix}:{self.field.name}:{self.type[0]}k"

    @property
    def derivation(self) -> str:
        return DERIVATIONS[self.prefix]

    @property
    def is_aggregate(self) -> bool:
        return self.prefix not in _NOT_AGGREGATED

    @property
    def _counts(self) -> bool:
        return self.prefix in ("cnt", "ctd")


def instance_of(field: Field, prefix: str = "") -> Instance:
    """``field`` under a derivation; without one, as it is.

    Raises:
        ValueError: there is no such derivation, or a calculation that aggregates is given one.
    """
    prefix = prefix or ("usr" if field.is_aggregate else "none")
    if prefix not in DERIVATIONS or (prefix == "usr") != field.is_aggregate:
        raise ValueError(f"{prefix}:{field.name}")
    return Instance(field, prefix)


def fields_of(mart: str, captions: dict[str, str]) -> list[Field]:
    """The columns of a mart, in its order; ``captions``: where a name says too little."""
    return [_field(column, captions) for column in columns(mart).values()]


def _field(column: Column, captions: dict[str, str]) -> Field:
    return Field(
        column.name,
        captions.get(column.name) or column.name.replace("_", " ").capitalize(),
        _TYPES[column.type],
        _format(column),
        column.meaning,
    )


def _format(column: Column) -> str:
    if column.type == "int64":
        return COUNT
    if column.type == "numeric(18, 2)":
        return PRICE if "price" in column.name else AMOUNT
    if column.type == "float64":
        return SHARE if column.name.rsplit("_", 1)[-1] in _SHARES else TWO_DIGITS
    return ""
