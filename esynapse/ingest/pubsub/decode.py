"""JSON messages become rows of a table, as a BigQuery subscription with use_table_schema has it.

https://cloud.google.com/pubsub/docs/bigquery#use_table_schema: a message is one JSON object, its
fields are the table's columns. STRING takes a string, BOOLEAN true or false, FLOAT a number,
INTEGER a number or a string of digits, TIMESTAMP an RFC 3339 string or integer microseconds since
1970, BYTES base64. A column that is missing or null is null, except the one that the table is
partitioned by. Where the documentation is silent the stricter reading is taken, so that what is
accepted here is accepted there.

A batch is parsed whole by pyarrow. Only where that fails are messages looked at one by one, which
says what is wrong with each; the first way accepts nothing that the second does not.
"""

import io
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from esynapse.ingest.pubsub.fields import is_time, reader, shown

REQUIRED_COLUMNS = ("event_timestamp",)
"""Partition columns."""
CHUNK = 256
"""Messages tried together once the whole batch has failed."""

_FAST_RFC3339 = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)


class Decoded(NamedTuple):
    """What became of a batch."""

    rows: pa.Table
    """The messages accepted, in their order."""
    rejected: list[tuple[int, str]]
    """Position and reason of every other message."""


class _MisfitError(Exception):
    """A message does not fit the table; says why."""


def decode(
    messages: Sequence[bytes], schema: pa.Schema, *, drop_unknown_fields: bool = False
) -> Decoded:
    """Turn JSON ``messages`` into rows of ``schema``."""
    whole = _decode_together(messages, schema, drop_unknown_fields)
    if whole is not None:
        return Decoded(whole, [])
    tables: list[pa.Table] = []
    rejected: list[tuple[int, str]] = []
    for start in range(0, len(messages), CHUNK):
        part = messages[start : start + CHUNK]
        together = _decode_together(part, schema, drop_unknown_fields)
        if together is None:
            together, bad = _decode_one_by_one(part, schema, drop_unknown_fields)
            rejected += [(start + position, reason) for position, reason in bad]
        tables.append(together)
    return Decoded(pa.concat_tables([schema.empty_table(), *tables]), rejected)


def _decode_together(
    messages: Sequence[bytes], schema: pa.Schema, drop_unknown_fields: bool
) -> pa.Table | None:
    """All ``messages`` as a table; None if any of them needs a closer look."""
    joined = b"\n".join(messages)
    if not messages or not _is_plain(messages, joined) or pa.binary() in schema.types:
        return None
    columns = [f.with_type(pa.string()) if is_time(f.type) else f for f in schema]
    try:
        table = pj.read_json(
            io.BytesIO(joined),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(joined) + 1),
            parse_options=pj.ParseOptions(
                explicit_schema=pa.schema(columns),
                unexpected_field_behavior="ignore" if drop_unknown_fields else "error",
            ),
        )
        table.validate(full=True)
        if table.num_rows != len(messages) or not all(map(_is_sound, table.itercolumns(), schema)):
            return None
        return table.select(schema.names).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def _is_plain(messages: Sequence[bytes], joined: bytes) -> bool:
    """Whether every message is one flat object on one line, if it is JSON at all.

    pyarrow reads lines, not messages: a line break inside a message, or two objects in one, would
    shift rows; and nesting is parsed recursively, without a limit.
    """
    count = len(messages)
    return (
        joined.count(b"{") == count
        and joined.count(b"\n") == count - 1
        and b"[" not in joined
        and b"\r" not in joined
        and all(message.startswith(b"{") for message in messages)
    )


def _is_sound(column: pa.ChunkedArray, field: pa.Field) -> bool:
    """Whether pyarrow's reading of a column is also ours."""
    if field.name in REQUIRED_COLUMNS and column.null_count:
        return False
    if pa.types.is_floating(field.type):
        return bool(pc.all(pc.is_finite(column), min_count=0).as_py())
    if is_time(field.type):
        if not pc.all(pc.match_substring_regex(column, _FAST_RFC3339), min_count=0).as_py():
            return False
        years = pc.min_max(pc.utf8_slice_codeunits(column, 0, 4)).as_py()
        return years["min"] is None or (years["min"] >= "0002" and years["max"] <= "9998")
    return True


def _decode_one_by_one(
    messages: Sequence[bytes], schema: pa.Schema, drop_unknown_fields: bool
) -> tuple[pa.Table, list[tuple[int, str]]]:
    readers = {field.name: reader(field.type) for field in schema}
    rows: list[dict[str, Any]] = []
    rejected: list[tuple[int, str]] = []
    for position, message in enumerate(messages):
        try:
            rows.append(_decode_one(message, readers, drop_unknown_fields))
        except _MisfitError as misfit:
            rejected.append((position, str(misfit)))
    columns = [pa.array([row.get(f.name) for row in rows], f.type) for f in schema]
    return pa.Table.from_arrays(columns, schema=schema), rejected


def _decode_one(
    message: bytes, readers: dict[str, Callable[[Any], Any]], drop_unknown_fields: bool
) -> dict[str, Any]:
    row = {}
    for name, value in _parse_object(message).items():
        read = readers.get(name)
        if read is None:
            if drop_unknown_fields:
                continue
            raise _MisfitError(f"unknown field {shown(name)}: the table has no such column")
        if value is not None:
            try:
                row[name] = read(value)
            except ValueError as error:
                raise _MisfitError(f"field {name}: {shown(value)} {error}") from None
    for name in REQUIRED_COLUMNS:
        if name in readers and name not in row:
            raise _MisfitError(f"field {name} is missing, and the table is partitioned by it")
    return row


def _parse_object(message: bytes) -> dict[str, Any]:
    if not message:
        raise _MisfitError("not JSON: the message is empty")
    try:
        value = json.loads(message.decode(), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise _MisfitError(f"not UTF-8: {error.reason} at byte {error.start}") from None
    except RecursionError:
        raise _MisfitError("not a row: nested too deeply") from None
    except ValueError as error:
        raise _MisfitError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise _MisfitError("not a row: the JSON value is no object")
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON value")
