"""Every page shows what the marts hold."""

import re
from pathlib import Path

import pytest

from dashboard import formats
from esynapse.home import open_home
from esynapse.warehouse.local import LocalWarehouse
from tests.dashboard.conftest import PAGES, Open, charts, metric, sound

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("page", [page for page in PAGES if page != "live"])
def test_every_page_draws_charts_over_a_real_shop(
    page: str, shop_home: Path, open_app: Open
) -> None:
    app = sound(open_app(shop_home, page))
    assert charts(app) >= 1
    assert app.title[0].value.casefold() == page


def test_the_live_page_draws_the_last_hour_of_the_shop(shop_home: Path, open_app: Open) -> None:
    app = sound(open_app(shop_home, "live"))
    assert charts(app) == 2
    assert any(
        "stands still" in each.value or "in the last minute" in each.value for each in app.markdown
    )


def test_revenue_on_the_overview_is_that_of_the_mart(shop_home: Path, open_app: Open) -> None:
    warehouse = LocalWarehouse(open_home(shop_home))
    (row,) = warehouse.query(
        "select cast(sum(gross_revenue) as double) as gross, sum(orders) as orders"
        " from daily_revenue, pipeline_clock"
        " where revenue_date between last_complete_date - 29 and last_complete_date"
    ).to_pylist()
    app = sound(open_app(shop_home))
    assert metric(app, "Gross revenue") == formats.money(row["gross"], "USD")
    assert metric(app, "Orders") == formats.compact(float(row["orders"]))


def test_a_category_and_a_discount_period_narrow_the_overview(
    shop_home: Path, open_app: Open
) -> None:
    warehouse = LocalWarehouse(open_home(shop_home))
    (row,) = warehouse.query(
        "select category, cast(sum(gross_revenue) as double) as gross from daily_product_kpis,"
        " pipeline_clock where is_on_sale"
        " and metric_date between last_complete_date - 29 and last_complete_date"
        " group by category order by gross desc limit 1"
    ).to_pylist()
    app = sound(open_app(shop_home, categories=[row["category"]], discount="On sale"))
    assert metric(app, "Gross revenue") == formats.money(row["gross"], "USD")


def test_prefect_that_does_not_answer_is_said_and_breaks_nothing(
    shop_home: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESYNAPSE_PREFECT_PORT", "1")
    app = sound(open_app(shop_home, "pipeline"))
    assert any("does not answer" in each.value for each in app.info)


def test_a_publish_is_seen_at_the_next_run(shop_home: Path, open_app: Open) -> None:
    app = sound(open_app(shop_home))
    before = LocalWarehouse(open_home(shop_home)).version()
    LocalWarehouse(open_home(shop_home)).publish()
    assert LocalWarehouse(open_home(shop_home)).version() != before
    # drawing it may take more than a second
    assert re.search(r"published [0-4] s ago", sound(app.run()).caption[0].value)
