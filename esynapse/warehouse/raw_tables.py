"""The raw tables of the warehouse and their columns.

Forecast tables have the columns of BigQuery ML (``ML.FORECAST``, ``ML.EXPLAIN_FORECAST``,
``ML.DETECT_ANOMALIES``), so that both targets feed the same dbt models.
"""

import pyarrow as pa

from esynapse.events import EVENT_SCHEMA, PRODUCT_SCHEMA

_UTC = pa.timestamp("us", tz="UTC")

FORECAST_SCHEMA = pa.schema(
    [
        pa.field("measure", pa.string()),
        pa.field("series_id", pa.string()),
        pa.field("run_at", _UTC),
        pa.field("cutoff", _UTC),
        pa.field("is_backtest", pa.bool_()),
        pa.field("model", pa.string()),
        pa.field("forecast_timestamp", _UTC),
        pa.field("forecast_value", pa.float64()),
        pa.field("standard_error", pa.float64()),
        pa.field("confidence_level", pa.float64()),
        pa.field("prediction_interval_lower_bound", pa.float64()),
        pa.field("prediction_interval_upper_bound", pa.float64()),
    ]
)
"""One row per measure ('net_revenue', 'orders'), series ('total', 'category:<name>'), run and
future step. ``cutoff`` is the start of the first step that the model was not shown; ``run_at`` is
how far history was whole when the run happened or, for a forecast made later as of a past cutoff
(``is_backtest``), that cutoff. ``forecast_timestamp`` is the start of the day or hour, as an
instant."""

ACCURACY_SCHEMA = pa.schema(
    [
        pa.field("measure", pa.string()),
        pa.field("series_id", pa.string()),
        pa.field("granularity", pa.string()),
        pa.field("run_at", _UTC),
        pa.field("model", pa.string()),
        pa.field("is_served", pa.bool_()),
        pa.field("cutoffs", pa.int64()),
        pa.field("steps", pa.int64()),
        pa.field("mase", pa.float64()),
        pa.field("rmsse", pa.float64()),
        pa.field("smape", pa.float64()),
        pa.field("bias", pa.float64()),
        pa.field("coverage_80", pa.float64()),
        pa.field("coverage_95", pa.float64()),
        pa.field("interval_scale", pa.float64()),
    ]
)
"""One row per measure, series, granularity ('daily', 'hourly'), run and candidate model, from the
rolling-origin backtest: the seasonal naive is one of them, ``is_served`` is true for just one.
``cutoffs`` and ``steps`` say how much evidence there is. ``coverage_80`` and ``coverage_95`` are
those of the intervals as the model gives them, ``interval_scale`` is what its standard errors are
multiplied by before they are published (1 where the coverage of 80 % is within 5 points)."""

COMPONENT_SCHEMA = pa.schema(
    [
        pa.field("measure", pa.string()),
        pa.field("series_id", pa.string()),
        pa.field("granularity", pa.string()),
        pa.field("run_at", _UTC),
        pa.field("time_series_timestamp", _UTC),
        pa.field("time_series_type", pa.string()),
        pa.field("time_series_data", pa.float64()),
        pa.field("trend", pa.float64()),
        pa.field("seasonal_period_yearly", pa.float64()),
        pa.field("seasonal_period_weekly", pa.float64()),
        pa.field("seasonal_period_daily", pa.float64()),
        pa.field("holiday_effect", pa.float64()),
        pa.field("residual", pa.float64()),
    ]
)
"""What the newest run's forecast is made of, in the names of ML.EXPLAIN_FORECAST: one row per
measure, series, granularity and step, of the 'history' and of the 'forecast' (time_series_type).
``time_series_data`` is the sum of the parts; those that a model does not know are zero, the
``residual`` of a forecast is zero."""

ANOMALY_SCHEMA = pa.schema(
    [
        pa.field("measure", pa.string()),
        pa.field("series_id", pa.string()),
        pa.field("granularity", pa.string()),
        pa.field("run_at", _UTC),
        pa.field("time_series_timestamp", _UTC),
        pa.field("time_series_data", pa.float64()),
        pa.field("is_anomaly", pa.bool_()),
        pa.field("lower_bound", pa.float64()),
        pa.field("upper_bound", pa.float64()),
        pa.field("anomaly_probability", pa.float64()),
    ]
)
"""The steps of history as the newest run judges them, in the names of ML.DETECT_ANOMALIES. It is
how steps before the first forecast are judged; later ones are judged by what was forecast."""

DEAD_LETTER_SCHEMA = pa.schema(
    [
        pa.field("subscription_name", pa.string()),
        pa.field("message_id", pa.string()),
        pa.field("publish_time", _UTC),
        pa.field("data", pa.binary()),
        pa.field("attributes", pa.string()),
    ]
)
"""What a BigQuery subscription with ``write_metadata`` and no table schema writes
(https://cloud.google.com/pubsub/docs/bigquery#write_metadata); ``attributes`` is a JSON object
and says the reason under ``CloudPubSubDeadLetterSourceDeliveryErrorMessage`` or, for imports,
``reason``.
"""

RAW_TABLES: dict[str, pa.Schema] = {
    "live_events": EVENT_SCHEMA,
    "products": PRODUCT_SCHEMA,
    "dead_letter_events": DEAD_LETTER_SCHEMA,
    "daily_forecasts": FORECAST_SCHEMA,
    "hourly_forecasts": FORECAST_SCHEMA,
    "forecast_accuracy_runs": ACCURACY_SCHEMA,
    "forecast_components": COMPONENT_SCHEMA,
    "history_anomalies": ANOMALY_SCHEMA,
}

BUILDS_SCHEMA = pa.schema(
    [
        pa.field("build_id", pa.string()),
        pa.field("started_at", _UTC),
        pa.field("finished_at", _UTC),
        pa.field("status", pa.string()),
        pa.field("watermark", pa.int64()),
        pa.field("models", pa.int64()),
        pa.field("models_failed", pa.int64()),
        pa.field("tests_passed", pa.int64()),
        pa.field("tests_warned", pa.int64()),
        pa.field("tests_failed", pa.int64()),
        pa.field("nodes_skipped", pa.int64()),
        pa.field("published_at", _UTC),
        pa.field("as_of", _UTC),
    ]
)
"""One row per build of the warehouse: status is running, green or red; watermark is the
``landed_at`` (microseconds since 1970) up to which it read ``live_events``; as_of is the newest
event in the marts that it published."""

BUILD_RESULTS_SCHEMA = pa.schema(
    [
        pa.field("build_id", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("name", pa.string()),
        pa.field("status", pa.string()),
        pa.field("failures", pa.int64()),
        pa.field("message", pa.string()),
    ]
)
"""One row per build and node (a test, a model) that warned or failed in it."""

ARRIVAL_AGES_SCHEMA = pa.schema(
    [
        pa.field("event_date", pa.date32()),
        pa.field("age_class", pa.string()),
        pa.field("rows", pa.int64()),
    ]
)
"""One row per UTC day of events and class of their age at landing; see ``arrivals.AGE_CLASSES``."""

CATALOG_TABLES: dict[str, pa.Schema] = {
    "builds": BUILDS_SCHEMA,
    "build_results": BUILD_RESULTS_SCHEMA,
    "arrival_ages": ARRIVAL_AGES_SCHEMA,
}
"""What the pipeline notes of itself. Locally these are tables of the lake's catalog."""
