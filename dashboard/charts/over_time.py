"""Charts over time: bars, lines, discount periods, the live pulse."""

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import (
    amount_axis,
    bars_of_days,
    colour_of,
    day_axis,
    hour_axis,
    name_axis,
    percent_axis,
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
        color=alt.value(colour),
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
            color=alt.value(colours.ACTUAL),
            tooltip=[
                alt.Tooltip("revenue_hour:T", format="%a %d %b %H:%M", title="Hour"),
                alt.Tooltip(f"{value}:Q", format=",.2~f", title=title),
            ],
        )
        .properties(height=320)
    )


def periods(rows: pd.DataFrame, *, label: str) -> alt.Chart:
    """Discount periods as bars over time, a row for each product, darker when deeper."""
    return (
        alt.Chart(rows)
        .mark_bar(cornerRadius=3, height=12)
        .encode(
            x=alt.X("period_start:T", title=None, axis=day_axis(rows["period_start"])),
            x2="period_after:T",
            y=alt.Y(f"{label}:N", title=None, sort=None, axis=name_axis()),
            color=alt.Color(
                "discount_depth:Q",
                title="Depth",
                scale=alt.Scale(range=["#f3d9ae", colours.PROMOTION, "#8c4f07"]),
                legend=alt.Legend(format=".0%", orient="top", gradientLength=160),
            ),
            tooltip=[
                alt.Tooltip(f"{label}:N", title="Product"),
                alt.Tooltip("period_start:T", title="From"),
                alt.Tooltip("period_end:T", title="To"),
                alt.Tooltip("discount_depth:Q", format=".0%", title="Depth"),
                alt.Tooltip("uplift:Q", format="+.0%", title="Uplift"),
                alt.Tooltip("incremental_revenue:Q", format=",.0f", title="Incremental revenue"),
            ],
        )
        .properties(height=26 * rows[label].nunique() + 90)
    )


def drops(rows: pd.DataFrame) -> alt.Chart:
    """Price drops over time by depth; those that are promotions in the promotion's colour."""
    kinds = rows.assign(kind=rows["is_promotion"].map({True: "Promotion", False: "New price"}))
    return (
        alt.Chart(kinds)
        .mark_circle(opacity=0.75, size=60)
        .encode(
            x=alt.X("drop_date:T", title=None, axis=day_axis(rows["drop_date"])),
            y=alt.Y("depth:Q", title="Depth", axis=percent_axis()),
            color=colour_of("kind", {"Promotion": colours.PROMOTION, "New price": colours.ACTUAL}),
            tooltip=[
                alt.Tooltip("product_name:N", title="Product"),
                alt.Tooltip("drop_date:T", title="Day"),
                alt.Tooltip("price:Q", format=",.2f", title="Price"),
                alt.Tooltip("lowest_price_30d:Q", format=",.2f", title="Lowest before"),
                alt.Tooltip("depth:Q", format=".0%", title="Depth"),
            ],
        )
        .properties(height=280)
    )


def pulse(rows: pd.DataFrame, value: str, title: str) -> alt.Chart:
    """Bars by step of time, stacked by event type; ``rows`` has every step, so it never jumps."""
    order = {name: at for at, name in enumerate(colours.EVENT_TYPES)}
    return (
        alt.Chart(rows.assign(stack_order=rows["event_type"].map(order)))
        .mark_bar()
        .encode(
            x=alt.X("at:O", title=None, axis=_clock_axis()),
            y=alt.Y(f"{value}:Q", title=title),
            color=colour_of("event_type", colours.EVENT_TYPES, columns=3),
            order=alt.Order("stack_order:Q"),
            tooltip=[
                alt.Tooltip("at:N", title="From"),
                alt.Tooltip("event_type:N", title="Event"),
                alt.Tooltip(f"{value}:Q", format=",", title=title),
            ],
        )
        .properties(height=280)
    )


def pulse_total(rows: pd.DataFrame, value: str, title: str) -> alt.Chart:
    """Bars by step of time."""
    return (
        alt.Chart(rows)
        .mark_bar(color=colours.GOOD)
        .encode(
            x=alt.X("at:O", title=None, axis=_clock_axis()),
            y=alt.Y(f"{value}:Q", title=title, axis=amount_axis()),
            tooltip=[
                alt.Tooltip("at:N", title="From"),
                alt.Tooltip(f"{value}:Q", format=",.2f", title=title),
            ],
        )
        .properties(height=280)
    )


def _clock_axis() -> alt.Axis:
    return alt.Axis(labelOverlap=True, labelAngle=0, ticks=False, labelSeparation=12)
