"""A file as chunks of raw columns, every row with its line number and its original bytes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from esynapse.errors import EsynapseError
from esynapse.ingest.importer.mapping import DELIMITERS, SUFFIX_FORMATS, FileOptions
from esynapse.ingest.importer.records import Records, read_records
from esynapse.ingest.importer.separated import BadRecord, Parser

PARQUET_ROWS = 200_000
UTF8_MARK = b"\xef\xbb\xbf"


class Chunk(NamedTuple):
    """Rows in the order of the file."""

    columns: pa.Table
    """The columns asked for, named c0, c1, …: names that differ in case alone stay apart."""
    lines: list[int] | np.ndarray[Any, Any]
    """Line of each row; in Parquet the row's number; 1 is the first."""
    data: Callable[[int], bytes]
    """The bytes of the row at an index of ``columns``; of Parquet, the row as JSON."""
    bad: list[BadRecord]
    """Records that are no rows."""
    position: int
    """Bytes of the file read so far."""


def file_format(path: Path, options: FileOptions) -> str:
    """The format stated, else that of the suffix.

    Raises:
        EsynapseError: neither says.
    """
    found = options.format or SUFFIX_FORMATS.get(path.suffix.lower())
    if found is None:
        allowed = ", ".join(SUFFIX_FORMATS.values())
        raise EsynapseError(
            f"{path}: what format is it? Give file.format in the mapping: one of {allowed}"
        )
    return found


def read_chunks(
    path: Path, options: FileOptions, choose: Callable[[list[str]], list[str]]
) -> Iterator[Chunk]:
    """Yield the rows of ``path`` in chunks of bounded size.

    Args:
        choose: gets the names of the file's columns, says which are wanted and in which order.

    Raises:
        EsynapseError: the file is empty or is not of its format.
    """
    if file_format(path, options) == "parquet":
        yield from _read_parquet(path, choose)
    else:
        yield from _read_text(path, options, choose)


def _read_text(
    path: Path, options: FileOptions, choose: Callable[[list[str]], list[str]]
) -> Iterator[Chunk]:
    kind = file_format(path, options)
    delimiter = options.delimiter or DELIMITERS[kind]
    quote = "" if kind == "whitespace" else options.quote
    parser = Parser(delimiter, quote, options.encoding, spaces=kind == "whitespace")
    with path.open("rb") as file:
        if file.read(len(UTF8_MARK)) != UTF8_MARK:
            file.seek(0)
        line = 1
        for _ in range(options.skip_lines):
            line += bool(file.readline())
        names = options.columns or parser.names(_header(path, file))
        line += options.header
        wanted = choose(names)
        for records in read_records(file, delimiter=delimiter, quote=quote, first_line=line):
            yield _text_chunk(records, parser, names, wanted, file.tell())


def _header(path: Path, file: BinaryIO) -> bytes:
    header = file.readline().strip(b"\r\n")
    if not header.strip():
        raise EsynapseError(f"{path}: has no header line (say 'header: false' and 'columns')")
    return header


def _text_chunk(
    records: Records, parser: Parser, names: list[str], wanted: list[str], position: int
) -> Chunk:
    table, kept, bad = parser.parse(records, names, wanted)
    return Chunk(
        table, records.lines[kept], lambda row: records.data(int(kept[row])), bad, position
    )


def _read_parquet(path: Path, choose: Callable[[list[str]], list[str]]) -> Iterator[Chunk]:
    try:
        with pq.ParquetFile(path) as file:
            wanted = choose(file.schema_arrow.names)
            total, first = path.stat().st_size, 1
            for batch in file.iter_batches(batch_size=PARQUET_ROWS, columns=wanted):
                rows = pa.Table.from_batches([batch]).select(wanted)
                lines = np.arange(first, first + rows.num_rows)
                first += rows.num_rows
                done = total * (first - 1) // max(file.metadata.num_rows, 1)
                named = rows.rename_columns([f"c{i}" for i in range(len(wanted))])
                yield Chunk(named, lines, _as_json(rows), [], done)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise EsynapseError(f"{path}: cannot be read as Parquet ({reason})") from None


def _as_json(rows: pa.Table) -> Callable[[int], bytes]:
    return lambda row: json.dumps(rows.slice(row, 1).to_pylist()[0], default=str).encode()
