"""The dashboard's SQL asks BigQuery what it asks DuckDB, and is answered the same."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from google.cloud import bigquery
from zetasql.types import TypeKind

from dashboard import queries
from flows.bench.marts_queries import widest
from tests.dbt_project import googlesql
from tests.dbt_project.comparing import Row, differences
from tests.dbt_project.everything import LAST, OPENING, RUN
from tests.emulator.parity import Parity
from tests.emulator.twins import Twins

pytestmark = pytest.mark.slow

MARTS = [name for name in queries.__all__ if name != "LIVE_EVENTS"]
BY_INSTANT = ("HOURLY_HISTORY", "HOURLY_FORECAST_BETWEEN", "HOURLY_PAST_FORECASTS")
"""What takes start, and mostly end, as instants."""
CHOICES: tuple[dict[str, Any], ...] = (
    {},
    {
        "categories": "\nToys\nElectronics\n",
        "discount": "On sale",
        "start": date(2026, 2, 1),
        "previous_start": OPENING,
        "end": date(2026, 3, 1),
        "metric": "orders",
        "measure": "orders",
    },
    {"granularity": "hourly", "measure": "orders", "discount": "Regular price"},
)
"""What a reader chooses in place of the widest of each."""
EMPTY = {"TRENDING", "TRENDING_DAYS", "HOURLY_FORECAST_BETWEEN"}
"""In so small a shop nothing trends, and nothing forecasts its revenue by the hour."""
TYPES = {str: "STRING", date: "DATE", datetime: "TIMESTAMP"}
KINDS = {
    "STRING": TypeKind.TYPE_STRING,
    "BOOLEAN": TypeKind.TYPE_BOOL,
    "INTEGER": TypeKind.TYPE_INT64,
    "FLOAT": TypeKind.TYPE_DOUBLE,
    "NUMERIC": TypeKind.TYPE_NUMERIC,
    "DATE": TypeKind.TYPE_DATE,
    "TIMESTAMP": TypeKind.TYPE_TIMESTAMP,
}


@pytest.fixture(scope="module")
def published(twins: Twins, parity: Parity) -> Twins:
    twins.local.publish()
    return twins


@pytest.fixture(scope="module")
def wide(published: Twins) -> Mapping[str, Any]:
    return widest(published.local)


@pytest.mark.parametrize("name", MARTS)
def test_a_query_of_the_marts_is_answered_the_same(
    published: Twins, wide: Mapping[str, Any], name: str
) -> None:
    answers = 0
    for chosen in CHOICES:
        parameters = parameters_of(name, {**wide, **chosen})
        here = published.local.query(getattr(queries, name), parameters).to_pylist()
        there = published.ask_bigquery(at_sign(name), "marts", as_bigquery(parameters))
        assert differences([plain(row.values()) for row in here], list(map(plain, there))) == []
        answers += len(here)

    assert (answers == 0) == (name in EMPTY)


def test_the_newest_events_are_the_same(published: Twins) -> None:
    parameters = {"begin": LAST - timedelta(days=7), "until": datetime.now(UTC)}
    here = published.local.query_raw(
        queries.LIVE_EVENTS, parameters, since=parameters["begin"]
    ).to_pylist()
    there = published.ask_bigquery(at_sign("LIVE_EVENTS"), "", as_bigquery(parameters))

    assert len(here) > 10
    assert differences([tuple(row.values()) for row in here], there) == []


def test_googles_analyzer_accepts_every_query(published: Twins, wide: Mapping[str, Any]) -> None:
    tables = {}
    for table in published.client.list_tables(f"{published.settings.dataset}_marts"):
        fields = published.client.get_table(table.reference).schema
        columns = {field.name: KINDS[field.field_type] for field in fields}
        tables[table.table_id] = googlesql.Table.of(columns)
    accepted = [googlesql.columns_of(literally(name, wide), tables) for name in MARTS]

    assert len(accepted) >= 35


def parameters_of(name: str, known: Mapping[str, Any]) -> dict[str, Any]:
    found = {word: known[word] for word in re.findall(r"\$(\w+)", getattr(queries, name))}
    instants = {"start": RUN - timedelta(days=14), "end": RUN + timedelta(days=7)}
    if name in BY_INSTANT:
        found |= {word: instants[word] for word in found if word in instants}
    return found


def at_sign(name: str) -> str:
    """GoogleSQL's sign of a parameter is @."""
    return re.sub(r"\$(\w+)", r"@\1", getattr(queries, name))


def as_bigquery(parameters: Mapping[str, Any]) -> list[bigquery.ScalarQueryParameter]:
    return [
        bigquery.ScalarQueryParameter(name, TYPES[type(value)], value)
        for name, value in parameters.items()
    ]


def literally(name: str, known: Mapping[str, Any]) -> str:
    parameters = parameters_of(name, known)
    return re.sub(
        r"\$(\w+)",
        lambda found: literal(parameters[found[1]]),
        getattr(queries, name),
    )


def literal(value: Any) -> str:
    kind = TYPES[type(value)]
    return f"{kind if kind != 'STRING' else ''} {json.dumps(str(value))}"


def plain(row: Any) -> Row:
    """Sums and means have types of each engine's own, which the dashboard makes doubles of."""
    return tuple(
        float(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value
        for value in row
    )
