"""The statements of BigQuery ML: what they are rendered to, and the options of the models."""

import ast
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from esynapse.errors import EsynapseError
from esynapse.forecasting.bigquery_ml import CHALLENGER, MODEL, parameters_of, render, statements
from esynapse.forecasting.granularity import DAILY, HOURLY

NAMES = [
    "accuracy",
    *("challenge_daily", "challenge_hourly"),
    *("create_daily_forecast_model", "create_hourly_forecast_model"),
    *("detect_anomalies_daily", "detect_anomalies_hourly"),
    *("evaluate_daily", "evaluate_hourly", "explain_daily", "explain_hourly"),
    *("forecast_daily", "forecast_hourly", "history", "naive_daily", "naive_hourly"),
    *("past_cutoffs", "serve_daily", "serve_hourly"),
]
CREATES = [name for name in NAMES if name.startswith("create_")]


def _rendered(name: str, **options: Any) -> str:
    return render(name, project="my-shop-123", dataset="esynapse", **options)


def _code(sql: str) -> str:
    return re.sub(r"--.*", "", sql)


def test_these_statements_are_there() -> None:
    assert statements() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_statement_is_one_and_renders_without_a_placeholder_left(name: str) -> None:
    sql = _rendered(name)
    assert sql.startswith("-- ")
    assert "$" not in sql
    assert "{" not in sql
    assert "`my-shop-123`.`esynapse" in sql
    assert ";" not in _code(sql)


@pytest.mark.parametrize("name", NAMES)
def test_a_statement_takes_known_query_parameters_and_a_model_none(name: str) -> None:
    found = parameters_of(_rendered(name))
    known: set[str] = {"run_at", "cutoff", "timezone", "is_backtest"}
    assert found <= (set() if name in CREATES else known)


# The options of ARIMA_PLUS, as far as several series at once may have them, and what they take:
# https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/
# bigqueryml-syntax-create-time-series (read 2026-11). Without NON_SEASONAL_ORDER and INCLUDE_DRIFT,
# which need auto_arima = false, which several series may not have.


def _one_of(*values: object) -> Callable[[object], bool]:
    return lambda given: given in values


def _whole(low: int, high: int) -> Callable[[object], bool]:
    return lambda given: type(given) is int and low <= given <= high


def _texts(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(item, str) for item in given)


def _text(given: object) -> bool:
    return isinstance(given, str)


def _flag(given: object) -> bool:
    return isinstance(given, bool)


FREQUENCIES = ("AUTO_FREQUENCY", "PER_MINUTE", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "QUARTERLY")
ALLOWED: dict[str, Callable[[object], bool]] = {
    "model_type": _one_of("ARIMA_PLUS"),
    "time_series_timestamp_col": _text,
    "time_series_data_col": _text,
    "time_series_id_col": lambda given: _text(given) or _texts(given),
    "horizon": _whole(1, 10_000),
    "auto_arima": _one_of(True),
    "auto_arima_max_order": _whole(1, 5),
    "auto_arima_min_order": _whole(0, 4),
    "data_frequency": _one_of(*FREQUENCIES, "YEARLY"),
    "holiday_region": lambda given: _text(given) or _texts(given),
    "clean_spikes_and_dips": _flag,
    "adjust_step_changes": _flag,
    "time_series_length_fraction": lambda given: isinstance(given, float) and 0 < given < 1,
    "min_time_series_length": _whole(4, 2**31),
    "max_time_series_length": _whole(4, 2**31),
    "trend_smoothing_window_size": _whole(1, 2**31),
    "decompose_time_series": _flag,
    "forecast_limit_lower_bound": lambda given: isinstance(given, float),
    "forecast_limit_upper_bound": lambda given: isinstance(given, float),
    "seasonalities": _texts,
    "hierarchical_time_series_cols": _texts,
    "kms_key_name": _text,
}


def _options(sql: str) -> dict[str, object]:
    options, _, query = _code(sql).partition("\n) as\n")
    assert query.startswith("select\n")
    found = re.findall(r"^    (\w+) = (.+?),?$", options, re.MULTILINE)
    literal = {"true": "True", "false": "False"}
    return {name: ast.literal_eval(literal.get(value, value)) for name, value in found}


@pytest.mark.parametrize("name", CREATES)
def test_the_options_of_a_model_are_documented_ones_with_values_they_take(name: str) -> None:
    options = _options(_rendered(name, holiday_region="US"))
    wrong = {n: v for n, v in options.items() if n not in ALLOWED or not ALLOWED[n](v)}
    assert not wrong
    assert len(options) == _code(_rendered(name, holiday_region="US")).count(" = ")
    assert {"model_type", "time_series_timestamp_col", "time_series_data_col"} <= options.keys()


@pytest.mark.parametrize(
    ("name", "horizon", "probability"),
    [("daily", 30, DAILY.anomaly_probability), ("hourly", 168, HOURLY.anomaly_probability)],
)
def test_every_statement_of_a_granularity_has_its_horizon_and_threshold(
    name: str, horizon: int, probability: float
) -> None:
    create = f"create_{name}_forecast_model"
    assert _options(_rendered(create))["horizon"] == horizon
    assert _options(_rendered(create))["data_frequency"] == name.upper()
    for kind in ("forecast", "explain"):
        given = f"struct({horizon} as horizon, 0.8 as confidence_level)"
        assert given in _rendered(f"{kind}_{name}")
    assert f"horizon => {horizon},\n" in _rendered(f"challenge_{name}")
    threshold = f"struct({probability} as anomaly_prob_threshold)"
    assert threshold in _rendered(f"detect_anomalies_{name}")


@pytest.mark.parametrize("name", CREATES)
def test_the_models_respect_the_warnings(name: str) -> None:
    options = _options(_rendered(name))
    assert options["clean_spikes_and_dips"] is False
    assert options["decompose_time_series"] is True  # or it can be neither explained nor searched
    assert options.keys().isdisjoint(
        {"forecast_limit_lower_bound", "forecast_limit_upper_bound", "holiday_region"}
    )


def test_holidays_are_for_the_daily_model_of_a_shop_that_names_its_region() -> None:
    assert _options(_rendered(CREATES[0], holiday_region="DE"))["holiday_region"] == "DE"
    assert "holiday_region" not in _options(_rendered(CREATES[1], holiday_region="DE"))


def test_a_model_sees_all_or_what_lies_before_a_cutoff() -> None:
    assert "where" not in _code(_rendered(CREATES[0]))
    assert "series_date < date '2026-03-01'" in _rendered(CREATES[0], cutoff=date(2026, 3, 1))
    india = timezone(timedelta(hours=5, minutes=30))
    instant = datetime(2026, 3, 1, 5, 30, tzinfo=india)
    expected = "series_hour < timestamp '2026-03-01T00:00:00+00:00'"
    assert expected in _rendered(CREATES[1], cutoff=instant)
    assert expected in _rendered(CREATES[1], cutoff=instant.astimezone(UTC))


def test_a_cutoff_without_a_zone_is_refused() -> None:
    with pytest.raises(EsynapseError, match="says no time zone"):
        _rendered(CREATES[1], cutoff=datetime(2026, 3, 1))


def test_backtests_have_a_model_of_their_own() -> None:
    for name in ("create_daily_forecast_model", "forecast_daily", "explain_daily"):
        assert ".`daily_forecast_model`" in _rendered(name)
        assert ".`daily_backtest_model`" in _rendered(name, is_backtest=True)


@pytest.mark.parametrize("granularity", ["daily", "hourly"])
def test_candidates_are_called_what_the_library_calls_them(granularity: str) -> None:
    assert f"'{MODEL}' as model" in _rendered(f"forecast_{granularity}")
    challenge = _rendered(f"challenge_{granularity}")
    assert f"'{CHALLENGER}' as model" in challenge
    assert f"model => '{CHALLENGER}'" in challenge


@pytest.mark.parametrize("project", ["", "UPPER", "a`; drop table x", "short", "ends-with-"])
def test_a_project_that_google_would_not_accept_is_refused(project: str) -> None:
    with pytest.raises(EsynapseError, match="no Google Cloud project ID"):
        render("forecast_daily", project=project, dataset="esynapse")


@pytest.mark.parametrize("dataset", ["", "with-hyphen", "a`b", "a.b", "line\nbreak"])
def test_a_dataset_that_bigquery_would_not_accept_is_refused(dataset: str) -> None:
    with pytest.raises(EsynapseError, match="is no BigQuery dataset"):
        render("forecast_daily", project="my-shop-123", dataset=dataset)


@pytest.mark.parametrize("region", ["", "us", "Germany", "US', horizon = 1"])
def test_a_holiday_region_that_bigquery_would_not_accept_is_refused(region: str) -> None:
    with pytest.raises(EsynapseError, match=r"holiday region .* is none of BigQuery ML's"):
        _rendered(CREATES[0], holiday_region=region)


def test_an_unknown_statement_is_refused_with_those_known() -> None:
    with pytest.raises(EsynapseError, match=r"no statement '\.\./x'.*use accuracy, challenge_"):
        render("../x", project="my-shop-123", dataset="esynapse")
