"""How views spread over the products."""

import altair as alt
import numpy as np
import pandas as pd

from dashboard.charts.axes import percent_axis
from esynapse.shop.calibration import MEASURES
from shop_pictures.look import SIMULATED, TARGET, panel, picture, series
from shop_pictures.shops import Shop, Shops

_FROM, _TO = 10, 1000
"""Ranks over which the slope is fitted."""


def popularity(shops: Shops) -> alt.HConcatChart:
    """Share of views by rank, and of the most viewed products together."""
    shop = shops.typical
    views = shop.rows("""
        select row_number() over (order by views desc, product_id) as rank,
            views / sum(views) over () as share,
            rank / count(*) over () as of_products
        from product_views order by rank
    """)
    return picture(
        "Few products have most of the views",
        shop.note,
        _by_rank(shop, views[(views["share"] > 0) & (views["rank"] <= _TO)]),
        _together(shop, views.assign(together=views["share"].cumsum())),
    )


def _by_rank(shop: Shop, views: pd.DataFrame) -> alt.LayerChart:
    """The targets' slopes run through the middle of the ranks that are fitted."""
    name = "zipf_slope_rank_10_1000"
    steep, flat = shop.bounds(name)
    fitted = views[views["rank"] >= _FROM]
    rank, share = np.log(fitted["rank"]), np.log(fitted["share"])
    ends = pd.DataFrame({"rank": np.geomspace(_FROM, fitted["rank"].max(), 60)})
    away = np.log(ends["rank"]) - rank.mean()
    ends["steep"], ends["flat"] = (np.exp(share.mean() + slope * away) for slope in (steep, flat))
    x = alt.X(
        "rank:Q",
        title="Rank by views",
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(values=[1, 10, 100, 1000]),
    )
    y = alt.Y(
        "share:Q",
        title="Share of views",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(format="~%", values=[0.0001, 0.001, 0.01, 0.1]),
    )
    between = series(ends, TARGET).mark_area(opacity=0.2)
    between = between.encode(x=x, y=alt.Y("steep:Q"), y2="flat:Q")
    points = series(views, SIMULATED).mark_circle(size=10, opacity=1).encode(x=x, y=y)
    slope = MEASURES[name](shop.run)["value"]
    title = f"Slope from rank {_FROM} on {slope:.2f} (target {steep} to {flat})"
    return panel(between + points, title.replace("-", "−"), 300)


def _together(shop: Shop, views: pd.DataFrame) -> alt.LayerChart:
    targets = pd.DataFrame(
        [
            (share, *shop.bounds(f"view_share_top_{share * 100:.0f}pct_products"))
            for share in (0.01, 0.10)
        ],
        columns=["of_products", "low", "high"],
    )
    x = alt.X(
        "of_products:Q",
        title="Share of products, the most viewed first",
        scale=alt.Scale(type="log", domain=[0.001, 1]),
        axis=alt.Axis(format="~%", values=[0.001, 0.01, 0.1, 1]),
    )
    y = alt.Y("together:Q", title="Share of views together", axis=percent_axis())
    line = series(views, SIMULATED).mark_line().encode(x=x, y=y)
    within = series(targets, TARGET).mark_rule(strokeWidth=5)
    within = within.encode(x="of_products:Q", y="low:Q", y2="high:Q")
    return panel(line + within, "The top 1% and 10% of the products", 300)
