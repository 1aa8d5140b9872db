"""A retrain in BigQuery, by the real client against a server that speaks the jobs API."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.bigquery import Client

from esynapse.errors import EsynapseError
from esynapse.forecasting.bigquery_ml import MODEL
from esynapse.pipeline.retrain import RetrainReport
from esynapse.pipeline.retrain_bigquery import TABLES, retrain_bigquery
from esynapse.settings import Settings, load_settings
from esynapse.warehouse.raw_tables import ACCURACY_SCHEMA
from tests.forecasting.bigquery_server import (
    READERS,
    BigQuery,
    is_dry,
    name_of,
    parameters_of,
    serving,
    sql_of,
)
from tests.network import network

ZONE = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 10)
MIDNIGHT = datetime(2026, 11, 9, 23, tzinfo=UTC)
"""When it begins in Berlin: the first day that the daily models are not shown."""

Retrain = Callable[..., RetrainReport]


def settings(**given: Any) -> Settings:
    return load_settings(target="bigquery", timezone=ZONE.key, **given)


def history(days: int = 90, *, hour: int = 14, later: int = 0) -> dict[str, Any]:
    """Of so many complete days before TODAY, and of TODAY the hours before ``hour`` UTC."""
    shift = timedelta(days=later)
    now = datetime(2026, 11, 10, hour, tzinfo=UTC) + shift
    return {
        "run_at": now + timedelta(minutes=20),
        "first_date": TODAY - timedelta(days=days),
        "next_date": TODAY + shift,
        "first_hour": MIDNIGHT - timedelta(days=days),
        "next_hour": now,
    }


def statements(granularity: str, *, backtests: int = 0, challenge: bool = False) -> list[str]:
    """What a run is to write, in order."""
    contenders = ["forecast", "naive", *(["challenge"] if challenge else [])]
    create = f"create_{granularity}_forecast_model"
    past = [create, *(f"{kind}_{granularity}" for kind in [*contenders, "serve"])]
    kinds = [*contenders, "evaluate", "serve", "explain", "detect_anomalies"]
    return past * backtests + [create, *(f"{kind}_{granularity}" for kind in kinds)]


@pytest.fixture
def service() -> BigQuery:
    scores = dict.fromkeys(ACCURACY_SCHEMA.names) | {
        "measure": "orders",
        "series_id": "total",
        "granularity": "daily",
        "run_at": MIDNIGHT,
        "model": MODEL,
        "is_served": True,
        "cutoffs": 6,
        "steps": 165,
        "mase": 0.75,
        "interval_scale": 1.25,
    }
    return BigQuery(history(), accuracy=[scores, scores | {"series_id": "category:Tea"}])


@pytest.fixture
def retrain(service: BigQuery) -> Iterator[Retrain]:
    with serving(service) as address, closing(client_of(address)) as client:
        yield lambda **given: retrain_bigquery(settings(**given), client)


def client_of(address: str) -> Client:
    return Client(
        "esynapse-local",
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": address},
    )


def test_a_first_run_forecasts_from_past_cutoffs_then_judges_and_serves(
    service: BigQuery, retrain: Retrain
) -> None:
    report = retrain()

    expected = statements("daily", backtests=6) + statements("hourly", backtests=6)
    assert service.ran() == expected
    assert service.tables == set(TABLES)
    assert report.accuracy.schema == ACCURACY_SCHEMA
    assert report.accuracy.to_pylist() == service.accuracy
    assert (report.series, report.cutoff) == (2, MIDNIGHT)
    assert report.daily_rows == report.hourly_rows == 7 * 7


def test_backtests_lie_on_the_days_that_the_design_names(
    service: BigQuery, retrain: Retrain
) -> None:
    retrain()
    served = [job for job in service.started(dry_run=False) if "serve_" in name_of(job)]
    found: dict[str, list[datetime]] = {"serve_daily": [], "serve_hourly": []}
    for job in served:
        values = parameters_of(job)
        is_backtest = values["is_backtest"] == "true"
        assert values["run_at"] == (
            parameters_of_forecast(service, job)["cutoff"]
            if is_backtest
            else service.history["run_at"]
        )
        if is_backtest:
            found[name_of(job)].append(values["run_at"])

    assert [TODAY - when.astimezone(ZONE).date() for when in found["serve_daily"]] == [
        timedelta(days=days) for days in (42, 35, 28, 21, 14, 7)
    ]
    assert {when.astimezone(ZONE).hour for when in found["serve_daily"]} == {0}  # before DST too
    assert [service.history["next_hour"] - when for when in found["serve_hourly"]] == [
        timedelta(days=days) for days in (21, 14, 7, 4, 2, 1)
    ]


def parameters_of_forecast(service: BigQuery, serve: dict[str, Any]) -> dict[str, Any]:
    """Parameters of the forecast that was made last before a serve."""
    place = service.jobs.index(serve)
    name = name_of(serve).replace("serve", "forecast")
    return parameters_of(
        next(
            job
            for job in reversed(service.jobs[:place])
            if name_of(job) == name and not is_dry(job)
        )
    )


def test_a_model_is_trained_before_its_cutoff_and_read_back_by_the_right_name(
    service: BigQuery, retrain: Retrain
) -> None:
    retrain(country="DE")
    created = [
        job
        for job in service.started(dry_run=False)
        if name_of(job) == "create_daily_forecast_model"
    ]
    first, last = sql_of(created[0]), sql_of(created[-1])

    assert "`daily_backtest_model`" in first
    assert "series_date < date '2026-09-29'" in first
    assert "`daily_forecast_model`" in last
    assert "series_date < date '2026-11-10'" in last
    assert "holiday_region = 'DE'" in last
    for name in ("forecast_daily", "explain_daily"):
        last = sql_of([j for j in service.started(dry_run=False) if name_of(j) == name][-1])
        assert "`daily_forecast_model`" in last


def test_every_statement_is_tried_dry_before_it_runs_and_before_anything_is_written(
    service: BigQuery, retrain: Retrain
) -> None:
    retrain()
    for place, job in enumerate(service.jobs):
        if not is_dry(job):
            assert sql_of(job) in [sql_of(other) for other in service.jobs[:place] if is_dry(other)]
    first_write = next(
        place
        for place, job in enumerate(service.jobs)
        if not is_dry(job) and name_of(job) not in READERS
    )
    before = {name_of(job) for job in service.jobs[:first_write]}
    reads_a_model = ("forecast_", "explain_", "detect_anomalies_")

    assert len(service.started(dry_run=True)) == len(service.started(dry_run=False))
    assert before == {
        *("history", "past_cutoffs"),
        *(name for name in service.ran() if not name.startswith(reads_a_model)),
    }


def test_a_second_run_of_the_day_issues_statements_that_replace_the_first(
    service: BigQuery, retrain: Retrain
) -> None:
    retrain()
    made = list(service.made)
    service.jobs.clear()
    retrain()
    writes = [job for job in service.jobs if name_of(job) not in READERS]
    expected = statements("daily") + statements("hourly")

    # the models are there: all is tried dry, then all runs
    assert [name_of(job) for job in writes] == expected * 2
    assert [is_dry(job) for job in writes] == [True] * len(expected) + [False] * len(expected)
    assert service.made == made
    for job in writes:
        sql = sql_of(job)
        assert ("when not matched by source" in sql) != sql.strip().startswith(
            "create or replace model"
        )
        assert parameters_of(job).get("is_backtest", "false") == "false"


def test_the_days_after_are_judged_by_the_runs_before_without_new_backtests(
    service: BigQuery, retrain: Retrain
) -> None:
    retrain()
    for later in range(1, 10):
        service.history = history(later=later)
        service.jobs.clear()
        retrain()
        assert service.ran() == statements("daily") + statements("hourly"), later


def test_no_backtest_is_made_where_a_run_has_forecast_already(
    service: BigQuery, retrain: Retrain
) -> None:
    service.made = [
        {"granularity": "daily", "model": MODEL, "cutoff": MIDNIGHT - timedelta(days=days)}
        for days in (7, 14)
    ]
    retrain()

    assert service.ran() == statements("daily", backtests=4) + statements("hourly", backtests=6)


def test_a_young_shop_has_the_backtests_that_its_history_allows(
    service: BigQuery, retrain: Retrain
) -> None:
    service.history = history(days=22)
    retrain()

    assert service.ran() == statements("daily", backtests=1) + statements("hourly", backtests=4)


def test_a_challenger_is_asked_at_the_same_cutoffs(service: BigQuery, retrain: Retrain) -> None:
    retrain(bigquery_challenger=True)

    assert service.ran() == [
        name
        for granularity in ("daily", "hourly")
        for name in statements(granularity, backtests=6, challenge=True)
    ]


def test_a_challenger_that_comes_later_is_asked_about_the_past_too(
    service: BigQuery, retrain: Retrain
) -> None:
    retrain()
    service.jobs.clear()
    retrain(bigquery_challenger=True)

    assert service.ran() == [
        name
        for granularity in ("daily", "hourly")
        for name in [
            *[f"challenge_{granularity}"] * 6,
            *statements(granularity, challenge=True),
        ]
    ]


def test_jobs_are_labelled_and_may_read_no_more_than_allowed(
    service: BigQuery, retrain: Retrain
) -> None:
    retrain(bigquery_maximum_bytes=50_000_000)

    for job in service.jobs:
        configuration = job["configuration"]
        labels = configuration["labels"]
        assert (labels["app"], labels["flow"]) == ("esynapse", "retrain")
        assert labels["statement"] in job["jobReference"]["jobId"]
        if not is_dry(job):
            assert configuration["query"]["maximumBytesBilled"] == "50000000"


def test_a_statement_that_would_read_too_much_stops_the_run_before_anything_is_written(
    service: BigQuery, retrain: Retrain
) -> None:
    service.reads = 3_000_000_000
    with pytest.raises(EsynapseError, match=r"would read 3,000,000,000 bytes.*MAXIMUM_BYTES$"):
        retrain()

    assert service.ran() == []


def test_a_service_that_is_away_for_a_moment_is_asked_again(
    service: BigQuery, retrain: Retrain
) -> None:
    service.history = history(days=20)
    service.unavailable = {"evaluate_daily": 1}
    retrain()

    assert service.ran().count("evaluate_daily") == 1


def test_a_job_whose_start_was_not_answered_does_not_start_twice(
    service: BigQuery, retrain: Retrain
) -> None:
    service.history = history(days=20)
    service.lost = {"serve_daily"}
    report = retrain()

    assert service.ran().count("serve_daily") == 1
    assert report.daily_rows == 7


def test_a_job_that_bigquery_gave_up_runs_again(service: BigQuery, retrain: Retrain) -> None:
    service.history = history(days=20)
    service.failing = {"serve_daily": [("backendError", "Error encountered during execution.")]}
    report = retrain()

    assert service.ran().count("serve_daily") == 2
    assert report.daily_rows == 7


def test_a_statement_that_fails_ends_the_run_in_one_line_and_what_is_served_stays(
    service: BigQuery, retrain: Retrain
) -> None:
    service.history = history(days=20)
    message = "Not enough training data.\nTry more."
    service.failing = {"create_hourly_forecast_model": [], "evaluate_daily": [("invalid", message)]}
    with pytest.raises(EsynapseError, match="could not do evaluate_daily: Not enough") as caught:
        retrain()

    assert "\n" not in str(caught.value)
    assert service.ran()[-1] == "evaluate_daily"
    assert "serve_daily" not in service.ran()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (history(days=2), r"spans 2 complete day\(s\), forecasts need 3"),
        (dict.fromkeys(history()), "no complete day of sales to learn from"),
    ],
    ids=["two days", "none"],
)
def test_too_short_a_history_is_refused(
    service: BigQuery, retrain: Retrain, given: dict[str, Any], told: str
) -> None:
    service.history = given
    with pytest.raises(EsynapseError, match=told):
        retrain()

    assert service.ran() == []


def test_the_local_target_does_not_load_the_client() -> None:
    code = (
        "import sys, esynapse.pipeline.retrain_bigquery;"
        "print([name for name in sys.modules if name.startswith('google.cloud.')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("setting", "value"),
    [("country", "Germany"), ("bigquery_maximum_bytes", 1_000_000)],
)
def test_a_bad_setting_is_refused_by_name(setting: str, value: object) -> None:
    with pytest.raises(EsynapseError, match=setting):
        settings(**{setting: value})


def test_a_retrain_outlives_a_network_that_comes_and_goes_and_runs_nothing_twice(
    service: BigQuery,
) -> None:
    def pull_again_and_again() -> None:
        while not over.wait(0.3):
            wire.pull(0.1)

    service.history = history(days=15)
    over = threading.Event()
    puller = threading.Thread(target=pull_again_and_again)
    with (
        serving(service) as address,
        network(address) as wire,
        closing(client_of(wire.endpoint)) as client,
    ):
        puller.start()
        try:
            retrain_bigquery(settings(), client)
        finally:
            over.set()
            puller.join()

    assert wire.cuts > 2
    backtests = sum(name == "create_hourly_forecast_model" for name in service.ran()) - 1
    assert service.ran() == statements("daily") + statements("hourly", backtests=backtests)
