"""The page Discounts: its figures are the marts', and each of its widgets acts."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import formats
from esynapse.home import open_home
from esynapse.warehouse.local import LocalWarehouse
from tests.dashboard.conftest import Open, charts, metric, offered, sound

pytestmark = pytest.mark.slow

NEWEST_30_DAYS = """
    with days as (
        select last_complete_date - 29 as first, last_complete_date as last from pipeline_clock
    )
    select {what} from {mart}, days where {where}"""
OVERLAPS = "period_start <= last and period_end >= first"


def ask(home: Path, what: str, mart: str, where: str) -> dict[str, Any]:
    sql = NEWEST_30_DAYS.format(what=what, mart=mart, where=where)
    (row,) = LocalWarehouse(open_home(home)).query(sql).to_pylist()
    return row


def words(app: AppTest) -> str:
    return " ".join(str(each.value) for each in (*app.markdown, *app.caption)).replace("\\", "")


def test_the_cards_are_the_sums_of_the_marts(shop_home: Path, open_app: Open) -> None:
    app = sound(open_app(shop_home, "discounts"))
    periods = ask(
        shop_home,
        "count(*) as periods, sum(case when uplift is not null then selling_units end)"
        " / sum(case when uplift is not null then expected_units end) - 1 as uplift,"
        " cast(sum(case when uplift is not null then incremental_revenue end) as double) as extra",
        "discount_effectiveness",
        OVERLAPS,
    )
    drops = ask(shop_home, "count(*) as drops", "price_drops", "drop_date between first and last")
    assert periods["periods"] > 20
    assert metric(app, "Discount periods") == formats.compact(periods["periods"])
    assert metric(app, "Units above expected") == formats.percent(periods["uplift"])
    assert metric(app, "Incremental revenue") == formats.money(periods["extra"], "USD")
    assert metric(app, "Price drops") == formats.compact(drops["drops"])
    assert f"{formats.percent(abs(periods['uplift']), 0)}" in words(app)
    assert charts(app) == 8


def test_a_category_narrows_every_card(shop_home: Path, open_app: Open) -> None:
    chosen = ask(
        shop_home, "min(category) as name", "discount_effectiveness", f"{OVERLAPS} and days > 0"
    )["name"]
    app = sound(open_app(shop_home, "discounts", categories=[chosen]))
    row = ask(
        shop_home,
        "count(*) as periods",
        "discount_effectiveness",
        f"{OVERLAPS} and category = '{chosen.replace(chr(39), chr(39) * 2)}'",
    )
    assert metric(app, "Discount periods") == formats.compact(row["periods"])
    tables = [each.value for each in app.dataframe]
    assert {name for table in tables if "category" in table for name in table["category"]} == {
        chosen
    }


def test_the_dates_narrow_the_periods(shop_home: Path, open_app: Open) -> None:
    days = ask(shop_home, "last - 3 as first, last as last", "pipeline_clock", "true")
    app = sound(open_app(shop_home, "discounts", dates=[f"{days['first']}", f"{days['last']}"]))
    row = ask(
        shop_home,
        "count(*) as periods",
        "discount_effectiveness",
        "period_start <= last and period_end >= last - 3",
    )
    assert metric(app, "Discount periods") == formats.compact(row["periods"])


def test_a_price_of_the_address_is_the_one_that_is_thought_through(
    shop_home: Path, open_app: Open
) -> None:
    app = sound(open_app(shop_home, "discounts", price_change="-45"))
    assert app.slider(key="price_change").value == -45
    assert "(▼\N{NO-BREAK SPACE}45.0\N{NO-BREAK SPACE}%)" in words(app)
    assert "Extrapolated" in words(app)
    app.slider(key="price_change").set_value(0).run()
    assert "At the regular price" in words(sound(app))
    assert "Extrapolated" not in words(app)
    app.slider(key="price_change").set_value(10).run()
    assert "▲\N{NO-BREAK SPACE}10.0" in words(sound(app))
    assert "Extrapolated" in words(app)


def test_a_category_is_thought_through_by_its_own_elasticity(
    shop_home: Path, open_app: Open
) -> None:
    row = ask(
        shop_home,
        "category, elasticity",
        "category_elasticity",
        "elasticity_lower is not null order by periods desc, category limit 1",
    )
    app = sound(open_app(shop_home, "discounts", what_if=f"All of {row['category']}"))
    assert app.selectbox(key="what_if").value == (row["category"], "")
    assert " on all " in words(app)
    elasticity = f"{row['elasticity']:.1f}".replace("-", "−")
    assert f"Elasticity {elasticity} (" in words(app)


def test_categories_that_are_filtered_away_stay_to_be_clicked(
    shop_home: Path, open_app: Open
) -> None:
    everywhere = sound(open_app(shop_home, "discounts"))
    one = sound(open_app(shop_home, "discounts", categories=["Electronics"]))
    assert offered(one, "elasticity") == offered(everywhere, "elasticity")
    assert offered(one, "effect_categories") == offered(everywhere, "effect_categories")


def test_purchases_alone_have_no_discount_and_say_so(purchases_home: Path, open_app: Open) -> None:
    app = sound(open_app(purchases_home, "discounts"))
    assert "No product was on sale" in words(app)
    assert metric(app, "Units above expected") == formats.NOTHING
    assert any("No elasticity yet" in each.value for each in app.info)
    assert charts(app) == 0
