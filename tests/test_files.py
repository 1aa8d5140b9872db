"""A file is there whole or not at all, and what was written is read back."""

import csv
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esynapse.files import replacing, write_csv, write_parquet

texts = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_takes_the_place_of_the_old_one_when_it_is_complete(
    tmp_path: Path, durable: bool
) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with replacing(path, durable=durable) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def fail() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_threads_that_write_the_same_file_at_once_leave_one_of_them(tmp_path: Path) -> None:
    path = tmp_path / "file"
    both_wrote = threading.Barrier(2)

    def write(text: str) -> None:
        with replacing(path) as temporary:
            temporary.write_text(text)
            both_wrote.wait(timeout=10)

    with ThreadPoolExecutor() as threads:
        list(threads.map(write, ("one", "other")))
    assert path.read_text() in ("one", "other")
    assert list(tmp_path.iterdir()) == [path]


def test_parquet_is_read_back_as_it_was(tmp_path: Path) -> None:
    rows = pa.table({"a": [1, None, 3], "b": ["x", "y", None]})
    size = write_parquet(tmp_path / "rows.parquet", rows)
    assert size == (tmp_path / "rows.parquet").stat().st_size
    assert pq.read_table(tmp_path / "rows.parquet").equals(rows)


@given(st.lists(st.tuples(texts, texts | st.none()), min_size=1))
def test_any_text_comes_back_from_csv(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str | None]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    first, second = zip(*rows, strict=True)
    write_csv(path, pa.table({"first": first, "second": pa.array(second, pa.string())}))
    with path.open(newline="", encoding="utf-8") as file:
        header, *found = csv.reader(file)
    assert header == ["first", "second"]
    assert found == [[one, two or ""] for one, two in rows]


def test_csv_says_instants_in_utc_and_leaves_nulls_empty(tmp_path: Path) -> None:
    noon = datetime(2026, 3, 11, 12, 0, 0, 1500, tzinfo=UTC)
    at = pa.array([noon, None], pa.timestamp("us", tz="UTC"))
    rows = pa.table({"at": at, "price": [9.5, None], "on_sale": [True, False]})
    write_csv(tmp_path / "rows.csv", rows)
    assert (tmp_path / "rows.csv").read_bytes() == (
        b'"at","price","on_sale"\r\n"2026-03-11T12:00:00.001500Z",9.5,true\r\n,,false\r\n'
    )
