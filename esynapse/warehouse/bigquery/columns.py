"""Columns of BigQuery for the Arrow schemas of the raw tables."""

import pyarrow as pa

_TYPES = {
    pa.string(): "STRING",
    pa.binary(): "BYTES",
    pa.bool_(): "BOOLEAN",
    pa.int64(): "INTEGER",
    pa.float64(): "FLOAT",
    pa.date32(): "DATE",
    pa.timestamp("us", tz="UTC"): "TIMESTAMP",
}
"""By the names that the API answers with."""
_ALIASES = {"BOOL": "BOOLEAN", "INT64": "INTEGER", "FLOAT64": "FLOAT"}


def columns(schema: pa.Schema) -> list[dict[str, str]]:
    """The schema as BigQuery's API takes it; every column may be null, as in Arrow."""
    return [{"name": column.name, "type": _TYPES[column.type]} for column in schema]


def type_name(given: str, mode: str) -> str:
    """A column's type as ``columns`` writes it, with its mode if that is not NULLABLE."""
    plain = _ALIASES.get(given, given)
    return plain if mode in ("", "NULLABLE") else f"{plain} {mode}"
