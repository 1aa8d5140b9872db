"""The Live page moves by itself, without the rest of its page running again."""

import re
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from playwright.sync_api import Browser, WebSocket
from streamlit.proto.BackMsg_pb2 import BackMsg

from esynapse.events import EVENT_SCHEMA
from esynapse.home import open_home
from esynapse.warehouse.local import LocalWarehouse
from flows.bench.browser import served, settled
from tests.dashboard.conftest import IN_A_BROWSER

pytestmark = [*IN_A_BROWSER]

PATIENCE = 20.0


def test_events_that_land_appear_on_the_live_page_and_only_its_fragments_run(
    shop_home: Path, browser: Browser, tmp_path: Path
) -> None:
    home = shutil.copytree(shop_home, tmp_path / "home")
    whole_runs: list[str] = []

    def sent(data: str | bytes) -> None:
        message = BackMsg.FromString(data) if isinstance(data, bytes) else BackMsg()
        if message.WhichOneof("type") == "rerun_script" and not message.rerun_script.fragment_id:
            whole_runs.append(message.rerun_script.query_string)

    def opened(socket: WebSocket) -> None:
        socket.on("framesent", sent)

    with served(home) as server:
        page = browser.new_page()
        page.on("websocket", opened)
        page.goto(server.page("live"))
        settled(page)
        assert len(whole_runs) == 1
        LocalWarehouse(open_home(home)).load_events(views_of_now(4_321), batch_key="now")
        deadline = time.monotonic() + PATIENCE
        values: list[str] = []
        while not any(re.fullmatch(r"4\.\d+ k", value) for value in values):
            assert time.monotonic() < deadline, values
            page.wait_for_timeout(250)
            values = page.locator(".card .value").all_inner_texts()
        assert len(whole_runs) == 1, "a new run of the page itself"
        page.close()


def views_of_now(count: int) -> pa.Table:
    now = datetime.now(UTC)
    rows = [
        {
            "event_id": f"now-{number}",
            "event_timestamp": now,
            "event_type": "view_item",
            "user_id": "u",
            "session_id": "s",
            "product_id": "p",
            "on_sale": False,
            "sale_price": 12.5,
            "source": "live",
        }
        for number in range(count)
    ]
    return pa.Table.from_pylist(rows, schema=EVENT_SCHEMA)
