"""What is served of the candidates: chosen, and its intervals scaled, by their past errors."""

from collections.abc import Sequence
from typing import NamedTuple

from esynapse.forecasting.backtest import Scores, Window, best, interval_scale, score, steps_of
from esynapse.forecasting.candidates import Candidates
from esynapse.forecasting.history import Values
from esynapse.forecasting.models import Prediction


class Cut(NamedTuple):
    """The candidates of a series at one cutoff."""

    end: int
    """Steps of history before the cutoff."""
    candidates: Candidates


class Evidence(NamedTuple):
    """What is known of one candidate."""

    scores: Scores
    cutoffs: int
    steps: int
    interval_scale: float


class Served(NamedTuple):
    """One series' forecast from one cutoff, and why it is that one."""

    chosen: str
    prediction: Prediction
    """Its errors are scaled."""
    evidence: dict[str, Evidence]
    """Of every candidate, by its name."""


def serve(cut: Cut, earlier: Sequence[Cut], y: Values) -> Served:
    """Choose among the candidates of ``cut`` by what they forecast at ``earlier`` cutoffs.

    Args:
        y: the whole history; what lies after the cutoff is not looked at.
    """
    evidence = {
        name: _evidence(_windows(name, cut, earlier, y)) for name in cut.candidates.predictions
    }
    chosen = best({name: found.scores for name, found in evidence.items()})
    prediction = cut.candidates.predictions[chosen]
    scaled = prediction.errors * evidence[chosen].interval_scale
    return Served(chosen, prediction._replace(errors=scaled), evidence)


def _evidence(windows: Sequence[Window]) -> Evidence:
    return Evidence(score(windows), len(windows), steps_of(windows), interval_scale(windows))


def _windows(name: str, cut: Cut, earlier: Sequence[Cut], y: Values) -> list[Window]:
    """Earlier forecasts of the candidate beside what was known of their steps at the cutoff."""
    windows = []
    for past in earlier:
        made = past.candidates.predictions.get(name)
        if made is None or past.candidates.is_short != cut.candidates.is_short:
            continue
        actual = y[past.end : min(past.end + made.values.size, cut.end)]
        seen = slice(actual.size)
        windows.append(
            Window(actual, made.values[seen], made.errors[seen], past.candidates.changes)
        )
    return windows
