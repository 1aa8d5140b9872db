"""Import of one file into a warehouse."""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.events import PRODUCT_SCHEMA
from esynapse.ingest.importer import staging
from esynapse.ingest.importer.mapping import Mapping
from esynapse.ingest.importer.reader import file_format, read_chunks
from esynapse.ingest.importer.staging import Staging
from esynapse.progress import Progress, silent
from esynapse.warehouse import Warehouse
from esynapse.warehouse.raw_tables import DEAD_LETTER_SCHEMA

LAYOUT = 1
"""Part of every batch key; raise it when the same file would give other rows or another order."""


@dataclass(frozen=True)
class ImportReport:
    """What an import did. Rows are lines of the file that are not blank, the header left out."""

    rows_read: int
    rows_good: int
    """Rows that are events."""
    rows_landed: int
    """Events that this run added; 0 if all had been there."""
    rows_ignored: int
    """Rows that the mapping leaves out (event_type 'ignore')."""
    dead_lettered: dict[str, int]
    """Bad rows by reason."""
    products_catalogued: int
    """Products that this run added to the catalogue."""
    already_imported: bool
    """The same file with the same mapping had been imported; nothing changed."""


class _Key(NamedTuple):
    file: str
    batch: str


def import_file(
    warehouse: Warehouse, path: Path, mapping: Mapping, *, progress: Progress = silent
) -> ImportReport:
    """Bring the rows of ``path`` into ``live_events``, its bad rows into ``dead_letter_events``.

    Nothing is written before the whole file has been read. Every write has a key made of the
    contents of the file and of the mapping, so that running it again, after a crash too, adds
    what is missing and no more. Memory does not grow with the file; the folder for temporary
    files (TMPDIR) holds about as much as the file.

    Raises:
        EsynapseError: the file is missing or empty, is not of its format, or lacks a column.
    """
    key = _key(path, mapping)
    total = path.stat().st_size
    if not total:
        raise EsynapseError(f"{path}: is empty, there is nothing to import")
    names = _column_names(mapping)
    text = file_format(path, mapping.file) != "parquet"
    with (
        tempfile.TemporaryDirectory(prefix="esynapse-import-") as folder,
        _no_room_said_plainly(Path(folder)),
        Staging(Path(folder), mapping, names, text=text) as staged,
    ):
        ignored = 0
        for chunk in read_chunks(path, mapping.file, lambda found: _choose(path, names, found)):
            ignored += staged.add(chunk)
            progress(min(chunk.position, total), total, "bytes read")
        good, reasons = staged.good_rows(), staged.reasons()
        if not good and not reasons and not ignored:
            raise EsynapseError(f"{path}: has no rows, there is nothing to import")
        refused = _write_bad_rows(warehouse, staged, path, key)
        catalogued = _catalogue(warehouse, staged.products())
        landed = done = 0
        for number, events in enumerate(staged.events(key.file)):
            landed += warehouse.load_events(events, batch_key=f"{key.batch}/{number}")
            done += events.num_rows
            progress(done, good, "events written")
    return ImportReport(
        rows_read=good + ignored + sum(reasons.values()),
        rows_good=good,
        rows_landed=landed,
        rows_ignored=ignored,
        dead_lettered=reasons,
        products_catalogued=catalogued,
        already_imported=landed == refused == catalogued == 0 and good + len(reasons) > 0,
    )


@contextmanager
def _no_room_said_plainly(folder: Path) -> Iterator[None]:
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        reason = str(error).splitlines()[0]
        raise EsynapseError(
            f"no room to sort the file ({reason}): set TMPDIR to a folder with more room than"
            f" {folder.parent}, or import the file in parts"
        ) from error


def _key(path: Path, mapping: Mapping) -> _Key:
    try:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EsynapseError(f"{path}: cannot be read ({error.strerror})") from None
    cut = f"{LAYOUT}:{staging.BATCH_ROWS}:{staging.DEAD_LETTER_ROWS}"
    whole = hashlib.sha256(f"{cut}:{content}:{mapping.digest()}".encode()).hexdigest()
    return _Key(content[:16], f"import-{whole[:32]}")


def _column_names(mapping: Mapping) -> dict[str, str]:
    """Columns of the file that the mapping reads → their names in a chunk."""
    used = [name for source in mapping.sources().values() for name in source.columns()]
    return {name: f"c{i}" for i, name in enumerate(dict.fromkeys(used))}


def _choose(path: Path, names: dict[str, str], found: list[str]) -> list[str]:
    missing = [name for name in names if name not in found]
    if missing:
        raise EsynapseError(
            f"{path}: has no column {missing[0]!r}; its columns are {', '.join(found)}"
        )
    return list(names)


def _write_bad_rows(warehouse: Warehouse, staged: Staging, path: Path, key: _Key) -> int:
    added = 0
    for number, bad in enumerate(staged.bad_rows()):
        lines, reasons = bad["line"].to_pylist(), bad["reason"].to_pylist()
        now = datetime.now(UTC)
        attributes = [
            json.dumps({"source": "import", "file": path.name, "line": line, "reason": reason})
            for line, reason in zip(lines, reasons, strict=True)
        ]
        columns = [
            pa.array(["import"] * len(lines)),
            pa.array([f"{key.file}-{line}" for line in lines]),
            pa.array([now] * len(lines), DEAD_LETTER_SCHEMA.field("publish_time").type),
            bad["data"].cast(pa.binary()),
            pa.array(attributes),
        ]
        rows = pa.table(columns, schema=DEAD_LETTER_SCHEMA)
        batch_key = f"{key.batch}/{number}"
        added += warehouse.append("dead_letter_events", rows, batch_key=batch_key)
    return added


def _catalogue(warehouse: Warehouse, products: pa.Table) -> int:
    """Add the products that the catalogue does not know; those it knows stay as they are."""
    known = warehouse.query_raw(f"select {', '.join(PRODUCT_SCHEMA.names)} from products")
    known = known.cast(PRODUCT_SCHEMA)
    fresh = products.join(
        known.select(["product_id"]), keys="product_id", join_type="left anti"
    ).sort_by("product_id")
    if fresh.num_rows:
        warehouse.load_products(pa.concat_tables([known, fresh.select(PRODUCT_SCHEMA.names)]))
    return int(fresh.num_rows)
