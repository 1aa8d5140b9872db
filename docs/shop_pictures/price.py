"""What prices do to sales: against the elasticity that was planted in each product."""

from collections.abc import Callable

import altair as alt
import numpy as np
import pandas as pd

from dashboard.charts.axes import names
from shop_pictures.look import PLANTED, SIMULATED, TRUTH_PALETTE, panel, picture, series
from shop_pictures.product_days import product_days
from shop_pictures.promoted import (
    AFTERWARDS,
    afterwards,
    during,
    elasticity,
    interval,
    ratio,
)
from shop_pictures.shops import Shop, Shops


def price_response(shops: Shops) -> alt.HConcatChart:
    """Units sold on promotion, by depth and by category, and carts in the weeks after."""
    shop = shops.typical
    rows = during(product_days(shop, "purchase"))
    after = afterwards(product_days(shop, "add_to_cart"), shop.profile.funnel)
    return picture(
        "What promotions sell, against what each product's planted elasticity says",
        shop.note,
        _by_depth(shop, rows),
        _by_category(rows),
        _after(after),
    )


def _by_depth(shop: Shop, rows: pd.DataFrame) -> alt.LayerChart:
    policy, campaigns = shop.profile.promotions, shop.profile.campaigns
    depths = np.array(sorted({*policy.depths, *(d for c in campaigns for d in c.depths)}))
    nearest = np.abs(rows["depth"].to_numpy()[:, None] - depths).argmin(axis=1)
    found = _compared(rows.assign(depth=depths[nearest]), "depth", ratio)
    x = alt.X("depth:O", title="Depth", axis=alt.Axis(format=".0%", labelAngle=0))
    chart = _upright(found, x, "Units sold, times the usual", alt.Scale(domainMin=1), "~g")
    return panel(chart, "Units on promotion", 170)


def _by_category(rows: pd.DataFrame) -> alt.LayerChart:
    whole = _compared(rows.assign(category="All"), "category", elasticity)
    found = _compared(rows, "category", elasticity).sort_values("planted")
    found = pd.concat([whole, found])
    y = names("category").sort(list(found["category"]))
    x = alt.X(
        "value:Q", title="Elasticity", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=3)
    )
    points = series(found, SIMULATED, TRUTH_PALETTE).mark_circle(size=50, opacity=1)
    spans = series(found, SIMULATED, TRUTH_PALETTE).mark_rule(strokeWidth=2, opacity=0.5)
    planted = series(found, PLANTED, TRUTH_PALETTE).mark_tick(thickness=2, height=12)
    chart = (
        spans.encode(y=y, x=alt.X("low:Q"), x2="high:Q")
        + points.encode(y=y, x=x)
        + planted.encode(y=y, x="planted:Q")
    )
    return panel(chart, "Elasticity of units to price", 150)


def _after(rows: pd.DataFrame) -> alt.LayerChart:
    found = _compared(rows, "stretch", ratio)
    x = alt.X(
        "stretch:O",
        sort=list(AFTERWARDS),
        title="Days after the promotion",
        axis=alt.Axis(labelAngle=0),
    )
    chart = _upright(found, x, "Put into carts, share of the usual", alt.Scale(zero=False), "~%")
    return panel(chart, "Carts in the weeks after", 140)


def _upright(
    found: pd.DataFrame, x: alt.X, title: str, scale: alt.Scale, shape: str
) -> alt.LayerChart:
    """Estimates with their intervals above ``x``, and what was planted."""
    y = alt.Y("value:Q", title=title, scale=scale, axis=alt.Axis(format=shape))
    points = series(found, SIMULATED, TRUTH_PALETTE).mark_circle(size=50, opacity=1)
    spans = series(found, SIMULATED, TRUTH_PALETTE).mark_rule(strokeWidth=2, opacity=0.5)
    planted = series(found, PLANTED, TRUTH_PALETTE).mark_tick(thickness=2, width=14)
    return (
        spans.encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
        + points.encode(x=x, y=y)
        + planted.encode(x=x, y="planted:Q")
    )


def _compared(
    rows: pd.DataFrame, by: str, estimate: Callable[[pd.DataFrame], float]
) -> pd.DataFrame:
    """``estimate`` of what came and of what was planted, for each value of ``by``."""
    found = []
    for key, part in rows.groupby(by):
        planted = estimate(part.assign(count=part["planted"]))
        found.append((key, planted, *interval(part, estimate)))
    return pd.DataFrame(found, columns=[by, "planted", "value", "low", "high"])
