"""What BigQuery's analyzer would know of our statements: tables, models and the documented
signatures of the ML functions, for zetasql.

Arguments and output columns: https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/
bigqueryml-syntax-forecast, -explain-forecast, -detect-anomalies and -ai-forecast (read 2026-11).
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import zetasql.types as google
from zetasql.api import Analyzer, TableBuilder
from zetasql.types import TypeKind

from esynapse.forecasting.bigquery_ml import CANDIDATE_SCHEMA, CANDIDATES
from esynapse.warehouse.raw_tables import RAW_TABLES
from tests.dbt_project.bigquery import KINDS
from tests.dbt_project.googlesql import Columns, analyzer_options

PROJECT, DATASET = "esynapse-local", "esynapse"

STRING, INSTANT = TypeKind.TYPE_STRING, TypeKind.TYPE_TIMESTAMP
FLOAT, BOOL, DATE = TypeKind.TYPE_DOUBLE, TypeKind.TYPE_BOOL, TypeKind.TYPE_DATE

SERIES = {"measure": STRING, "series_id": STRING}
MARTS: dict[str, Columns] = {
    "daily_series": {
        **SERIES,
        "category": STRING,
        "series_date": DATE,
        "value": TypeKind.TYPE_NUMERIC,
    },
    "hourly_series": {**SERIES, "series_hour": INSTANT, "value": TypeKind.TYPE_NUMERIC},
    "pipeline_clock": {"complete_until": INSTANT},
}
RAW: dict[str, Columns] = {
    name: {field.name: KINDS[field.type] for field in schema}
    for name, schema in (RAW_TABLES | {CANDIDATES: CANDIDATE_SCHEMA}).items()
}
MODELS = [f"{g}_{kind}_model" for g in ("daily", "hourly") for kind in ("forecast", "backtest")]

PARAMETERS = {"run_at": INSTANT, "cutoff": INSTANT, "timezone": STRING, "is_backtest": BOOL}
"""Every query parameter that a statement may have."""

FORECAST: Columns = {
    **SERIES,
    "forecast_timestamp": INSTANT,
    "forecast_value": FLOAT,
    "standard_error": FLOAT,
    "confidence_level": FLOAT,
    "prediction_interval_lower_bound": FLOAT,
    "prediction_interval_upper_bound": FLOAT,
    "confidence_interval_lower_bound": FLOAT,
    "confidence_interval_upper_bound": FLOAT,
}
EXPLANATION: Columns = {
    **SERIES,
    "time_series_timestamp": INSTANT,
    "time_series_type": STRING,
    **dict.fromkeys(
        (
            *("time_series_data", "time_series_adjusted_data", "standard_error"),
            *("confidence_level", "prediction_interval_lower_bound"),
            *("prediction_interval_upper_bound", "trend", "seasonal_period_yearly"),
            *("seasonal_period_quarterly", "seasonal_period_monthly", "seasonal_period_weekly"),
            *("seasonal_period_daily", "holiday_effect", "spikes_and_dips", "step_changes"),
            "residual",
        ),
        FLOAT,
    ),
}
AI_FORECAST: Columns = {
    **SERIES,
    "forecast_timestamp": INSTANT,
    "forecast_value": FLOAT,
    "confidence_level": FLOAT,
    "prediction_interval_lower_bound": FLOAT,
    "prediction_interval_upper_bound": FLOAT,
    "ai_forecast_status": STRING,
}


def anomalies(granularity: str) -> Columns:
    """Output of ML.DETECT_ANOMALIES, which names two columns as the training data does."""
    time = "series_date" if granularity == "daily" else "series_hour"
    return {
        **SERIES,
        time: INSTANT,
        "value": FLOAT,
        "is_anomaly": BOOL,
        "lower_bound": FLOAT,
        "upper_bound": FLOAT,
        "anomaly_probability": FLOAT,
    }


def analyze(sql: str, granularity: str) -> Any:
    """The resolved statement.

    Raises:
        ServerError: GoogleSQL does not accept it; the message says why.
    """
    parameters = [
        google.AnalyzerOptions.QueryParameter(name=name, type=_type(kind))
        for name, kind in PARAMETERS.items()
    ]
    kinds = google.ResolvedNodeKind
    language = google.LanguageOptions(
        **{
            **vars(analyzer_options().language_options),
            "supported_statement_kinds": [
                kinds.RESOLVED_QUERY_STMT,
                kinds.RESOLVED_MERGE_STMT,
                kinds.RESOLVED_CREATE_MODEL_STMT,
            ],
        }
    )
    options = google.AnalyzerOptions(
        language_options=language, default_timezone="UTC", query_parameters=parameters
    )
    return Analyzer(options, _catalog(granularity)).analyze_statement(sql)


def columns_of(sql: str, granularity: str) -> Columns:
    """Names and types of what a query returns."""
    columns = analyze(sql, granularity).output_column_list
    return {column.name: column.column.type.type_kind for column in columns}


def schema_kinds(schema: pa.Schema) -> Columns:
    return {field.name: KINDS[field.type] for field in schema}


def _catalog(granularity: str) -> google.SimpleCatalog:
    builtin = google.ZetaSQLBuiltinFunctionOptions(
        language_options=analyzer_options().language_options
    )
    raw = google.SimpleCatalog(name=DATASET, table=_tables(RAW))
    raw.model = [google.SimpleModel(name=name, id=n) for n, name in enumerate(MODELS, start=1)]
    marts = google.SimpleCatalog(name=f"{DATASET}_marts", table=_tables(MARTS))
    ml = google.SimpleCatalog(name="ml")
    settings = _struct(horizon=TypeKind.TYPE_INT64, confidence_level=FLOAT)
    threshold = _struct(anomaly_prob_threshold=FLOAT)
    ml.custom_tvf = [
        _function("ml.forecast", [_MODEL, settings], FORECAST),
        _function("ml.explain_forecast", [_MODEL, settings], EXPLANATION),
        _function("ml.detect_anomalies", [_MODEL, threshold], anomalies(granularity)),
    ]
    ai = google.SimpleCatalog(name="ai")
    named = [
        _named("data_col", _type(STRING)),
        _named("timestamp_col", _type(STRING)),
        _named("model", _type(STRING), optional=True),
        _named("id_cols", _array(STRING), optional=True),
        _named("horizon", _type(TypeKind.TYPE_INT64), optional=True),
        _named("confidence_level", _type(FLOAT), optional=True),
        _named("output_historical_time_series", _type(BOOL), optional=True),
        _named("context_window", _type(TypeKind.TYPE_INT64), optional=True),
    ]
    ai.custom_tvf = [_function("ai.forecast", [_RELATION, *named], AI_FORECAST)]
    project = google.SimpleCatalog(name=PROJECT, catalog=[raw, marts])
    root = google.SimpleCatalog(name="bigquery", builtin_function_options=builtin)
    root.catalog = [ml, ai, project]
    return root


def _tables(tables: Mapping[str, Columns]) -> list[google.SimpleTable]:
    made = []
    for name, columns in tables.items():
        builder = TableBuilder(name)
        for column, kind in columns.items():
            builder.add_column(column, kind)
        made.append(builder.build())
    return made


def _type(kind: TypeKind) -> google.Type:
    return google.Type(type_kind=kind)


def _array(kind: TypeKind) -> google.Type:
    array = google.ArrayType(element_type=_type(kind))
    return google.Type(type_kind=TypeKind.TYPE_ARRAY, array_type=array)


def _struct(**fields: TypeKind) -> google.FunctionArgumentType:
    members = [
        google.StructField(field_name=name, field_type=_type(kind)) for name, kind in fields.items()
    ]
    made = google.Type(type_kind=TypeKind.TYPE_STRUCT, struct_type=google.StructType(field=members))
    return _argument(google.SignatureArgumentKind.ARG_TYPE_FIXED, type=made)


def _argument(kind: google.SignatureArgumentKind, **given: Any) -> google.FunctionArgumentType:
    required = google.FunctionEnums.ArgumentCardinality.REQUIRED
    options = google.FunctionArgumentTypeOptions(cardinality=required)
    return google.FunctionArgumentType(
        **{"kind": kind, "num_occurrences": 1, "options": options, **given}
    )


def _named(name: str, kind: google.Type, *, optional: bool = False) -> google.FunctionArgumentType:
    cardinality = google.FunctionEnums.ArgumentCardinality
    options = google.FunctionArgumentTypeOptions(
        argument_name=name, cardinality=cardinality.OPTIONAL if optional else cardinality.REQUIRED
    )
    fixed = google.SignatureArgumentKind.ARG_TYPE_FIXED
    return _argument(fixed, type=kind, num_occurrences=0 if optional else 1, options=options)


_MODEL = _argument(google.SignatureArgumentKind.ARG_TYPE_MODEL)
_RELATION = _argument(google.SignatureArgumentKind.ARG_TYPE_RELATION)


def _function(
    path: str, arguments: list[google.FunctionArgumentType], output: Columns
) -> google.TableValuedFunction:
    columns = [google.TVFRelationColumn(name=n, type=_type(kind)) for n, kind in output.items()]
    relation = google.TVFRelation(column=columns, is_value_table=False)
    returned = google.FunctionArgumentTypeOptions(relation_input_schema=relation)
    result = _argument(google.SignatureArgumentKind.ARG_TYPE_RELATION, options=returned)
    return google.TableValuedFunction(
        name_path=path.split("."),
        signature=google.FunctionSignature(argument=arguments, return_type=result),
        type=google.FunctionEnums.TableValuedFunctionType.FIXED_OUTPUT_SCHEMA_TVF,
    )
