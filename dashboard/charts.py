"""Altair charts: pure functions of frames, sharing sizes, axes and colours.

Instants are given in the shop's wall-clock time without a zone, so that axes say what the shop's
clock said wherever the viewer is.
"""

import altair as alt
import pandas as pd

from dashboard import colours

WEEKLY_FROM_DAYS = 200
"""Longer spans are drawn by week: a bar for each day would be thinner than a pixel's worth."""

BAND_OPACITY = 0.18


def stacked_days(
    rows: pd.DataFrame, *, date: str, value: str, part: str, palette: dict[str, str], title: str
) -> alt.Chart:
    """Bars by day (or by week), stacked by ``part`` in the order of ``palette``."""
    order = [name for name in palette if name in set(rows[part])]
    ranked = rows.assign(stack_order=rows[part].map({name: at for at, name in enumerate(order)}))
    return (
        alt.Chart(ranked)
        .mark_bar()
        .encode(
            x=alt.X(
                f"{date}:T", timeUnit=_time_unit(rows[date]), title=None, axis=_days(rows[date])
            ),
            y=alt.Y(f"sum({value}):Q", title=title, axis=alt.Axis(format="~s")),
            color=_colour(part, {name: palette[name] for name in order}),
            order=alt.Order("stack_order:Q"),
            tooltip=[
                alt.Tooltip(f"{date}:T", timeUnit=_time_unit(rows[date]), title="From"),
                alt.Tooltip(f"{part}:N", title="Part"),
                alt.Tooltip(f"sum({value}):Q", format=",.2~f", title=title),
            ],
        )
        .properties(height=320)
    )


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
            x=alt.X(f"{time}:T", title=None, axis=_days(rows[time])),
            y=alt.Y(
                f"{value}:Q",
                title=title,
                axis=alt.Axis(format=".0%" if percent else "~s"),
                scale=alt.Scale(zero=not percent),
            ),
            color=_colour(part, palette),
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
            x=alt.X("revenue_hour:T", title=None, axis=_hours(rows["revenue_hour"])),
            y=alt.Y(f"{value}:Q", title=title, axis=alt.Axis(format="~s")),
            color=alt.value(colours.ACTUAL),
            tooltip=[
                alt.Tooltip("revenue_hour:T", format="%a %d %b %H:%M", title="Hour"),
                alt.Tooltip(f"{value}:Q", format=",.2~f", title=title),
            ],
        )
        .properties(height=320)
    )


def ranked_bars(
    rows: pd.DataFrame,
    *,
    label: str,
    value: str,
    title: str,
    palette: dict[str, str] | str,
    shape: str = "~s",
    height: int | None = None,
) -> alt.LayerChart:
    """Horizontal bars, longest first, each with its figure at the end."""
    colour = (
        alt.value(palette)
        if isinstance(palette, str)
        else _colour(label, {k: palette.get(k, colours.MUTED) for k in rows[label]}, legend=False)
    )
    ranked = rows.sort_values(value, ascending=False)
    base = alt.Chart(ranked).encode(
        y=alt.Y(f"{label}:N", sort=ranked[label].tolist(), title=None, axis=_names()),
        x=alt.X(f"{value}:Q", title=title, axis=alt.Axis(format=shape, tickCount=4)),
        tooltip=[
            alt.Tooltip(f"{label}:N", title="Name"),
            alt.Tooltip(f"{value}:Q", format=shape, title=title),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=3).encode(color=colour)
    figures = base.mark_text(align="left", dx=4, color=colours.MUTED).encode(
        text=alt.Text(f"{value}:Q", format=shape)
    )
    return (bars + figures).properties(height=height or max(120, 26 * len(rows) + 30))


def forecast(
    actual: pd.DataFrame,
    predicted: pd.DataFrame,
    *,
    time: str,
    title: str,
    hourly: bool = False,
    height: int = 340,
) -> alt.LayerChart:
    """What happened, what was forecast, and the band it was to lie in.

    ``actual``: ``time``, value. ``predicted``: ``time``, value, lower, upper.
    """
    palette = {"Actual": colours.ACTUAL, "Forecast": colours.FORECAST}
    shape = "%a %d %b %H:%M" if hourly else "%a %d %b %Y"
    both = pd.concat(
        [
            actual[[time, "value"]].assign(series="Actual"),
            predicted[[time, "value", "lower", "upper"]].assign(series="Forecast"),
        ]
    )
    x = alt.X(f"{time}:T", title=None, axis=_hours(both[time]) if hourly else _days(both[time]))
    band = (
        alt.Chart(both)
        .transform_filter("datum.series === 'Forecast'")
        .mark_area(opacity=BAND_OPACITY, color=colours.FORECAST)
        .encode(x=x, y=alt.Y("lower:Q"), y2="upper:Q")
    )
    curve = (
        alt.Chart(both)
        .mark_line(strokeWidth=2, point={"size": 16} if len(both) <= 150 else False)
        .encode(
            x=x,
            y=alt.Y(
                "value:Q", title=title, axis=alt.Axis(format="~s"), scale=alt.Scale(zero=False)
            ),
            color=_colour("series", palette),
            strokeDash=alt.StrokeDash(
                "series:N",
                scale=alt.Scale(domain=list(palette), range=[[1, 0], [5, 3]]),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip(f"{time}:T", format=shape, title="Time"),
                alt.Tooltip("series:N", title="Series"),
                alt.Tooltip("value:Q", format=",.0f", title=title),
                alt.Tooltip("lower:Q", format=",.0f", title="Lower bound"),
                alt.Tooltip("upper:Q", format=",.0f", title="Upper bound"),
            ],
        )
    )
    return (band + curve).properties(height=height)


def scatter(
    rows: pd.DataFrame,
    *,
    x: str,
    y: str,
    x_title: str,
    y_title: str,
    x_shape: str,
) -> alt.Chart:
    """A point for each product, coloured by health band, sized by units sold; y is positive."""
    bands = {k: v for k, v in colours.HEALTH.items() if k in set(rows["health_band"])}
    return (
        alt.Chart(rows)
        .mark_circle(opacity=0.6, stroke=None)
        .encode(
            x=alt.X(f"{x}:Q", title=x_title, axis=alt.Axis(format=x_shape)),
            y=alt.Y(
                f"{y}:Q",
                title=y_title,
                axis=alt.Axis(format="~s"),
                scale=alt.Scale(type="log"),
            ),
            size=alt.Size("units:Q", legend=None, scale=alt.Scale(range=[15, 300])),
            color=_colour("health_band", bands),
            tooltip=[
                alt.Tooltip("product_name:N", title="Product"),
                alt.Tooltip("category:N", title="Category"),
                alt.Tooltip("health_score:Q", format=".0f", title="Health"),
                alt.Tooltip(f"{x}:Q", format=x_shape, title=x_title),
                alt.Tooltip(f"{y}:Q", format=",.0f", title=y_title),
                alt.Tooltip("units:Q", format=",", title="Units"),
            ],
        )
        .properties(height=440)
    )


def price_history(rows: pd.DataFrame, regular_price: float | None, title: str) -> alt.LayerChart:
    """Price by day; days on sale in the promotion's colour, out of stock marked below."""
    state = rows.assign(
        state=rows["is_on_sale"].map({True: "On sale", False: "Regular price"}),
    )
    palette = {"Regular price": colours.ACTUAL, "On sale": colours.PROMOTION}
    x = alt.X("metric_date:T", title=None, axis=_days(rows["metric_date"]))
    prices = [*state["average_price"], *([] if regular_price is None else [regular_price])]
    y = alt.Y(
        "average_price:Q",
        title=title,
        axis=alt.Axis(format=",.2~f"),
        scale=alt.Scale(domain=[min(prices) * 0.9, max(prices) * 1.1], zero=False),
    )
    tooltip = [
        alt.Tooltip("metric_date:T", title="Day"),
        alt.Tooltip("average_price:Q", format=",.2f", title=title),
        alt.Tooltip("state:N", title="State"),
    ]
    line = (
        alt.Chart(state)
        .mark_line(interpolate="step-after", color=colours.MUTED, strokeWidth=1.5)
        .encode(x=x, y=y)
    )
    points = (
        alt.Chart(state)
        .mark_circle(size=40, opacity=1)
        .encode(x=x, y=y, color=_colour("state", palette), tooltip=tooltip)
    )
    layers = [line, points]
    if regular_price is not None:
        layers.append(
            alt.Chart(pd.DataFrame({"price": [regular_price]}))
            .mark_rule(strokeDash=[4, 4], color=colours.MUTED)
            .encode(y="price:Q")
        )
    return alt.layer(*layers).properties(height=240)


def periods(rows: pd.DataFrame, *, label: str) -> alt.Chart:
    """Discount periods as bars over time, a row for each product, darker when deeper."""
    return (
        alt.Chart(rows)
        .mark_bar(cornerRadius=3, height=12)
        .encode(
            x=alt.X("period_start:T", title=None, axis=_days(rows["period_start"])),
            x2="period_after:T",
            y=alt.Y(f"{label}:N", title=None, sort=None, axis=_names()),
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
            x=alt.X("drop_date:T", title=None, axis=_days(rows["drop_date"])),
            y=alt.Y("depth:Q", title="Depth", axis=_percent_axis()),
            color=_colour("kind", {"Promotion": colours.PROMOTION, "New price": colours.ACTUAL}),
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


def intervals(
    rows: pd.DataFrame,
    *,
    label: str,
    value: str,
    lower: str,
    upper: str,
    title: str,
    shape: str,
) -> alt.LayerChart:
    """An estimate and its interval in each row; the line at zero says "no effect"."""
    base = alt.Chart(rows).encode(
        y=alt.Y(f"{label}:N", title=None, sort=None, axis=_names()),
        tooltip=[
            alt.Tooltip(f"{label}:N", title="Name"),
            alt.Tooltip(f"{value}:Q", format=shape, title=title),
            alt.Tooltip(f"{lower}:Q", format=shape, title="Lower bound"),
            alt.Tooltip(f"{upper}:Q", format=shape, title="Upper bound"),
        ],
    )
    spans = base.mark_rule(strokeWidth=5, opacity=0.35, color=colours.PROMOTION).encode(
        x=alt.X(f"{lower}:Q", title=title, axis=alt.Axis(format=shape)), x2=f"{upper}:Q"
    )
    points = base.mark_circle(size=80, opacity=1, color=colours.PROMOTION).encode(x=f"{value}:Q")
    zero = (
        alt.Chart(pd.DataFrame({"zero": [0]}))
        .mark_rule(strokeDash=[4, 4], color=colours.MUTED)
        .encode(x="zero:Q")
    )
    return (zero + spans + points).properties(height=26 * len(rows) + 70)


def funnel(rows: pd.DataFrame) -> alt.LayerChart:
    """Steps as bars from wide to narrow; a tick marks the period before.

    ``rows``: step, sessions, previous (may be null), label.
    """
    ends = rows[["sessions", "previous"]].astype(float).max(axis=1)
    base = alt.Chart(rows.assign(label_at=ends)).encode(
        y=alt.Y("step:N", sort=None, title=None, axis=alt.Axis(labelFontSize=13)),
    )
    bars = base.mark_bar(cornerRadiusEnd=4, height=34, color=colours.ACTUAL).encode(
        x=alt.X("sessions:Q", title="Sessions", axis=alt.Axis(format="~s", tickCount=6)),
        opacity=alt.Opacity(
            "step:N", sort=None, scale=alt.Scale(range=[0.45, 0.7, 1]), legend=None
        ),
        tooltip=[
            alt.Tooltip("step:N", title="Step"),
            alt.Tooltip("sessions:Q", format=",", title="Sessions"),
            alt.Tooltip("previous:Q", format=",", title="Period before"),
        ],
    )
    figures = base.mark_text(align="left", dx=6, color=colours.MUTED, fontSize=13).encode(
        x="label_at:Q", text="label:N"
    )
    before = base.mark_tick(color=colours.MUTED, thickness=2, size=40).encode(x="previous:Q")
    return (bars + before + figures).properties(height=190)


def cohorts(rows: pd.DataFrame) -> alt.LayerChart:
    """Heat map of retention. ``rows``: cohort (text), months_since_first, retention_rate."""
    base = alt.Chart(rows).encode(
        x=alt.X(
            "months_since_first:O",
            title="Months since the first order",
            axis=alt.Axis(labelAngle=0),
        ),
        y=alt.Y("cohort:N", sort=None, title="First order", axis=_names()),
        tooltip=[
            alt.Tooltip("cohort:N", title="Cohort"),
            alt.Tooltip("months_since_first:O", title="Months since"),
            alt.Tooltip("retention_rate:Q", format=".1%", title="Bought again"),
            alt.Tooltip("active_customers:Q", format=",", title="Customers"),
            alt.Tooltip("cohort_size:Q", format=",", title="Of"),
        ],
    )
    cells = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color(
            "retention_rate:Q",
            title="Share",
            scale=alt.Scale(range=["#e4edf7", "#7fb0de"], nice=False),
            legend=None,
        )
    )
    figures = base.mark_text(fontSize=11, color="#14202c").encode(
        text=alt.Text("retention_rate:Q", format=".0%")
    )
    return (cells + figures).properties(height=34 * rows["cohort"].nunique() + 100)


def pulse(rows: pd.DataFrame, value: str, title: str) -> alt.Chart:
    """Bars by step of time, stacked by event type; ``rows`` has every step, so it never jumps."""
    order = {name: at for at, name in enumerate(colours.EVENT_TYPES)}
    return (
        alt.Chart(rows.assign(stack_order=rows["event_type"].map(order)))
        .mark_bar()
        .encode(
            x=alt.X("at:O", title=None, axis=_clock_axis()),
            y=alt.Y(f"{value}:Q", title=title),
            color=_colour("event_type", colours.EVENT_TYPES, columns=4),
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
            y=alt.Y(f"{value}:Q", title=title, axis=alt.Axis(format="~s")),
            tooltip=[
                alt.Tooltip("at:N", title="From"),
                alt.Tooltip(f"{value}:Q", format=",.2f", title=title),
            ],
        )
        .properties(height=280)
    )


def bars_by_day(
    rows: pd.DataFrame, *, date: str, value: str, title: str | None, colour: str, height: int = 160
) -> alt.Chart:
    """Small bars by day, of one colour."""
    return (
        alt.Chart(rows)
        .mark_bar(color=colour)
        .encode(
            x=alt.X(
                f"{date}:T", timeUnit=_time_unit(rows[date]), title=None, axis=_days(rows[date])
            ),
            y=alt.Y(f"sum({value}):Q", title=title, axis=alt.Axis(format="~s", tickCount=3)),
            tooltip=[
                alt.Tooltip(f"{date}:T", timeUnit=_time_unit(rows[date]), title="From"),
                alt.Tooltip(f"sum({value}):Q", format=",", title=title or "Count"),
            ],
        )
        .properties(height=height)
    )


def _clock_axis() -> alt.Axis:
    return alt.Axis(labelOverlap=True, labelAngle=0, ticks=False, labelSeparation=12)


def _time_unit(dates: pd.Series) -> str:
    span = (dates.max() - dates.min()).days
    return "yearweek" if span > WEEKLY_FROM_DAYS else "yearmonthdate"


def _colour(
    column: str, palette: dict[str, str], *, legend: bool = True, columns: int = 6
) -> alt.Color:
    return alt.Color(
        f"{column}:N",
        title=None,
        scale=alt.Scale(domain=list(palette), range=list(palette.values())),
        legend=alt.Legend(orient="top", columns=columns, symbolType="circle") if legend else None,
    )


def _days(dates: pd.Series) -> alt.Axis:
    """Days as ``05 Mar``; over a long span, months with their year."""
    span = (dates.max() - dates.min()).days
    return alt.Axis(
        format="%b %Y" if span > WEEKLY_FROM_DAYS else "%d %b", tickCount=10, labelOverlap=True
    )


def _hours(hours: pd.Series) -> alt.Axis:
    """Hours as ``14:00``; over several days, the days."""
    if hours.max() - hours.min() > pd.Timedelta(days=2):
        return alt.Axis(format="%a %d %b", tickCount="day", labelOverlap=True)
    return alt.Axis(format="%H:%M", labelOverlap=True)


def _names() -> alt.Axis:
    """Every label of a list, none left out."""
    return alt.Axis(labelLimit=240, labelOverlap=False)


def _percent_axis() -> alt.Axis:
    return alt.Axis(format=".0%")
