"""What is to come, on Forecast: its sums, its course, its categories."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboard import charts, clicks, formats, queries, states
from dashboard.cards import Card, show_cards
from dashboard.panel import panel
from dashboard.views.forecast_outlook import Outlook, first_drawn, look_ahead
from dashboard.views.forecast_subject import Subject
from dashboard.views.forecast_trust import against_naive, show_leads
from esynapse.pipeline.mart_docs import meaning

EARLIER = 6
"""Earlier forecasts drawn, at most: more are a tangle."""
LEAD_HEIGHT, LEAST_HEIGHT = 210, 80
"""Pixels, of the bars by lead, and of those by category without any."""
APART = {"daily": pd.Timedelta(days=7), "hourly": pd.Timedelta(days=2)}
"""At least, from one of them to the next."""


def show_ahead(subject: Subject) -> None:
    """Draw it."""
    outlook = look_ahead(subject)
    if outlook is None:
        states.missing(f"There is no forecast by the {subject.step.name} yet.")
        return
    show_cards(_cards(outlook))
    _course(outlook)
    if subject.is_hourly:
        show_leads(subject, height=LEAD_HEIGHT)
        return
    height = 26 * len(subject.page.ranked_categories) + LEAST_HEIGHT
    left, right = st.columns([3, 2])
    with left:
        _categories(outlook, height=height)
    with right:
        show_leads(subject, height=height)


def _cards(outlook: Outlook) -> list[Card]:
    subject = outlook.subject
    sums = []
    for length in subject.step.lengths:
        part = outlook.ahead.head(length)
        sums.append(
            Card(
                f"Next {len(part)} {subject.step.name}s",
                subject.amount(part["value"].sum() if len(part) else None),
                formats.change(outlook.change(len(part))),
                compared=f"on the last {len(part)}",
                about=meaning("daily_forecast_vs_actual", "forecast_value"),
            )
        )
    return [*sums, _peak(outlook), *_trust(outlook), _naive(against_naive(subject))]


def _peak(outlook: Outlook) -> Card:
    subject, ahead = outlook.subject, outlook.ahead
    label = f"Strongest {subject.step.name} ahead"
    if ahead.empty:
        return Card(label, formats.NOTHING)
    row = ahead.nlargest(1, "value").iloc[0]
    shape = "%a %H:%M" if subject.is_hourly else "%a %d %b"
    bounds = f"{subject.amount(row['lower'])} – {subject.amount(row['upper'])}"
    return Card(
        label,
        f"{row['step']:{shape}}",
        note=f"{subject.amount(row['value'])} ({bounds})",
        about="The one with the highest forecast, and the band of that.",
    )


def _trust(outlook: Outlook) -> list[Card]:
    known = outlook.past
    return [
        Card(
            f"Off by, per {outlook.subject.step.name}",
            formats.percent(known.off) if known else formats.NOTHING,
            note=known.leaning if known else None,
            about=meaning("forecast_accuracy_by_lead", "wape"),
        ),
        Card(
            "Within the band",
            formats.percent(known.coverage, 0) if known else formats.NOTHING,
            note=f"promised: {outlook.level}",
            about=meaning("forecast_accuracy_by_lead", "coverage"),
        ),
    ]


def _naive(ratio: float | None) -> Card:
    label, about = "Error against naive", meaning("forecast_accuracy", "mase_ratio")
    if ratio is None or formats.is_missing(ratio):
        return Card(label, formats.NOTHING, about=about)
    verdict = "beats" if ratio < 1 else "loses to"
    return Card(label, f"{ratio:.2f} ×", note=f"{verdict} the week before", about=about)


def _course(outlook: Outlook) -> None:
    subject, predicted = outlook.subject, outlook.predicted
    start = first_drawn(subject, predicted)
    odd = subject.anomalies()
    odd = odd[(odd["series_id"] == subject.series) & (odd["step"] >= start)]
    drawn = outlook.history[outlook.history["step"] >= start]
    clock = subject.page.clock
    now = clock.as_of.tz_convert(clock.zone).tz_localize(None)
    chart = charts.outlook(
        drawn,
        predicted,
        spaced(subject.past_forecasts(start), APART[subject.step.granularity]),
        odd,
        now=now if subject.is_hourly else now.normalize(),
        title=subject.axis,
        hourly=subject.is_hourly,
    )
    with panel(
        f"{subject.measure}, {len(predicted)} {subject.step.name}s ahead",
        "outlook",
        about=meaning("daily_forecast_vs_actual", "confidence_level"),
    ) as card:
        card.offer(drawn, "actual")
        card.chart(
            chart if subject.is_hourly else clicks.zoomable(chart),
            predicted,
            alt_text=f"{subject.measure} as it came, and its forecast with a band",
            pick=None if subject.is_hourly else clicks.ZOOM,
            on_pick=clicks.zoom_dates,
        )
        st.caption(_caption(outlook, has_odd=len(odd) > 0))


def _caption(outlook: Outlook, *, has_odd: bool) -> str:
    subject, newest = outlook.subject, outlook.newest
    made = newest["run_at"].tz_convert(subject.page.clock.zone)
    words = [f"The band is to hold {outlook.level} of what comes."]
    if has_odd:
        words.append("A diamond: not to be expected.")
    if not subject.is_hourly:
        words.append("The dates filter says how much of the past is drawn.")
    words.append(f"Made {made:%d %b %H:%M} by {formats.as_text(newest['model'])}.")
    return " ".join(words)


def spaced(earlier: pd.DataFrame, apart: pd.Timedelta) -> pd.DataFrame:
    """The newest EARLIER runs of ``earlier`` that are ``apart`` from one another."""
    kept: list[pd.Timestamp] = []
    for run in earlier["run_at"].drop_duplicates().sort_values(ascending=False):
        if len(kept) < EARLIER and (not kept or kept[-1] - run >= apart):
            kept.append(run)
    return earlier[earlier["run_at"].isin(kept)]


def _categories(outlook: Outlook, *, height: int) -> None:
    subject, ahead = outlook.subject, outlook.ahead
    page, days = subject.page, len(ahead)
    first = ahead["step"].min() if days else pd.Timestamp(page.clock.as_of_date)
    with panel(f"The next {days} days by category", "categories_ahead", height="stretch") as card:
        rows = page.connection.query(
            queries.CATEGORIES_AHEAD,
            measure=subject.key["measure"],
            start=(first - timedelta(days=days)).date(),
            end=(first - timedelta(days=1)).date(),
        )
        if rows.empty:
            states.missing("No category has a forecast: each needs two weeks of complete days.")
            return
        rows = rows.assign(
            change=[
                formats.change(formats.relative_change(now, before))
                for now, before in zip(rows["forecast"], rows["before"].astype(float), strict=True)
            ]
        )
        card.chart(
            clicks.pickable(
                charts.ahead_by_category(
                    rows,
                    palette=page.palette,
                    title=subject.axis,
                    chosen=page.selection.categories,
                    height=height,
                ),
                "category",
            ),
            rows,
            alt_text=f"{subject.measure} forecast by category, beside as many days before",
            pick=clicks.PICK,
            on_pick=clicks.filter_categories,
        )
        st.caption(f"The tick: the {days} days before. Click a category to see its forecast.")
