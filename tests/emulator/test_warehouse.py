"""The warehouse protocol over BigQuery: the real client, the emulator's tables."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from google.cloud import bigquery

from esynapse.errors import EsynapseError
from esynapse.events import PRODUCT_SCHEMA
from esynapse.provision import provision
from esynapse.settings import Settings
from esynapse.warehouse.bigquery.warehouse import BigQueryWarehouse
from esynapse.warehouse.builds import NodeResult
from esynapse.warehouse.raw_tables import DEAD_LETTER_SCHEMA
from tests.warehouse.lakes import events

COUNT = (
    "select count(*) as n, count(distinct event_id) as ids from live_events"
    " where event_timestamp > $since"
)
SINCE = {"since": datetime(2020, 1, 1, tzinfo=UTC)}

pytestmark = pytest.mark.slow


@pytest.fixture
def warehouse(bigquery_settings: Settings) -> BigQueryWarehouse:
    provision(bigquery_settings)
    return BigQueryWarehouse(bigquery_settings)


def products(price: float = 10.0, number: int = 3) -> pa.Table:
    row = {"product_name": "P", "category": "C", "regular_price": price, "in_stock": True}
    rows = [row | {"product_id": f"p{n}"} for n in range(number)]
    return pa.Table.from_pylist(rows, schema=PRODUCT_SCHEMA)


def build_marts(client: bigquery.Client, settings: Settings, **tables: str) -> None:
    """What dbt leaves: tables, and of names that end in _view views, by their queries."""
    for name, sql in {"pipeline_clock": "select timestamp '2026-03-02' as as_of", **tables}.items():
        kind = "view" if name.endswith("_view") else "table"
        full = f"{settings.project}.{settings.dataset}_marts.{name}"
        client.query(f"create or replace {kind} `{full}` as {sql}").result()


def counts(warehouse: BigQueryWarehouse) -> dict[str, Any]:
    (row,) = warehouse.query_raw(COUNT, SINCE).to_pylist()
    return dict(row)


def test_a_batch_of_events_lands_once_however_often_it_is_sent(
    warehouse: BigQueryWarehouse,
) -> None:
    first, second = events(1, 2, 3), events(30, 31)
    assert warehouse.load_events(first, batch_key="a") == 3
    assert warehouse.load_events(first, batch_key="a") == 0
    assert warehouse.load_events(second, batch_key="b") == 2
    assert counts(warehouse)["n"] == 5


def test_a_table_that_was_made_anew_knows_nothing_of_earlier_batches(
    warehouse: BigQueryWarehouse, client: bigquery.Client, bigquery_settings: Settings
) -> None:
    warehouse.load_events(events(1), batch_key="a")
    client.delete_table(f"{bigquery_settings.project}.{bigquery_settings.dataset}.live_events")
    provision(bigquery_settings)
    assert warehouse.load_events(events(1), batch_key="a") == 1


def test_events_come_back_as_they_were_sent(warehouse: BigQueryWarehouse) -> None:
    sent = events(1, 2, 30)
    warehouse.load_events(sent, batch_key="a")
    names = ", ".join(sent.schema.names)
    back = warehouse.query_raw(
        f"select {names} from live_events where event_timestamp > $since order by event_timestamp",
        SINCE,
    )
    assert back.cast(sent.schema).to_pylist() == sent.sort_by("event_timestamp").to_pylist()


def test_other_raw_tables_are_appended_to_likewise(warehouse: BigQueryWarehouse) -> None:
    row = {
        "subscription_name": "import",
        "message_id": "1",
        "publish_time": datetime(2026, 3, 1, tzinfo=UTC),
        "data": b"\xff\x00",
        "attributes": "{}",
    }
    rows = pa.Table.from_pylist([row], schema=DEAD_LETTER_SCHEMA)
    assert warehouse.append("dead_letter_events", rows, batch_key="a") == 1
    assert warehouse.append("dead_letter_events", rows, batch_key="a") == 0
    assert warehouse.query_raw("select * from dead_letter_events").to_pylist() == [row]


def test_the_catalogue_is_replaced_and_an_equal_one_is_left_alone(
    warehouse: BigQueryWarehouse, client: bigquery.Client, bigquery_settings: Settings
) -> None:
    def changed_at() -> datetime:
        name = f"{bigquery_settings.project}.{bigquery_settings.dataset}.products"
        modified: datetime = client.get_table(name).modified
        return modified

    warehouse.load_products(products())
    first = changed_at()
    warehouse.load_products(products())
    assert changed_at() == first
    warehouse.load_products(products(price=12.0, number=2))
    assert changed_at() > first
    (row,) = warehouse.query_raw(
        "select count(*) as n, max(regular_price) as price from products"
    ).to_pylist()
    assert row == {"n": 2, "price": 12.0}


def test_before_the_first_publication_readers_are_told_what_to_do(
    warehouse: BigQueryWarehouse,
) -> None:
    assert warehouse.version() == ""
    assert warehouse.freshness().published_at is None
    with pytest.raises(EsynapseError, match="no published marts yet: run 'esynapse transform'"):
        warehouse.query("select 1")


def test_a_publication_shows_tables_and_views_and_takes_away_what_is_no_mart(
    warehouse: BigQueryWarehouse, client: bigquery.Client, bigquery_settings: Settings
) -> None:
    build_marts(client, bigquery_settings, gone="select 1 as a", seen_view="select 2 as a")
    warehouse.publish()
    first = warehouse.version()
    assert warehouse.query("select a from gone").to_pylist() == [{"a": 1}]
    assert warehouse.query("select a from seen_view").to_pylist() == [{"a": 2}]

    client.delete_table(f"{bigquery_settings.project}.{bigquery_settings.dataset}_marts.gone")
    build_marts(client, bigquery_settings, seen_view="select 3 as a")
    assert warehouse.query("select a from seen_view").to_pylist() == [{"a": 2}]
    warehouse.publish()
    assert warehouse.version() != first
    assert warehouse.query("select a from seen_view").to_pylist() == [{"a": 3}]
    with pytest.raises(EsynapseError, match="gone"):
        warehouse.query("select a from gone")


def test_freshness_tells_of_the_publication_and_of_the_newest_event(
    warehouse: BigQueryWarehouse, client: bigquery.Client, bigquery_settings: Settings
) -> None:
    build_marts(client, bigquery_settings)
    before = datetime.now(UTC)
    warehouse.publish()
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    hours = (hour - datetime(2026, 3, 1, tzinfo=UTC)) // timedelta(hours=1)
    warehouse.load_events(events(hours), batch_key="now")
    fresh = warehouse.freshness()
    assert fresh.published_at is not None
    assert before <= fresh.published_at <= datetime.now(UTC)
    assert fresh.as_of == datetime(2026, 3, 2, tzinfo=UTC)
    assert fresh.newest_event == hour


def test_values_are_parameters_and_never_sql(warehouse: BigQueryWarehouse) -> None:
    warehouse.load_products(products())
    trap = "p0' or 'a' = 'a"
    sql = "select count(*) as n from products where product_id = $name"
    assert warehouse.query_raw(sql, {"name": trap}).to_pylist() == [{"n": 0}]
    assert warehouse.query_raw(sql, {"name": "p0"}).to_pylist() == [{"n": 1}]


def test_a_build_is_on_record_from_its_beginning_to_its_publication(
    warehouse: BigQueryWarehouse, client: bigquery.Client, bigquery_settings: Settings
) -> None:
    ledger = warehouse.ledger()
    build = ledger.begin(forecasts_only=False)
    assert not ledger.last_full_build_is_green()
    build.finish(
        "green",
        [
            NodeResult("odd", "test", "warned", 3, "Got 3 results", 0.1),
            NodeResult("good", "test", "passed", None, None, 0.1),
            NodeResult("mart", "model", "passed", None, None, 0.1),
        ],
    )
    assert ledger.last_full_build_is_green()
    at, as_of = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 2, 11, tzinfo=UTC)
    build.published(at, as_of)
    (row,) = warehouse.query_raw("select * from builds").to_pylist()
    assert (row["status"], row["models"], row["tests_passed"], row["tests_warned"]) == (
        *("green", 1, 1, 1),
    )
    assert (row["published_at"], row["as_of"]) == (at, as_of)
    assert row["started_at"] <= row["finished_at"]
    names = warehouse.query_raw("select name, failures, message from build_results").to_pylist()
    assert names == [{"name": "odd", "failures": 3, "message": "Got 3 results"}]


def test_a_build_that_died_is_red_when_the_next_one_begins(warehouse: BigQueryWarehouse) -> None:
    warehouse.ledger().begin(forecasts_only=False)
    ledger = warehouse.ledger()
    assert not ledger.last_full_build_is_green()
    ledger.begin(forecasts_only=True).finish("green")
    assert not ledger.last_full_build_is_green()
    statuses = warehouse.query_raw("select status from builds order by started_at").to_pylist()
    assert [row["status"] for row in statuses] == ["red", "green"]


def test_news_are_the_days_that_changed_since_the_last_green_build(
    warehouse: BigQueryWarehouse,
) -> None:
    warehouse.load_events(events(1, 30), batch_key="a")
    warehouse.load_products(products())
    ledger = warehouse.ledger()
    build = ledger.begin(forecasts_only=False)
    news = ledger.news()
    assert news.event_dates == (date(2026, 3, 1), date(2026, 3, 2))
    assert news.nothing_built
    build.finish("red")

    ledger = warehouse.ledger()
    build = ledger.begin(forecasts_only=False)
    assert ledger.news().event_dates == (date(2026, 3, 1), date(2026, 3, 2))  # the red one's too
    build.finish("green")

    warehouse.load_events(events(31), batch_key="late")
    ledger = warehouse.ledger()
    ledger.begin(forecasts_only=False)
    news = ledger.news()
    assert date(2026, 3, 2) in news.event_dates
    assert not news.nothing_built
    assert not news.products
