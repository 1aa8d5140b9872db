"""The statements of the forecast models in BigQuery ML, one a file in ``bigquery_ml/``."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from string import Template

import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.warehouse.raw_tables import FORECAST_SCHEMA

FOLDER = Path(__file__).parents[2] / "bigquery_ml"

CANDIDATES = "forecast_candidates"
"""The table, in the dataset of the raw tables, of what every model forecast at every run and every
backtest. Evaluation reads it; what is served goes to daily_forecasts and hourly_forecasts."""

CANDIDATE_SCHEMA = FORECAST_SCHEMA.append(pa.field("granularity", pa.string()))

MODEL = "ARIMA_PLUS"
CHALLENGER = "TimesFM 2.5"
"""What the rows of the candidates call them."""

# https://cloud.google.com/resource-manager/docs/creating-managing-projects and
# https://cloud.google.com/bigquery/docs/datasets#dataset-naming
_PROJECT = re.compile(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
_DATASET = re.compile(r"[A-Za-z0-9_]{1,1024}")
_REGION = re.compile(r"[A-Z]{2,6}")
_COMMENT = re.compile(r"--.*")


def statements() -> list[str]:
    """Names of the statements: their files without ``.sql``, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.sql"))


def render(
    name: str,
    *,
    project: str,
    dataset: str,
    is_backtest: bool = False,
    cutoff: date | datetime | None = None,
    holiday_region: str | None = None,
) -> str:
    """The SQL of a statement, ready to run but for its query parameters.

    A line whose value is None is left out.

    Args:
        name: one of ``statements()``.
        project: the Google Cloud project.
        dataset: where raw tables and models live; the marts are read from ``<dataset>_marts``,
            where dbt writes them.
        is_backtest: use the model that backtests train, not the one that is served.
        cutoff: the first day (a date) or hour (an instant) that a model is not shown. BigQuery
            takes no query parameters in CREATE MODEL.
        holiday_region: whose holidays the daily model learns, as BigQuery ML names it.

    Raises:
        EsynapseError: no such statement, or a value that BigQuery would not accept.
    """
    if name not in statements():
        raise EsynapseError(f"no statement {name!r} in {FOLDER}: use {', '.join(statements())}")
    if not _PROJECT.fullmatch(project):
        raise EsynapseError(
            f"project {project!r} is no Google Cloud project ID: use 6 to 30 lower-case letters, "
            "digits and hyphens, a letter first"
        )
    if not _DATASET.fullmatch(dataset):
        raise EsynapseError(
            f"dataset {dataset!r} is no BigQuery dataset: use letters, digits and underscores"
        )
    if holiday_region is not None and not _REGION.fullmatch(holiday_region):
        raise EsynapseError(
            f"holiday region {holiday_region!r} is none of BigQuery ML's: use US, DE, GLOBAL, …"
        )
    granularity = "hourly" if "hourly" in name else "daily"
    values = {
        "project": project,
        "dataset": dataset,
        "model": f"{granularity}_{'backtest' if is_backtest else 'forecast'}_model",
        "cutoff": None if cutoff is None else _literal(cutoff),
        "holiday_region": holiday_region,
    }
    absent = [f"${{{key}}}" for key, value in values.items() if value is None]
    lines = (FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = (line for line in lines if not any(mark in line for mark in absent))
    return Template("".join(kept)).substitute(values)


def parameters_of(sql: str) -> set[str]:
    """Names of the query parameters that a statement has."""
    return set(re.findall(r"@(\w+)", _COMMENT.sub("", sql)))


def _literal(cutoff: date | datetime) -> str:
    if not isinstance(cutoff, datetime):
        return cutoff.isoformat()
    if cutoff.tzinfo is None:
        raise EsynapseError(f"cutoff {cutoff} says no time zone: give an instant")
    return cutoff.astimezone(UTC).isoformat()
