"""The workbook's files: a package with its data, or one that asks BigQuery."""

import tempfile
import zipfile
from pathlib import Path

import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.files import replacing
from esynapse.warehouse import Warehouse
from tableau.connections import EXTRACT_PATH, EXTRACT_SCHEMA, BigQuery, Extract
from tableau.views import DASHBOARDS
from tableau.workbook import sources, workbook

WORKBOOK = "esynapse.twb"
"""The workbook's name in the package."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of the workbook in a package, so that the same one makes the same bytes."""


def write_live(path: Path, connection: BigQuery, currency: str) -> None:
    """Write a workbook that asks BigQuery; amounts are in ``currency``, a code of ISO 4217."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(workbook(DASHBOARDS, connection, currency))


def write_package(path: Path, warehouse: Warehouse) -> int:
    """Write a workbook with the published marts packed in; the rows in it.

    Raises:
        EsynapseError: nothing is published yet, or pantab is not installed.
    """
    (currency,) = warehouse.query("select currency from pipeline_clock")["currency"].to_pylist()
    marts = {name: _plain(warehouse.query(f"select * from {name}")) for name in used_marts()}
    twb = workbook(DASHBOARDS, Extract(), currency)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, replacing(path) as temporary:
        extract = Path(folder) / Path(EXTRACT_PATH).name
        write_extract(extract, marts)
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as package:
            info = zipfile.ZipInfo(WORKBOOK, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, twb)
            package.write(extract, EXTRACT_PATH)
    return sum(len(rows) for rows in marts.values())


def used_marts() -> list[str]:
    """The marts that the workbook reads."""
    return sorted({mart for source in sources(DASHBOARDS) for mart in source.marts})


def write_extract(path: Path, marts: dict[str, pa.Table]) -> None:
    """Write tables as a Hyper file.

    Raises:
        EsynapseError: pantab is not installed, or there is no room.
    """
    try:
        import pantab
    except ImportError:
        raise EsynapseError(
            "pantab writes the extract and is not installed: run `make tableau`, or install "
            "requirements-tableau.txt"
        ) from None
    tables = {(EXTRACT_SCHEMA, name): rows for name, rows in marts.items()}
    try:
        pantab.frames_to_hyper(tables, path)
    except RuntimeError as error:
        said = str(error).splitlines()[0].rstrip(".")
        raise EsynapseError(
            f"Tableau's database does not write the extract ({said}): see that there is room in "
            f"{path.parent}"
        ) from None


def _plain(rows: pa.Table) -> pa.Table:
    """Types that Hyper and Tableau have: amounts as reals, instants without a zone (UTC)."""
    columns = [
        column.cast(pa.float64())
        if pa.types.is_decimal(column.type)
        else column.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
        if pa.types.is_timestamp(column.type)
        else column
        for column in rows.columns
    ]
    return pa.table(columns, names=rows.column_names)
