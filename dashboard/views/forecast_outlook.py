"""The newest forecast of Forecast beside what came before it, and what it says in a sentence."""

from dataclasses import dataclass

import pandas as pd

from dashboard import formats
from dashboard.views.forecast_subject import Subject
from dashboard.views.forecast_trust import Past, past

HOURLY_LOOKBACK = pd.Timedelta(days=7)


@dataclass(frozen=True)
class Outlook:
    """A forecast, and what one needs to judge it."""

    subject: Subject
    newest: pd.Series
    """Its run, of queries.FORECAST_RUNS."""
    predicted: pd.DataFrame
    """As Subject.forecast gives it."""
    history: pd.DataFrame
    """step, value: as far back as is drawn, and as is compared with."""
    past: Past | None

    @property
    def ahead(self) -> pd.DataFrame:
        """The part that is not over yet."""
        return self.predicted[self.predicted["actual_value"].isna()]

    @property
    def level(self) -> str:
        """The share of steps that the band promises to hold."""
        return formats.percent(self.predicted["confidence_level"].max(), 0)

    def change(self, steps: int) -> float | None:
        """Of the next ``steps`` on as many that came last; None where fewer did."""
        ahead = self.ahead.head(steps)
        came = self.history[self.history["step"] < ahead["step"].min()].tail(steps)
        if len(came) < steps:
            return None
        return formats.relative_change(ahead["value"].sum(), came["value"].astype(float).sum())


def look_ahead(subject: Subject) -> Outlook | None:
    """The newest forecast; None where there is none."""
    runs = subject.runs()
    if runs.empty:
        return None
    newest = runs.iloc[0]
    predicted = subject.forecast(newest["run_at"])
    first = predicted["step"].min()
    compared = first - (predicted["step"].max() - first) - pd.Timedelta(days=1)
    history = subject.history(min(first_drawn(subject, predicted), compared))
    return Outlook(subject, newest, predicted, history, past(runs))


def first_drawn(subject: Subject, predicted: pd.DataFrame) -> pd.Timestamp:
    """Where the course begins: with the dates filter, or a week back by the hour."""
    first: pd.Timestamp = predicted["step"].min()
    if subject.is_hourly:
        return first - HOURLY_LOOKBACK
    return min(pd.Timestamp(subject.page.selection.start), first)


def answer(outlook: Outlook) -> str:
    """What is to come, and how far off the forecasts before it were."""
    subject, ahead, known = outlook.subject, outlook.ahead, outlook.past
    if ahead.empty:
        return "**Every step of the newest forecast is over**: 'esynapse retrain' makes a new one."
    step = subject.step.name
    amount = formats.as_text(subject.amount(ahead["value"].sum()))
    what = f"** of {subject.measure.lower()} is" if subject.is_money else " orders** are"
    sentence = f"**{amount}{what} forecast for the next {len(ahead)} {step}s"
    change = outlook.change(len(ahead))
    if change is not None:
        sentence += f", **{formats.change(change)}** on the {len(ahead)} before"
    if known is None:
        return f"{sentence}. No forecast {step} is over yet, so none has been put to the test."
    return (
        f"{sentence}. {known.kind} were **off by {formats.percent(known.off, 0)}** "
        f"{'an' if subject.is_hourly else 'a'} {step} and {known.leaning}; "
        f"{formats.percent(known.coverage, 0)} of {step}s came within the {outlook.level} band."
    )
