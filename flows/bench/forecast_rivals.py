"""Those that `esynapse bench forecast` compares: what ESynapse serves, the naive, and prophet."""

import logging
from collections.abc import Callable
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from esynapse.forecasting import forecast_daily, forecast_hourly
from flows.bench.forecast_data import HORIZON, SEASON, History, Values

INTERVAL = 0.8


class Ahead(NamedTuple):
    """What was forecast for the steps after a cutoff; each (series, horizon)."""

    values: Values
    lower: Values | None = None
    """Bounds of the interval that should cover INTERVAL of what happens, if there is one."""
    upper: Values | None = None


Rival = Callable[[History], Ahead]
"""What it is given is all that it may see; it forecasts the steps after it."""


def naive(seen: History) -> Ahead:
    """The last week again."""
    season, horizon = SEASON[seen.granularity], HORIZON[seen.granularity]
    return Ahead(seen.values[:, seen.steps - season + np.arange(horizon) % season])


def esynapse(seen: History) -> Ahead:
    """What the product serves: chosen by its backtest, reconciled, with re-scaled intervals."""
    history, run_at = seen.table(), seen.start(seen.steps)
    if seen.granularity == "daily":
        rows = forecast_daily(history, run_at=run_at, occasions=seen.occasions).forecasts
    else:
        rows = forecast_hourly(history, run_at=run_at).forecasts
    rows = rows.filter(pc.invert(rows["is_backtest"]))
    found = [_of_series(rows, *key, HORIZON[seen.granularity]) for key in seen.keys]
    values, lower, upper = (np.array(part) for part in zip(*found, strict=True))
    return Ahead(values, lower, upper)


def _of_series(
    rows: pa.Table, measure: str, series_id: str, horizon: int
) -> tuple[Values, Values, Values]:
    mine = pc.and_(pc.equal(rows["measure"], measure), pc.equal(rows["series_id"], series_id))
    ahead = rows.filter(mine).sort_by("forecast_timestamp")
    assert ahead.num_rows >= horizon, f"{measure} of {series_id} has no forecast of {horizon} steps"
    value, lower, upper = (
        ahead[name].to_numpy()[:horizon]
        for name in (
            "forecast_value",
            "prediction_interval_lower_bound",
            "prediction_interval_upper_bound",
        )
    )
    return value, lower, upper


def prophet(seen: History) -> Ahead:
    """Prophet as it comes: its defaults choose the seasonalities; its interval is ours of 80 %.

    It is told of the same occasions.
    """
    for name in ("prophet.plot", "cmdstanpy"):  # before the import, which is when they speak up
        logging.getLogger(name).disabled = True
    import pandas as pd
    from prophet import Prophet

    horizon = HORIZON[seen.granularity]
    instants = [seen.start(step).replace(tzinfo=None) for step in range(seen.steps + horizon)]
    occasions = [
        {"holiday": occasion.name, "ds": occasion.first, "lower_window": 0, "upper_window": days}
        for occasion in seen.occasions
        for days in [(occasion.last - occasion.first).days]
    ]
    found = []
    for y in seen.values:
        np.random.seed(0)  # its intervals are drawn from numpy's global stream
        model = Prophet(
            interval_width=INTERVAL, holidays=pd.DataFrame(occasions) if occasions else None
        )
        model.fit(pd.DataFrame({"ds": instants[: seen.steps], "y": y}))
        ahead = model.predict(pd.DataFrame({"ds": instants[seen.steps :]}))
        found.append(ahead[["yhat", "yhat_lower", "yhat_upper"]].to_numpy().T)
    values, lower, upper = np.stack(found, axis=1)
    return Ahead(values, lower, upper)


def rivals() -> dict[str, Rival]:
    """Who takes part, by name: prophet only where somebody installed it."""
    here: dict[str, Rival] = {"SeasonalNaive": naive, "ESynapse": esynapse}
    return {**here, "prophet": prophet} if find_spec("prophet") else here


NO_PROPHET = "prophet: not installed, so not measured (pip install prophet)"
