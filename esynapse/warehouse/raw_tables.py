"""The raw tables of the warehouse and their columns.

Forecast tables have the columns of BigQuery ML's ``ML.FORECAST`` (and ``ML.EVALUATE``), so that
both targets feed the same dbt models.
"""

import pyarrow as pa

from esynapse.events import EVENT_SCHEMA, PRODUCT_SCHEMA

_UTC = pa.timestamp("us", tz="UTC")

FORECAST_SCHEMA = pa.schema(
    [
        pa.field("series_id", pa.string()),
        pa.field("run_at", _UTC),
        pa.field("cutoff", _UTC),
        pa.field("model", pa.string()),
        pa.field("forecast_timestamp", _UTC),
        pa.field("forecast_value", pa.float64()),
        pa.field("standard_error", pa.float64()),
        pa.field("confidence_level", pa.float64()),
        pa.field("prediction_interval_lower_bound", pa.float64()),
        pa.field("prediction_interval_upper_bound", pa.float64()),
    ]
)
"""One row per series, run and future step. ``cutoff`` is the start of the first step that the
model was not shown; ``run_at`` is when it was fitted, or, for a forecast at a past cutoff, when it
would have been. ``forecast_timestamp`` is the start of the day or hour, as an instant."""

ACCURACY_SCHEMA = pa.schema(
    [
        pa.field("series_id", pa.string()),
        pa.field("granularity", pa.string()),
        pa.field("run_at", _UTC),
        pa.field("model", pa.string()),
        pa.field("served_model", pa.string()),
        pa.field("cutoffs", pa.int64()),
        pa.field("mase", pa.float64()),
        pa.field("naive_mase", pa.float64()),
        pa.field("rmsse", pa.float64()),
        pa.field("smape", pa.float64()),
        pa.field("bias", pa.float64()),
        pa.field("coverage_80", pa.float64()),
        pa.field("coverage_95", pa.float64()),
    ]
)
"""One row per series, granularity ('daily', 'hourly') and run, from the rolling-origin backtest."""

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
