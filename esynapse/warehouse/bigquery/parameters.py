"""Named parameters, from the portable subset of SQL to BigQuery's."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from google.cloud.bigquery import ScalarQueryParameter

_NAME = re.compile(r"('(?:[^'\\]|\\.|'')*')|\$([A-Za-z_]\w*)")
_TYPES: dict[type, str] = {
    bool: "BOOL",
    int: "INT64",
    float: "FLOAT64",
    Decimal: "NUMERIC",
    str: "STRING",
    datetime: "TIMESTAMP",
    date: "DATE",
}


def with_at_signs(sql: str) -> str:
    """``$name`` as GoogleSQL writes it, ``@name``; texts in quotes stay as they are."""
    return _NAME.sub(lambda found: found[1] or f"@{found[2]}", sql)


def query_parameters(values: Mapping[str, object]) -> list["ScalarQueryParameter"]:
    """The values as the client takes them; None is a null text.

    Raises:
        TypeError: a value is of no type that has a literal in both dialects.
    """
    from google.cloud.bigquery import ScalarQueryParameter

    return [ScalarQueryParameter(name, _type(value), value) for name, value in values.items()]


def _type(value: object) -> str:
    if value is None:
        return "STRING"
    try:
        return _TYPES[type(value)]
    except KeyError:
        raise TypeError(f"a parameter cannot be a {type(value).__name__}: {value!r}") from None
