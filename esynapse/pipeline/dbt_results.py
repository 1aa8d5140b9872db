"""dbt's run_results.json, the one honest account of a run."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from esynapse.warehouse.builds import NodeResult

_STATUS = {
    "error": "failed",
    "fail": "failed",
    "runtime error": "failed",
    "skipped": "skipped",
    "warn": "warned",
}
"""By dbt's word; every other one is a success."""


def read_results(path: Path) -> list[NodeResult]:
    """Every node that the run came to, in the order in which they ended."""
    return [_result(row) for row in json.loads(path.read_text())["results"]]


def described(result: NodeResult) -> str:
    """The node's name and, where dbt says one, the reason."""
    return f"{result.name} ({result.message})" if result.message else result.name


def causes(results: Sequence[NodeResult]) -> str:
    """Why a build is red: the first three that failed, in one line."""
    failed = [described(result) for result in results if result.status == "failed"]
    more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
    return "; ".join(failed[:3]) + more


def slowest(results: Sequence[NodeResult]) -> list[tuple[str, float]]:
    """Names and seconds of the five slowest nodes."""
    ranked = sorted(results, key=lambda result: result.seconds, reverse=True)[:5]
    return [(result.name, round(result.seconds, 2)) for result in ranked]


def _result(row: dict[str, Any]) -> NodeResult:
    kind, _project, name = str(row["unique_id"]).split(".")[:3]
    return NodeResult(
        name=name,
        kind=kind,
        status=_STATUS.get(row["status"], "passed"),
        failures=row.get("failures"),
        message=_reason(row.get("message")),
        seconds=float(row["execution_time"]),
    )


def _reason(message: str | None) -> str | None:
    """The first line of dbt's message that says why, not its line of where."""
    lines = [line.strip() for line in str(message or "").splitlines()]
    return next((line for line in lines if line and " Error in " not in line), None)
