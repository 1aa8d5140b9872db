"""A month's bill, line by line, for a shop of so many events a day with a year of history."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from esynapse.pipeline.stream import REST_SECONDS
from esynapse.warehouse.bigquery.warehouse import NEWEST_SECONDS, RECENT_DAYS
from flows.cloud_run import CPU, MEMORY
from gcp_costs import prices
from gcp_costs.figures import Figures
from gcp_costs.prices import GIB, TIB

MONTH_DAYS = 30
HISTORY_DAYS = 365
LONG_TERM_DAYS = 90
MINIMUM = 10 * 2**20
"""Bytes of a table that a query is billed at least (https://cloud.google.com/bigquery/pricing)."""

MESSAGE_EXTRA = 20 + 16
"""Bytes of a message beside its data: the timestamp, and a message id of 16."""

BUILDS_A_DAY = 24
WHOLE_DAY_BUILDS_A_DAY = 3
"""Builds that also rebuild what only a day that is over can change: the first after midnight, and
those within the two hours in which BigQuery's streaming buffer still moves yesterday's rows."""
STATEMENTS_AROUND_A_BUILD = 14
"""Of the ledger, the clock, the publication and the alert, each on a small table."""
FORECASTS_A_HOME = 7
"""Runs in a home that was just made: the first, and six as of past days."""
CANDIDATE_MODELS = 42
"""Of auto.ARIMA for several series with AUTO_ARIMA_MAX_ORDER 5, the default, which the statements
of bigquery_ml leave as it is."""
FORECASTERS = 2
"""Whose forecasts ``forecast_candidates`` keeps: ARIMA_PLUS and the seasonal naive."""

VIEWING_HOURS = 8
"""A day in which the dashboard is open, the Live page among others."""
LIVE_SECONDS = 15
"""Between two readings of the last hour, for all viewers together (dashboard/connection.py)."""
TRANSFORM_MINUTES, RETRAIN_MINUTES, CATALOG_MINUTES = 3, 10, 1
"""Assumed: BigQuery works, the run waits."""
WORKER_GIB, DASHBOARD_GIB = 1, 2
"""Of Cloud Run services that docs/deploy-gcp.md starts with a CPU each."""
SHOP_FILES, CALLS_A_WRITE = 2, 2
"""What the streamer writes again and again, its position and its state. A new file that takes the
old one's place is two calls that are billed."""

_FORECASTS = (
    "daily_forecasts",
    "hourly_forecasts",
    "forecast_accuracy_runs",
    "forecast_candidates",
)


@dataclass(frozen=True)
class Line:
    """One line of the bill."""

    name: str
    amount: str
    """What is used of it in a month."""
    usd: float


def month(figures: Figures, events_a_day: float) -> list[Line]:
    """The bill's lines; list prices, free parts taken off."""
    return list(_Month(figures, events_a_day).lines())


class _Month:
    def __init__(self, figures: Figures, events_a_day: float) -> None:
        self._figures = figures
        self._events = events_a_day
        self._tables: dict[str, Figures] = figures["tables"]
        self._bytes: dict[str, float] = {name: self._size(name) for name in self._tables}
        candidates = self._bytes["daily_forecasts"] + self._bytes["hourly_forecasts"]
        self._bytes["forecast_candidates"] = FORECASTERS * candidates

    def lines(self) -> Iterator[Line]:
        yield self._pubsub()
        yield self._storage()
        yield from self._queries()
        yield self._training()
        yield from self._cloud_run()
        yield self._bucket()

    def _pubsub(self) -> Line:
        message = self._figures["message_bytes"] + MESSAGE_EXTRA
        volume = message * self._events * MONTH_DAYS / TIB
        usd = prices.PUBLISH.of(volume) + prices.TO_BIGQUERY.of(volume)
        return Line("Pub/Sub: publish, deliver to BigQuery", _size_text(volume * TIB), usd)

    def _storage(self) -> Line:
        old_share = 1 - LONG_TERM_DAYS / HISTORY_DAYS
        by_day = sum(self._bytes[n] for n, t in self._tables.items() if t["kept"] == "by day")
        whole = sum(self._bytes[n] for n, t in self._tables.items() if t["kept"] == "whole")
        published = sum(self._bytes[n] for n, t in self._tables.items() if t["schema"] == "marts")
        whole += published + self._bytes["forecast_candidates"]
        active = whole + by_day * (1 - old_share)
        usd = prices.ACTIVE.of(active / GIB) + prices.LONG_TERM.of(by_day * old_share / GIB)
        return Line("BigQuery: storage", _size_text(whole + by_day), usd)

    def _queries(self) -> Iterator[Line]:
        parts = {
            "BigQuery: the hourly dbt builds read": self._builds(),
            "BigQuery: the daily retrain reads": self._retrain(),
            "BigQuery: the dashboard's pages read": self._pages(),
            "BigQuery: its Live page reads": self._live(),
        }
        tebibytes = {name: read / TIB for name, read in parts.items()}
        for name, read in parts.items():
            yield Line(name, _size_text(read), _share(prices.QUERY, tebibytes, name))

    def _builds(self) -> float:
        daily = 0.0
        for name, build in self._figures["builds"].items():
            tags = build.get("tags", [])
            times = WHOLE_DAY_BUILDS_A_DAY if "whole_days" in tags else BUILDS_A_DAY
            times += "forecast" in tags  # the retrain builds these once more
            read = sum(self._read(table, days) for table, days in build["reads"].items())
            daily += times * (read + self._merge(name, build.get("writes", 0)))
        around = STATEMENTS_AROUND_A_BUILD * MINIMUM
        return MONTH_DAYS * (daily + (BUILDS_A_DAY + 1) * (around + self._views()))

    def _merge(self, table: str, days: int) -> float:
        """What dbt-bigquery's insert_overwrite reads to replace days: the new ones for their
        dates, the new ones, the old ones."""
        return 3 * self._read(table, days) if days else 0.0

    def _views(self) -> float:
        """Published views are read once, to be tables; published tables are copied for nothing."""
        views = [name for name, table in self._tables.items() if table["kept"] == "as a view"]
        return sum(self._read(name, 0) for name in views)

    def _retrain(self) -> float:
        statements = self._figures["retrain"].values()
        return MONTH_DAYS * sum(self._read(name, 0) for names in statements for name in names)

    def _pages(self) -> float:
        """Every mart whole, once after each publication of the hours in which people look, and the
        newest event of the last days once a minute."""
        marts = [name for name, table in self._tables.items() if table["schema"] == "marts"]
        looked_at = sum(self._read(name, 0) for name in marts)
        stamps = max(8 * self._events * (RECENT_DAYS + 0.5), MINIMUM)
        minutes = 3600 / NEWEST_SECONDS * stamps
        return MONTH_DAYS * VIEWING_HOURS * (looked_at + minutes)

    def _live(self) -> float:
        """Today's partition so far, at noon."""
        today = max(float(self._figures["live_page_bytes"]) * self._events / 2, MINIMUM)
        return MONTH_DAYS * VIEWING_HOURS * 3600 / LIVE_SECONDS * today

    def _training(self) -> Line:
        models = self._figures["training"]
        read = sum(self._read(name, 0) for names in models for name in names)
        billed = read * CANDIDATE_MODELS * MONTH_DAYS
        usd = prices.TRAINING.of(billed / TIB)
        return Line("BigQuery ML: the daily training", _size_text(billed), usd)

    def _cloud_run(self) -> Iterator[Line]:
        builds = BUILDS_A_DAY * TRANSFORM_MINUTES + RETRAIN_MINUTES + CATALOG_MINUTES
        cpus, gib = int(CPU.removesuffix("m")) / 1000, int(MEMORY.removesuffix("Gi"))
        parts = {
            "Cloud Run: the streamer": (24, cpus, gib),
            "Cloud Run: the other runs": (builds / 60, cpus, gib),
            "Cloud Run: Prefect's worker": (24, 1, WORKER_GIB),
            "Cloud Run: the dashboard": (VIEWING_HOURS, 1, DASHBOARD_GIB),
        }
        seconds = {name: hours * 3600 * MONTH_DAYS for name, (hours, *_) in parts.items()}
        cpu = {name: seconds[name] * each for name, (_, each, _) in parts.items()}
        memory = {name: seconds[name] * each for name, (_, _, each) in parts.items()}
        for name in parts:
            usd = _share(prices.CPU, cpu, name) + _share(prices.MEMORY, memory, name)
            yield Line(name, f"{seconds[name] / 3600:,.0f} hours", usd)

    def _bucket(self) -> Line:
        writes = MONTH_DAYS * 24 * 3600 / REST_SECONDS["bigquery"]
        thousands = writes * SHOP_FILES * CALLS_A_WRITE / 1000
        usd = prices.OPERATIONS.of(thousands)
        return Line("Cloud Storage: where the shop stands", f"{thousands / 1000:.1f} M writes", usd)

    def _read(self, table: str, days: int) -> float:
        """Billed bytes of so many days of a table, 0 being all."""
        return max(self._bytes[table] * (days / HISTORY_DAYS if days else 1.0), MINIMUM)

    def _size(self, table: str) -> float:
        """Bytes with a year of history, by how the measured shops' tables grow."""
        base, longer, larger = self._figures["bytes"][table]
        shops = self._figures["shops"]
        if not base:
            return 0.0
        over_time = _power(longer / base, shops["longer"]["days"] / shops["base"]["days"])
        by_traffic = _power(
            larger / base, shops["larger"]["events_a_day"] / shops["base"]["events_a_day"]
        )
        size = base * (self._events / shops["base"]["events_a_day"]) ** by_traffic
        if table in _FORECASTS:
            return float(size * HISTORY_DAYS / FORECASTS_A_HOME)
        return float(size * (HISTORY_DAYS / shops["base"]["days"]) ** over_time)


def _share(price: prices.Price, used: Mapping[str, float], name: str) -> float:
    """What one of several uses costs; the free part is taken off each alike."""
    total = sum(used.values())
    return price.of(total) * used[name] / total


def _power(growth: float, factor: float) -> float:
    """The power of ``factor`` that ``growth`` is, between 0 (none at all) and 1 (as much)."""
    return min(max(math.log(growth) / math.log(factor), 0.0), 1.0)


def _size_text(size: float) -> str:
    for unit, name in ((TIB, "TiB"), (GIB, "GiB")):
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size / 2**20:,.0f} MiB"
