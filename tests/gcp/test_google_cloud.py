"""The whole path on Google Cloud itself: `make test-gcp PROJECT=…`.

In datasets, topics, an account and a bucket of a name of its own, which are deleted at the end,
however it ends; APIs stay enabled. Whoever runs it owns the project and is signed in
(docs/deploy-gcp.md). It takes about half an hour.
"""

import os
import secrets
from collections.abc import Iterator

import pytest

from esynapse.ingest.publisher import Publisher
from esynapse.settings import Settings, load_settings
from esynapse.warehouse import open_warehouse
from tests import cloud_path
from tests.chaos.monkey import wait_for
from tests.dashboard.conftest import PAGES
from tests.end_to_end.conftest import Pipeline, make_pipeline

COSTS = """
This runs on Google Cloud, in project {project}, and costs money: at list prices about 2 USD, nearly
all of it for some 14 trainings of ARIMA_PLUS, each billed as 42 candidates over 10 MB at least; the
rest reads less than 20 GB. What it makes is deleted when it ends.
"""
SHOP = {"days": 40, "scale": 0.05, "seed": 7}
ARRIVAL_SECONDS = 600

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings() -> Settings:
    """Of this run, with names that no other run has."""
    project = os.environ.get("PROJECT") or pytest.exit(
        "say which project is to be used (and billed): make test-gcp PROJECT=…", 2
    )
    name = f"esynapse_test_{secrets.token_hex(4)}"
    dashed = name.replace("_", "-")
    return load_settings(
        target="bigquery",
        project=project,
        location=os.environ.get("LOCATION"),
        dataset=name,
        topic=dashed,
        subscription=f"{dashed}-to-warehouse",
        dead_letter_topic=f"{dashed}-dead",
        dead_letter_subscription=f"{dashed}-dead-to-warehouse",
        bucket="",
        **SHOP,
    )


@pytest.fixture(scope="module")
def pipeline(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Pipeline, Settings]]:
    print(COSTS.format(project=settings.project))  # noqa: T201 - said before anything costs
    folder = tmp_path_factory.mktemp("google")
    settings = settings.model_copy(update={"home": folder / "home"})
    known = settings.model_dump(exclude={"home", "campaigns"}, exclude_defaults=True)
    made = make_pipeline(folder, **known)
    try:
        cloud_path.provision(made)
        cloud_path.make_history(made)
        yield made, settings
    finally:
        cloud_path.destroy(made)


Made = tuple[Pipeline, Settings]


def test_history_is_loaded_once(pipeline: Made) -> None:
    made, settings = pipeline
    made.run("backfill")
    found = cloud_path.events(settings)
    assert found["n"] == found["ids"] > 1000


def test_the_forecast_is_trained_served_and_judged(pipeline: Made) -> None:
    made, _ = pipeline
    made.run("retrain", timeout=3000)
    (row,) = made.query("select count(distinct model) as n from forecast_accuracy where mase > 0")
    assert int(row["n"]) >= 2
    (row,) = made.query("select count(*) as n from daily_forecast_vs_actual where is_backtest")
    assert int(row["n"]) > 0


def test_google_delivers_what_the_stream_publishes(pipeline: Made) -> None:
    made, settings = pipeline
    made.run("stream", "--minutes", "1", "--rate", "100")
    wait_for(lambda: cloud_path.events(settings)["live"], "rows", seconds=ARRIVAL_SECONDS)
    cloud_path.transform(made)
    (row,) = made.query("select sum(rows_live) as live from pipeline_health")
    assert int(row["live"]) > 0


def test_what_fits_no_column_becomes_a_dead_letter(pipeline: Made) -> None:
    _, settings = pipeline
    with Publisher(settings) as publisher:
        publisher.publish_raw([b'{"event_id": 1', b'{"quantity": "many"}'])

    def letters() -> bool:
        found = open_warehouse(settings).query_raw("select data from dead_letter_events")
        return len(found) == 2

    wait_for(letters, "two dead letters", seconds=ARRIVAL_SECONDS)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(pipeline: Made, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud_path.open_page(pipeline[0], page, monkeypatch)
