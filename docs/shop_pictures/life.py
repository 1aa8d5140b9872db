"""One product's life: its price, its views and what it sold."""

import altair as alt
import numpy as np
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import colour_of, day_axis
from esynapse.shop.columns import Floats
from shop_pictures.look import INK, SIMULATED
from shop_pictures.product_days import ProductDays, product_days
from shop_pictures.shops import Shop, Shops

_EXPECTED, _PROMOTION, _SOLD_OUT = "expected from the truth", "promotion", "out of stock"
_PALETTE = {
    SIMULATED: colours.ACTUAL,
    _EXPECTED: INK,
    _PROMOTION: colours.PROMOTION,
    _SOLD_OUT: colours.WARNING,
}
_WIDTH, _HEIGHT = 650, 105


def product_life(shops: Shops) -> alt.VConcatChart:
    """A much viewed product that was on promotion and sold out."""
    shop = shops.typical
    product, name = _eventful(shop)
    days = _days(shop, product)
    bands = _bands(shop, product)
    panels = [
        _panel(days, bands, "price", "Price asked", interpolate="step-after"),
        _panel(days, bands, "views", "Views a day"),
        _panel(days, bands, "units", "Units sold a day", expected="expected", dates=True),
    ]
    title = alt.Title(f"The life of one product: {name}", subtitle=shop.note)
    return alt.vconcat(*panels, spacing=8, title=title).resolve_scale(x="shared")


def _eventful(shop: Shop) -> tuple[str, str]:
    """The most viewed of the products to which most happened well within the run."""
    rows = shop.rows(
        """
        with promoted as (
            select distinct product_id from promotions
            where to_hour - from_hour = 24 and end_date - start_date between 6 and 20
            and depth >= 0.25 and start_date > $begin::date + 28 and end_date < $end::date - 14
        ), sold_out as (
            select product_id from stock_outs group by product_id
            having sum(epoch(ended_at - started_at)) >= 2 * 86400
        )
        select product_id, product_name
        from product_views join products using (product_id)
        order by (product_id in (from promoted))::int + (product_id in (from sold_out))::int desc,
            views desc, product_id
        limit 1
        """,
        begin=shop.run.begin,
        end=shop.run.end,
    )
    return rows["product_id"][0], rows["product_name"][0]


def _days(shop: Shop, product: str) -> pd.DataFrame:
    """Day, price, views, units and the units expected."""
    sales = product_days(shop, "purchase")
    place = int(np.flatnonzero(sales.products["product_id"] == product)[0])
    rows = shop.rows(
        """
        select event_timestamp::date as day, mode(sale_price) as price, count(*) as views
        from live_events where event_type = 'view_item' and product_id = $product
        group by day
        """,
        product=product,
    )
    dates = pd.date_range(shop.run.begin.date(), periods=sales.count.shape[1])
    days = rows.assign(day=pd.to_datetime(rows["day"])).set_index("day").reindex(dates)
    days["views"] = days["views"].fillna(0)
    days["units"], days["expected"] = sales.count[place], _expected(sales, place)
    return days.rename_axis("day").reset_index()


def _expected(sales: ProductDays, place: int) -> Floats:
    """Units on each day, from the product's ordinary days and its planted elasticity."""
    effect = np.zeros(sales.count.shape[1])
    own = sales.promotions[sales.promotions["place"] == place]
    for first, last, promoted in own[["first", "last", "effect"]].itertuples(index=False):
        effect[max(first, 0) : max(last + 1, 0)] = promoted
    expected: Floats = sales.usual(place, sales.ordinary[place]) * np.exp(effect)
    return expected


def _bands(shop: Shop, product: str) -> pd.DataFrame:
    """When it was on promotion, and when out of stock, within the run: begin, until, what."""
    return shop.rows(
        """
        with out as (
            select started_at as begin, ended_at as until,
                started_at > lag(ended_at, 1, $begin) over (order by started_at) as is_new
            from stock_outs where product_id = $product
        ), spells as (
            select *, sum(is_new::int) over (order by begin) as spell from out
        ), bands as (
            select start_date::timestamptz as begin, (end_date + 1)::timestamptz as until,
                $promotion as what
            from promotions where product_id = $product and to_hour - from_hour = 24
            union all
            select min(begin), max(until), $sold_out from spells group by spell
        )
        select greatest(begin, $begin)::timestamp as begin, least(until, $end)::timestamp as until,
            what
        from bands order by all
        """,
        product=product,
        promotion=_PROMOTION,
        sold_out=_SOLD_OUT,
        begin=shop.run.begin,
        end=shop.run.end,
    )


def _panel(
    days: pd.DataFrame,
    bands: pd.DataFrame,
    column: str,
    title: str,
    *,
    interpolate: str = "linear",
    expected: str | None = None,
    dates: bool = False,
) -> alt.LayerChart:
    axis = alt.Axis(**{**day_axis(days["day"]).to_dict(), "grid": False, "labels": dates})
    x = alt.X("day:T", title=None, axis=axis)
    y = alt.Y(f"{column}:Q", title=title, axis=alt.Axis(tickCount=4))
    colour = colour_of("series", _PALETTE)
    spans = alt.Chart(bands).mark_rect(opacity=0.22)
    layers = [
        spans.encode(x=alt.X("begin:T"), x2="until:T", color=colour_of("what", _PALETTE)),
        alt.Chart(days.assign(series=SIMULATED))
        .mark_line(interpolate=interpolate, strokeWidth=1.5)
        .encode(x=x, y=y, color=colour),
    ]
    if expected:
        line = alt.Chart(days.assign(series=_EXPECTED)).mark_line(strokeWidth=1.2)
        layers.append(line.encode(x=x, y=f"{expected}:Q", color=colour))
    return alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT)
