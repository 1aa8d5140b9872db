"""Half a year of shops whose truth is known, through the marts.

In ``make test`` a fifth of one default shop, whose few units leave much to chance: the tolerances
are wider. ``make truth`` takes three whole ones (ESYNAPSE_TRUTH_SCALE, ESYNAPSE_TRUTH_SEEDS).
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from esynapse.pipeline.backfill import backfill
from esynapse.pipeline.transform import transform
from esynapse.settings import load_settings

SCALE = float(os.environ.get("ESYNAPSE_TRUTH_SCALE", "0.2"))
SEEDS = [int(seed) for seed in os.environ.get("ESYNAPSE_TRUTH_SEEDS", "42").split(",")]
WHOLE = SCALE >= 1
"""Whether the shops are so large that what is measured is more than chance."""
DAYS = 180
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TABLES = ("product_truth", "promotions", "price_changes", "stock_outs", "shocks")


@dataclass(frozen=True)
class Known:
    """A built warehouse, with the tables of the truth beside it."""

    seed: int
    sql: duckdb.DuckDBPyConnection
    compiled: Path
    """The SQL of each model as it ran."""

    def model(self, name: str, **instead: str) -> str:
        """The SQL of a model, reading other relations where ``instead`` says so."""
        (path,) = self.compiled.glob(f"*/{name}.sql")
        text = path.read_text()
        for relation, other in instead.items():
            layer, _, table = relation.partition("__")
            quoted = f'"warehouse"."{layer}"."{table}"'
            assert quoted in text, f"{name} does not read {quoted}"
            text = text.replace(quoted, other)
        return text


Report = Callable[[str], None]
"""Says what was found, at the end of ``make truth``."""
_lines = pytest.StashKey[list[str]]()


@pytest.fixture
def report(pytestconfig: pytest.Config) -> Report:
    return pytestconfig.stash.setdefault(_lines, []).append


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for line in config.stash.get(_lines, []):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Known]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(_built(tmp_path_factory.mktemp("truth") / "home", seed))
            for seed in SEEDS
        ]


@contextmanager
def _built(home: Path, seed: int) -> Iterator[Known]:
    settings = load_settings(home=home, scale=SCALE, seed=seed, days=DAYS)
    backfill(settings, now=NOW)
    transform(settings)
    with closing(duckdb.connect(str(home / "warehouse.duckdb"), read_only=True)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for table in TABLES:
            source = f"read_parquet('{home}/truth/{table}/*.parquet')"
            connection.execute(f"create temp view {table} as from {source}")
        yield Known(seed, connection, home / "dbt" / "compiled" / "esynapse" / "models")
