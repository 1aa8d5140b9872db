"""Prefect's runs and schedules, over its HTTP API (https://docs.prefect.io/v3/api-ref/rest-api)."""

import json
import os
import urllib.error
import urllib.request
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.formats import NOTHING
from esynapse.settings import load_settings

TIMEOUT = 1.5
"""Seconds; a page must not wait longer for a server that may not be there."""

SIGNS = {
    "COMPLETED": "✓",
    "RUNNING": "▸",
    "FAILED": "✕",
    "CRASHED": "✕",
}
"""Before the name of a state; the others wait, or were called off."""
OTHER_SIGN = "●"


class PrefectError(Exception):
    """The API did not answer, or not as expected; the text is a reason for people."""


def address() -> str:
    """Of the API: of the local server, or on target bigquery of the one that Prefect is set to."""
    settings = load_settings()
    if settings.target == "bigquery":
        return os.environ.get("PREFECT_API_URL", settings.prefect_api_url)
    return settings.prefect_api_url


@st.cache_data(ttl=5, max_entries=8, show_spinner=False)
def deployments(api_url: str) -> pd.DataFrame:
    """Columns: name, schedule, active. Raises PrefectError."""
    rows = []
    for found in _post(f"{api_url}/deployments/filter", {"limit": 50, "sort": "NAME_ASC"}):
        schedules = found.get("schedules") or []
        rows.append(
            {
                "name": found["name"],
                "schedule": ", ".join(_schedule(each["schedule"]) for each in schedules) or NOTHING,
                "active": any(each.get("active") for each in schedules)
                and not found.get("paused", False),
            }
        )
    return pd.DataFrame(rows, columns=["name", "schedule", "active"])


@st.cache_data(ttl=5, max_entries=8, show_spinner=False)
def flow_runs(api_url: str, *, coming: bool) -> pd.DataFrame:
    """The newest runs that began, or the next ones to come; Raises PrefectError.

    Columns: flow, state, at (UTC instant), seconds.
    """
    flows = {
        found["id"]: found["name"] for found in _post(f"{api_url}/flows/filter", {"limit": 100})
    }
    wanted: dict[str, Any] = (
        {
            "sort": "EXPECTED_START_TIME_ASC",
            "limit": 8,
            "flow_runs": {"state": {"type": {"any_": ["SCHEDULED", "PENDING"]}}},
        }
        if coming
        else {
            "sort": "START_TIME_DESC",
            "limit": 15,
            "flow_runs": {"start_time": {"is_null_": False}},
        }
    )
    rows = [
        {
            "flow": flows.get(run["flow_id"], "?"),
            "state": f"{SIGNS.get(run['state_type'], OTHER_SIGN)} {run['state_name']}",
            "at": run["start_time"] or run["expected_start_time"],
            "seconds": run["total_run_time"],
        }
        for run in _post(f"{api_url}/flow_runs/filter", wanted)
    ]
    frame = pd.DataFrame(rows, columns=["flow", "state", "at", "seconds"])
    return frame.assign(at=pd.to_datetime(frame["at"], utc=True, format="ISO8601"))


def _post(url: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    request = urllib.request.Request(  # noqa: S310 - the address is our own setting
        url,
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"} | _authorization(),
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            found: list[dict[str, Any]] = json.load(answer)
            return found
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise PrefectError(str(reason)) from error


def _authorization() -> dict[str, str]:
    """Prefect Cloud wants a key, and the client's own variable holds it."""
    key = os.environ.get("PREFECT_API_KEY")
    return {"authorization": f"Bearer {key}"} if key else {}


def _schedule(schedule: dict[str, Any]) -> str:
    if "cron" in schedule:
        return f"{schedule['cron']} ({schedule.get('timezone') or 'UTC'})"
    if "interval" in schedule:
        return f"every {schedule['interval'] / 60:,.0f} min"
    return str(schedule.get("rrule", "?"))
