"""What each statement of the pipeline reads, told by the SQL that dbt compiles for BigQuery.

Nothing is run and no account is asked for. A table that is kept by day is read in the days that a
condition on its partitions names with literals: BigQuery leaves no partition out for the sake of a
subquery (https://cloud.google.com/bigquery/docs/querying-partitioned-tables).
"""

import json
import re
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from dbt.cli.main import dbtRunner

from esynapse.forecasting.bigquery_ml import FOLDER
from esynapse.pipeline.dbt_project import DBT_PROJECT, environment
from esynapse.warehouse.raw_tables import CATALOG_TABLES, RAW_TABLES
from gcp_costs.figures import Figures

_TABLE = re.compile(r"`[\w-]+`\.`\w+`\.`(\w+)`")
_ML_TABLE = re.compile(r"`\$\{project\}`\.`\$\{dataset\}(?:_marts)?`\.`(\w+)`")
_DAY = re.compile(r"date '([\d-]+)'")
_OPTIONAL = "challenge_"
CHANGED_DAYS = 2
"""Today and yesterday: what an hourly build reads again where nothing came late."""


class Project:
    """The dbt project as an hourly run on BigQuery sees it."""

    def __init__(self) -> None:
        self._today = datetime.now(UTC).date()
        changed = [self._today - timedelta(days=n) for n in reversed(range(CHANGED_DAYS))]
        with tempfile.TemporaryDirectory() as folder:
            self._nodes = _compiled(Path(folder), changed)
        self._models = {n["name"]: n for n in self._nodes if n["resource_type"] == "model"}

    def statements(self) -> Figures:
        """All that ``figures.json`` says of statements, in its form."""
        runs = ("table", "incremental", "test")
        return {
            "tables": {name: self._kind(name) for name in self.tables()},
            "builds": {
                node["name"]: self._build(node) for node in self._nodes if _how(node) in runs
            },
            "training": [self._below([f"{name}_series"]) for name in ("daily", "hourly")],
            "retrain": {
                path.stem: self._below(_ML_TABLE.findall(path.read_text()))
                for path in sorted(FOLDER.glob("*.sql"))
                if not path.stem.startswith(("create_", _OPTIONAL))
            },
        }

    def tables(self) -> list[str]:
        """What BigQuery keeps: raw tables, stored models, views that are published as tables."""
        models = [
            name
            for name, node in self._models.items()
            if _how(node) in ("table", "incremental")
            or (_how(node) == "view" and _schema(node) == "marts")
        ]
        return [*RAW_TABLES, *CATALOG_TABLES, *sorted(models)]

    def local_relation(self, name: str) -> str:
        """Where a home has the rows of one of ``tables``."""
        return f"{_schema(self._models[name])}.{name}" if name in self._models else f"raw.{name}"

    def _kind(self, name: str) -> Figures:
        node = self._models.get(name)
        if node is None:
            return {"schema": "raw", "kept": "by day" if name == "live_events" else "whole"}
        kept = {"incremental": "by day", "table": "whole", "view": "as a view"}[_how(node)]
        return {"schema": _schema(node), "kept": kept}

    def _build(self, node: Figures) -> Figures:
        """Days read of each table, 0 being all; days that are written, of those kept by day."""
        sql = self._with_views(node)
        tables = self._below(_TABLE.findall(node["compiled_code"]))
        built: Figures = {"reads": {table: self._days(table, sql) for table in tables}}
        if _how(node) == "incremental":
            built["writes"] = CHANGED_DAYS + node["config"]["meta"].get("before", 0)
        tags = self._tags(node) & {"whole_days", "forecast"}
        return built | ({"tags": sorted(tags)} if tags else {})

    def _days(self, table: str, sql: str) -> int:
        if self._kind(table)["kept"] != "by day":
            return 0
        column = r"(?:event_date|date\(event_timestamp\))"
        if table in self._models:
            column = self._models[table]["config"]["meta"]["day"]
        listed = re.findall(rf"\b{column}\s+in\s*\(([^()]*)\)", sql)
        days = [{date.fromisoformat(day) for day in _DAY.findall(text)} for text in listed]
        counts = [sum(day <= self._today for day in each) for each in days]
        since = re.findall(rf"\b{column}\s+>=\s+{_DAY.pattern}", sql)
        counts += [(self._today - date.fromisoformat(day)).days + 1 for day in since]
        return max(counts, default=0)

    def _below(self, names: Sequence[str]) -> list[str]:
        """The tables that are read where tables and views are named."""
        found: set[str] = set()
        for name in names:
            view = self._view(name)
            found |= set(self._below(_TABLE.findall(view["compiled_code"]))) if view else {name}
        return sorted(found)

    def _with_views(self, node: Figures) -> str:
        names = sorted(set(_TABLE.findall(node["compiled_code"])))
        views = [view for view in map(self._view, names) if view]
        return "\n".join([node["compiled_code"], *map(self._with_views, views)])

    def _view(self, name: str) -> Figures | None:
        node = self._models.get(name)
        return node if node and _how(node) == "view" else None

    def _tags(self, node: Figures) -> set[str]:
        """Of a model its own, of a test those of the models that it tests."""
        if node["resource_type"] == "model":
            return set(node["tags"])
        names = [parent.rsplit(".", 1)[-1] for parent in node["depends_on"]["nodes"]]
        return {tag for name in names for tag in self._models[name]["tags"]}


def _compiled(folder: Path, changed: Sequence[date]) -> list[Figures]:
    """Models and tests with their SQL."""
    variables = {
        "compile_incremental": True,
        "changed_dates": [day.isoformat() for day in changed],
        "compile_as_of": changed[-1].isoformat(),
    }
    arguments = [
        *("--quiet", "--log-level", "none", "--log-level-file", "none", "compile"),
        *("--target", "bigquery", "--no-introspect", "--no-populate-cache"),
        *("--vars", json.dumps(variables), "--target-path", str(folder)),
        *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
    ]
    with environment(ESYNAPSE_HOME=str(folder), ESYNAPSE_BIGQUERY_ENDPOINT="http://127.0.0.1:1"):
        outcome = dbtRunner().invoke(arguments)
    if outcome.exception:
        raise outcome.exception
    nodes = json.loads((folder / "manifest.json").read_text())["nodes"].values()
    kept = [node for node in nodes if node["resource_type"] in ("model", "test")]
    return sorted(kept, key=lambda node: (node["resource_type"], node["name"]))


def _how(node: Figures) -> str:
    return str(node["config"]["materialized"])


def _schema(node: Figures) -> str:
    """Its schema without the dataset, as a home has it."""
    return str(node["schema"]).rpartition("_")[2]
