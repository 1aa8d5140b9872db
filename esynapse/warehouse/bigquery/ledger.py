"""The ledger of builds on BigQuery: the tables ``builds`` and ``build_results``.

What came in is read off the times at which BigQuery last changed the partitions of ``live_events``.
Rows that still lie in the streaming buffer change their partition when they leave it, within the
hour or two, and are read again then; builds read the last two days in any case.
https://cloud.google.com/bigquery/docs/information-schema-partitions
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from esynapse.warehouse.bigquery.jobs import Jobs, Statement
from esynapse.warehouse.bigquery.loading import Loader
from esynapse.warehouse.bigquery.names import Names
from esynapse.warehouse.builds import KEPT_DAYS, NodeResult
from esynapse.warehouse.ledger import News
from esynapse.warehouse.raw_tables import BUILD_RESULTS_SCHEMA


class BigQueryLedger:
    """The builds of one dataset."""

    def __init__(self, jobs: Jobs, loader: Loader, names: Names) -> None:
        self._jobs, self._loader, self._names = jobs, loader, names
        self._changed: list[dict[str, Any]] | None = None

    def tidy(self) -> None:
        """BigQuery keeps its tables in order by itself."""

    def begin(self, *, forecasts_only: bool) -> "BigQueryRecord":
        changed = self._partitions()
        newest = max((row["changed_at"] for row in changed), default=0)
        build_id = f"{'forecasts' if forecasts_only else 'full'}-{uuid.uuid4().hex[:12]}"
        self._run(
            "close_builds",
            "update {builds} set status = 'red', finished_at = current_timestamp()"
            " where status = 'running'",
        )
        self._run(
            "begin_build",
            "insert into {builds} (build_id, started_at, status, watermark)"
            " values (@build_id, current_timestamp(), 'running', @watermark)",
            build_id=build_id,
            watermark=0 if forecasts_only else newest,
        )
        return BigQueryRecord(self, build_id)

    def last_full_build_is_green(self) -> bool:
        rows = self._read(
            "last_build",
            "select status from {builds} where starts_with(build_id, 'full-')"
            " order by started_at desc limit 1",
        )
        return [row["status"] for row in rows] == ["green"]

    def news(self) -> News:
        (row,) = self._read(
            "green_watermark",
            "select max(watermark) as watermark from {builds} where status = 'green'"
            " and starts_with(build_id, 'full-')",
        )
        green = row["watermark"] or 0
        # not later alone: more may have come within the millisecond that the last build read
        changed = {
            _day(each["partition_id"])
            for each in self._partitions()
            if each["table_name"] == "live_events" and each["changed_at"] >= green
        }
        products = [
            each
            for each in self._partitions()
            if each["table_name"] == "products" and each["changed_at"] > green
        ]
        days = tuple(sorted(day for day in changed if day))
        return News(days, bool(products), row["watermark"] is None)

    def _partitions(self) -> list[dict[str, Any]]:
        """As they were when the build began."""
        if self._changed is None:
            self._changed = self._read(
                "partitions",
                "select table_name, partition_id, unix_micros(last_modified_time) as changed_at"
                " from {partitions} where table_name in ('live_events', 'products')",
            )
        return self._changed

    def _read(self, name: str, sql: str, **parameters: object) -> list[dict[str, Any]]:
        return self._jobs.run(Statement(name, self._named(sql), parameters))[0]

    def _run(self, name: str, sql: str, **parameters: object) -> None:
        self._jobs.run(Statement(name, self._named(sql), parameters))

    def _named(self, sql: str) -> str:
        return sql.format(
            builds=f"`{self._names.raw_table('builds')}`",
            results=f"`{self._names.raw_table('build_results')}`",
            partitions=f"`{self._names.raw}.INFORMATION_SCHEMA.PARTITIONS`",
        )

    def finish(self, build_id: str, status: str, results: Sequence[NodeResult]) -> None:
        """Record how a build ended, and forget results older than KEPT_DAYS."""
        tests = Counter(result.status for result in results if result.kind == "test")
        others = Counter(result.status for result in results if result.kind != "test")
        named = [
            (build_id, each.kind, each.name, each.status, each.failures, each.message)
            for each in results
            if each.status in ("warned", "failed")
        ]
        if named:
            columns = [list(column) for column in zip(*named, strict=True)]
            rows = pa.table(columns, schema=BUILD_RESULTS_SCHEMA)
            table = self._names.raw_table("build_results")
            self._loader.append(table, rows, batch_key=build_id)
        self._run(
            "finish_build",
            "update {builds} set finished_at = current_timestamp(), status = @status,"
            " models = @models, models_failed = @models_failed, tests_passed = @tests_passed,"
            " tests_warned = @tests_warned, tests_failed = @tests_failed, nodes_skipped = @skipped"
            " where build_id = @build_id",
            build_id=build_id,
            status=status,
            models=others["passed"],
            models_failed=others["failed"],
            tests_passed=tests["passed"],
            tests_warned=tests["warned"],
            tests_failed=tests["failed"],
            skipped=tests["skipped"] + others["skipped"],
        )
        self._run(
            "forget_results",
            "delete from {results} where build_id in (select build_id from {builds}"
            f" where started_at < timestamp_sub(current_timestamp(), interval {KEPT_DAYS} day))",
        )

    def published(self, build_id: str, published_at: datetime, as_of: datetime | None) -> None:
        """Record when readers got a build's marts."""
        self._run(
            "note_publication",
            "update {builds} set published_at = @published_at,"
            " as_of = safe_cast(@as_of as timestamp) where build_id = @build_id",
            build_id=build_id,
            published_at=published_at,
            as_of=as_of and as_of.astimezone(UTC).isoformat(),
        )


class BigQueryRecord:
    """A build in the ledger."""

    def __init__(self, ledger: BigQueryLedger, build_id: str) -> None:
        self._ledger, self.id = ledger, build_id

    def finish(self, status: str, results: Sequence[NodeResult] = ()) -> None:
        self._ledger.finish(self.id, status, results)

    def published(self, published_at: datetime, as_of: datetime | None) -> None:
        self._ledger.published(self.id, published_at, as_of)


def _day(partition_id: str | None) -> date | None:
    """The day of a partition; those of rows without a timestamp, or not yet sorted, have none."""
    if partition_id is None or not partition_id.isdigit():
        return None
    return datetime.strptime(partition_id, "%Y%m%d").replace(tzinfo=UTC).date()
