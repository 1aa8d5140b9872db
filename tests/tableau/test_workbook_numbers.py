"""What the workbook calculates is what the marts say, and what the dashboard shows."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from dashboard import formats, queries
from esynapse.settings import Settings
from esynapse.warehouse import Warehouse, open_warehouse
from tableau.check.book import Book
from tableau.check.queries import ask, query_of
from tableau.parameters import DAYS, METRIC, literal
from tableau.sources import CALCULATION
from tests.dashboard.conftest import Open, card
from tests.tableau.conftest import Books

pytestmark = pytest.mark.slow


@pytest.fixture
def marts(shop_home: Path) -> Warehouse:
    return open_warehouse(Settings(home=shop_home), create=False)


def shown(books: Books, sheet: str, **parameters: str | int) -> pd.DataFrame:
    """What a worksheet shows, its columns by their fields, with parameters as chosen."""
    root = ElementTree.fromstring(books.twb)
    for name, value in parameters.items():
        for column in root.iterfind(f".//column[@name='[{name}]']"):
            column.set("value", literal(value))
    book = Book(ElementTree.tostring(root))
    rows = ask(books.extract, query_of(book, book.worksheets[sheet])).to_pandas()
    return rows.rename(columns=lambda name: name.split(":")[1].removeprefix(CALCULATION))


def asked(marts: Warehouse, sql: str, **parameters: Any) -> pd.DataFrame:
    return marts.query(sql, parameters).to_pandas()


def same(left: pd.DataFrame, right: pd.DataFrame, key: str | list[str]) -> None:
    """The same rows, whatever their order and the types of their numbers."""
    by = [key] if isinstance(key, str) else key
    sheet, mart = (
        frame.assign(**{name: frame[name].astype(str).str.removesuffix(" 00:00:00") for name in by})
        .set_index(by)
        .astype(float)
        .sort_index()
        for frame in (left[right.columns], right)
    )
    pd.testing.assert_frame_equal(sheet, mart, rtol=1e-9, check_names=False)


@pytest.mark.parametrize(
    ("label", "shape"),
    [
        ("Net revenue", lambda value: formats.money(value, "USD")),
        ("Gross revenue", lambda value: formats.money(value, "USD")),
        ("Orders", formats.compact),
        ("Average order", lambda value: formats.money(value, "USD")),
        ("Conversion", lambda value: formats.percent(value, 2)),
        ("Refund rate", lambda value: formats.percent(value, 2)),
    ],
)
def test_the_key_figures_are_those_of_the_dashboard(
    books: Books,
    shop_home: Path,
    open_app: Open,
    label: str,
    shape: Any,
) -> None:
    name = label.lower().replace(" ", "_")
    (value,) = shown(books, f"KPI {label}")[f"{name}_now"]
    assert shape(value) == card(open_app(shop_home), label).value


@pytest.mark.parametrize("days", [value for value, _ in DAYS.members])
def test_days_cut_the_newest_complete_ones(books: Books, marts: Warehouse, days: int) -> None:
    expected = asked(
        marts,
        f"""select sum(net_revenue) as now from (
            select net_revenue from daily_revenue where is_complete
            order by revenue_date desc limit {days})""",
    )
    (value,) = shown(books, "KPI Net revenue", Days=days)["net_revenue_now"]
    assert value == pytest.approx(float(expected["now"][0]))


@pytest.mark.parametrize("days", [7, 30])
def test_a_change_is_against_as_many_days_or_is_not_said(
    books: Books, marts: Warehouse, days: int
) -> None:
    rows = asked(
        marts,
        "select net_revenue from daily_revenue where is_complete order by revenue_date desc",
    )["net_revenue"].astype(float)
    (value,) = shown(books, "KPI Net revenue", Days=days)["net_revenue_change"]
    if len(rows) < 2 * days:
        assert pd.isna(value)
    else:
        now, before = rows[:days].sum(), rows[days : 2 * days].sum()
        assert value == pytest.approx(now / before - 1)


@pytest.mark.parametrize("metric", [str(value) for value, _ in METRIC.members])
def test_the_metric_swaps_what_the_charts_show(books: Books, marts: Warehouse, metric: str) -> None:
    column = metric.lower().replace(" ", "_")
    expected = asked(
        marts,
        f"""select category, sum({column}) as chosen_metric from daily_product_kpis
        where metric_date in (select revenue_date from daily_revenue where is_complete
            order by revenue_date desc limit 30)
        group by category""",
    )
    same(shown(books, "Metric by category", Metric=metric), expected, "category")


def test_the_funnel_is_the_marts(books: Books, marts: Warehouse) -> None:
    expected = asked(
        marts,
        """select sum(sessions_viewed) as sessions_viewed, sum(sessions_carted) as sessions_carted,
            sum(sessions_purchased) as sessions_purchased
        from sales_funnel
        where category = 'All' and discount_state = 'All' and funnel_date in (
            select revenue_date from daily_revenue where is_complete
            order by revenue_date desc limit 30)""",
    ).astype(float)
    steps = shown(books, "Viewed, carted, purchased")
    assert steps[expected.columns].astype(float).values.tolist() == expected.values.tolist()
    rates = shown(books, "Rates of each step")
    viewed, carted, purchased = expected.values[0]
    assert rates["view_to_cart"][0] == pytest.approx(carted / viewed)
    assert rates["cart_to_purchase"][0] == pytest.approx(purchased / carted)


def test_conversion_by_category_is_the_marts_and_leaves_out_their_sum(
    books: Books, marts: Warehouse
) -> None:
    expected = asked(
        marts,
        """select category, discount_state,
            sum(sessions_carted) * 1.0 / sum(sessions_viewed) as view_to_cart
        from sales_funnel
        where category <> 'All' and discount_state <> 'All' and funnel_date in (
            select revenue_date from daily_revenue where is_complete
            order by revenue_date desc limit 30)
        group by category, discount_state having sum(sessions_viewed) > 0""",
    )
    sheet = shown(books, "Conversion by category")
    sheet = sheet[sheet["view_to_cart"].notna()]
    same(sheet, expected, ["category", "discount_state"])


def test_uplift_by_category_is_the_dashboards(books: Books, marts: Warehouse) -> None:
    rows = asked(
        marts, queries.DISCOUNT_TOTALS, start="1900-01-01", end="2999-01-01", categories=""
    )
    known = rows[rows["expected"].notna()]
    expected = pd.DataFrame(
        {
            "category": known["category"],
            "uplift_of_all": known["units"].astype(float) / known["expected"] - 1,
        }
    )
    sheet = shown(books, "Uplift by category")
    same(sheet[sheet["uplift_of_all"].notna()], expected, "category")


def test_health_and_conversion_are_the_marts(books: Books, marts: Warehouse) -> None:
    bands = asked(
        marts,
        """select health_band, count(*) as products from product_kpis
        left join product_health_score using (product_id)
        where health_band is not null group by health_band""",
    )
    sheet = shown(books, "Health")
    same(sheet[sheet["health_band"].notna()], bands, "health_band")
    expected = asked(
        marts,
        "select product_name, conversion_rate as conversion from product_kpis "
        "where conversion_rate is not null",
    )
    table = shown(books, "Product table")
    same(table[table["conversion"].notna()], expected, "product_name")


def test_each_day_shows_the_newest_forecast_made_for_it(books: Books, marts: Warehouse) -> None:
    expected = asked(
        marts,
        """select forecast_date, forecast_value, prediction_interval_lower_bound, actual_value
        from daily_forecast_vs_actual as each
        where measure = 'net_revenue' and series_id = 'total' and cutoff = (
            select max(cutoff) from daily_forecast_vs_actual as other
            where other.measure = each.measure and other.series_id = each.series_id
                and other.forecast_date = each.forecast_date)""",
    )
    assert len(expected) >= 30
    same(shown(books, "Forecast by day"), expected, "forecast_date")
