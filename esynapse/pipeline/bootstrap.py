"""Bootstrap: from an empty home, or one left behind, to published marts and forecasts."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from esynapse.home import open_home
from esynapse.pipeline.backfill import BackfillReport, backfill
from esynapse.pipeline.docs_site import docs_are_current, write_docs
from esynapse.pipeline.origin import has_shop
from esynapse.pipeline.retrain import RetrainReport, is_due, retrain
from esynapse.pipeline.shop_floor import check_names
from esynapse.pipeline.transform import TransformReport, transform
from esynapse.progress import Progress
from esynapse.settings import Settings


@dataclass(frozen=True)
class Step:
    """One finished step, in words and seconds."""

    name: str
    outcome: str
    seconds: float


Begin = Callable[[str], Progress]
"""Told the name of a step that begins; gives what to report its progress to."""


def bootstrap(settings: Settings, *, begin: Begin, done: Callable[[Step], None]) -> None:
    """Bring the home up to now: events, marts, forecasts, docs; what is there stays."""
    check_names(settings)
    home = open_home(settings.home)

    def run(name: str, step: Callable[[Progress], str]) -> None:
        started = time.monotonic()
        outcome = step(begin(name))
        done(Step(name, outcome, time.monotonic() - started))

    if has_shop(settings):
        run("shop", lambda progress: _say_backfill(backfill(settings, progress=progress)))
    run("marts", lambda _: _say_transform(transform(settings)))
    if is_due(settings):
        run("forecast", lambda progress: _say_retrain(_retrain(settings, progress)))
        run("publish", lambda _: _say_transform(transform(settings, forecasts_only=True)))
    if not docs_are_current(home):
        run("docs", lambda _: f"dbt's documentation is in {write_docs(settings)}")


def _say_backfill(report: BackfillReport) -> str:
    rate = report.events / report.seconds if report.seconds else 0
    return f"{report.events:,} events added, {rate:,.0f} a second"


def _say_transform(report: TransformReport) -> str:
    return f"{report.models} models built, {report.tests_passed} tests passed, published"


def _retrain(settings: Settings, progress: Progress) -> RetrainReport:
    return retrain(settings, workers=os.cpu_count() or 1, progress=progress)


def _say_retrain(report: RetrainReport) -> str:
    series = f"{report.series} series by day and 2 by hour, from {report.cutoff:%Y-%m-%d}"
    return "; ".join((series, *report.notes))
