"""The statements of BigQuery ML as Google's own code reads and executes them.

zetasql analyses each file with the ML functions as they are documented. It executes what is plain
SQL: of a merge its source and its condition of deletion; in place of an ML function stands a table
with the function's columns.
"""

import random
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from zetasql.core.exceptions import ServerError

from esynapse.forecasting import backtest, bigquery_ml, models
from esynapse.warehouse.raw_tables import (
    ACCURACY_SCHEMA,
    ANOMALY_SCHEMA,
    COMPONENT_SCHEMA,
    FORECAST_SCHEMA,
)
from tests.dbt_project.bigquery import Warehouse
from tests.dbt_project.googlesql import Columns
from tests.forecasting import bigquery_ml_catalog as catalog

pytestmark = pytest.mark.slow

SCHEMAS = {
    "forecast": bigquery_ml.CANDIDATE_SCHEMA,
    "challenge": bigquery_ml.CANDIDATE_SCHEMA,
    "naive": bigquery_ml.CANDIDATE_SCHEMA,
    "evaluate": ACCURACY_SCHEMA,
    "serve": FORECAST_SCHEMA,
    "explain": COMPONENT_SCHEMA,
    "detect_anomalies": ANOMALY_SCHEMA,
}
MERGES = {f"{kind}_{g}": schema for kind, schema in SCHEMAS.items() for g in ("daily", "hourly")}

ZONE = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 8, 22)
DAYS = 70
"""The clocks go back at the end of October, within the days that are scored."""
TEA = "category:Tea"

Row = dict[str, Any]
Values = np.ndarray[Any, Any]


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


NOW = midnight(FIRST + timedelta(days=DAYS))
HOUR = timedelta(hours=1)


def rendered(name: str, **options: Any) -> str:
    sql = bigquery_ml.render(name, project=catalog.PROJECT, dataset=catalog.DATASET, **options)
    return re.sub(r"--.*", "", sql)


def granularity_of(name: str) -> str:
    return "hourly" if "hourly" in name else "daily"


def source_of(name: str) -> str:
    """The query that a merge takes its rows from."""
    found = re.search(r"\nusing \(\n(.*)\n\) as found\n", rendered(name), re.DOTALL)
    assert found
    return found[1]


def filled(sql: str, parameters: Mapping[str, Any]) -> str:
    """With literals for query parameters, which zetasql cannot be given as instants."""
    return re.sub(r"@(\w+)", lambda found: _literal(parameters[found[1]]), sql)


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"timestamp '{value.isoformat()}'" if isinstance(value, datetime) else f"'{value}'"


class Tables:
    """Tables of BigQuery, by name alone, and the statements run on them."""

    def __init__(self) -> None:
        self._warehouse = Warehouse()
        self.rows: dict[str, list[Row]] = {}
        for name in [*catalog.RAW, *catalog.MARTS]:
            self.put(name, [])

    def put(self, table: str, rows: list[Row], columns: Columns | None = None) -> None:
        dataset = f"{catalog.DATASET}{'_marts' if table in catalog.MARTS else ''}"
        columns = columns or (catalog.RAW | catalog.MARTS)[table]
        cells = [tuple(row[name] for name in columns) for row in rows]
        self._warehouse.add(f"{dataset}.{table}", columns, cells)
        self.rows[table] = rows

    def ask(self, sql: str, **parameters: Any) -> list[Row]:
        sql = filled(sql, {"timezone": ZONE.key, "is_backtest": False} | parameters)
        names, rows = self._warehouse.names_and_rows_of(sql)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def run(self, name: str, **parameters: Any) -> list[Row]:
        """The rows that a merge would write."""
        return self.ask(source_of(name), **parameters)

    def merge(self, name: str, **parameters: Any) -> None:
        """What the merge does: rows of its condition are deleted, then all of its source added."""
        sql = rendered(name)
        target = re.search(r"merge (\S+) as kept", sql)
        deleted = re.search(r"when not matched by source\s+and (.*?)\s+then delete", sql, re.DOTALL)
        assert target
        assert deleted
        found = self.run(name, **parameters)
        kept = self.ask(
            f"select kept.* from {target[1]} as kept where not ({deleted[1]})", **parameters
        )
        self.put(target[1].split("`")[-2], [*kept, *found])


# What Google's analyzer says -----------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(bigquery_ml.statements()) - set(MERGES)))
def test_googles_analyzer_accepts_the_statement(name: str) -> None:
    kind = type(catalog.analyze(rendered(name), granularity_of(name))).__name__

    assert kind == ("ResolvedCreateModelStmt" if "create_" in name else "ResolvedQueryStmt")


@pytest.mark.parametrize("name", MERGES)
def test_what_a_statement_writes_has_the_columns_and_types_of_its_table(name: str) -> None:
    merge = catalog.analyze(rendered(name), granularity_of(name))
    written = catalog.columns_of(source_of(name), granularity_of(name))
    delete, insert = merge.when_clause_list

    assert list(written.items()) == list(catalog.schema_kinds(MERGES[name]).items())
    assert delete.match_expr is not None
    assert [column.name for column in insert.insert_column_list] == MERGES[name].names


@pytest.mark.parametrize("name", ["create_daily_forecast_model", "create_hourly_forecast_model"])
def test_a_model_with_a_cutoff_and_holidays_is_accepted(name: str) -> None:
    cutoff = date(2026, 3, 1) if "daily" in name else datetime(2026, 3, 1, 5, tzinfo=ZONE)
    sql = rendered(name, cutoff=cutoff, holiday_region="DE", is_backtest=True)

    assert "backtest_model" in sql
    catalog.analyze(sql, granularity_of(name))


def test_what_is_read_back_has_the_columns_of_accuracy() -> None:
    columns = catalog.columns_of(rendered("accuracy"), "daily")

    assert columns == catalog.schema_kinds(ACCURACY_SCHEMA)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("select trend from ml.forecast(model {m}, struct(3 as horizon, 0.8 as c))", "trend"),
        ("select 1 from ml.forecast(model {m}, struct('x' as horizon, 0.8 as c))", "signature"),
        ("select 1 from ml.detect_anomalies(model other, struct(0.9 as t))", "Model not found"),
        ("select 1 from ai.forecast((select 1 as x), data => 'x')", "data not found"),
        ("select @unknown", "unknown"),
    ],
)
def test_the_analyzer_knows_what_the_functions_take_and_give(wrong: str, told: str) -> None:
    model = f"`{catalog.PROJECT}`.`{catalog.DATASET}`.`daily_forecast_model`"
    with pytest.raises(ServerError, match=told):
        catalog.analyze(wrong.format(m=model), "daily")


# What the statements find --------------------------------------------------------------------


def days_of(series: str, seed: int, *, measure: str = "net_revenue") -> list[Row]:
    """A noisy week that repeats, with a few days of net refunds."""
    draw = random.Random(seed)
    return [
        {
            "measure": measure,
            "series_id": series,
            "category": series.removeprefix("category:"),
            "series_date": FIRST + timedelta(days=place),
            "value": Decimal(round(100 * (40 + 30 * (place % 7) + draw.gauss(0, 40)))) / 100,
        }
        for place in range(DAYS)
    ]


def hours_of(count: int, seed: int, *, measure: str = "net_revenue") -> list[Row]:
    draw = random.Random(seed)
    return [
        {
            "measure": measure,
            "series_id": "total",
            "series_hour": NOW - (count - place) * HOUR,
            "value": Decimal(round(100 * max(10 * (place % 24) + draw.gauss(0, 30), 0))) / 100,
        }
        for place in range(count)
    ]


def candidate(series: str, cutoff: datetime, when: datetime, **given: Any) -> Row:
    row = {
        "measure": "net_revenue",
        "series_id": series,
        "run_at": cutoff,
        "cutoff": cutoff,
        "is_backtest": True,
        "model": "ARIMA_PLUS",
        "forecast_timestamp": when,
        "forecast_value": 100.0,
        "standard_error": 10.0,
        "confidence_level": 0.8,
        "prediction_interval_lower_bound": 0.0,
        "prediction_interval_upper_bound": 0.0,
        "granularity": "daily",
    }
    return row | given


def guesses(actual: Values, cutoff: datetime, **given: Any) -> list[Row]:
    """A model's forecasts of the days from a cutoff on, too sure of themselves, some negative."""
    draw = random.Random(cutoff.toordinal())
    start = cutoff.astimezone(ZONE).date()
    return [
        candidate(
            given.get("series_id", "total"),
            cutoff,
            midnight(start + timedelta(days=step)),
            **{
                "forecast_value": (actual[step] if step < actual.size else 90) + draw.gauss(5, 30),
                "standard_error": 8.0 + step,
                **given,
            },
        )
        for step in range(30)
    ]


def values_of(rows: list[Row], series: str, measure: str = "net_revenue") -> Values:
    wanted = (measure, series)
    found = [row["value"] for row in rows if (row["measure"], row["series_id"]) == wanted]
    return np.array([float(value) for value in found])


def cutoffs_before(now: datetime, *days: int) -> list[datetime]:
    return [midnight(now.astimezone(ZONE).date() - timedelta(days=back)) for back in days]


@pytest.fixture(scope="module")
def daily() -> Tables:
    """Six cutoffs a week apart and one too old; ARIMA_PLUS and the seasonal naive at each."""
    tables = Tables()
    orders = days_of("total", 3, measure="orders")
    tables.put("daily_series", [*days_of("total", 1), *days_of(TEA, 2), *orders])
    naive = [
        row
        for cutoff in cutoffs_before(NOW, 42, 35, 28, 21, 14, 7, 0)
        for row in tables.run("naive_daily", run_at=cutoff, cutoff=cutoff, is_backtest=cutoff < NOW)
        if row["measure"] == "net_revenue"
    ]
    seen = values_of(tables.rows["daily_series"], "total")
    past = [
        row
        for back in (49, 42, 35, 28, 21, 14, 7)
        for row in guesses(seen[-back:], cutoffs_before(NOW, back)[0])
    ]
    of_tea = values_of(tables.rows["daily_series"], TEA)
    past += [
        row
        for back in (14, 7)
        for row in guesses(of_tea[-back:], cutoffs_before(NOW, back)[0], series_id=TEA)
    ]
    current = [
        row
        for series in ("total", TEA)
        for row in guesses(seen[:0], NOW, series_id=series, is_backtest=False)
    ]
    tables.put("forecast_candidates", [*naive, *past, *current])
    return tables


def test_the_naive_is_that_of_the_local_models(daily: Tables) -> None:
    found = [row for row in daily.rows["forecast_candidates"] if row["model"] != "ARIMA_PLUS"]
    for series, back in (("total", 42), ("total", 7), (TEA, 0)):
        seen = values_of(daily.rows["daily_series"], series)
        (cutoff,) = cutoffs_before(NOW, back)
        rows = [row for row in found if (row["series_id"], row["cutoff"]) == (series, cutoff)]
        rows.sort(key=lambda row: row["forecast_timestamp"])
        expected = models.seasonal_naive(seen[: DAYS - back], 30, 7)
        start = cutoff.astimezone(ZONE).date()

        assert {row["model"] for row in rows} == {expected.model}
        assert [row["forecast_timestamp"] for row in rows] == [
            midnight(start + timedelta(days=step)) for step in range(30)
        ]
        assert [row["forecast_value"] for row in rows] == pytest.approx(expected.values.tolist())
        assert [row["standard_error"] for row in rows] == pytest.approx(expected.errors.tolist())


def test_the_naive_of_hours_is_that_of_the_local_models() -> None:
    tables = Tables()
    tables.put("hourly_series", hours_of(400, 3))
    rows = tables.run("naive_hourly", run_at=NOW, cutoff=NOW)
    rows.sort(key=lambda row: row["forecast_timestamp"])
    expected = models.seasonal_naive(values_of(tables.rows["hourly_series"], "total"), 168, 168)

    assert {row["model"] for row in rows} == {expected.model}
    assert [row["forecast_timestamp"] for row in rows] == [NOW + k * HOUR for k in range(168)]
    assert [row["forecast_value"] for row in rows] == pytest.approx(expected.values.tolist())
    assert [row["standard_error"] for row in rows] == pytest.approx(expected.errors.tolist())


@pytest.mark.parametrize(("days", "errors"), [(6, []), (7, [20.0] * 7 + [20.0 * 2**0.5])])
def test_the_naive_needs_a_week_and_takes_the_spread_within_it(
    days: int, errors: list[float]
) -> None:
    tables = Tables()
    rows = days_of("total", 1)[:days]
    for place, row in enumerate(rows):
        row["value"] = Decimal(10 * place)
    tables.put("daily_series", rows)
    cutoff = midnight(FIRST + timedelta(days=days))
    found = tables.run("naive_daily", run_at=cutoff, cutoff=cutoff)
    found.sort(key=lambda row: row["forecast_timestamp"])

    assert [row["standard_error"] for row in found][:8] == pytest.approx(errors)


def expected_scores(rows: list[Row], seen: Values, steps: dict[datetime, int]) -> Row:
    """Scores of a model's rows by esynapse/forecasting/backtest.py; ``steps`` places a cutoff."""
    season = 7 if rows[0]["granularity"] == "daily" else 168
    windows = []
    for cutoff, end in steps.items():
        of_cutoff = [row for row in rows if row["cutoff"] == cutoff]
        of_cutoff.sort(key=lambda row: row["forecast_timestamp"])
        actual = seen[end : end + len(of_cutoff)]
        values = np.array([max(row["forecast_value"], 0.0) for row in of_cutoff])[: actual.size]
        errors = np.array([row["standard_error"] for row in of_cutoff])[: actual.size]
        changes = seen[season:end] - seen[: end - season]
        windows.append(backtest.Window(actual, values, errors, changes))
    return backtest.score(windows)._asdict() | {
        "cutoffs": len(steps),
        "steps": backtest.steps_of(windows),
        "interval_scale": backtest.interval_scale(windows),
    }


def test_the_scores_are_those_of_the_local_backtest(daily: Tables) -> None:
    found = daily.run("evaluate_daily", run_at=NOW, cutoff=NOW)
    models_of = {(row["series_id"], row["model"]): row for row in found}

    assert len(models_of) == len(found) == 4
    for (series, model), row in models_of.items():
        past = [
            r
            for r in daily.rows["forecast_candidates"]
            if (r["series_id"], r["model"]) == (series, model)
        ]
        days_ago = (14, 7) if (series, model) == (TEA, "ARIMA_PLUS") else (42, 35, 28, 21, 14, 7)
        places = {cutoffs_before(NOW, back)[0]: DAYS - back for back in days_ago}
        seen = values_of(daily.rows["daily_series"], series)
        expected = expected_scores(past, seen, places)
        assert {name: row[name] for name in expected} == pytest.approx(expected)
    assert any(row["interval_scale"] > 1.1 for row in found)
    for series in ("total", TEA):
        rows = [row for row in found if row["series_id"] == series]
        best = min(rows, key=lambda row: row["mase"])
        assert [row["model"] for row in rows if row["is_served"]] == [best["model"]]


@pytest.mark.parametrize(
    ("steps", "inside", "scale"),
    [
        (20, 17, 1),
        (20, 15, 1),
        (20, 14, 4 / backtest.Z80),
        (19, 9, 1),
        (20, 20, 0.5 / backtest.Z80),
    ],
)
def test_intervals_are_scaled_if_they_are_off_by_more_than_5_points_of_20_steps(
    steps: int, inside: int, scale: float
) -> None:
    tables = Tables()
    tables.put("daily_series", [row | {"value": Decimal(100)} for row in days_of("total", 1)])
    (cutoff,) = cutoffs_before(NOW, 25)
    start = cutoff.astimezone(ZONE).date()
    rows = [
        candidate(
            *("total", cutoff, midnight(start + timedelta(days=step))),
            forecast_value=105.0 if step < inside else 140.0,
        )
        for step in range(steps)
    ]
    current = candidate("total", NOW, NOW, is_backtest=False)
    tables.put("forecast_candidates", [*rows, current])
    (found,) = tables.run("evaluate_daily", run_at=NOW, cutoff=NOW)

    assert (found["steps"], found["coverage_80"]) == (steps, pytest.approx(inside / steps))
    assert found["interval_scale"] == pytest.approx(scale)
    assert (found["mase"], found["is_served"]) == (None, True)  # there is no change to compare with


def test_the_scores_of_hours_are_those_of_the_local_backtest() -> None:
    tables = Tables()
    history = {measure: hours_of(300, 4, measure=measure) for measure in ("net_revenue", "orders")}
    history["orders"] = [row | {"value": row["value"] / 50} for row in history["orders"]]
    tables.put("hourly_series", [row for rows in history.values() for row in rows])
    draw = random.Random(5)
    places = {NOW - 48 * HOUR: 252, NOW - 24 * HOUR: 276}
    rows = [
        candidate(
            *("total", cutoff, cutoff + step * HOUR),
            measure=measure,
            granularity="hourly",
            forecast_value=draw.gauss(90, 60),
        )
        for measure in history
        for cutoff in places
        for step in range(60)
    ]
    other = [row | {"granularity": "daily", "forecast_value": 1e6} for row in rows[:1]]
    current = [
        candidate("total", NOW, NOW, measure=m, granularity="hourly", is_backtest=False)
        for m in history
    ]
    tables.put("forecast_candidates", [*rows, *other, *current])
    found = tables.run("evaluate_hourly", run_at=NOW, cutoff=NOW)

    assert {row["measure"] for row in found} == set(history)
    assert len(found) == 2
    for row in found:
        past = [r for r in rows if r["measure"] == row["measure"]]
        expected = expected_scores(
            past, values_of(history[row["measure"]], "total", row["measure"]), places
        )
        assert {name: row[name] for name in expected} == pytest.approx(expected)
        assert row["steps"] == 72


def test_nothing_after_a_cutoff_reaches_its_scores_or_its_forecast(daily: Tables) -> None:
    (cutoff,) = cutoffs_before(NOW, 14)
    now = {"run_at": cutoff, "cutoff": cutoff}
    as_then, poisoned = Tables(), Tables()
    days = daily.rows["daily_series"]
    as_then.put("daily_series", days)
    poisoned.put(
        "daily_series",
        [
            r | {"value": Decimal(10**6)} if midnight(r["series_date"]) >= cutoff else r
            for r in days
        ],
    )
    rows = [
        row | {"is_backtest": row["cutoff"] != cutoff} for row in daily.rows["forecast_candidates"]
    ]
    as_then.put("forecast_candidates", rows)
    poisoned.put(
        "forecast_candidates",
        [row | {"forecast_value": -1e6} if row["cutoff"] > cutoff else row for row in rows],
    )
    scores = as_then.run("evaluate_daily", **now)

    assert {(row["series_id"], row["cutoffs"]) for row in scores} >= {("total", 5), (TEA, 4)}
    assert poisoned.run("evaluate_daily", **now) == scores
    assert poisoned.run("naive_daily", **now) == as_then.run("naive_daily", **now)


@pytest.mark.parametrize("name", ["create_daily_forecast_model", "challenge_daily"])
def test_a_model_is_shown_the_days_before_its_cutoff_alone(daily: Tables, name: str) -> None:
    (cutoff,) = cutoffs_before(NOW, 14)
    day = cutoff.astimezone(ZONE).date()
    sql = rendered(name, **({"cutoff": day} if name.startswith("create") else {}))
    training = re.search(r"\) as\n(select.*)|ai\.forecast\(\s*\((.*?)\n\s+\),", sql, re.DOTALL)
    assert training
    shown = daily.ask(training[1] or training[2], cutoff=cutoff)

    assert max(row["series_date"] for row in shown) == day - timedelta(days=1)
    assert len(shown) == 3 * (DAYS - 14)


def test_without_evidence_the_model_is_served_as_it_is() -> None:
    tables = Tables()
    tables.put("daily_series", days_of("total", 1))
    rows = [
        candidate("total", NOW, NOW, model=model, is_backtest=False)
        for model in ("SeasonalNaive(7)", "TimesFM 2.5", "ARIMA_PLUS")
    ]
    of_yesterday = rows[1] | {"run_at": NOW - timedelta(days=1), "model": "TimesFM 2.0"}
    tables.put("forecast_candidates", [*rows, of_yesterday])
    found = {row["model"]: row for row in tables.run("evaluate_daily", run_at=NOW, cutoff=NOW)}

    assert len(found) == 3
    assert [model for model, row in found.items() if row["is_served"]] == ["ARIMA_PLUS"]
    assert {(r["steps"], r["mase"], r["interval_scale"]) for r in found.values()} == {(0, None, 1)}


ERRORS = {"total": 20.0, "category:a": 10.0, "category:b": 5.0}


def serving() -> Tables:
    """Two steps of three series, of two models; category b is served by the naive, scaled."""
    tables = Tables()
    values = {"total": 130.0, "category:a": 80.0, "category:b": 20.0}
    rows = [
        candidate(
            series,
            NOW,
            NOW + timedelta(days=step),
            measure=measure,
            model=model,
            is_backtest=False,
            forecast_value=value * (-3 if series == "category:b" and step else 1),
            standard_error=ERRORS[series],
        )
        for measure in ("net_revenue", "orders")
        for model in ("ARIMA_PLUS", "SeasonalNaive(7)")
        for series, value in values.items()
        for step in (0, 1)
    ]
    tables.put("forecast_candidates", rows)
    scores = dict.fromkeys(ACCURACY_SCHEMA.names)
    tables.put(
        "forecast_accuracy_runs",
        [
            scores
            | {name: row[name] for name in ("measure", "series_id", "granularity", "run_at")}
            | {
                "model": row["model"],
                "is_served": (row["model"] == "ARIMA_PLUS") != (row["series_id"] == "category:b"),
                "interval_scale": 2.0 if row["series_id"] == "category:b" else 1.0,
            }
            for row in rows
            if row["forecast_timestamp"] == NOW
        ],
    )
    return tables


def test_categories_are_served_so_that_they_add_up_to_the_total() -> None:
    rows = serving().run("serve_daily", run_at=NOW, cutoff=NOW)
    served = {(r["measure"], r["series_id"], r["forecast_timestamp"]): r for r in rows}

    assert len(served) == len(rows) == 12
    later = NOW + timedelta(days=1)
    weights = {"category:a": 100, "category:b": 100}  # (5 × 2)² = 10²
    everything = 400 + sum(weights.values())
    for when, b, gap in ((NOW, 20.0, 30.0), (later, -60.0, 110.0)):
        parts = {
            "category:a": max(80 + gap * weights["category:a"] / everything, 0),
            "category:b": max(b + gap * weights["category:b"] / everything, 0),
        }
        for series, value in {**parts, "total": sum(parts.values())}.items():
            row = served["net_revenue", series, when]
            error = ERRORS[series] * (2 if series == "category:b" else 1)
            assert row["forecast_value"] == pytest.approx(value)
            assert row["standard_error"] == pytest.approx(error)
            lower, upper = backtest.interval(np.array([value]), np.array([error]), backtest.Z80)
            assert row["prediction_interval_lower_bound"] == pytest.approx(lower[0])
            assert row["prediction_interval_upper_bound"] == pytest.approx(upper[0])
            naive = "SeasonalNaive(7)" if series == "category:b" else "ARIMA_PLUS"
            assert row["model"] == naive
    assert served["net_revenue", "category:b", later]["forecast_value"] == 0
    assert served["orders", "total", NOW]["forecast_value"] == 130
    assert served["orders", "category:b", later]["forecast_value"] == 0


def test_a_total_without_categories_stays_as_it_is() -> None:
    tables = serving()
    tables.put(
        "forecast_candidates",
        [row for row in tables.rows["forecast_candidates"] if row["series_id"] == "total"],
    )
    rows = tables.run("serve_daily", run_at=NOW, cutoff=NOW)

    assert {row["forecast_value"] for row in rows} == {130.0}


def test_a_backtest_is_served_by_the_model_with_errors_as_it_gives_them() -> None:
    tables = serving()
    for name in ("forecast_candidates",):
        tables.put(name, [row | {"is_backtest": True} for row in tables.rows[name]])
    rows = tables.run("serve_daily", run_at=NOW, cutoff=NOW, is_backtest=True)

    assert {row["model"] for row in rows} == {"ARIMA_PLUS"}
    assert {(row["series_id"], row["standard_error"]) for row in rows} == set(ERRORS.items())
    assert all(row["is_backtest"] for row in rows)


def test_hours_are_served_clipped_and_scaled() -> None:
    tables = serving()
    for name in ("forecast_candidates", "forecast_accuracy_runs"):
        tables.put(name, [row | {"granularity": "hourly"} for row in tables.rows[name]])
    rows = tables.run("serve_hourly", run_at=NOW, cutoff=NOW)
    (found,) = (
        row
        for row in rows
        if (row["measure"], row["series_id"]) == ("orders", "category:b")
        and row["forecast_timestamp"] > NOW
    )

    assert found["forecast_value"] == found["prediction_interval_lower_bound"] == 0
    assert found["prediction_interval_upper_bound"] == pytest.approx(backtest.Z80 * 10)


# What a second run leaves --------------------------------------------------------------------


def test_a_second_run_of_a_day_replaces_and_earlier_days_stay() -> None:
    tables = serving()
    yesterday, later = NOW - timedelta(days=1), NOW + timedelta(hours=9)
    old = candidate("total", yesterday, NOW)
    del old["granularity"]
    tables.put("daily_forecasts", [old | {"is_backtest": False}])
    tables.merge("serve_daily", run_at=NOW, cutoff=NOW)
    assert len(tables.rows["daily_forecasts"]) == 13

    again = [row | {"run_at": later} for row in tables.rows["forecast_candidates"]]
    tables.put("forecast_candidates", again)
    tables.merge("serve_daily", run_at=later, cutoff=NOW)

    assert sorted(row["run_at"] for row in tables.rows["daily_forecasts"]) == [
        yesterday,
        *[later] * 12,
    ]


def test_a_backtest_takes_nothing_from_a_real_run() -> None:
    tables = Tables()
    tables.put("daily_series", days_of("total", 1))
    (cutoff,) = cutoffs_before(NOW, 7)
    tables.merge("naive_daily", run_at=cutoff, cutoff=cutoff)
    tables.merge("naive_daily", run_at=cutoff, cutoff=cutoff, is_backtest=True)
    tables.merge("naive_daily", run_at=cutoff, cutoff=cutoff, is_backtest=True)
    kinds = [row["is_backtest"] for row in tables.rows["forecast_candidates"]]

    assert (kinds.count(False), kinds.count(True)) == (30, 30)


def test_a_backtest_that_is_served_leaves_a_real_run_and_replaces_an_earlier_backtest() -> None:
    tables = serving()
    then = [row | {"is_backtest": True} for row in tables.rows["forecast_candidates"]]
    tables.put("forecast_candidates", then)
    row = candidate("total", NOW, NOW)
    del row["granularity"]
    tables.put("daily_forecasts", [row | {"is_backtest": False}, row])
    tables.merge("serve_daily", run_at=NOW, cutoff=NOW, is_backtest=True)
    kinds = [row["is_backtest"] for row in tables.rows["daily_forecasts"]]

    assert (kinds.count(False), kinds.count(True)) == (1, 12)


def test_candidates_of_other_models_and_granularities_stay() -> None:
    tables = Tables()
    tables.put("daily_series", days_of("total", 1))
    others = [
        candidate("total", NOW, NOW, is_backtest=False, **other)
        for other in (
            {"model": "ARIMA_PLUS"},
            {"granularity": "hourly", "model": "SeasonalNaive(7)"},
        )
    ]
    tables.put("forecast_candidates", others)
    tables.merge("naive_daily", run_at=NOW, cutoff=NOW)

    assert len(tables.rows["forecast_candidates"]) == 32


# What is made of the ML functions' output ----------------------------------------------------


def test_the_parts_of_an_explanation_add_up() -> None:
    parts = ("trend", "step_changes", "seasonal_period_yearly", "seasonal_period_quarterly")
    parts += ("seasonal_period_monthly", "seasonal_period_weekly", "seasonal_period_daily")
    parts += ("holiday_effect", "spikes_and_dips", "residual")
    empty = dict.fromkeys(catalog.EXPLANATION) | {"measure": "orders", "series_id": "total"}
    when = datetime(2026, 11, 1, tzinfo=UTC)
    whole = {name: 2.0**place for place, name in enumerate(parts)}
    past = empty | whole | {"time_series_type": "history", "time_series_data": sum(whole.values())}
    bare = {"trend": 5.0, "seasonal_period_weekly": -2.0}
    ahead = empty | bare | {"time_series_type": "forecast", "time_series_data": 3.0}
    tables = Tables()
    tables.put(
        "output",
        [past | {"time_series_timestamp": when}, ahead | {"time_series_timestamp": when}],
        catalog.EXPLANATION,
    )
    rows = tables.ask(in_place_of_the_function("explain_daily"), run_at=NOW)

    kept = COMPONENT_SCHEMA.names[COMPONENT_SCHEMA.names.index("trend") :]
    for row in rows:
        assert sum(row[name] for name in kept) == pytest.approx(row["time_series_data"])
        assert row["time_series_timestamp"] == midnight(date(2026, 11, 1))
    (history,) = (row for row in rows if row["time_series_type"] == "history")
    assert history["trend"] == whole["trend"] + whole["step_changes"]
    assert history["residual"] == whole["residual"] + whole["spikes_and_dips"]


def test_a_day_ahead_is_the_midnight_of_the_shop_and_a_challenger_has_a_standard_error() -> None:
    forecast = dict.fromkeys(catalog.AI_FORECAST) | {"measure": "orders", "series_id": "total"}
    forecast |= {"forecast_timestamp": datetime(2026, 7, 1, tzinfo=UTC), "forecast_value": 10.0}
    bounds = {
        "prediction_interval_lower_bound": 10 - 2 * backtest.Z80,
        "prediction_interval_upper_bound": 10 + 2 * backtest.Z80,
    }
    refused = forecast | {"forecast_value": None, "ai_forecast_status": "too short"}
    tables = Tables()
    tables.put("output", [forecast | bounds, refused], catalog.AI_FORECAST)
    (row,) = tables.ask(in_place_of_the_function("challenge_daily"), run_at=NOW, cutoff=NOW)

    assert row["forecast_timestamp"] == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert row["standard_error"] == pytest.approx(2.0)


def in_place_of_the_function(name: str) -> str:
    """A statement's source with a table ``output`` where the ML function stands."""
    table = f"`{catalog.PROJECT}`.`{catalog.DATASET}`.`output`"
    pattern = r"(ml|ai)\.\w+\(\n.*?\n {8}\)"
    return re.sub(pattern, table, source_of(name), flags=re.DOTALL)
