"""Charts over time: bars and lines."""

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import (
    amount_axis,
    bars_of_days,
    colour_of,
    day_axis,
    hour_axis,
    time_unit,
)


def stacked_days(
    rows: pd.DataFrame, *, date: str, value: str, part: str, palette: dict[str, str], title: str
) -> alt.Chart:
    """Bars by day (or by week), stacked by ``part`` in the order of ``palette``."""
    order = [name for name in palette if name in set(rows[part])]
    ranked = rows.assign(stack_order=rows[part].map({name: at for at, name in enumerate(order)}))
    bars, x = bars_of_days(ranked, date)
    return bars.encode(
        x=x,
        y=alt.Y(f"sum({value}):Q", title=title, axis=amount_axis()),
        color=colour_of(part, {name: palette[name] for name in order}),
        order=alt.Order("stack_order:Q"),
        tooltip=[
            alt.Tooltip(f"{date}:T", timeUnit=time_unit(rows[date]), title="From"),
            alt.Tooltip(f"{part}:N", title="Part"),
            alt.Tooltip(f"sum({value}):Q", format=",.2~f", title=title),
        ],
    ).properties(height=320)


def bars_by_day(
    rows: pd.DataFrame, *, date: str, value: str, title: str | None, colour: str, height: int = 160
) -> alt.Chart:
    """Small bars by day, of one colour."""
    bars, x = bars_of_days(rows, date)
    return bars.encode(
        x=x,
        color=alt.ColorValue(colour),
        y=alt.Y(f"sum({value}):Q", title=title, axis=amount_axis(tickCount=3)),
        tooltip=[
            alt.Tooltip(f"{date}:T", timeUnit=time_unit(rows[date]), title="From"),
            alt.Tooltip(f"sum({value}):Q", format=",", title=title or "Count"),
        ],
    ).properties(height=height)


def lines(
    rows: pd.DataFrame,
    *,
    time: str,
    value: str,
    part: str,
    palette: dict[str, str],
    title: str | None,
    percent: bool = False,
    height: int = 280,
) -> alt.Chart:
    """A line for each value of ``part``; points too where there are few."""
    shape = ".1%" if percent else "~s"
    return (
        alt.Chart(rows)
        .mark_line(point=rows[time].nunique() <= 14, strokeWidth=2)
        .encode(
            x=alt.X(f"{time}:T", title=None, axis=day_axis(rows[time])),
            y=alt.Y(
                f"{value}:Q",
                title=title,
                axis=alt.Axis(format=".1~%" if percent else "~s"),
                scale=alt.Scale(zero=not percent),
            ),
            color=colour_of(part, palette, symbol="stroke"),
            tooltip=[
                alt.Tooltip(f"{time}:T", title="Time"),
                alt.Tooltip(f"{part}:N", title="Series"),
                alt.Tooltip(f"{value}:Q", format=shape, title=title or "Count"),
            ],
        )
        .properties(height=height)
    )


def hours(rows: pd.DataFrame, *, value: str, title: str) -> alt.Chart:
    """An area over ``revenue_hour``."""
    return (
        alt.Chart(rows)
        .mark_area(line={"color": colours.ACTUAL, "strokeWidth": 1.5}, opacity=0.25)
        .encode(
            x=alt.X("revenue_hour:T", title=None, axis=hour_axis(rows["revenue_hour"])),
            y=alt.Y(f"{value}:Q", title=title, axis=amount_axis()),
            color=alt.ColorValue(colours.ACTUAL),
            tooltip=[
                alt.Tooltip("revenue_hour:T", format="%a %d %b %H:%M", title="Hour"),
                alt.Tooltip(f"{value}:Q", format=",.2~f", title=title),
            ],
        )
        .properties(height=320)
    )
