"""A warehouse in an empty home, and one call that imports a text."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from esynapse.home import open_home
from esynapse.ingest.importer import ImportReport, Mapping, import_file
from esynapse.warehouse.local import LocalWarehouse

ImportText = Callable[..., ImportReport]

SALES = """
timezone: UTC
events:
  event_timestamp: {column: time}
  event_type: {constant: purchase}
  user_id: {column: user}
  product_id: {column: item}
  quantity: {column: quantity}
  sale_price: {column: price}
"""
"""For files with the header time,user,item,quantity,price."""


@pytest.fixture
def warehouse(tmp_path: Path) -> LocalWarehouse:
    return LocalWarehouse(open_home(tmp_path / "home"))


@pytest.fixture
def mapping() -> Callable[..., Mapping]:
    """SALES with changes on top: mapping(negative_quantity="refund", events={...})."""

    def make(**changes: Any) -> Mapping:
        content = yaml.safe_load(SALES)
        content["events"].update(changes.pop("events", {}))
        return Mapping.model_validate(content | changes)

    return make


@pytest.fixture
def import_text(
    warehouse: LocalWarehouse, tmp_path: Path, mapping: Callable[..., Mapping]
) -> ImportText:
    """Write a text or bytes to a file and import it with SALES and changes on top."""

    def run(text: str | bytes, name: str = "sales.csv", **changes: Any) -> ImportReport:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return import_file(warehouse, path, mapping(**changes))

    return run


@pytest.fixture
def events(warehouse: LocalWarehouse) -> Callable[[], list[dict[str, Any]]]:
    """The events in the lake, in the order of the file's lines."""

    def read() -> list[dict[str, Any]]:
        columns = "* exclude (event_date)"
        rows = warehouse.query_raw(f"select {columns} from live_events").to_pylist()
        return sorted(rows, key=lambda row: int(row["event_id"].rpartition("-")[2]))

    return read


@pytest.fixture
def dead_letters(warehouse: LocalWarehouse) -> Callable[[], list[tuple[int, str, bytes]]]:
    """Line, reason and bytes of the rows that went to dead letter, by line."""

    def read() -> list[tuple[int, str, bytes]]:
        rows = warehouse.query_raw("select * from dead_letter_events").to_pylist()
        found = [(json.loads(row["attributes"]), row["data"]) for row in rows]
        return sorted((a["line"], a["reason"], data) for a, data in found)

    return read
