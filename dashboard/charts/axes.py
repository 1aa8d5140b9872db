"""Axes and colour scales that the charts share."""

from typing import Any, TypeVar

import altair as alt
import pandas as pd
from altair.utils.schemapi import Undefined, UndefinedType

Value = TypeVar("Value", alt.ColorValue, alt.OpacityValue)

WEEKLY_FROM_DAYS = 200
"""Longer spans are drawn by week: a bar for each day would be thinner than a pixel's worth."""

FEW_DAYS = 14
"""Up to so many days are named one by one."""
WIDEST_BAR = 56
"""Pixels: a day by itself is a bar, not a wall."""


def time_unit(dates: pd.Series) -> str:
    """Days, or weeks where days would be too thin."""
    span = (dates.max() - dates.min()).days
    return "yearweek" if span > WEEKLY_FROM_DAYS else "yearmonthdate"


def colour_of(
    column: str,
    palette: dict[str, str],
    *,
    legend: bool = True,
    columns: int = 6,
    symbol: str = "circle",
) -> alt.Color:
    """Colours by name, from a palette, with the legend above the chart.

    Args:
        symbol: "circle", or "stroke" for lines, which shows whether they are dashed.
    """
    return alt.Color(
        f"{column}:N",
        title=None,
        scale=alt.Scale(domain=list(palette), range=list(palette.values())),
        legend=_legend(columns, symbol) if legend else None,
    )


def either(channel: type[Value], test: str, yes: Any, no: Any) -> Value:
    """``yes`` where the expression ``test`` holds, else ``no``.

    As alt.condition, which takes 13 ms to find out of which class it is.
    """
    return channel(no, condition={"test": test, "value": yes})


def _legend(columns: int, symbol: str) -> alt.Legend:
    size = {"symbolSize": 400, "symbolStrokeWidth": 2} if symbol == "stroke" else {}
    return alt.Legend(orient="top", columns=columns, symbolType=symbol, **size)


def day_axis(dates: pd.Series) -> alt.Axis:
    """Days as ``05 Mar``; over a long span, months with their year."""
    span = (dates.max() - dates.min()).days
    return alt.Axis(
        format="%b %Y" if span > WEEKLY_FROM_DAYS else "%d %b",
        tickCount="day" if span < FEW_DAYS else 10,
        labelOverlap=True,
    )


def is_time(dates: pd.Series) -> bool:
    """Whether bars of these days stand on an axis of time, over which a span can be drawn."""
    return bool((dates.max() - dates.min()).days >= FEW_DAYS)


def bars_of_days(rows: pd.DataFrame, date: str) -> tuple[alt.Chart, alt.X]:
    """Bars without a height yet, and their x; weeks over a long span, single days over a short."""
    dates = rows[date]
    if is_time(dates):
        x = alt.X(f"{date}:T", timeUnit=time_unit(dates), title=None, axis=day_axis(dates))
        return alt.Chart(rows).mark_bar(), x
    days = pd.date_range(dates.min(), dates.max()).strftime("%d %b").tolist()
    x = alt.X(
        "day_name:O",
        title=None,
        scale=alt.Scale(domain=days),
        axis=alt.Axis(labelAngle=0, labelOverlap=True, ticks=False),
    )
    width = alt.ExprRef(f"min({WIDEST_BAR}, 0.85 * width / {len(days)})")
    return alt.Chart(rows.assign(day_name=dates.dt.strftime("%d %b"))).mark_bar(width=width), x


def hour_axis(hours: pd.Series) -> alt.Axis:
    """Hours as ``14:00``; over several days, the days."""
    if hours.max() - hours.min() > pd.Timedelta(days=2):
        return alt.Axis(format="%a %d %b", tickCount="day", labelOverlap=True)
    return alt.Axis(format="%H:%M", labelOverlap=True)


def names(label: str, scale: alt.Scale | UndefinedType = Undefined) -> alt.Y:
    """A list from the top down, in the order of the rows; no name is left out.

    The order is not said by the chart: another one leaves it as it is.
    """
    axis = alt.Axis(labelLimit=240, labelOverlap=False, labelFlush=False)
    return alt.Y(f"{label}:N", sort=None, title=None, scale=scale, axis=axis)


def amount_axis(**options: Any) -> alt.Axis:
    """Amounts as ``20k``; zero is ``0``, not ``0k``."""
    return alt.Axis(**{"format": "~s", "labelExpr": "datum.value ? datum.label : '0'", **options})


def percent_axis() -> alt.Axis:
    """Shares as whole percents."""
    return alt.Axis(format=".0%")
