"""Sales that were not to be expected, told once."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pyarrow as pa

from esynapse.warehouse import Warehouse

NEWS = timedelta(days=1)
"""How far back the first look goes, when nothing was told yet."""

NEWEST_SQL = """
select granularity, max(time_series_timestamp) as newest
from sales_anomalies
where judged_by = 'forecast'
group by granularity
order by granularity
"""
ANOMALIES_SQL = """
select granularity, measure, series_id, time_series_timestamp, series_date, time_series_data,
    forecast_value, lower_bound, upper_bound, anomaly_probability
from sales_anomalies
where is_anomaly and judged_by = 'forecast' and granularity = $granularity
    and time_series_timestamp > $since
order by time_series_timestamp, case when series_id = 'total' then 0 else 1 end, measure, series_id
"""


def newest_judged(warehouse: Warehouse) -> dict[str, datetime]:
    """By granularity, the start of the newest step that was judged by its forecast."""
    rows = warehouse.query(NEWEST_SQL).to_pylist()
    return {row["granularity"]: row["newest"] for row in rows}


def anomalies_since(warehouse: Warehouse, told_until: Mapping[str, datetime]) -> pa.Table:
    """Anomalies of the published marts later than what was told, the oldest first.

    Args:
        told_until: by granularity, the newest step that was told; of one that is missing, those of
            the last day are news.
    """
    news = []
    for granularity, newest in newest_judged(warehouse).items():
        since = told_until.get(granularity, newest - NEWS)
        found = warehouse.query(ANOMALIES_SQL, {"granularity": granularity, "since": since})
        news.append(found)
    return pa.concat_tables(news) if news else pa.table({})


def described(anomaly: Mapping[str, object]) -> str:
    """One line for a person."""
    measure = str(anomaly["measure"]).replace("_", " ")
    series = str(anomaly["series_id"]).removeprefix("category:")
    when = (
        f"{anomaly['time_series_timestamp']:%Y-%m-%d %H:%M} UTC"
        if anomaly["granularity"] == "hourly"
        else f"{anomaly['series_date']}"
    )
    return (
        f"{when}: {measure} of {series} was {anomaly['time_series_data']:,.0f}, expected "
        f"{anomaly['lower_bound']:,.0f} to {anomaly['upper_bound']:,.0f} "
        f"(p = {anomaly['anomaly_probability']:.4f})"
    )
