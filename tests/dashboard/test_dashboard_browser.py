"""The app in a real browser: every page draws, and nothing comes from the net."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.dashboard.conftest import APP, PAGES

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

SERVER = APP.with_name("server.py")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed"),
]


@pytest.fixture(scope="module")
def address(shop_home: Path) -> Iterator[str]:
    """The app over the small shop, started as people start it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"ESYNAPSE_HOME": str(shop_home)}
    command = [sys.executable, "-m", "streamlit", "run", str(SERVER), "--server.port", str(port)]
    server = subprocess.Popen(
        command, cwd=SERVER.parents[1], env=environment, stdout=subprocess.DEVNULL, stderr=None
    )
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "streamlit ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("streamlit does not listen")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


def test_every_page_draws_and_asks_no_other_host(address: str, browser: Browser) -> None:
    asked: set[str] = set()
    page = browser.new_page(viewport={"width": 1440, "height": 2400})
    page.on("request", lambda request: asked.add(request.url))
    for name in reversed(PAGES):
        page.goto(f"{address}/{'' if name == 'overview' else name}")
        page.wait_for_selector('[data-testid="stMetric"], [data-testid="stAlert"]')
        assert page.title() == f"{name.capitalize()} · ESynapse"
        if name != "live":
            page.wait_for_selector(
                '[data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg'
            )
        assert page.locator('[data-testid="stException"]').count() == 0, name
    hosts = {
        urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:", "about:"))
    }
    assert hosts == {"127.0.0.1"}


def test_a_filter_stands_in_the_url_and_goes_along_to_the_next_page(
    address: str, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(address)
    page.get_by_role("radio", name="On sale").click()
    page.wait_for_url("**/?discount=On+sale")
    page.get_by_role("link", name="Products").click()
    page.wait_for_url("**/products?discount=On+sale")
    page.get_by_text("Product health").wait_for()
    chosen = page.get_by_role("radio", name="On sale")
    assert chosen.get_attribute("aria-checked") == "true"


def test_the_documentation_of_the_marts_opens_and_fetches_nothing(
    address: str, browser: Browser
) -> None:
    pipeline = browser.new_page(viewport={"width": 1440, "height": 1000})
    pipeline.goto(f"{address}/pipeline")
    with pipeline.expect_popup() as opened:
        pipeline.get_by_role("link", name="Documentation of the marts").click()
    page = opened.value
    page.get_by_role("heading", name="The shop's marts").wait_for()
    answered: list[str] = []
    page.on("response", lambda response: answered.append(response.url))
    page.goto(f"{address}/dbt-docs#!/model/model.esynapse.daily_revenue")
    page.reload()
    page.get_by_role("heading", name="daily_revenue").wait_for()
    page.get_by_text("Customers whose first order was that day.").first.wait_for()
    assert {url.partition("#")[0] for url in answered if not url.startswith("data:")} == {
        f"{address}/dbt-docs"
    }
