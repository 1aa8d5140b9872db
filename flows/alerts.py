"""Tell whoever wants to know of sales that were not to be expected.

Every new anomaly is a Prefect event, ``esynapse.anomaly``, on which an automation may act. With
``ESYNAPSE_ALERT_BLOCK`` (for example ``slack-webhook/shop``) that notification block is told too.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prefect import get_run_logger, task
from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block
from prefect.events import emit_event
from prefect.variables import Variable

from esynapse.errors import EsynapseError
from esynapse.pipeline.anomalies import anomalies_since, described, newest_judged
from esynapse.settings import Settings
from esynapse.warehouse import open_warehouse
from flows.common import NETWORK_RETRIES

TOLD = "esynapse_anomalies_told_until"
"""The Prefect variable that remembers, by granularity, up to which step anomalies were told."""
EVENT = "esynapse.anomaly"


@task(name="alert-on-anomalies", **NETWORK_RETRIES)
def alert_on_anomalies(settings: Settings) -> int:
    """Tell the anomalies that were not told yet; how many they are."""
    warehouse = open_warehouse(settings)
    told: dict[str, str] = Variable.get(TOLD, default={})
    until = {name: datetime.fromisoformat(at) for name, at in told.items()}
    news = anomalies_since(warehouse, until).to_pylist()
    lines = [described(anomaly) for anomaly in news]
    for line in lines:
        get_run_logger().warning("anomaly: %s", line)
    if lines and settings.alert_block:
        _notify(settings.alert_block, f"{len(lines)} anomalies of sales", "\n".join(lines))
    for anomaly, line in zip(news, lines, strict=True):
        _emit(anomaly, line)
    newest = {name: at.isoformat() for name, at in newest_judged(warehouse).items()}
    Variable.set(TOLD, newest, overwrite=True)
    return len(news)


def _emit(anomaly: Mapping[str, Any], line: str) -> None:
    series = f"{anomaly['granularity']}.{anomaly['measure']}.{anomaly['series_id']}"
    emit_event(
        EVENT,
        resource={
            "prefect.resource.id": f"esynapse.series.{series}",
            "prefect.resource.name": f"{anomaly['measure']} of {anomaly['series_id']}",
            "esynapse.granularity": anomaly["granularity"],
        },
        payload={"message": line, "anomaly_probability": anomaly["anomaly_probability"]},
    )


def _notify(block: str, subject: str, body: str) -> None:
    try:
        found = Block.load(block)
    except ValueError:
        raise EsynapseError(
            f"alert_block: Prefect has no block {block!r}: make it in the UI, or unset it"
        ) from None
    if not isinstance(found, NotificationBlock):
        raise EsynapseError(f"alert_block: {block!r} tells nobody: take one such as slack-webhook")
    found.notify(body, subject)  # type: ignore[unused-coroutine]  # it is not one in a sync task
