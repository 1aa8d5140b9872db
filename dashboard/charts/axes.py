"""Axes and colour scales that the charts share."""

import altair as alt
import pandas as pd

WEEKLY_FROM_DAYS = 200
"""Longer spans are drawn by week: a bar for each day would be thinner than a pixel's worth."""


def time_unit(dates: pd.Series) -> str:
    """Days, or weeks where days would be too thin."""
    span = (dates.max() - dates.min()).days
    return "yearweek" if span > WEEKLY_FROM_DAYS else "yearmonthdate"


def colour_of(
    column: str, palette: dict[str, str], *, legend: bool = True, columns: int = 6
) -> alt.Color:
    """Colours by name, from a palette, with the legend above the chart."""
    return alt.Color(
        f"{column}:N",
        title=None,
        scale=alt.Scale(domain=list(palette), range=list(palette.values())),
        legend=alt.Legend(orient="top", columns=columns, symbolType="circle") if legend else None,
    )


def day_axis(dates: pd.Series) -> alt.Axis:
    """Days as ``05 Mar``; over a long span, months with their year."""
    span = (dates.max() - dates.min()).days
    return alt.Axis(
        format="%b %Y" if span > WEEKLY_FROM_DAYS else "%d %b", tickCount=10, labelOverlap=True
    )


def hour_axis(hours: pd.Series) -> alt.Axis:
    """Hours as ``14:00``; over several days, the days."""
    if hours.max() - hours.min() > pd.Timedelta(days=2):
        return alt.Axis(format="%a %d %b", tickCount="day", labelOverlap=True)
    return alt.Axis(format="%H:%M", labelOverlap=True)


def name_axis() -> alt.Axis:
    """Every label of a list, none left out."""
    return alt.Axis(labelLimit=240, labelOverlap=False)


def percent_axis() -> alt.Axis:
    """Shares as whole percents."""
    return alt.Axis(format=".0%")
