"""One viewer with a browser: how long until a page has its first chart, and a filter its answer.

All times are taken inside the page (see probe.js): from the start of the navigation to the first
chart that is drawn, and from the last key or click to the last change of what is on the screen and
of the whole page.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from esynapse.errors import EsynapseError
from flows.bench.browser import PROBE, SETTLE_SECONDS, Server, settled
from flows.bench.dashboard_filters import acting, change

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


class Repaint(NamedTuple):
    """Milliseconds from a filter change."""

    screen: float
    """To the last change of what is on the screen, where a page begins."""
    page: float
    """To the last change of the whole page."""


@dataclass(frozen=True)
class Visits:
    """Milliseconds, by page."""

    cold: dict[str, float]
    """First chart, the first visit of a new server, nothing in the browser's cache."""
    warm: dict[str, float]
    """First chart, a later visit of the server, nothing in the browser's cache."""
    again: dict[str, float]
    """First chart, a later visit of the same browser."""
    changes: dict[str, list[Repaint]]

    @property
    def all_changes(self) -> list[Repaint]:
        return [time for times in self.changes.values() for time in times]


def visit(
    browser: "Browser",
    serve: Callable[[], AbstractContextManager[Server]],
    pages: Sequence[str],
    changes: int,
    tell: Callable[[str], None],
) -> Visits:
    """Visit the pages of servers that ``serve`` starts, and change their filters so many times."""
    cold = {}
    for name in pages:
        tell(f"{name}, cold")
        with serve() as server:
            cold[name] = _first_visit(browser, server, name)
    with serve() as server:
        for name in pages:
            tell(f"{name}, first visit of the next server")
            _first_visit(browser, server, name)
        warm, again = {}, {}
        for name in pages:
            tell(f"{name}, warm")
            with _viewer(browser) as viewer:
                warm[name] = _open(viewer, server, name)
                again[name] = _open(viewer, server, name)
        tell("filters")
        return Visits(cold, warm, again, _change_filters(browser, server, pages, changes))


def _viewer(browser: "Browser") -> "BrowserContext":
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(SETTLE_SECONDS * 1000)
    context.add_init_script(PROBE)
    return context


def _first_visit(browser: "Browser", server: Server, name: str) -> float:
    with _viewer(browser) as viewer:
        return _open(viewer, server, name)


def _open(viewer: "BrowserContext", server: Server, name: str) -> float:
    """Milliseconds to the first chart of a page; where it has none, to its first words."""
    page = viewer.new_page()
    page.goto(server.page(name))
    settled(page)
    found: float = page.evaluate("probe.chart ?? probe.content")
    page.close()
    return found


def _change_filters(
    browser: "Browser", server: Server, pages: Sequence[str], wanted: int
) -> dict[str, list[Repaint]]:
    """Change every filter that acts, page by page, until there are ``wanted`` changes."""
    times: dict[str, list[Repaint]] = {name: [] for name in pages}
    for turn in range(wanted):
        for name in pages:
            with _viewer(browser) as viewer:
                page = viewer.new_page()
                page.goto(server.page(name))
                settled(page)
                for key in acting(page):
                    for number in (2 * turn, 2 * turn + 1):
                        times[name] += _change(page, key, number)
        if sum(map(len, times.values())) >= wanted:
            return times
    raise EsynapseError("no filter does anything on these pages")


def _change(page: "Page", key: str, number: int) -> list[Repaint]:
    """One change; none if the script had no cause to run."""
    change(page, key, number)
    settled(page)
    ran, *times = page.evaluate(
        "[probe.ran, ...[probe.painted(), probe.changed].map((time) => time - probe.acted)]"
    )
    return [Repaint(*times)] if ran and min(times) > 0 else []
