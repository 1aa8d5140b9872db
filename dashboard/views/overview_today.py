"""The day that is not over: so far, still to come, and what was forecast for all of it."""

import pandas as pd
import streamlit as st

from dashboard import charts, formats, queries
from dashboard.cards import Card, show_cards
from dashboard.page import Page
from dashboard.panel import Panel, panel


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
    title = f"The newest day, {clock.as_of_date:%A %d %B %Y}, against the forecast"
    with panel(title, "today") as card:
        text, picture = st.columns([1, 4])
        until_now = predicted[predicted["forecast_hour"].isin(done["revenue_hour"])]
        with text:
            show_cards(_cards(page, done, until_now, so_far, expected), across=1)
        with picture:
            _day_chart(page, card, done, predicted)


def _cards(
    page: Page, done: pd.DataFrame, until_now: pd.DataFrame, so_far: float, expected: float
) -> list[Card]:
    of_hours = formats.relative_change(so_far, until_now["forecast_value"].sum())
    cards = [
        Card(
            "Net revenue so far",
            page.money(so_far),
            formats.change(of_hours),
            compared="on the forecast",
            about=f"{len(done)} complete hours.",
        ),
        Card("And forecast of the rest", page.money(so_far + expected)),
    ]
    day = page.connection.query(queries.DAY_FORECAST, day=page.clock.as_of_date)
    if len(day):
        low = page.money(day["prediction_interval_lower_bound"][0])
        high = page.money(day["prediction_interval_upper_bound"][0])
        cards.append(
            Card(
                "Whole day, forecast",
                page.money(day["forecast_value"][0]),
                about=f"Between {low} and {high}, forecast by day.",
            )
        )
    return cards


def _day_chart(page: Page, card: Panel, done: pd.DataFrame, predicted: pd.DataFrame) -> None:
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
    card.chart(
        charts.forecast(
            actual,
            band,
            time="hour",
            title=f"Net revenue ({page.clock.currency})",
            hourly=True,
            height=280,
        ),
        band.merge(actual.rename(columns={"value": "actual"}), on="hour", how="outer"),
        alt_text="Net revenue by the hour of the newest day, beside its forecast and band",
    )
