"""Target and measurement side by side."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from esynapse.shop.calibration.targets import Figure, Target

Figures = Mapping[str, float]
"""What one measure found, by the names of its target; NaN where there is nothing to measure."""

_ROUNDING = 1e-9
"""Relative; a value on the edge of its tolerance is within it."""


@dataclass(frozen=True)
class Finding:
    """One target and what was measured for it, ready to print."""

    name: str
    target: str
    measured: str
    tolerance: str
    ok: bool
    source: str


def compare(name: str, target: Target, measured: Figures) -> Iterator[Finding]:
    """The findings for one measure: one a figure, or one a whole with a ``distance``."""
    for key, figure in target.figures.items():
        full = name if key == "value" else f"{name} {key}"
        yield _compare_figure(full, figure, measured[key], target.source)
    shares = target.shares
    if not shares:
        return
    found = _shares(measured, shares)
    if target.distance is not None:
        yield _compare_whole(name, target.distance, shares, found, target.source)
        return
    for key, share in shares.items():
        figure = Figure(target=share, tol=target.tol, tol_rel=target.tol_rel)
        yield _compare_figure(f"{name} {key}", figure, found[key], target.source)


def findings_table(findings: Sequence[Finding]) -> pa.Table:
    """Columns figure, target, measured, tolerance, pass (yes or NO), source: all text."""
    rows = [
        {
            "figure": finding.name.replace("_", " "),
            "target": finding.target,
            "measured": finding.measured,
            "tolerance": finding.tolerance,
            "pass": "yes" if finding.ok else "NO",
            "source": finding.source,
        }
        for finding in findings
    ]
    return pa.Table.from_pylist(rows)


def _compare_figure(name: str, figure: Figure, measured: float, source: str) -> Finding:
    low, high = figure.bounds
    slack = _ROUNDING * max(abs(measured), 1e-3)
    ok = low - slack <= measured <= high + slack
    if figure.range is not None:
        return Finding(name, _range(low, high), _number(measured), "within", ok, source)
    target = figure.target or 0.0
    absolute, relative = figure.tol or 0.0, figure.tol_rel or 0.0
    by_share = relative * abs(target) > absolute
    width = f"± {relative * 100:.3g} %" if by_share else f"± {absolute:.4g}"
    return Finding(name, _number(target), _number(measured), width, ok, source)


def _compare_whole(
    name: str, tolerance: float, target: Figures, measured: Figures, source: str
) -> Finding:
    """Total variation distance: half the sum of the absolute differences of the shares."""
    distance = sum(abs(measured[key] - share) for key, share in target.items()) / 2
    return Finding(
        name=name,
        target=f"{len(target)} shares",
        measured=f"{_number(distance)} off",
        tolerance=f"≤ {tolerance:.4g}",
        ok=distance <= tolerance,
        source=source,
    )


def _shares(measured: Figures, parts: Figures) -> Figures:
    """``measured`` counts as shares of the sum over ``parts``."""
    counts = {key: measured.get(key, 0.0) for key in parts}
    whole = sum(counts.values())
    return {key: count / whole if whole else math.nan for key, count in counts.items()}


def _range(low: float, high: float) -> str:
    return f"≥ {_number(low)}" if math.isinf(high) else f"{_number(low)} – {_number(high)}"


def _number(value: float) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
