"""Every forecast beside what happened, and how good the models are."""

from dashboard.colours import ACTUAL, FORECAST
from tableau.fields import TWO_DIGITS, Field
from tableau.sources import MEASURE_NAMES, Source

SERIES = Field("series", "Series", "string", formula="IFNULL([category], 'Whole shop')")
MEASURES = (("net_revenue", "Net revenue"), ("orders", "Orders"))


def _forecast(caption: str, mart: str, step: str) -> Source:
    return Source(
        caption,
        mart,
        calculations=(
            SERIES,
            Field(
                "is_newest",
                "Newest forecast of its time",
                "boolean",
                meaning="Every forecast is kept; this is the last one made for that time.",
                formula=f"[cutoff] = {{FIXED [measure], [series_id], [{step}]: MAX([cutoff])}}",
            ),
            Field(
                "band",
                "Width of the interval",
                "real",
                TWO_DIGITS,
                formula="[prediction_interval_upper_bound] - [prediction_interval_lower_bound]",
            ),
        ),
        captions=(
            ("actual_value", "Actual"),
            ("forecast_value", "Forecast"),
            ("prediction_interval_lower_bound", "Interval from"),
            ("prediction_interval_upper_bound", "Interval to"),
        ),
        aliases=(("measure", MEASURES),),
        colours=(
            (MEASURE_NAMES, (("sum:actual_value", ACTUAL), ("sum:forecast_value", FORECAST))),
        ),
    )


FORECAST_BY_DAY = _forecast("Forecast by day", "daily_forecast_vs_actual", "forecast_date")
FORECAST_BY_HOUR = _forecast("Forecast by hour", "hourly_forecast_vs_actual", "forecast_hour")

ACCURACY = Source(
    "Forecast accuracy",
    "forecast_accuracy",
    captions=(
        ("mase_ratio", "MASE against the naive"),
        ("smape", "sMAPE"),
        ("mase", "MASE"),
        ("series_id", "Series"),
    ),
    aliases=(("measure", MEASURES),),
)
