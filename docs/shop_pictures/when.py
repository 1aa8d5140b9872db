"""When people come: by hour of the day and day of the week."""

import altair as alt
import pandas as pd

from dashboard.charts.axes import percent_axis
from esynapse.shop.calibration import MEASURES
from shop_pictures.look import SIMULATED, TARGET, panel, picture, series
from shop_pictures.shops import Shop, Shops

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WIDTH = 310


def day_shape(shops: Shops) -> alt.HConcatChart:
    """Events and purchases by hour against REES46's."""
    return picture(
        "People buy in the morning and look around in the evening",
        shops.rees46.note,
        _by_hour(shops.rees46, "events"),
        _by_hour(shops.rees46, "purchases"),
    )


def week_shape(shops: Shops) -> alt.HConcatChart:
    """Events and purchases by weekday against REES46's."""
    return picture(
        "The days of the week differ by some per cent, and not alike in events and in purchases",
        f"{shops.rees46.note} (8 Sundays and Mondays, 9 of the others)",
        _by_weekday(shops.rees46, "events"),
        _by_weekday(shops.rees46, "purchases"),
    )


def _by_hour(shop: Shop, what: str) -> alt.LayerChart:
    rows, apart = _shares(shop, f"hour_of_day_utc_{what}")
    heading = f"{what.capitalize()}: {apart[0]:.1%} fall in another hour (target: ≤ {apart[1]:.0%})"
    hours = alt.Axis(labelAngle=0, values=list(range(0, 24, 3)))
    x = alt.X("place:O", title="Hour of the day (UTC)", axis=hours)
    y = alt.Y("simulated:Q", title=f"Share of all {what}", axis=percent_axis())
    bars = series(rows, SIMULATED).mark_bar().encode(x=x, y=y)
    points = series(rows, TARGET).mark_circle(size=34, opacity=1).encode(x=x, y="target:Q")
    return panel(bars + points, heading, _WIDTH)


def _by_weekday(shop: Shop, what: str) -> alt.LayerChart:
    rows, apart = _shares(shop, f"day_of_week_{what}")
    heading = f"{what.capitalize()}: {apart[0]:.1%} fall on another day (target: ≤ {apart[1]:.1%})"
    rows["day"] = _WEEKDAYS
    x = alt.X("day:O", sort=None, title="Day of the week (UTC)", axis=alt.Axis(labelAngle=0))
    shares = alt.Axis(format=".0%", values=[0.13, 0.14, 0.15, 0.16])
    scale = alt.Scale(zero=False, domain=[0.127, 0.16])
    y = alt.Y("simulated:Q", title=f"Share of all {what}", axis=shares, scale=scale)
    line = series(rows, SIMULATED).mark_line(point=True).encode(x=x, y=y)
    points = series(rows, TARGET).mark_circle(size=50, opacity=1).encode(x=x, y="target:Q")
    return panel(line + points, heading, _WIDTH)


def _shares(shop: Shop, name: str) -> tuple[pd.DataFrame, tuple[float, float]]:
    """Shares of a whole beside their targets; which share of it lies elsewhere, and may lie."""
    target, counts = shop.target(name), MEASURES[name](shop.run)
    rows = pd.DataFrame(
        {
            "place": range(len(target.shares)),
            "simulated": [counts.get(key, 0.0) for key in target.shares],
            "target": list(target.shares.values()),
        }
    )
    rows["simulated"] /= rows["simulated"].sum()
    apart = float((rows["simulated"] - rows["target"]).abs().sum() / 2)
    return rows, (apart, target.distance or 0.0)
