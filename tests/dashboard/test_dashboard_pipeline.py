"""The Pipeline page over a real shop, and what it asks of Prefect."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from dashboard import formats, prefect_api
from esynapse.home import open_home
from esynapse.warehouse.local import LocalWarehouse
from tests.dashboard.conftest import Open, card, metric, sound

RUN = {"flow_id": "1", "total_run_time": 4.5, "expected_start_time": "2026-03-01T10:00:00Z"}
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "/api/flows/filter": [{"id": "1", "name": "transform"}],
    "/api/flow_runs/filter": [
        RUN | {"state_type": "COMPLETED", "state_name": "Completed", "start_time": None},
        RUN | {"state_type": "CRASHED", "state_name": "Crashed", "start_time": None},
        RUN | {"state_type": "SCHEDULED", "state_name": "Late", "start_time": None},
    ],
    "/api/deployments/filter": [
        {"name": "dbt-hourly", "schedules": [{"schedule": {"cron": "5 * * * *"}, "active": True}]},
        {"name": "backfill", "schedules": []},
    ],
}
KEYS: list[str | None] = []
"""What each question was signed with."""


class _Prefect(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        KEYS.append(self.headers["authorization"])
        answer = json.dumps(ANSWERS[self.path]).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def prefect() -> Iterator[int]:
    """A server that answers as Prefect's API does; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Prefect)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    st.cache_data.clear()
    KEYS.clear()
    yield server.server_port
    server.shutdown()


def test_states_of_runs_are_words_with_a_sign(prefect: int) -> None:
    runs = prefect_api.flow_runs(f"http://127.0.0.1:{prefect}/api", coming=False)
    assert runs["state"].tolist() == ["✓ Completed", "✕ Crashed", "● Late"]
    assert set(runs["flow"]) == {"transform"}
    assert KEYS == [None, None]


def test_on_bigquery_the_api_is_the_one_that_prefect_is_set_to(
    prefect: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://127.0.0.1:{prefect}/api"
    monkeypatch.setenv("PREFECT_API_URL", url)
    assert prefect_api.address() == "http://127.0.0.1:4200/api"
    monkeypatch.setenv("ESYNAPSE_TARGET", "bigquery")
    assert prefect_api.address() == url
    monkeypatch.setenv("PREFECT_API_KEY", "opener")
    assert prefect_api.deployments(url)["name"].tolist() == ["dbt-hourly", "backfill"]
    assert KEYS == ["Bearer opener"]


@pytest.mark.slow
def test_deployments_without_a_schedule_run_by_hand(
    prefect: int, shop_home: Path, open_app: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESYNAPSE_PREFECT_PORT", str(prefect))
    app = sound(open_app(shop_home, "pipeline"))
    (plans,) = [each.value for each in app.dataframe if "schedule" in each.value]
    assert plans["active"].tolist() == ["✓ active", "by hand"]


@pytest.mark.slow
def test_the_cards_are_sums_of_the_mart_over_the_chosen_dates(
    shop_home: Path, open_app: Open
) -> None:
    days = LocalWarehouse(open_home(shop_home)).query(
        "select health_date, rows_received, rows_staged from pipeline_health order by health_date"
    )
    first, second = days.slice(10, 2).to_pylist()
    chosen = [str(first["health_date"]), str(second["health_date"])]
    received = first["rows_received"] + second["rows_received"]
    staged = first["rows_staged"] + second["rows_staged"]
    app = sound(open_app(shop_home, "pipeline", dates=chosen))
    assert metric(app, "Rows that count") == formats.percent(staged / received, 2)
    assert card(app, "Rows that count").note == f"of {formats.compact(received)} received"
    assert metric(app, "Last build") == "✓ green"
    assert any("the last build was green" in each.value for each in app.markdown)
