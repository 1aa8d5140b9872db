"""Calibration: whether a simulated run shows the figures that its profile cites.

    targets.py      what a profile must reach, from ``shop/targets/<profile>.toml``
    run.py          an exported run as tables of SQL, events counted by session once
    sessions.py, customers.py, returns.py, assortment.py
                    the measures: one function for each target, named as it is
    waiting.py      waiting times that the end of a run cuts off
    spread.py       mean and quantiles of a whole population
    comparison.py   target and measurement, side by side
    registry.py     which function measures which target

A run is a folder as the export writes it: ``live_events/event_date=<day>/*.parquet``,
``products.parquet`` and ``truth/<table>/*.parquet``, free of injected disorder.
"""

from esynapse.shop.calibration.comparison import Finding, findings_table
from esynapse.shop.calibration.registry import MEASURES, measure
from esynapse.shop.calibration.targets import RunShape, Targets, load_targets

__all__ = [
    "MEASURES",
    "Finding",
    "RunShape",
    "Targets",
    "findings_table",
    "load_targets",
    "measure",
]
