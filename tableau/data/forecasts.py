"""Every forecast beside what happened, and how good the models are."""

from dashboard.colours import ACTUAL, FORECAST
from tableau.fields import COUNT, TWO_DIGITS, Field
from tableau.sources import MEASURE_NAMES, Source

SERIES = Field("series", "Series", "string", formula="IFNULL([category], 'Whole shop')")
VALUES = (
    "actual_value",
    "forecast_value",
    "prediction_interval_lower_bound",
    "prediction_interval_upper_bound",
)
"""Of either measure, so without a currency."""
MEASURES = (("net_revenue", "Net revenue"), ("orders", "Orders"))


def _forecast(caption: str, mart: str, step: str, days: int) -> Source:
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
                "is_recent",
                "In the last of its days",
                "boolean",
                meaning=f"The newest {days} days that are forecast.",
                formula=f"DATEDIFF('day', [{step}], {{MAX([{step}])}}) < {days}",
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
        formats=tuple((name, COUNT) for name in VALUES),
        aliases=(("measure", MEASURES),),
        colours=(
            (MEASURE_NAMES, (("sum:actual_value", ACTUAL), ("sum:forecast_value", FORECAST))),
        ),
    )


FORECAST_BY_DAY = _forecast("Forecast by day", "daily_forecast_vs_actual", "forecast_date", 90)
FORECAST_BY_HOUR = _forecast("Forecast by hour", "hourly_forecast_vs_actual", "forecast_hour", 11)

ACCURACY = Source(
    "Forecast accuracy",
    "forecast_accuracy",
    calculations=(
        Field(
            "series",
            "Series",
            "string",
            formula="IF [series_id] = 'total' THEN 'Whole shop' "
            "ELSE REPLACE([series_id], 'category:', '') END",
        ),
    ),
    captions=(
        ("mase_ratio", "MASE against the naive"),
        ("smape", "sMAPE"),
        ("mase", "MASE"),
    ),
    aliases=(("measure", MEASURES),),
)
