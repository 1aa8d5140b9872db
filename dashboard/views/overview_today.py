"""The day that is not over: so far, still to come, and what was forecast for all of it."""

import altair as alt
import pandas as pd
import streamlit as st

from dashboard import charts, queries
from dashboard.page import Page


def show_today(page: Page) -> None:
    """Draw it, if there are forecasts for it."""
    clock = page.clock
    hours = page.connection.query(
        queries.HOURLY_TOTALS, start=clock.as_of_date, end=clock.as_of_date
    )
    midnight = pd.Timestamp(clock.as_of_date).tz_localize(clock.zone)
    predicted = page.connection.query(
        queries.HOURLY_FORECAST_BETWEEN,
        start=midnight.tz_convert("UTC").to_pydatetime(),
        end=(midnight + pd.DateOffset(days=1)).tz_convert("UTC").to_pydatetime(),
    )
    if predicted.empty or hours.empty:
        return
    done = hours[hours["is_complete"]]
    if done.empty:
        return
    to_come = predicted[~predicted["forecast_hour"].isin(done["revenue_hour"])]
    so_far, expected = done["net_revenue"].sum(), to_come["forecast_value"].sum()
    with st.container(border=True):
        st.subheader(f"The newest day, {clock.as_of_date:%A %d %B %Y}, against the forecast")
        text, picture = st.columns([1, 4])
        text.metric("Net revenue so far", page.money(so_far), help=f"{len(done)} complete hours.")
        text.metric("And forecast of the rest", page.money(so_far + expected))
        day = page.connection.query(queries.DAY_FORECAST, day=clock.as_of_date)
        if len(day):
            text.metric(
                "Whole day, forecast",
                page.money(day["forecast_value"][0]),
                help=f"Between {page.money(day['prediction_interval_lower_bound'][0])} and "
                f"{page.money(day['prediction_interval_upper_bound'][0])}, forecast by day.",
            )
        picture.altair_chart(_day_chart(page, done, predicted))


def _day_chart(page: Page, done: pd.DataFrame, predicted: pd.DataFrame) -> alt.LayerChart:
    actual = pd.DataFrame(
        {"hour": page.local(done["revenue_hour"]), "value": done["net_revenue"].astype(float)}
    )
    band = pd.DataFrame(
        {
            "hour": page.local(predicted["forecast_hour"]),
            "value": predicted["forecast_value"],
            "lower": predicted["prediction_interval_lower_bound"],
            "upper": predicted["prediction_interval_upper_bound"],
        }
    )
    return charts.forecast(
        actual,
        band,
        time="hour",
        title=f"Net revenue ({page.clock.currency})",
        hourly=True,
        height=280,
    )
