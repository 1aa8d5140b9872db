"""Who buys again, and when."""

import altair as alt
import numpy as np
import pandas as pd

from dashboard.charts.axes import percent_axis
from esynapse.shop.calibration import MEASURES
from esynapse.shop.calibration.waiting import Waits, waits
from shop_pictures.look import SIMULATED, TARGET, panel, picture, series
from shop_pictures.shops import Shop, Shops

WINDOW = 90
"""Days; the targets are of a window of this length."""


def repeat_purchases(shops: Shops) -> alt.HConcatChart:
    """Orders of a buyer, and the time between them."""
    return picture(
        "One buyer in four or five buys again within 90 days",
        f"{shops.typical.note}; {shops.rees46.note}",
        _orders(shops.typical),
        _between_orders(shops.typical),
        _purchase_events(shops.rees46),
    )


def _orders(shop: Shop) -> alt.LayerChart:
    rows = shop.rows(
        """
        select least_orders, avg((orders >= least_orders)::int) as share
        from (
            select visitor, count(*) as orders from orders
            where ordered_at < $begin + to_days($window) group by all
        ), unnest(range(2, 8)) as t(least_orders)
        group by all order by all
        """,
        begin=shop.run.begin,
        window=WINDOW,
    )
    low, high = shop.bounds("buyers_with_2_or_more_orders_in_90_days")
    target = pd.DataFrame({"least_orders": [2], "low": [low], "high": [high]})
    x = alt.X("least_orders:O", title="Orders in 90 days, at least", axis=alt.Axis(labelAngle=0))
    y = alt.Y("share:Q", title="Share of buyers", axis=percent_axis())
    bars = series(rows, SIMULATED).mark_bar().encode(x=x, y=y)
    within = series(target, TARGET).mark_rule(strokeWidth=5).encode(x=x, y="low:Q", y2="high:Q")
    return panel(bars + within, "Profile typical", 150)


def _between_orders(shop: Shop) -> alt.LayerChart:
    found = waits(
        shop.run.sql,
        """
        select date_diff('minute', ordered_at, coalesce(following, $end)) as minutes, 1 as units,
            following is not null as happened
        from (
            select ordered_at,
                lead(ordered_at) over (partition by visitor order by ordered_at) as following
            from orders
        )
        """,
        {"end": shop.run.end},
    )
    return waits_panel(
        shop,
        found,
        "days_between_orders",
        "Days to the next order, if within 90",
        "Profile typical",
    )


def waits_panel(shop: Shop, found: Waits, name: str, title: str, heading: str) -> alt.LayerChart:
    """The waits that end within the window, by length, against their quantiles' targets."""
    within = min(WINDOW, shop.run.days) - 1
    days = np.arange(0, within + 0.1, 0.5)
    ended = np.array([found.share_within(length) for length in days])
    rows = pd.DataFrame({"days": days, "share": ended / found.share_within(within)})
    targets = pd.DataFrame(
        [
            (float(figure[1:]) / 100, *shop.bounds(name, figure))
            for figure in shop.target(name).figures
        ],
        columns=["share", "low", "high"],
    )
    x = alt.X("days:Q", title=title, scale=alt.Scale(domainMax=112), axis=alt.Axis(tickCount=5))
    y = alt.Y("share:Q", title="Share of them so far", axis=percent_axis())
    line = series(rows, SIMULATED).mark_line().encode(x=x, y=y)
    span = series(targets, TARGET).mark_rule(strokeWidth=5).encode(x="low:Q", x2="high:Q", y=y)
    return panel(line + span, heading, 190)


def _purchase_events(shop: Shop) -> alt.LayerChart:
    name = "purchase_events_per_buyer_pmf_1_to_20"
    shares, counts = shop.target(name).shares, MEASURES[name](shop.run)
    rows = pd.DataFrame(
        {
            "purchases": [int(key) + 1 for key in shares],
            "target": list(shares.values()),
            "simulated": [counts.get(key, 0.0) for key in shares],
        }
    )
    rows["simulated"] /= rows["simulated"].sum()
    x = alt.X("purchases:Q", title="Purchase events in 61 days")
    scale = alt.Scale(type="log")

    def y(column: str) -> alt.Y:
        axis = alt.Axis(format="~%", tickCount=4)
        return alt.Y(f"{column}:Q", title="Share of buyers", scale=scale, axis=axis)

    line = series(rows[rows["simulated"] > 0], SIMULATED).mark_line(point=True)
    points = series(rows, TARGET).mark_circle(size=34, opacity=1)
    return panel(
        line.encode(x=x, y=y("simulated")) + points.encode(x=x, y=y("target")),
        "Profile rees46",
        170,
    )
