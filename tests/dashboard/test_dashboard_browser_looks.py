"""Every page in light and in dark, on a phone and on a desk: quiet, accessible, nothing sticks out.

A page is opened once for each theme; the tests look at what was seen then.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, ViewportSize

from flows.bench.browser import PAGES, Server, settled
from tests.dashboard.conftest import IN_A_BROWSER

pytestmark = [*IN_A_BROWSER]

WIDTHS = {"light": (1600, 1024), "dark": (390, 1280)}
"""In pixels; the first is the width at which the page is opened. A phone's is 390."""
LOOKS = 5
GRAVE = {"serious", "critical"}
STREAMLITS_OWN = {
    # what Vega draws where an interval is selected: it has a role, and no place for words
    "svg-img-alt": 'g[class$="_brush"], g[class$="_brush_bg"]',
}
"""Findings in markup that neither Python nor a style can reach: rule, and which elements."""
PROBING = re.compile(r"/_stcore/(health|host-config)$")
"""Asked below the page's own path first, where Streamlit's page might be served."""

STICKING_OUT = """() => {
    const width = document.documentElement.clientWidth;
    const main = document.querySelector('[data-testid="stMain"]');
    const name = (element) =>
        element.dataset?.testid ?? element.getAttribute("class") ?? element.tagName;
    const found = [...main.querySelectorAll('[data-testid="stMainBlockContainer"] *')]
        .filter((element) => {
            const box = element.getBoundingClientRect();
            const fits = box.left >= -1 && box.right <= width + 1;
            return box.width && box.height && !fits && !element.closest(SCROLLING);
        })
        .map(name);
    for (const chart of main.querySelectorAll('[data-testid="stVegaLiteChart"]')) {
        const drawn = chart.querySelector("svg.marks, canvas.marks").getBoundingClientRect();
        if (drawn.right > chart.getBoundingClientRect().right + 1)
            found.push(`a chart of ${drawn.width} px in ${chart.clientWidth} px`);
    }
    for (const element of [document.documentElement, main])
        if (element.scrollWidth > element.clientWidth) found.push(`${name(element)} scrolls`);
    return found.slice(0, 5);
}""".replace("SCROLLING", repr('[data-testid="stDataFrame"], [role="tablist"]'))
"""What of the main block is not in the window, tables and tabs apart, and which charts are cut."""


@dataclass
class Seen:
    """One page in one theme."""

    hosts: set[str | None] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    sticking_out: dict[int, list[str]] = field(default_factory=dict)
    exceptions: int = 0
    title: str = ""

    def watch(self, page: Page) -> None:
        def asked(request: Request) -> None:
            if not request.url.startswith(("data:", "blob:", "about:")):
                self.hosts.add(urlsplit(request.url).hostname)

        def said(message: ConsoleMessage) -> None:
            where = str(message.location["url"])
            if message.type == "error" and not PROBING.search(where):
                self.complaints.append(f"{message.text} {where}")

        page.on("request", asked)
        page.on("console", said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


@pytest.fixture(
    scope="module",
    params=[(name, theme) for theme in WIDTHS for name in PAGES],
    ids=lambda param: "-".join(param),
)
def seen(request: pytest.FixtureRequest, server: Server, browser: Browser) -> Iterator[Seen]:
    name, theme = request.param
    first, *others = WIDTHS[theme]
    page = browser.new_page(viewport=_size(first), color_scheme=theme)
    seen = Seen()
    seen.watch(page)
    page.goto(server.page(name))
    settled(page)
    seen.sticking_out[first] = _sticking_out(page)
    for width in others:
        page.set_viewport_size(_size(width))
        seen.sticking_out[width] = _sticking_out(page)
    seen.findings = _findings(page)
    seen.exceptions = page.locator('[data-testid="stException"]').count()
    seen.title = page.title()
    assert seen.title == f"{name.capitalize()} · ESynapse"
    yield seen
    page.close()


def _sticking_out(page: Page) -> list[str]:
    """What sticks out of the window, once tables and charts have taken its width."""
    found: list[str] = []
    for _ in range(LOOKS):
        settled(page)
        if not (found := page.evaluate(STICKING_OUT)):
            break
        page.wait_for_timeout(300)
    return found


def _size(width: int) -> ViewportSize:
    return {"width": width, "height": 1000}


def _findings(page: Page) -> list[str]:
    """What axe finds grave, but in markup that is not ours."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response
    return [
        f"{rule['id']}: {target}: {node['html'][:150]}"
        for rule in found["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
        if not _is_streamlits(page, rule["id"], target := _target(node))
    ]


def _target(node: dict[str, Any]) -> str:
    return str(node["target"][-1])


def _is_streamlits(page: Page, rule: str, target: str) -> bool:
    if rule not in STREAMLITS_OWN:
        return False
    element = page.locator(target).first
    return bool(element.evaluate("(at, own) => at.matches(own)", STREAMLITS_OWN[rule]))


def test_a_page_asks_no_other_host_and_complains_of_nothing(seen: Seen) -> None:
    assert seen.hosts == {"127.0.0.1"}
    assert seen.complaints == []
    assert seen.exceptions == 0


def test_axe_finds_nothing_grave_on_a_page(seen: Seen) -> None:
    assert seen.findings == []


def test_a_page_fits_the_width_of_the_window(seen: Seen) -> None:
    assert seen.sticking_out == {width: [] for width in seen.sticking_out}
