"""What the emulator does otherwise than BigQuery, each told by the SQL that shows it.

Google's own implementation is the judge. An error that is not there any more fails its test: then
it goes from here, and its mend from mended.py.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pytest
from google.api_core.exceptions import BadRequest, NotFound
from google.cloud import bigquery

from esynapse.settings import Settings
from esynapse.warehouse.bigquery.clients import bigquery_client, storage_client
from tests.dbt_project import googlesql
from tests.dbt_project.comparing import Row, differences
from tests.emulator.process import MENDED, Emulator

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Error:
    """A query that the emulator answers wrongly or refuses, and what it says instead."""

    name: str
    sql: str
    says: str


MET = [
    Error(
        "a_cast_keeps_its_precision",
        "select cast(cast(a / nullif(3, 0) as numeric(38, 9)) as numeric(18, 2)) as y"
        " from (select 508.9e0 as a)",
        "169.633",
    ),
    Error("a_numeric_has_nine_decimals", "select cast(1.23456789 as numeric) as y", "1.235"),
]
"""The project's SQL meets them; mended by the function of the name in mended.py."""

AVOIDED = [
    Error(
        "a difference of timestamps in days counts midnights, not 24 hours",
        "select timestamp_diff(timestamp '2026-01-02 01:00:00+00',"
        " timestamp '2026-01-01 23:00:00+00', day) as y",
        "1",
    ),
    Error("halves become the next even whole number", "select cast(2.5 as int64) as y", "2"),
    Error(
        "distinct and ignore nulls do not go together",
        "select array_length(array_agg(distinct x ignore nulls)) as y from unnest([1, 1, null]) x",
        "Syntax error",
    ),
]
"""The project's SQL does without."""

TYPED_TABLE = "a_typed_table_may_be_made_of_a_query_in_parentheses"
STORAGE = "the_rows_of_a_query_come_over_the_storage_api"
FOR_SPEED = "a_statement_is_parsed_once"


@pytest.fixture(scope="module")
def plain_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The emulator as it is published."""
    emulator = Emulator(tmp_path_factory.mktemp("plain"), mended=False).start()
    yield emulator
    emulator.kill()


@pytest.fixture(scope="module")
def plain(plain_emulator: Emulator) -> Iterator[bigquery.Client]:
    with closing(bigquery_client(plain_emulator.settings())) as client:
        yield client


@pytest.mark.parametrize("error", [*MET, *AVOIDED], ids=lambda error: error.name)
def test_the_error_is_still_there(plain: bigquery.Client, error: Error) -> None:
    assert answer(plain, error.sql).startswith(error.says)
    assert str(googlesql.rows_of(error.sql, {})[0][0]) != error.says


@pytest.mark.parametrize("error", MET, ids=lambda error: error.name)
def test_the_mended_emulator_gives_what_google_gives(client: bigquery.Client, error: Error) -> None:
    assert differences(googlesql.rows_of(error.sql, {}), rows(client, error.sql)) == []


def test_a_typed_table_is_made_of_a_query_in_parentheses_by_the_mended_emulator_alone(
    plain: bigquery.Client, client: bigquery.Client, bigquery_settings: Settings
) -> None:
    table = f"{bigquery_settings.dataset}.typed"
    statement = f"create table {table} (y numeric(18, 2)) as (select 1 as y)"
    for each in (plain, client):
        each.create_dataset(bigquery_settings.dataset)
    rows(client, statement)

    assert client.get_table(table).schema[0].field_type == "NUMERIC"
    with pytest.raises(BadRequest, match="syntax error at or near"):
        rows(plain, statement)


def test_the_rows_of_a_query_come_over_the_storage_api_of_the_mended_emulator_alone(
    plain_emulator: Emulator, bigquery_emulator: Emulator
) -> None:
    sql = "select sum(x) as whole, numeric '1.5' as exact from unnest([1, 2]) as x"

    found = over_storage(bigquery_emulator, sql)

    assert found.to_pylist() == [{"whole": 3, "exact": Decimal("1.5")}]
    assert found.schema.types == [pa.int64(), pa.decimal128(38, 9)]
    with pytest.raises(NotFound, match="Table read failed"):
        over_storage(plain_emulator, sql)


def over_storage(emulator: Emulator, sql: str) -> pa.Table:
    settings = emulator.settings()
    with closing(bigquery_client(settings)) as client:
        return client.query(sql).to_arrow(bqstorage_client=storage_client(settings, client))


def test_every_mend_has_its_error() -> None:
    mends = re.findall(r"^def (\w+)", MENDED.read_text(), re.MULTILINE)

    named = [TYPED_TABLE, STORAGE, *(error.name for error in MET)]
    assert sorted(mends) == sorted([*named, FOR_SPEED])


def test_a_job_id_is_taken_twice_where_bigquery_answers_409(client: bigquery.Client) -> None:
    for _ in range(2):
        assert next(iter(client.query("select 1", job_id="same", job_retry=None).result()))[0] == 1


def rows(client: bigquery.Client, sql: str) -> list[Row]:
    return [tuple(row.values()) for row in client.query(sql).result()]


def answer(client: bigquery.Client, sql: str) -> str:
    try:
        return str(rows(client, sql)[0][0])
    except BadRequest as error:
        return str(error.message)
