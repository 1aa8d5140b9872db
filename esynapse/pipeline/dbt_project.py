"""The dbt project as this process calls it: where it is, what it reads, what it may write."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from esynapse.home import Home
from esynapse.settings import Settings
from esynapse.warehouse.lake import Lake

DBT_PROJECT = Path(__file__).parents[2] / "dbt"
LONG_HISTORY = 30_000_000
"""Rows from which on a full refresh sorts and groups in 2 GB instead of 1."""

Invoke = Callable[[list[str]], Any]


def dbt_runner() -> Invoke:
    """dbt in this process, silent but for its log."""
    from dbt.cli.main import dbtRunner

    quiet = ["--quiet", "--no-print", "--log-level", "none", "--log-level-file", "info"]
    return lambda arguments: dbtRunner().invoke([*quiet, *arguments])


def dbt_options(settings: Settings, home: Home) -> list[str]:
    """Where a dbt command finds the project, and where it may write."""
    return [
        *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
        *("--target-path", str(home.root / "dbt"), "--log-path", str(home.logs)),
        *("--target", settings.target),
    ]


@contextmanager
def dbt_environment(settings: Settings, home: Home, dates: Sequence[date] = ()) -> Iterator[None]:
    """What the project reads from the environment, as long as dbt runs: a --vars that changes
    makes dbt parse anew."""
    with environment(
        ESYNAPSE_HOME=str(home.root),
        ESYNAPSE_TIMEZONE=settings.timezone,
        ESYNAPSE_CURRENCY=settings.currency,
        ESYNAPSE_CHANGED_DATES=",".join(day.isoformat() for day in dates),
        DO_NOT_TRACK="1",
        **_of_target(settings, home),
    ):
        yield


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Variables of this process's environment, put back as they were."""
    before = {name: os.environ.get(name) for name in values}
    os.environ |= values
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _of_target(settings: Settings, home: Home) -> dict[str, str]:
    if settings.target == "local":
        return {"ESYNAPSE_DUCKDB_MEMORY": _memory(home)}
    return {
        "ESYNAPSE_PROJECT": settings.project,
        "ESYNAPSE_DATASET": settings.dataset,
        "ESYNAPSE_LOCATION": settings.location,
        "ESYNAPSE_BIGQUERY_ENDPOINT": settings.bigquery_endpoint,
    }


def _memory(home: Home) -> str:
    """DuckDB's memory. Two steps, since dbt parses everything anew when it changes."""
    rows = sum(file.rows for file in Lake(home).files("live_events"))
    return "2GB" if rows > LONG_HISTORY else "1GB"
