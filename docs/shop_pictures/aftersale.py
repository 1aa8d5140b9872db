"""What comes back, and what is written about it."""

import altair as alt
import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import norm

from dashboard.charts.axes import names, percent_axis
from esynapse.shop.calibration.waiting import Waits, waits
from esynapse.shop.columns import Bools, Floats
from esynapse.shop.profile import AfterSale
from shop_pictures.customers import WINDOW, waits_panel
from shop_pictures.look import PLANTED, SIMULATED, TARGET, TRUTH_PALETTE, panel, picture, series
from shop_pictures.shops import Shop, Shops

_UNITS = """
    with bought as (
        select session, product, happened_at, quantity from sales where not is_refund
    ), lines as (
        select category, b.happened_at, b.quantity, r.happened_at as back_at,
            coalesce(r.quantity, 0) as back
        from bought as b
        left join (from sales where is_refund) as r using (session, product)
        join products on product_id = product
    )
    select category, date_diff('minute', happened_at, back_at) as minutes, back as units,
        true as happened
    from lines where back > 0
    union all
    select category, date_diff('minute', happened_at, $end), quantity - back, false from lines
"""
"""Every unit bought: how long it took to come back, or has not come back so far."""


def returns(shops: Shops) -> alt.HConcatChart:
    """Days from purchase to refund, and the share that comes back by category."""
    shop = shops.typical
    delays = waits_panel(
        shop, _waits(shop), "days_purchase_to_refund", "Days from purchase to refund", "How soon"
    )
    title = "One unit in five comes back, most of them soon, and clothes above all"
    return picture(title, shop.note, delays, _rates(shop))


def _rates(shop: Shop) -> alt.LayerChart:
    """The target of a category follows from the truth: the chance of each line sold to come back,
    less what of it is refunded in part, or later."""
    figures, within = shop.profile.aftersale, min(WINDOW, shop.run.days) - 1
    soon = norm.cdf(np.log(within / figures.refund_days_median) / figures.refund_days_log_sd)
    rows = shop.rows(
        """
        select category, $soon * sum(return_propensity * (
            quantity - $partial * (quantity - 1) / 2)) / sum(quantity) as target
        from (from sales where not is_refund) join product_truth on product_id = product
        group by category order by target desc
        """,
        soon=float(soon),
        partial=figures.partial_refund,
    )
    rows["rate"] = [_waits(shop, kind).share_within(within) for kind in rows["category"]]
    low, high = shop.bounds("return_rate_units")
    rate = _waits(shop).share_within(within)
    whole = pd.DataFrame([{"category": "All", "rate": rate, "low": low, "high": high}])
    y = names("category").sort(["All", *rows["category"]])
    x = alt.X("rate:Q", title="Units that come back within 90 days", axis=percent_axis())
    bars = series(pd.concat([whole, rows]), SIMULATED).mark_bar(height=11).encode(x=x, y=y)
    span = series(whole, TARGET).mark_rule(strokeWidth=5).encode(x="low:Q", x2="high:Q", y=y)
    ticks = series(rows, TARGET).mark_tick(thickness=2, height=13, opacity=1)
    return panel(bars + span + ticks.encode(x="target:Q", y=y), "How many", 290)


def _waits(shop: Shop, category: str | None = None) -> Waits:
    """How units come back, of all products or of one category's."""
    return waits(
        shop.run.sql,
        f"select * from ({_UNITS}) where category = coalesce($category, category)",
        {"end": shop.run.end, "category": category},
    )


def stars(shops: Shops) -> alt.HConcatChart:
    """Ratings, and what a product's quality does to them."""
    shop = shops.typical
    reviews = shop.rows("""
        select rating, quality, exists (
            from live_events as back where back.event_type = 'refund'
            and back.session_id = review.session_id and back.product_id = review.product_id
        ) as returned
        from (from live_events where event_type = 'review') as review
        join product_truth using (product_id)
        order by quality, rating, returned
    """)
    return picture(
        "Ratings are J-shaped, and follow a product's hidden quality",
        shop.note,
        _ratings(shop.profile.aftersale, reviews),
        _by_quality(shop.profile.aftersale, reviews[~reviews["returned"]]),
    )


def _ratings(figures: AfterSale, reviews: pd.DataFrame) -> alt.LayerChart:
    counts = reviews["rating"].value_counts(normalize=True).reindex(range(1, 6), fill_value=0.0)
    rows = counts.rename_axis("rating").rename("share").reset_index()
    chances = _chances(figures, reviews["quality"].to_numpy(), reviews["returned"].to_numpy())
    planted = pd.DataFrame({"rating": range(1, 6), "share": chances.mean(axis=0)})
    x = alt.X("rating:O", title="Stars", axis=alt.Axis(labelAngle=0))
    y = alt.Y("share:Q", title="Share of reviews", axis=percent_axis())
    bars = series(rows, SIMULATED, TRUTH_PALETTE).mark_bar().encode(x=x, y=y)
    points = series(planted, PLANTED, TRUTH_PALETTE).mark_circle(size=60, opacity=1)
    return panel(bars + points.encode(x=x, y=y), "All reviews", 300)


def _by_quality(figures: AfterSale, kept: pd.DataFrame) -> alt.LayerChart:
    tenth = kept["quality"].rank(method="first", pct=True).mul(10).apply(np.ceil)
    rows = kept.groupby(tenth.rename("tenth")).agg(
        quality=("quality", "mean"), stars=("rating", "mean")
    )
    quality = np.linspace(-2, 2, 41)
    chances = _chances(figures, quality, np.zeros(len(quality), dtype=bool))
    planted = pd.DataFrame({"quality": quality, "stars": chances @ np.arange(1, 6)})
    x = alt.X("quality:Q", title="Hidden quality of the product, standard deviations")
    y = alt.Y("stars:Q", title="Stars, mean", scale=alt.Scale(zero=False))
    line = series(planted, PLANTED, TRUTH_PALETTE).mark_line().encode(x=x, y=y)
    points = series(rows, SIMULATED, TRUTH_PALETTE).mark_circle(size=60, opacity=1)
    chart = line + points.encode(x=x, y=y)
    return panel(chart, "Reviews of what was kept, in tenths", 300)


def _chances(figures: AfterSale, quality: Floats, returned: Bools) -> Floats:
    """Of 1 to 5 stars (columns): an ordered logit around the profile's shares."""
    within = np.cumsum(figures.stars)[:4] / np.sum(figures.stars)
    shift = figures.stars_per_quality * quality + figures.stars_if_refunded * returned
    at_most = expit(logit(within) - shift[:, None])
    return np.diff(at_most, axis=1, prepend=0.0, append=1.0)
