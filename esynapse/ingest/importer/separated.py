"""Records of separated values as columns of text, without losing which record became which row."""

import csv
import re
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

from esynapse.ingest.importer.mapping import ENCODINGS
from esynapse.ingest.importer.records import Records

SPACES = re.compile(rb"[ \t]+")
SPACES_AROUND_BREAK = re.compile(rb" ?(\r?\n) ?")


class BadRecord(NamedTuple):
    """A record that is no row."""

    line: int
    data: bytes
    reason: str


class Parser:
    """Parses records of one file."""

    def __init__(self, delimiter: str, quote: str, encoding: str, *, spaces: bool) -> None:
        self.delimiter, self.quote, self.spaces = delimiter, quote, spaces
        self.encoding = ENCODINGS[encoding]

    def names(self, header: bytes) -> list[str]:
        """The names in a header line."""
        text = self._normalise(header).decode(errors="replace")
        dialect: dict[str, Any] = (
            {"quotechar": self.quote} if self.quote else {"quoting": csv.QUOTE_NONE}
        )
        [names] = csv.reader([text], delimiter=self.delimiter, **dialect)
        return [name.strip() for name in names]

    def parse(
        self, records: Records, names: list[str], wanted: list[str]
    ) -> tuple[pa.Table, npt.NDArray[np.int64], list[BadRecord]]:
        """Columns c0, c1, … (text) of ``wanted``; the record of each row; the other records."""
        numbered = [f"f{i}" for i in range(len(names))]
        columns = [numbered[names.index(name)] for name in wanted]
        tables: list[pa.Table] = []
        kept: list[npt.NDArray[np.int64]] = []
        bad: dict[int, str] = dict.fromkeys(records.unclosed, "a quote is never closed")
        indexes = np.setdiff1d(np.arange(len(records.starts)), list(bad), assume_unique=True)
        pending = [indexes] if len(indexes) else []
        while pending:
            part = pending.pop()
            outcome = self._parse_part(records, part, numbered, columns)
            if isinstance(outcome, str) and len(part) == 1:
                bad[int(part[0])] = outcome
            elif isinstance(outcome, str):
                pending += [part[len(part) // 2 :], part[: len(part) // 2]]
            else:
                table, skipped = outcome
                bad.update({int(part[row]): reason for row, reason in skipped.items()})
                tables.append(table)
                kept.append(np.delete(part, list(skipped)))
        empty = pa.schema([pa.field(name, pa.string()) for name in columns]).empty_table()
        table = pa.concat_tables([empty, *tables])
        rows = np.concatenate(kept) if kept else np.empty(0, np.int64)
        rejected = [
            BadRecord(int(records.lines[i]), records.data(i), reason)
            for i, reason in sorted(bad.items())
        ]
        return table.rename_columns([f"c{i}" for i in range(len(wanted))]), rows, rejected

    def _parse_part(
        self,
        records: Records,
        part: npt.NDArray[np.int64],
        names: list[str],
        columns: list[str],
    ) -> tuple[pa.Table, dict[int, str]] | str:
        """Rows of the records ``part`` and those skipped, or why they cannot be told apart."""
        skipped: list[Any] = []
        try:
            text = self._normalise(_text(records, part))
            table = self._read(text, names, columns, skipped)
        except UnicodeDecodeError:
            return f"is not {self.encoding} text"
        except pa.ArrowInvalid as error:
            return "is not utf-8 text" if "UTF8" in str(error) else "cannot be told apart"
        if table.num_rows + len(skipped) != len(part):
            return "cannot be told apart into fields"
        return table, {row.number - 1: _fields(row) for row in skipped}

    def _normalise(self, text: bytes) -> bytes:
        if self.encoding != "utf-8":
            text = text.decode(self.encoding).encode()
        if self.spaces:
            text = SPACES_AROUND_BREAK.sub(rb"\1", SPACES.sub(b" ", text)).strip(b" ")
        return text

    def _read(
        self, text: bytes, names: list[str], columns: list[str], skipped: list[Any]
    ) -> pa.Table:
        def skip(row: Any) -> str:
            skipped.append(row)
            return "skip"

        return pacsv.read_csv(
            pa.py_buffer(text),
            pacsv.ReadOptions(use_threads=False, column_names=names, block_size=len(text) + 1),
            pacsv.ParseOptions(
                delimiter=self.delimiter,
                quote_char=self.quote or False,
                newlines_in_values=bool(self.quote),
                invalid_row_handler=skip,
            ),
            pacsv.ConvertOptions(
                include_columns=columns,
                column_types={name: pa.string() for name in columns},
                strings_can_be_null=False,
            ),
        )


def _text(records: Records, part: npt.NDArray[np.int64]) -> bytes:
    first, last = int(part[0]), int(part[-1])
    begin, end = int(records.starts[first]), int(records.ends[last])
    whole = len(part) == last - first + 1
    if whole and _adjacent(records, first, last):
        return records.block[begin:end] + b"\n"
    return b"\n".join(records.data(int(index)) for index in part) + b"\n"


def _adjacent(records: Records, first: int, last: int) -> bool:
    """Whether one line end alone lies between each two records: no blank line was left out."""
    ends = records.ends[first:last]
    gaps = records.starts[first + 1 : last + 1] - ends
    returns = np.frombuffer(records.block, np.uint8)[ends] == ord("\r")
    return bool((gaps == 1 + returns).all())


def _fields(row: Any) -> str:
    few = row.actual_columns < row.expected_columns
    return f"has too {'few' if few else 'many'} fields"
