"""What is true of a pipeline on target bigquery from nothing and back to nothing, anywhere."""

import json
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from esynapse.settings import Settings
from esynapse.warehouse import open_warehouse
from tests.dashboard.conftest import APP, sound
from tests.end_to_end.conftest import Pipeline

EVENTS = (
    "select count(*) as n, count(distinct event_id) as ids,"
    " count(distinct case when source = 'live' then event_id end) as live from live_events"
    " where event_timestamp > timestamp '2020-01-01 00:00:00+00'"
)


def provision(pipeline: Pipeline) -> None:
    """Makes everything, and the second time finds nothing to do."""
    assert "created table" in pipeline.run("provision", timeout=900)
    assert pipeline.run("provision") == "nothing to do: all is as declared"


def make_history(pipeline: Pipeline) -> None:
    """Loads the shop's history and publishes its marts."""
    assert int(pipeline.run("backfill").split(" events")[0].replace(",", "")) > 1000
    transform(pipeline)


def transform(pipeline: Pipeline) -> None:
    assert re.search(r"\d+ models, \d+ tests passed", pipeline.run("transform", timeout=900))


def events(settings: Settings) -> dict[str, Any]:
    """Rows, ids, and ids of the stream in ``live_events``."""
    (row,) = open_warehouse(settings).query_raw(EVENTS).to_pylist()
    return dict(row)


def open_page(pipeline: Pipeline, page: str, patch: pytest.MonkeyPatch) -> None:
    """Draws a page without an error."""
    for name, value in pipeline.environment.items():
        if name.startswith("ESYNAPSE_"):
            patch.setenv(name, value)
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.switch_page(f"views/{page}.py")
    sound(app.run())


def destroy(pipeline: Pipeline) -> None:
    """Deletes everything, and the second time finds nothing; what stays are enabled APIs."""
    deleted = pipeline.run("provision", "--destroy", "--yes", timeout=600)
    assert deleted.count("deleted dataset") == 6
    assert pipeline.run("provision", "--destroy", "--yes") == "nothing to delete"
    plan = json.loads(pipeline.run("provision", "--plan", "--as", "json"))
    left = {c["resource"]["kind"] for c in plan["changes"] if c["action"] != "create"}
    assert left <= {"API"}
