"""What the flows share: retries, tables for people, and how errors show."""

from collections.abc import Mapping
from typing import Any

from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from flows.quiet import hush_interpreter_exit

hush_interpreter_exit()

NETWORK_RETRIES: Mapping[str, Any] = {
    "retries": 3,
    "retry_delay_seconds": exponential_backoff(backoff_factor=5),
    "retry_jitter_factor": 0.5,
    "cache_policy": NO_CACHE,
}
"""Options of a task that talks to a network. Every step may run twice."""

FLOW_RETRIES: Mapping[str, Any] = {"retries": 1, "retry_delay_seconds": 30}
"""Options of every flow: one more try of the whole, for what no single task can mend."""


def markdown_table(rows: Mapping[str, object]) -> str:
    """Two columns, as a person reads them in the Prefect UI."""
    lines = ["| what | value |", "|---|---|"]
    lines += [f"| {name} | {_shown(value)} |" for name, value in rows.items()]
    return "\n".join(lines)


def publish_result(key: str, title: str, rows: Mapping[str, object], note: str = "") -> None:
    """Leave the flow's result as a markdown artifact under ``key``."""
    text = f"### {title}\n\n{markdown_table(rows)}"
    create_markdown_artifact(key=key, markdown=f"{text}\n\n{note}" if note else text)


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)
