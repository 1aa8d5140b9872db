"""The page of all products: figures of the marts, what narrows it, what it says."""

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import formats
from dashboard.connection import to_frame
from dashboard.views.products_table import search
from esynapse.home import open_home
from esynapse.warehouse.local import LocalWarehouse
from tests.dashboard.conftest import Open, card, charts, metric, sound


def ask(home: Path, sql: str) -> pd.DataFrame:
    return to_frame(LocalWarehouse(open_home(home)).query(sql))


def shown(app: AppTest) -> pd.DataFrame:
    """The table of health."""
    return next(each.value for each in app.dataframe if "health_score" in each.value)


@pytest.mark.slow
def test_bands_and_their_revenue_are_those_of_the_marts(shop_home: Path, open_app: Open) -> None:
    bands = ask(
        shop_home,
        "select health_band, count(*) as products, sum(net_revenue) as revenue"
        " from product_health_score join product_kpis using (product_id) group by 1",
    ).set_index("health_band")
    app = sound(open_app(shop_home, "products"))
    assert metric(app, "Strong") == f"{bands['products']['strong']:,}"
    assert metric(app, "Weak") == f"{bands['products']['weak']:,}"
    share = bands["revenue"]["weak"] / bands["revenue"].sum()
    assert card(app, "Weak").note == formats.percent(share) + " of revenue"
    answer = app.markdown[1].value
    assert f"**{bands['products']['weak']:,} of {bands['products'].sum():,} products" in answer
    assert f"bring **{formats.percent(share, 0)} of revenue**" in answer


@pytest.mark.slow
def test_the_table_holds_every_product_and_the_most_at_stake_are_named(
    shop_home: Path, open_app: Open
) -> None:
    app = sound(open_app(shop_home, "products"))
    products = ask(shop_home, "from product_kpis order by net_revenue desc, product_id")
    assert shown(app)["product_id"].tolist() == products["product_id"].tolist()
    weak = ask(shop_home, "from product_health_score where health_band = 'weak'")["product_id"]
    first = products[products["product_id"].isin(weak)]["product_name"].head(6)
    named = next(each.value for each in app.dataframe if "held_back_by" in each.value)
    assert named["product_name"].tolist() == first.tolist()
    assert formats.as_text(first.iloc[0]) in app.markdown[1].value


@pytest.mark.slow
def test_categories_and_discount_periods_narrow_all_of_it(shop_home: Path, open_app: Open) -> None:
    category, count = ask(
        shop_home,
        "select category, count(*) as products from product_kpis where is_on_sale"
        " group by 1 order by 2 desc limit 1",
    ).iloc[0]
    app = sound(open_app(shop_home, "products", categories=[category], discount="On sale"))
    assert len(shown(app)) == count
    assert set(shown(app)["category"]) == {category}
    assert metric(app, "On sale now") == f"{count}"


@pytest.mark.slow
def test_search_band_and_drag_narrow_the_table_and_a_link_sets_them(
    shop_home: Path, open_app: Open
) -> None:
    app = sound(open_app(shop_home, "products", band="Weak", held_back="Conversion"))
    rows = shown(app)
    assert len(rows) > 0
    assert (rows["health_score"] < 40).all()
    assert set(rows["held_back_by"]) == {"Conversion"}
    product = rows["product_id"].iloc[0]
    app.text_input(key="search").set_value(product)
    assert shown(sound(app.run()))["product_id"].tolist() == [product]
    linked = sound(open_app(shop_home, "products", band="Strong", search=product))
    assert "clear the search" in linked.info[0].value
    app.text_input(key="search").set_value("nothing is called so")
    assert "clear the search" in sound(app.run()).info[0].value


@pytest.mark.slow
def test_a_product_that_nobody_has_is_said_in_one_line_above_all_of_them(
    shop_home: Path, open_app: Open
) -> None:
    app = sound(open_app(shop_home, "products", product="**' or 1=1"))
    assert [each.value for each in app.warning] == [
        "There is no product '\\*\\*' or 1=1' in these data: these are all that there are."
    ]
    assert app.title[0].value == "Products"


@pytest.mark.slow
def test_purchases_alone_say_what_is_missing(purchases_home: Path, open_app: Open) -> None:
    app = sound(open_app(purchases_home, "products"))
    assert any("no view_item events" in each.value for each in app.info)
    assert charts(app) == 0


def test_every_word_of_a_search_has_to_be_found_somewhere() -> None:
    products = pd.DataFrame(
        {
            "product_name": ["Red shoe", "Red hat (50 %)", None],
            "category": ["Shoes", "Hats", "Hats"],
            "product_id": ["p1", "p2", "p3"],
        }
    )

    def found(text: str) -> list[str]:
        return search(products, text)["product_id"].tolist()

    assert found("") == ["p1", "p2", "p3"]
    assert found("RED p1") == ["p1"]
    assert found("(50 %") == ["p2"]
    assert found("red shoe hats") == []
