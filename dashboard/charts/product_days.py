"""Charts of one product over time, to be read one below the other: its price, what happened.

They share their days, and what explains them: days on sale are shaded, days on which somebody was
turned away for want of stock have a cross.
"""

from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import amount_axis, day_axis, either
from dashboard.charts.layers import layered

PRICE, REGULAR, ON_SALE = "Price", "Regular price", "On sale"
SIGNS = {PRICE: colours.ACTUAL, REGULAR: colours.MUTED, ON_SALE: colours.PROMOTION}
SHADE = 0.2
CROSS = "M-1,-1L1,1M-1,1L1,-1"
ABOVE, WITHIN = -6, 9
"""Pixels from the top of a plot: where crosses stand, clear of bars or clear of the legend."""
Y_AXIS = {"minExtent": 42, "maxExtent": 42}
"""Of one width, so that a day stands at one place in every chart."""


@dataclass(frozen=True)
class Setting:
    """What the charts of a product share."""

    start: pd.Timestamp
    """The first day."""
    until: pd.Timestamp
    """The midnight after the last day."""
    sales: pd.DataFrame
    """begin, until: periods on sale, within these days."""
    stock_outs: pd.DataFrame
    """day, noon, turned_away: days on which it was out of stock."""

    def x(self, column: str, *, labels: bool = True) -> alt.X:
        """The days, all of them, whether something happened or not."""
        axis = day_axis(pd.Series([self.start, self.until]))
        if not labels:
            axis = alt.Axis(labels=False, ticks=False, tickCount=axis.tickCount)
        ends = [_date(self.start), _date(self.until)]
        return alt.X(f"{column}:T", title=None, axis=axis, scale=alt.Scale(domain=ends))


def price_history(
    days: pd.DataFrame,
    drops: pd.DataFrame,
    setting: Setting,
    *,
    regular_price: float | None,
    title: str,
) -> alt.LayerChart:
    """Its price day by day, beside the regular one, with every price drop.

    ``days``: day, until, price, state. ``drops``: drop_date, noon, price,
    lowest_price_30d, depth, is_promotion, kind.
    """
    asked = [*days["price"], *([] if regular_price is None else [regular_price])]
    room = 0.15 * max(max(asked) - min(asked), 0.2 * max(asked))
    y = alt.Y(
        "price:Q",
        title=title,
        axis=alt.Axis(format=",.2~f", tickCount=5, **Y_AXIS),
        scale=alt.Scale(domain=[max(min(asked) - room, 0), max(asked) + room], nice=False),
    )
    legend = [PRICE]
    if regular_price is not None:
        legend.append(REGULAR)
    if len(setting.sales):
        legend.append(ON_SALE)
    steps = pd.concat([days, days.tail(1).assign(day=days["until"])])
    layers = [
        *_shades(setting, _colour(legend)),
        alt.Chart(steps.assign(sign=PRICE))
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(x=setting.x("day"), y=y, color=_colour(legend)),
        alt.Chart(days)
        .mark_bar(opacity=0)
        .encode(
            x=alt.X("day:T"),
            x2=alt.X2("until:T"),
            tooltip=[
                alt.Tooltip("day:T", format="%a %d %b %Y", title="Day"),
                alt.Tooltip("price:Q", format=",.2f", title=title),
                alt.Tooltip("state:N", title="State"),
            ],
        ),
    ]
    if regular_price is not None:
        rule = pd.DataFrame({"price": [regular_price], "sign": [REGULAR]})
        layers.insert(
            1,
            alt.Chart(rule)
            .mark_rule(strokeDash=[5, 4], strokeWidth=1.5)
            .encode(y=y, color=_colour(legend)),
        )
    if len(drops):
        layers.append(_drops(drops, y))
    return layered(*layers, *_crosses(setting, at=WITHIN), height=270)


def steps_of_product(
    rows: pd.DataFrame,
    setting: Setting,
    *,
    value: str,
    title: str,
    colour: str,
    labels: bool,
) -> alt.LayerChart:
    """Bars of days, or of weeks. ``rows``: day, until, ``value``."""
    counts = amount_axis(tickCount=3, tickMinStep=1, **Y_AXIS)
    bars = (
        alt.Chart()
        .mark_bar(color=colour, strokeOpacity=0)
        .encode(
            x=setting.x("bar_start", labels=labels),
            x2=alt.X2("bar_end:T"),
            y=alt.Y(f"{value}:Q", title=title, axis=counts),
            y2=alt.Y2Datum(0),
            tooltip=[
                alt.Tooltip("day:T", format="%a %d %b %Y", title="From"),
                alt.Tooltip("last_day:T", format="%a %d %b %Y", title="To"),
                alt.Tooltip(f"{value}:Q", format=",", title=title),
            ],
        )
    )
    shades = _shades(setting, alt.ColorValue(SIGNS[ON_SALE]))
    crosses = _crosses(setting, at=ABOVE)
    return layered(*shades, bars, *crosses, data=rows, height=100 if labels else 80)


def _shades(setting: Setting, colour: Any) -> list[Any]:
    if setting.sales.empty:
        return []
    return [
        alt.Chart(setting.sales.assign(sign=ON_SALE))
        .mark_rect(opacity=SHADE)
        .encode(x=setting.x("begin"), x2=alt.X2("until:T"), color=colour)
    ]


def _crosses(setting: Setting, *, at: float) -> list[Any]:
    if setting.stock_outs.empty:
        return []
    return [
        alt.Chart(setting.stock_outs)
        .mark_point(shape=CROSS, size=70, strokeWidth=2, opacity=1, color=colours.WARNING)
        .encode(
            x=alt.X("noon:T"),
            y=alt.YValue(at),
            tooltip=[
                alt.Tooltip("day:T", format="%a %d %b %Y", title="Out of stock on"),
                alt.Tooltip("turned_away:Q", title="Times it was wanted"),
            ],
        )
    ]


def _drops(drops: pd.DataFrame, y: alt.Y) -> alt.Chart:
    return (
        alt.Chart(drops)
        .mark_point(shape="triangle-down", filled=True, opacity=1, size=110)
        .encode(
            x=alt.X("noon:T"),
            y=y,
            color=either(alt.ColorValue, "datum.is_promotion", colours.PROMOTION, colours.ACTUAL),
            tooltip=[
                alt.Tooltip("drop_date:T", format="%a %d %b %Y", title="Price drop on"),
                alt.Tooltip("kind:N", title="By"),
                alt.Tooltip("price:Q", format=",.2f", title="To"),
                alt.Tooltip("lowest_price_30d:Q", format=",.2f", title="From, lowest of 30 days"),
                alt.Tooltip("depth:Q", format=".1%", title="Lower by"),
            ],
        )
    )


def _colour(legend: list[str]) -> alt.Color:
    # Vega-Lite draws symbols like the first mark: filled where that is a shade, else as lines.
    kind, width = ("square", 0) if ON_SALE in legend else ("stroke", 3)
    return alt.Color(
        "sign:N",
        title=None,
        scale=alt.Scale(domain=legend, range=[SIGNS[name] for name in legend]),
        legend=alt.Legend(orient="top", symbolOpacity=1, symbolType=kind, symbolStrokeWidth=width),
    )


def _date(day: pd.Timestamp) -> alt.DateTime:
    return alt.DateTime(year=day.year, month=day.month, date=day.day)
