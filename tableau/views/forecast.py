"""Forecast: what was forecast beside what happened, with its interval, and how good it was."""

from dashboard.colours import FORECAST
from tableau.dashboards import Dashboard
from tableau.data.forecasts import ACCURACY, FORECAST_BY_DAY, FORECAST_BY_HOUR
from tableau.layout import FilterCard, Legend, View, row, stack
from tableau.sheets import Filter, Pane, Sheet
from tableau.sources import Source

BAND = "#d9cdf0"
NEWEST = Filter("is_newest", (True,))
RECENT = Filter("is_recent", (True,))


def _course(name: str, source: Source, time: str, group: int, note: str) -> Sheet:
    """Forecast and actual as lines over the interval."""
    lower = "sum:prediction_interval_lower_bound"
    return Sheet(
        name,
        source,
        rows=f"({{{lower}}} + {{Multiple Values}})",
        cols=f"{{{time}}}",
        panes=(
            Pane(),
            Pane("GanttBar", axis=lower, colour=BAND, size="sum:band"),
            Pane("Line", axis="Multiple Values", colour=":Measure Names"),
        ),
        filters=(
            Filter("measure", ("net_revenue",), group=group),
            Filter("series", ("Whole shop",), group=group + 1),
            NEWEST,
            RECENT,
        ),
        values=("sum:actual_value", "sum:forecast_value"),
        synchronized="Multiple Values",
        hidden_axes=("Multiple Values",),
        note=note,
        tooltip=(
            f"Time: {{{time}}}",
            "Forecast: {sum:forecast_value}",
            "Actual: {sum:actual_value}",
            f"Interval from: {{{lower}}}",
            "Interval to: {sum:prediction_interval_upper_bound}",
        ),
        axis_titles=((time, ""), (lower, "")),
    )


BY_DAY = _course(
    "Forecast by day",
    FORECAST_BY_DAY,
    "tdy:forecast_date",
    41,
    "The newest forecast of each day beside what happened, and the next 30 days.",
)
BY_HOUR = _course(
    "Forecast by hour",
    FORECAST_BY_HOUR,
    "thr:forecast_hour",
    43,
    "The newest forecast of each hour (UTC) beside what happened, and the next 7 days.",
)

SCORES = Sheet(
    "Accuracy",
    ACCURACY,
    rows="{measure} / {granularity} / {series}",
    cols="{avg:mase_ratio}",
    panes=(Pane("Bar", colour=FORECAST, detail=("model",), labelled=True),),
    filters=(
        Filter("is_latest_run", (True,)),
        Filter("is_served", (True,)),
        Filter("measure", group=45),
        Filter("granularity", group=46),
    ),
    note="MASE of what is served ÷ that of the seasonal naive: below 1 is better than it.",
    tooltip=(
        "Series: {series}",
        "Model: {model}",
        "MASE against the naive: {avg:mase_ratio}",
        "sMAPE: {avg:smape}",
        "Coverage of the 80 % interval: {avg:coverage_80}",
    ),
    axis_titles=(("avg:mase_ratio", ""),),
)

DASHBOARD = Dashboard(
    "Forecast",
    "What will be sold, and how far can one trust that?",
    stack(
        row(
            FilterCard(BY_DAY, "measure", "dropdown"),
            FilterCard(BY_DAY, "series", "dropdown"),
            Legend(BY_DAY, ":Measure Names"),
            FilterCard(SCORES, "granularity"),
            weight=60,
        ),
        View(BY_DAY, weight=400),
        row(View(BY_HOUR, weight=3), View(SCORES, weight=2), weight=420),
    ),
)
