"""One shop in two warehouses: the same events in DuckDB and in BigQuery, built by the same dbt."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
from google.cloud import bigquery

from esynapse.home import Home
from esynapse.pipeline.dbt_project import environment
from esynapse.provision import provision
from esynapse.settings import Settings
from esynapse.warehouse.bigquery.warehouse import BigQueryWarehouse
from esynapse.warehouse.local import LocalWarehouse
from esynapse.warehouse.raw_tables import CATALOG_TABLES, RAW_TABLES
from tests.dbt_project.comparing import Row, differences
from tests.dbt_project.conftest import ZONE, build, run_dbt

CHOSEN = ("--exclude-resource-type", "unit_test")
KINDS = {
    "VARCHAR": "STRING",
    "BOOLEAN": "BOOLEAN",
    "BIGINT": "INTEGER",
    "DOUBLE": "FLOAT",
    "DATE": "DATE",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
}
"""BigQuery's name of DuckDB's types; a decimal is a NUMERIC."""


@dataclass(frozen=True)
class Comparison:
    """A model in both warehouses. Fingerprints are left out: engines hash each in its own way."""

    model: str
    rows: int
    columns: int
    left_out: tuple[str, ...]
    differences: list[Row]


class Twins:
    """Both warehouses. What is built or loaded here is built or loaded in both."""

    def __init__(self, home: Home, settings: Settings, client: bigquery.Client) -> None:
        self.home, self.settings, self.client = home, settings, client
        self.local = LocalWarehouse(home)
        self.cloud = BigQueryWarehouse(settings)

    def build_first(self) -> None:
        """Build in DuckDB, give BigQuery all raw tables as they are there, and build there too."""
        self._build_in_duckdb(None)
        self._copy_raw_tables()
        self._build_in_bigquery(None)

    def build(self, changed: list[date] | None) -> None:
        """Build both again over these dates or, without, over the newest three days."""
        self._build_in_duckdb(changed)
        self._build_in_bigquery(changed)

    def add(self, events: pa.Table, products: pa.Table) -> list[date]:
        """Load events and another catalogue; the dates that the next run rebuilds."""
        before = self.local.lake.watermark("live_events")
        self.local.load_events(events, batch_key="later")
        self.local.load_products(products)
        self.cloud.load_events(events, batch_key="later")
        self.cloud.load_products(products)
        return self.local.lake.changed_dates("live_events", after=before)

    def compare(self) -> list[Comparison]:
        """Every stored model, layer by layer."""
        manifest = json.loads((self.home.root / "dbt" / "manifest.json").read_text())
        stored = [
            (node["schema"], node["name"])
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model" and node["config"]["materialized"] != "ephemeral"
        ]
        with self.marts_in_duckdb() as connection:
            return [self._compare(connection, *model) for model in sorted(stored)]

    @contextmanager
    def marts_in_duckdb(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with closing(duckdb.connect(str(self.home.warehouse), read_only=True)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            yield connection

    def ask_bigquery(self, sql: str, layer: str, parameters: list[Any] | None = None) -> list[Row]:
        """Rows of a query whose tables without a dataset are those of the layer; '' is raw."""
        dataset = f"{self.settings.project}.{self.settings.dataset}{layer and '_'}{layer}"
        config = bigquery.QueryJobConfig(
            default_dataset=dataset, query_parameters=parameters or [], use_query_cache=False
        )
        return [tuple(row.values()) for row in self.client.query(sql, job_config=config).result()]

    def _build_in_duckdb(self, changed: list[date] | None) -> None:
        build(self.home, *CHOSEN, changed_dates=changed)

    def _build_in_bigquery(self, changed: list[date] | None) -> None:
        dates = {} if changed is None else {"ESYNAPSE_CHANGED_DATES": ",".join(map(str, changed))}
        with environment(
            ESYNAPSE_HOME=str(self.home.root),
            ESYNAPSE_TIMEZONE=ZONE,
            ESYNAPSE_PROJECT=self.settings.project,
            ESYNAPSE_DATASET=self.settings.dataset,
            ESYNAPSE_LOCATION=self.settings.location,
            ESYNAPSE_BIGQUERY_ENDPOINT=self.settings.bigquery_endpoint,
            **dates,
        ):
            run_dbt(self.home.root / "dbt-bigquery", "build", "--target", "bigquery", *CHOSEN)

    def _copy_raw_tables(self) -> None:
        provision(self.settings)
        with self.marts_in_duckdb() as connection:
            for name, schema in (RAW_TABLES | CATALOG_TABLES).items():
                rows = connection.sql(f"select {', '.join(schema.names)} from raw.{name}")
                table = rows.to_arrow_table().cast(schema)
                assert self.cloud.append(name, table, batch_key="first") == len(table) > 0

    def _compare(self, connection: duckdb.DuckDBPyConnection, layer: str, name: str) -> Comparison:
        there = self.client.get_table(
            f"{self.settings.project}.{self.settings.dataset}_{layer}.{name}"
        )
        here = connection.sql(f"from {layer}.{name}")
        kinds = {field.name: field.field_type for field in there.schema}
        assert sorted(kinds) == sorted(here.columns), f"columns of {layer}.{name}"
        if layer in ("marts", "semantic"):  # the others promise no types
            local = map(bigquery_kind, here.types)
            assert kinds == dict(zip(here.columns, local, strict=True)), f"types of {layer}.{name}"
        compared = [column for column in here.columns if not column.endswith("_key")]
        sql = f"select {', '.join(compared)} from {{}}{name}"
        rows = connection.sql(sql.format(f"{layer}.")).fetchall()
        return Comparison(
            f"{layer}.{name}",
            len(rows),
            len(compared),
            tuple(kinds.keys() - compared),
            differences(rows, self.ask_bigquery(sql.format(""), layer)),
        )


def bigquery_kind(kind: Any) -> str:
    return "NUMERIC" if str(kind).startswith("DECIMAL") else KINDS[str(kind)]
