"""A run's results as rows of the raw tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from esynapse.forecasting.backtest import Z80, interval
from esynapse.forecasting.decompose import Judgement, Parts
from esynapse.forecasting.granularity import Granularity
from esynapse.forecasting.history import Series
from esynapse.forecasting.serving import Cut, Served
from esynapse.warehouse.raw_tables import (
    ACCURACY_SCHEMA,
    ANOMALY_SCHEMA,
    COMPONENT_SCHEMA,
    FORECAST_SCHEMA,
)

CONFIDENCE_LEVEL = 0.8
"""Of the published interval. Planners stock for four days in five; ML.FORECAST's default of 0.95
is so wide at 30 days that a shop's actuals hardly ever leave it. Accuracy tells the coverage at
both 80 and 95 %."""


class Label(NamedTuple):
    """Which forecast it is."""

    run_at: datetime
    is_backtest: bool
    steps: list[datetime]
    """Starts of the steps that are forecast; the first is the cutoff."""


def forecasts(labels: Sequence[Label], served: Sequence[Mapping[Series, Served]]) -> pa.Table:
    """FORECAST_SCHEMA: one label and what is served under it for each cutoff."""
    tables = [
        _forecast(series, label, found)
        for label, of_cutoff in zip(labels, served, strict=True)
        for series, found in of_cutoff.items()
    ]
    return pa.concat_tables(tables).combine_chunks()


def _forecast(series: Series, label: Label, served: Served) -> pa.Table:
    model, values, errors = served.prediction
    lower, upper = interval(values, errors, Z80)
    return _table(
        FORECAST_SCHEMA,
        len(label.steps),
        measure=series.measure,
        series_id=series.series_id,
        run_at=label.run_at,
        cutoff=label.steps[0],
        is_backtest=label.is_backtest,
        model=model,
        forecast_timestamp=label.steps,
        forecast_value=values,
        standard_error=errors,
        confidence_level=CONFIDENCE_LEVEL,
        prediction_interval_lower_bound=lower,
        prediction_interval_upper_bound=upper,
    )


def accuracy(
    granularity: Granularity,
    run_at: datetime,
    cuts: Mapping[Series, Sequence[Cut]],
    served: Mapping[Series, Served],
) -> pa.Table:
    """ACCURACY_SCHEMA: each series' candidates of the newest cutoff."""
    rows: list[dict[str, Any]] = []
    for series, found in served.items():
        predictions = cuts[series][-1].candidates.predictions
        for name, evidence in found.evidence.items():
            rows.append(
                series._asdict()
                | {"granularity": granularity.name, "run_at": run_at}
                | {"model": predictions[name].model, "is_served": name == found.chosen}
                | {"cutoffs": evidence.cutoffs, "steps": evidence.steps}
                | evidence.scores._asdict()
                | {"interval_scale": evidence.interval_scale}
            )
    return pa.Table.from_pylist(rows, schema=ACCURACY_SCHEMA)


def components(
    series: Series,
    granularity: Granularity,
    run_at: datetime,
    steps: Sequence[datetime],
    past: Parts,
    ahead: Parts,
) -> pa.Table:
    """COMPONENT_SCHEMA: the parts of a series' history and of its forecast, step by step."""
    kinds = np.repeat(["history", "forecast"], [past.trend.size, ahead.trend.size])
    parts = Parts(*(np.concatenate(pair) for pair in zip(past, ahead, strict=True)))
    return _table(
        COMPONENT_SCHEMA,
        len(steps),
        measure=series.measure,
        series_id=series.series_id,
        granularity=granularity.name,
        run_at=run_at,
        time_series_timestamp=steps,
        time_series_type=kinds,
        time_series_data=parts.value,
        trend=parts.trend,
        seasonal_period_yearly=0.0,
        seasonal_period_weekly=parts.weekly,
        seasonal_period_daily=parts.daily,
        holiday_effect=parts.occasions,
        residual=parts.residual,
    )


def anomalies(
    series: Series,
    granularity: Granularity,
    run_at: datetime,
    steps: Sequence[datetime],
    past: Parts,
    judgement: Judgement,
) -> pa.Table:
    """ANOMALY_SCHEMA: the steps of a series' history."""
    return _table(
        ANOMALY_SCHEMA,
        len(steps),
        measure=series.measure,
        series_id=series.series_id,
        granularity=granularity.name,
        run_at=run_at,
        time_series_timestamp=steps,
        time_series_data=past.value,
        is_anomaly=judgement.is_anomaly,
        lower_bound=judgement.lower,
        upper_bound=judgement.upper,
        anomaly_probability=judgement.probability,
    )


def _table(schema: pa.Schema, steps: int, **columns: Any) -> pa.Table:
    """One row a step; a column that is given as one value has it in every row."""
    arrays = []
    for field in schema:
        value = columns[field.name]
        is_one = isinstance(value, (str, float, bool, datetime))
        arrays.append(pa.array([value] * steps if is_one else value, field.type))
    return pa.Table.from_arrays(arrays, schema=schema)
