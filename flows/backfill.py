"""Backfill: the shop's history in bulk."""

from prefect import flow, get_run_logger, task

from esynapse.pipeline.backfill import BackfillReport, backfill
from esynapse.settings import Settings, load_settings
from flows.common import FLOW_RETRIES, NETWORK_RETRIES, publish_result
from flows.slots import SHOP, holding


@task(name="load-history", **NETWORK_RETRIES)
def load_history(settings: Settings) -> BackfillReport:
    logger = get_run_logger()

    def progress(done: int, total: int, label: str) -> None:
        if done % 10 == 0 or done == total:
            logger.info("day %d of %d: %s", done, total, label)

    with holding(settings, SHOP):
        return backfill(settings, progress=progress)


@flow(name="backfill", **FLOW_RETRIES)
def backfill_flow(days: int = 90) -> None:
    """Simulate and load the shop's history up to now.

    Loads what is missing and nothing twice, so it may be run at any time the streamer stands still.

    Args:
        days: complete days of history that a new home gets; one that has history goes on from it.
    """
    report = load_history(load_settings(days=days))
    publish_result(
        "backfill",
        "Backfill",
        {
            "first day": report.opening_day,
            "loaded until": f"{report.until:%Y-%m-%d %H:%M} UTC",
            "whole days added": report.days,
            "events added": report.events,
            "seconds": report.seconds,
        },
    )
