"""The local warehouse: readers see published marts, old or new, never a part."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from esynapse.errors import EsynapseError
from esynapse.home import open_home
from esynapse.warehouse.local import LocalWarehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> LocalWarehouse:
    return LocalWarehouse(open_home(tmp_path / "home"))


def build(warehouse: LocalWarehouse, answer: int) -> None:
    with duckdb.connect(str(warehouse.home.warehouse)) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute(
            "create or replace table marts.pipeline_clock as"
            " select timestamptz '2026-03-01 10:00:00+00' as as_of"
        )
        connection.execute(
            "create or replace table marts.answer as select $a as value", {"a": answer}
        )


def answer(warehouse: LocalWarehouse) -> int:
    value: int = warehouse.query("select value from answer where value > $low", {"low": 0})[0][
        0
    ].as_py()
    return value


def test_asking_before_the_first_publish_says_what_to_do(warehouse: LocalWarehouse) -> None:
    assert warehouse.version() == ""
    with pytest.raises(EsynapseError, match="esynapse up"):
        warehouse.query("select 1")


def test_a_reader_sees_the_new_marts_after_a_publish_and_not_before(
    warehouse: LocalWarehouse,
) -> None:
    build(warehouse, 1)
    warehouse.publish()
    first = warehouse.version()
    assert answer(warehouse) == 1
    build(warehouse, 2)
    assert (answer(warehouse), warehouse.version()) == (1, first)
    warehouse.publish()
    assert answer(warehouse) == 2
    assert warehouse.version() != first


def test_two_readers_in_one_process_both_see_the_newest_marts(warehouse: LocalWarehouse) -> None:
    other = LocalWarehouse(warehouse.home)
    build(warehouse, 1)
    warehouse.publish()
    assert (answer(warehouse), answer(other)) == (1, 1)
    build(warehouse, 2)
    warehouse.publish()
    assert (answer(other), answer(warehouse)) == (2, 2)


def test_a_view_over_marts_is_published_as_what_it_shows(warehouse: LocalWarehouse) -> None:
    build(warehouse, 7)
    with duckdb.connect(str(warehouse.home.warehouse)) as connection:
        connection.execute("create view marts.twice as select 2 * value as value from marts.answer")
    warehouse.publish()
    assert warehouse.query("select value from twice").to_pylist() == [{"value": 14}]


def test_a_publish_that_fails_leaves_the_old_marts(warehouse: LocalWarehouse) -> None:
    build(warehouse, 1)
    warehouse.publish()
    with duckdb.connect(str(warehouse.home.warehouse)) as connection:
        connection.execute("drop table marts.pipeline_clock")
    with pytest.raises(duckdb.CatalogException):
        warehouse.publish()
    assert answer(warehouse) == 1
    assert not warehouse.home.marts.with_suffix(".tmp").exists()


def test_a_query_can_neither_write_nor_read_other_files(
    warehouse: LocalWarehouse, tmp_path: Path
) -> None:
    build(warehouse, 1)
    warehouse.publish()
    (tmp_path / "secret.csv").write_text("a\n1\n")
    for sql in (
        "create table marts.x as select 1",
        f"copy (select 1) to '{tmp_path / 'out.csv'}'",
        f"select * from read_csv('{tmp_path / 'secret.csv'}')",
    ):
        with pytest.raises(duckdb.Error):
            warehouse.query(sql)
    assert not (tmp_path / "out.csv").exists()


def test_freshness_knows_the_build_and_the_newest_event(warehouse: LocalWarehouse) -> None:
    assert warehouse.freshness().published_at is None
    build(warehouse, 1)
    warehouse.publish()
    fresh = warehouse.freshness()
    assert fresh.as_of == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert fresh.newest_event is None
