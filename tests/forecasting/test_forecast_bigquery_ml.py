"""The statements of BigQuery ML."""

import re

import pytest
import sqlfluff

from esynapse.errors import EsynapseError
from esynapse.forecasting.bigquery_ml import render, statements
from esynapse.warehouse.raw_tables import ACCURACY_SCHEMA, FORECAST_SCHEMA

NAMES = [
    "create_daily_forecast_model",
    "create_hourly_forecast_model",
    "evaluate_daily",
    "evaluate_hourly",
    "forecast_daily",
    "forecast_hourly",
]


def _rendered(name: str) -> str:
    return render(name, project="my-shop-123", dataset="esynapse")


def _code(sql: str) -> str:
    return re.sub(r"--.*", "", sql)


def test_these_statements_are_there() -> None:
    assert statements() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_statement_renders_without_a_placeholder_left(name: str) -> None:
    sql = _rendered(name)
    assert "$" not in sql
    assert "{" not in sql
    assert "`my-shop-123`.`esynapse`.`" in sql


@pytest.mark.parametrize("name", NAMES)
def test_a_file_holds_one_statement_that_parses_as_bigquery_sql(name: str) -> None:
    sql = _rendered(name)
    assert sql.startswith("-- ")
    assert ";" not in _code(sql)
    tree = sqlfluff.parse(sql, dialect="bigquery")  # raises where a part cannot be parsed
    assert str(tree).count("'statement'") == 1


@pytest.mark.parametrize(("name", "horizon"), [("daily", 30), ("hourly", 168)])
def test_every_statement_of_a_granularity_has_its_horizon(name: str, horizon: int) -> None:
    assert f"horizon = {horizon}" in _rendered(f"create_{name}_forecast_model")
    assert f"struct({horizon} as horizon, 0.8 as confidence_level)" in _rendered(f"forecast_{name}")
    assert f"{horizon} as horizon, 0.95 as confidence_level" in _rendered(f"evaluate_{name}")


@pytest.mark.parametrize("name", NAMES[:2])
def test_the_models_respect_the_warnings(name: str) -> None:
    code = _code(_rendered(name))
    assert "clean_spikes_and_dips = false" in code
    assert "forecast_limit_lower_bound" not in code
    assert "holiday_region" not in code


def _output_columns(name: str) -> list[str]:
    """Names of the last select's columns, in order."""
    body = _code(_rendered(name)).rpartition("\nselect\n")[2].rpartition("\nfrom ")[0]
    lines = [line for line in body.splitlines() if re.match(r" {4}\S", line)]
    found = [re.match(r"^ {4}(?:.* as )?(\w+),?$", line) for line in lines if line != "    avg("]
    return [match[1] for match in found if match]


@pytest.mark.parametrize("name", ["forecast_daily", "forecast_hourly"])
def test_forecasts_come_out_as_rows_of_the_raw_table(name: str) -> None:
    assert _output_columns(name) == FORECAST_SCHEMA.names


@pytest.mark.parametrize("name", ["evaluate_daily", "evaluate_hourly"])
def test_evaluations_come_out_as_rows_of_the_raw_table(name: str) -> None:
    assert _output_columns(name) == ACCURACY_SCHEMA.names


@pytest.mark.parametrize("project", ["", "UPPER", "a`; drop table x", "short", "ends-with-"])
def test_a_project_that_google_would_not_accept_is_refused(project: str) -> None:
    with pytest.raises(EsynapseError, match="no Google Cloud project ID"):
        render("forecast_daily", project=project, dataset="esynapse")


@pytest.mark.parametrize("dataset", ["", "with-hyphen", "a`b", "a.b", "line\nbreak"])
def test_a_dataset_that_bigquery_would_not_accept_is_refused(dataset: str) -> None:
    with pytest.raises(EsynapseError, match="is no BigQuery dataset"):
        render("forecast_daily", project="my-shop-123", dataset=dataset)


def test_an_unknown_statement_is_refused_with_those_known() -> None:
    with pytest.raises(EsynapseError, match=r"no statement '\.\./x'.*use create_daily"):
        render("../x", project="my-shop-123", dataset="esynapse")
