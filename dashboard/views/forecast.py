"""Forecast: what is to come, what was said before and came, and how far to trust it."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboard import charts, filters, formats, queries, states
from dashboard.cards import card_row
from dashboard.page import Page, open_page
from dashboard.views.forecast_accuracy import series_name, show_accuracy

HOURLY_LOOKBACK = pd.Timedelta(days=7)


def show(page: Page) -> None:
    """Draw the page."""
    ids = page.connection.query(queries.FORECAST_SERIES)["series_id"].tolist()
    if not ids:
        states.missing(
            "There is no forecast yet: 'esynapse retrain' makes one from at least two weeks of "
            "complete days, then 'esynapse transform' shows it."
        )
        return
    names = {series: series_name(series) for series in ids}
    chosen = st.selectbox("Series", list(names.values()), key="series", bind="query-params")
    series = next((key for key, name in names.items() if name == chosen), ids[0])
    runs = page.connection.query(queries.FORECAST_RUNS, series=series)
    with st.container(border=True):
        _next_days(page, series, runs)
    with st.container(border=True):
        _past_runs(page, series, runs)
    with st.container(border=True):
        _hourly(page)
    with st.container(border=True):
        show_accuracy(page)


def _next_days(page: Page, series: str, runs: pd.DataFrame) -> None:
    newest = runs.iloc[0]
    predicted = _forecast_of(page, series, newest["run_at"])
    st.subheader(f"Net revenue of the next {len(predicted)} days")
    ahead = predicted[predicted["actual_value"].isna()]
    cards = card_row(4)
    for card, days in ((cards[0], 7), (cards[1], 30)):
        part = ahead.head(days)
        card.metric(
            f"Forecast, next {len(part)} days",
            page.money(part["value"].sum() if len(part) else None),
            border=True,
        )
    cards[2].metric(
        "Per day",
        page.money(ahead["value"].mean() if len(ahead) else None),
        border=True,
        help="Mean of the days forecast.",
    )
    cards[3].metric(
        "First day",
        f"{page.local(runs['cutoff']).iloc[0]:%d %b}",
        border=True,
        help=f"The first day that the model was not shown. Run of "
        f"{_stamp(page, newest['run_at'])}.",
    )
    start = min(page.selection.start, predicted["forecast_date"].min().date())
    history = _history(page, series, start)
    st.altair_chart(
        charts.forecast(
            history,
            predicted.rename(columns={"forecast_date": "day"}),
            time="day",
            title=_axis(page),
        )
    )
    st.caption(
        f"The band holds {formats.percent(predicted['confidence_level'].max(), 0)} of what "
        "happens, if the model is right. The dates filter sets how much history is drawn. "
        f"Model: {newest['model']}."
    )


def _past_runs(page: Page, series: str, runs: pd.DataFrame) -> None:
    st.subheader("What was forecast, and what happened")
    known = runs[runs["known"] > 0].reset_index(drop=True)
    if known.empty:
        states.missing("No forecast day is over yet: come back after the next complete day.")
        return
    left, right = st.columns(2)
    with left:
        st.dataframe(
            known.assign(
                cutoff=page.local(known["cutoff"]).dt.date,
                sort=range(len(known)),
            ),
            hide_index=True,
            height="content" if len(known) <= 9 else 340,
            column_order=["cutoff", "known", "mape", "bias", "coverage"],
            column_config={
                "cutoff": st.column_config.DateColumn("From", help="The first day not known."),
                "known": st.column_config.NumberColumn("Days over"),
                "mape": st.column_config.NumberColumn("Off by", format="percent"),
                "bias": st.column_config.NumberColumn(
                    "Bias", format="percent", help="Above 0: forecast too much."
                ),
                "coverage": st.column_config.NumberColumn(
                    "In the band", format="percent", help="Share of days inside the interval."
                ),
            },
        )
        st.caption("Off by: the mean of |forecast − actual| ÷ actual.")
    with right:
        labels = {
            f"From {page.local(known['cutoff']).iloc[at]:%Y-%m-%d} · run {at + 1}": run
            for at, run in enumerate(known["run_at"])
        }
        most = int(known["known"].to_numpy().argmax())
        label = st.selectbox("Run", list(labels), index=most, key="run")
        predicted = _forecast_of(page, series, labels[label])
        predicted = predicted[predicted["actual_value"].notna()]
        actual = predicted.assign(value=predicted["actual_value"])
        st.altair_chart(
            charts.forecast(
                actual.rename(columns={"forecast_date": "day"}),
                predicted.rename(columns={"forecast_date": "day"}),
                time="day",
                title=_axis(page),
                height=280,
            )
        )


def _hourly(page: Page) -> None:
    st.subheader("By the hour, whole shop")
    runs = page.connection.query(queries.HOURLY_RUNS)
    if runs.empty:
        states.missing("There is no hourly forecast yet.")
        return
    labels = {
        f"From {_stamp(page, cutoff)}" + (" (newest)" if newest else ""): run_at
        for run_at, cutoff, newest in zip(
            runs["run_at"], runs["cutoff"], runs["is_latest_run"], strict=True
        )
    }
    label = st.selectbox("Hourly run", list(labels), key="hourly_run")
    predicted = page.connection.query(queries.HOURLY_FORECAST, run_at=labels[label].to_pydatetime())
    first, last = predicted["forecast_hour"].min(), predicted["forecast_hour"].max()
    history = page.connection.query(
        queries.HOURLY_HISTORY,
        start=(first - HOURLY_LOOKBACK).to_pydatetime(),
        end=(last + pd.Timedelta(hours=1)).to_pydatetime(),
    )
    st.altair_chart(
        charts.forecast(
            pd.DataFrame(
                {"hour": page.local(history["revenue_hour"]), "value": history["net_revenue"]}
            ),
            _with_bounds(predicted).assign(hour=page.local(predicted["forecast_hour"])),
            time="hour",
            title=_axis(page),
            hourly=True,
            height=280,
        )
    )


def _forecast_of(page: Page, series: str, run_at: pd.Timestamp) -> pd.DataFrame:
    rows = page.connection.query(
        queries.DAILY_FORECAST, series=series, run_at=run_at.to_pydatetime()
    )
    return _with_bounds(rows)


def _with_bounds(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.rename(
        columns={
            "forecast_value": "value",
            "prediction_interval_lower_bound": "lower",
            "prediction_interval_upper_bound": "upper",
        }
    )


def _history(page: Page, series: str, start: object) -> pd.DataFrame:
    window = {"start": start, "end": page.clock.as_of_date + timedelta(days=1)}
    if series == "total":
        rows = page.connection.query(queries.TOTAL_HISTORY, **window)
    else:
        rows = page.connection.query(
            queries.CATEGORY_HISTORY, **window, category=series.removeprefix("category:")
        )
    return rows.rename(columns={"revenue_date": "day", "net_revenue": "value"})


def _stamp(page: Page, instant: pd.Timestamp) -> str:
    return f"{instant.tz_convert(page.clock.zone):%Y-%m-%d %H:%M}"


def _axis(page: Page) -> str:
    return f"Net revenue ({page.clock.currency})"


show(open_page("Forecast", filters.DATES))
