"""Real orders through the whole pipeline: imported, transformed, forecast, shown."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.conftest import PAGES
from tests.end_to_end.conftest import Pipeline, make_pipeline

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pipeline(cdnow: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    made = make_pipeline(tmp_path_factory.mktemp("cdnow"))
    mapping = str(ROOT / "examples" / "cdnow" / "mapping.yaml")
    made.run("import", str(cdnow), "--map", mapping)
    made.run("transform")
    made.run("retrain")
    yield made
    made.stop()


def test_every_customer_and_every_cent_is_in_the_marts(pipeline: Pipeline, cdnow: Path) -> None:
    lines = [line.split() for line in cdnow.read_text().splitlines()[1:]]
    (found,) = pipeline.query(
        "select count(*) as customers, sum(gross_revenue) as revenue from customers"
    )
    assert found["customers"] == len({customer for customer, *_ in lines}) == 23_570
    assert Decimal(found["revenue"]) == sum(Decimal(dollars) for *_, dollars in lines)
    (daily,) = pipeline.query(
        "select count(*) as n, min(revenue_date) as first, max(revenue_date) as last,"
        " sum(gross_revenue) as revenue from daily_revenue"
    )
    assert (daily["n"], daily["first"], daily["last"]) == (546, "1997-01-01", "1998-06-30")
    assert daily["revenue"] == found["revenue"]


def test_the_forecast_begins_where_the_file_ends(pipeline: Pipeline) -> None:
    (found,) = pipeline.query(
        "select min(forecast_date) as first, count(*) as n from daily_forecast_vs_actual"
        " where measure = 'orders' and series_id = 'total' and is_latest_run"
    )
    assert found == {"first": "1998-07-01", "n": 30}


def test_a_file_that_is_imported_twice_changes_nothing(pipeline: Pipeline, cdnow: Path) -> None:
    before = pipeline.status()["lake"]["events"]
    mapping = str(ROOT / "examples" / "cdnow" / "mapping.yaml")
    assert "nothing changed" in pipeline.run("import", str(cdnow), "--map", mapping)
    assert pipeline.status()["lake"]["events"] == before == 69_659


def test_no_shop_is_simulated_into_somebodys_own_data(pipeline: Pipeline) -> None:
    pipeline.run("up", "--once")
    assert pipeline.status()["lake"]["events"] == 69_659
    with pytest.raises(AssertionError, match="no simulated shop"):
        pipeline.run("backfill")


@pytest.mark.parametrize("page", PAGES)
def test_the_dashboard_opens_on_it(
    page: str, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESYNAPSE_HOME", str(pipeline.home))
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60)
    app.switch_page(f"views/{page}.py")
    app.run()
    assert not app.exception
    assert not app.error
    assert app.title[0].value.lower() == page
