"""The dashboard as a viewer has it: its server, a browser, and when a page is done.

The bench, the screenshots and the tests share this. Playwright is of the development set, so it is
imported where it is needed.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from esynapse.errors import EsynapseError
from flows.bench.ports import free_port
from flows.supervisor import is_listening

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "dashboard" / "server.py"
PAGES = (
    "overview",
    "products",
    "discounts",
    "funnel",
    "customers",
    "forecast",
    "live",
    "pipeline",
)
"""The pages of dashboard/app.py, the first of them at the address itself."""

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
START_SECONDS = 60.0
SETTLE_SECONDS = 60.0
"""Also for whatever else a page is waited for."""
PROBE = Path(__file__).with_name("probe.js").read_text()
"""Times what a page does; see the file."""


class Server(NamedTuple):
    """A Streamlit that answers."""

    address: str
    pid: int
    home: Path

    def page(self, name: str) -> str:
        """Where a page of the dashboard is."""
        return self.address if name == PAGES[0] else f"{self.address}/{name}"


@contextmanager
def served(home: Path, script: Path = SERVER) -> Iterator[Server]:
    """Streamlit over a home, started as people start it, until the block is left.

    Raises:
        EsynapseError: it ended or does not listen; the message has its last line.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    environment = os.environ | {"ESYNAPSE_HOME": str(home.absolute())}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # people's Python keeps what it compiled
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*command, "--server.headless", "true"],
            cwd=script.parents[1],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(process, port, output)
            yield Server(f"http://127.0.0.1:{port}", process.pid, home)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait(process: "subprocess.Popen[bytes]", port: int, output: IO[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if is_listening("127.0.0.1", port):
            return
        time.sleep(0.05)
    output.seek(0)
    lines = output.read().decode(errors="replace").strip().splitlines() or ["no output"]
    raise EsynapseError(f"the dashboard does not start: {lines[-1]}")


@contextmanager
def chromium() -> Iterator["Browser"]:
    """A headless Chromium, until the block is left.

    Raises:
        EsynapseError: it, or playwright that drives it, is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise EsynapseError(
            "playwright is not installed: 'pip install -r requirements-dev.txt'"
        ) from error
    if not CHROMIUM.exists():
        raise EsynapseError(
            f"there is no {CHROMIUM}: 'apt-get install chromium', or 'make browser'"
        )
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def settled(page: "Page") -> None:
    """Wait until the script is not running, every chart is drawn and nothing changes any more."""
    page.evaluate(PROBE)
    page.wait_for_function("probe.settled()", polling=30, timeout=SETTLE_SECONDS * 1000)
