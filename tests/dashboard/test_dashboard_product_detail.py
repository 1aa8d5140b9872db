"""The page of one product: figures of the marts, why it does well, what happened day by day."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard import charts as drawn
from dashboard import formats
from dashboard.connection import to_frame
from dashboard.views.product_detail_days import COURSES, _steps
from esynapse.home import open_home
from esynapse.warehouse.local import LocalWarehouse
from tests.dashboard.conftest import Open, card, cards, charts, metric, sound


def ask(home: Path, sql: str) -> pd.DataFrame:
    return to_frame(LocalWarehouse(open_home(home)).query(sql))


@pytest.fixture(scope="module")
def discounted(shop_home: Path) -> pd.Series:
    """The product with most revenue of those that were on sale, and are no more."""
    row: pd.Series = ask(
        shop_home,
        "from product_kpis where not is_on_sale"
        " and product_id in (select product_id from discount_effectiveness)"
        " order by net_revenue desc limit 1",
    ).iloc[0]
    return row


@pytest.mark.slow
def test_figures_are_those_of_the_dates_chosen_beside_the_days_before(
    discounted: pd.Series, shop_home: Path, open_app: Open
) -> None:
    dates = ask(
        shop_home,
        "select cast(last_complete_date - 9 as varchar) as start,"
        " cast(last_complete_date as varchar) as until from pipeline_clock",
    ).iloc[0]
    sums = ask(
        shop_home,
        "select metric_date >= date '" + dates["start"] + "' as is_now,"
        " sum(net_revenue) as net_revenue, sum(units) as units, sum(views) as views,"
        " sum(sessions_purchased) / sum(sessions_viewed) as conversion,"
        " sum(units_refunded) / sum(units) as returned"
        f" from daily_product_kpis where product_id = '{discounted['product_id']}'"
        f" and metric_date between date '{dates['start']}' - 10 and date '{dates['until']}'"
        " group by 1",
    ).set_index("is_now")
    app = sound(
        open_app(
            shop_home,
            "products",
            product=discounted["product_id"],
            dates=[dates["start"], dates["until"]],
        )
    )
    now, before = sums.loc[True], sums.loc[False]
    assert metric(app, "Net revenue") == formats.money(now["net_revenue"], "USD")
    assert metric(app, "Units sold") == formats.compact(now["units"])
    assert metric(app, "Views") == formats.compact(now["views"])
    assert metric(app, "Conversion") == formats.percent(now["conversion"], 2)
    assert metric(app, "Return rate") == formats.percent(now["returned"])
    assert metric(app, "Rating") == f"{discounted['avg_rating']:.2f}"
    views = card(app, "Views")
    assert views.delta == formats.change(now["views"] / before["views"] - 1)


@pytest.mark.slow
def test_it_says_how_healthy_it_is_and_adds_up_why(
    discounted: pd.Series, shop_home: Path, open_app: Open
) -> None:
    score = ask(
        shop_home,
        f"from product_health_score where product_id = '{discounted['product_id']}'",
    ).iloc[0]
    app = sound(open_app(shop_home, "products", product=discounted["product_id"]))
    assert app.title[0].value == discounted["product_name"]
    said = " ".join(each.value for each in app.markdown)
    assert (
        f"**{score['health_band'].capitalize()}: health {score['health_score']:.0f} of 100**"
        in said
    )
    assert f"place {score['health_rank']} of" in said
    (total,) = (each.value for each in app.caption if each.value.startswith("50 "))
    points = total.partition(" =")[0].replace("−", "-").split()
    assert sum(map(float, points)) == pytest.approx(score["health_score"], abs=0.3)


@pytest.mark.slow
def test_its_discount_periods_are_those_of_the_mart(
    discounted: pd.Series, shop_home: Path, open_app: Open
) -> None:
    periods = ask(
        shop_home,
        f"from discount_effectiveness where product_id = '{discounted['product_id']}'"
        " order by period_start desc",
    )
    app = sound(open_app(shop_home, "products", product=discounted["product_id"]))
    (table,) = (each.value for each in app.dataframe)
    assert table["period_start"].tolist() == periods["period_start"].tolist()
    assert table["uplift"].tolist() == [formats.change(each) for each in periods["uplift"]]


@pytest.mark.slow
def test_one_goes_to_another_product_and_back_to_all_with_the_filters(
    discounted: pd.Series, shop_home: Path, open_app: Open
) -> None:
    app = sound(
        open_app(shop_home, "products", product=discounted["product_id"], discount="On sale")
    )
    chooser = app.selectbox(key="chosen_product")
    assert chooser.value == discounted["product_id"]
    other = chooser.options[-1].rsplit(" · ", 1)[1]
    chooser.set_value(other)
    sound(app.run())
    assert app.query_params["product"] == other
    assert f":material/tag: {other}" in " ".join(each.value for each in app.markdown)
    next(each for each in app.button if each.label == "All products").click()
    sound(app.run())
    assert app.title[0].value == "Products"
    assert "product" not in app.query_params
    assert metric(app, "On sale now") != "0"
    assert metric(app, "Strong") != ""


@pytest.mark.slow
def test_what_was_never_viewed_nor_on_sale_is_shown_by_what_is_known(
    purchases_home: Path, open_app: Open
) -> None:
    app = sound(open_app(purchases_home, "products", product="cd"))
    assert [each.label for each in cards(app)] == [
        "Net revenue",
        "Units sold",
        "Return rate",
        "Rating",
    ]
    assert any("never on sale" in each.value for each in app.info)
    assert charts(app) == 3


def days(count: int) -> pd.DataFrame:
    dates = pd.date_range("2026-03-04", periods=count)  # a Wednesday
    return pd.DataFrame({"metric_date": dates, **dict.fromkeys(COURSES, 1)})


def test_long_spans_are_drawn_by_week_from_mondays_on() -> None:
    weeks = _steps(days(8), weekly=True)
    assert weeks["day"].dt.strftime("%a %d").tolist() == ["Mon 02", "Mon 09"]
    assert weeks["last_day"].dt.strftime("%a %d").tolist() == ["Sun 08", "Sun 15"]
    assert weeks["views"].tolist() == [5, 3]
    assert _steps(days(8), weekly=False)["views"].tolist() == [1] * 8


def setting(*, sales: int, stock_outs: int) -> drawn.Setting:
    start = pd.Timestamp("2026-03-01")
    periods = pd.DataFrame({"begin": [start] * sales, "until": [start] * sales})
    turned_away = pd.DataFrame({"day": [start] * stock_outs, "noon": [start] * stock_outs})
    return drawn.Setting(
        start, pd.Timestamp("2026-03-31"), periods, turned_away.assign(turned_away=2)
    )


def prices(setting: drawn.Setting, regular_price: float | None) -> dict[str, Any]:
    day = pd.Timestamp("2026-03-02")
    rows = pd.DataFrame({"day": [day], "until": [day], "price": [10.0], "state": ["Regular"]})
    drops = pd.DataFrame(columns=["drop_date", "noon", "price", "depth", "is_promotion"])
    spec: dict[str, Any] = drawn.price_history(
        rows, drops, setting, regular_price=regular_price, title="Price"
    ).to_dict()
    return spec


def test_the_legend_of_prices_explains_what_is_there_and_nothing_else() -> None:
    def legend(spec: dict[str, Any]) -> Any:
        scales = [layer["encoding"].get("color", {}).get("scale") for layer in spec["layer"]]
        return next(scale["domain"] for scale in scales if scale)

    assert legend(prices(setting(sales=0, stock_outs=0), None)) == ["Price"]
    assert legend(prices(setting(sales=1, stock_outs=1), 12.0)) == [
        "Price",
        "Regular price",
        "On sale",
    ]


def test_days_on_sale_and_out_of_stock_are_marked_by_shade_and_shape() -> None:
    rows = _steps(days(3), weekly=False)
    spec = drawn.steps_of_product(
        rows,
        setting(sales=1, stock_outs=1),
        value="views",
        title="Views",
        colour="#000",
        labels=True,
    ).to_dict()
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["rect", "bar", "point"]
    ends = spec["layer"][1]["encoding"]["x"]["scale"]["domain"]
    assert [end["month"] for end in ends] == [3, 3]
    assert [end["date"] for end in ends] == [1, 31]


def test_a_part_of_health_is_as_thick_as_it_weighs() -> None:
    parts = pd.DataFrame({"label": ["a|b"], "part": ["a"], "weight": [0.3], "score": [0.8]})
    parts = parts.assign(points=9.0, measured="1 %", middle="1 %")
    size = drawn.health_parts(parts).to_dict()["layer"][1]["encoding"]["size"]
    assert size["field"] == "weight"
    assert size["scale"]["range"][0] == 0, "areas lie unless a weight of 0 has no thickness"
