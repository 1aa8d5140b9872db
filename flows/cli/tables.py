"""Rows, as a person or a program reads them."""

import json
import sys

import click
import pyarrow as pa
from rich.console import Console
from rich.table import Table


def print_rows(rows: pa.Table, *, as_json: bool = False) -> None:
    """Print a result: one value bare, more as an aligned table, or JSON."""
    if as_json:
        click.echo(json.dumps(rows.to_pylist(), default=str, indent=2))
        return
    if rows.num_rows == rows.num_columns == 1:
        click.echo(_shown(rows[0][0].as_py()))
        return
    table = Table(*rows.column_names, box=None, header_style="bold", pad_edge=False)
    for row in rows.to_pylist():
        table.add_row(*map(_shown, row.values()))
    width = None if sys.stdout.isatty() else 10_000
    Console(width=width, highlight=False, markup=False).print(table)


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return str(value)
