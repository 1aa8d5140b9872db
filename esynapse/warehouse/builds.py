"""The builds of the marts on record: when, from what, with which results, and what readers got.

Two tables of the catalog. ``builds`` has a row for each build and is kept for ever.
``build_results`` names what did not go well in it, the tests that warned or failed and the models
that failed, for ``KEPT_DAYS``: what went well is only counted.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from esynapse.warehouse import catalog
from esynapse.warehouse.lake import Lake

KEPT_DAYS = 400
"""Of the names of what warned or failed: a year and a month."""

_DAY = 86_400_000_000


@dataclass(frozen=True)
class NodeResult:
    """What became of one node of the dbt project in a build."""

    name: str
    kind: str
    """dbt's word: model, test, snapshot…"""
    status: str
    """passed, warned, failed, or skipped because something that it needs failed."""
    failures: int | None
    """Of a test, the rows that it found."""
    message: str | None
    """The reason in one line, where dbt says one."""
    seconds: float


class Build:
    """One build, from its start; make it while holding the lock of the warehouse."""

    def __init__(self, lake: Lake, *, forecasts_only: bool = False) -> None:
        self.lake = lake
        self.id = f"{'forecasts' if forecasts_only else 'full'}-{uuid.uuid4().hex[:12]}"
        watermark = 0 if forecasts_only else lake.watermark()
        with closing(lake.connect()) as connection:
            connection.execute(
                "update builds set status = 'red', finished_at = ? where status = 'running'",
                (catalog.now_us(),),
            )
            connection.execute(
                "insert into builds (build_id, started_at, status, watermark)"
                " values (?, ?, 'running', ?)",
                (self.id, catalog.now_us(), watermark),
            )

    def finish(self, status: str, results: Sequence[NodeResult] = ()) -> None:
        """Record how it ended, 'green' or 'red', and forget results older than KEPT_DAYS."""
        tests = Counter(result.status for result in results if result.kind == "test")
        others = Counter(result.status for result in results if result.kind != "test")
        now = catalog.now_us()
        with closing(self.lake.connect()) as connection, catalog.transaction(connection):
            connection.execute(
                "update builds set finished_at = ?, status = ?, models = ?, models_failed = ?,"
                " tests_passed = ?, tests_warned = ?, tests_failed = ?, nodes_skipped = ?"
                " where build_id = ?",
                (
                    *(now, status, others["passed"], others["failed"]),
                    *(tests["passed"], tests["warned"], tests["failed"]),
                    *(tests["skipped"] + others["skipped"], self.id),
                ),
            )
            connection.executemany(
                "insert into build_results values (?, ?, ?, ?, ?, ?)",
                [
                    (self.id, each.kind, each.name, each.status, each.failures, each.message)
                    for each in results
                    if each.status in ("warned", "failed")
                ],
            )
            connection.execute(
                "delete from build_results where build_id in"
                " (select build_id from builds where started_at < ?)",
                (now - KEPT_DAYS * _DAY,),
            )

    def published(self, published_at: datetime, as_of: datetime | None) -> None:
        """Record when readers got it, and the newest event that they have seen since."""
        with closing(self.lake.connect()) as connection:
            connection.execute(
                "update builds set published_at = ?, as_of = ? where build_id = ?",
                (catalog.instant_us(published_at), as_of and catalog.instant_us(as_of), self.id),
            )


def last_full_build_is_green(lake: Lake) -> bool:
    """Whether the marts as they now stand come from a full build that was green."""
    with closing(lake.connect()) as connection:
        row = connection.execute(
            "select status from builds where build_id like 'full-%'"
            " order by started_at desc limit 1"
        ).fetchone()
    return row is not None and row[0] == "green"


def green_watermark(lake: Lake) -> int:
    """``landed_at`` up to which a green build has read the lake; 0 before the first one."""
    with closing(lake.connect()) as connection:
        (watermark,) = connection.execute(
            "select coalesce(max(watermark), 0) from builds where status = 'green'"
        ).fetchone()
    return int(watermark)
