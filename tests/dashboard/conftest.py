"""The app over a home, what is read off its pages, and its server for a browser."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

import pytest
from streamlit.testing.v1 import AppTest

from flows.bench.browser import CHROMIUM, PAGES, Server, chromium, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
IN_A_BROWSER = (
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed"),
)

Open = Callable[..., AppTest]


class ReadCard(NamedTuple):
    """A key figure as it is read."""

    label: str
    value: str
    note: str
    delta: str
    about: str


@pytest.fixture(autouse=True)
def _the_main_module_stays_pythons_own() -> Iterator[None]:
    """AppTest leaves the app's script there, which new processes of later tests would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def server(shop_home: Path) -> Iterator[Server]:
    """The app over the small shop, started as people start it."""
    with served(shop_home) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium; for no longer than a file, as its driver keeps an event loop in this thread."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens a page over a home: ``open_app(home, "funnel", discount="On sale")``."""

    def open_it(home: Path, page: str = "overview", **query: str | list[str]) -> AppTest:
        monkeypatch.setenv("ESYNAPSE_HOME", str(home))
        app = AppTest.from_file(str(APP), default_timeout=30)
        for name, value in query.items():
            app.query_params[name] = value
        if page != PAGES[0]:
            app.switch_page(f"views/{page}.py")
        return app.run()

    return open_it


def sound(app: AppTest) -> AppTest:
    """The app, once it is sure that nothing on it broke."""
    assert not app.exception
    assert not app.error
    return app


def charts(app: AppTest) -> int:
    return len(app.get("vega_lite_chart"))


def cards(app: AppTest) -> list[ReadCard]:
    """Every key figure of the page, in its order."""
    rows = [
        ElementTree.fromstring(each.proto.body)
        for each in app.get("html")
        if each.proto.body.startswith('<dl class="cards"')
    ]
    return [
        ReadCard(
            _text_of(each.find("dt")).split("?")[0],
            *(_text_of(each.find(f"dd[@class='{name}']")) for name in ("value", "note")),
            next((_text_of(part) for part in each if "delta" in part.get("class", "")), ""),
            _text_of(each.find("dt/span/span")),
        )
        for row in rows
        for each in row
    ]


def card(app: AppTest, label: str) -> ReadCard:
    return next(each for each in cards(app) if each.label == label)


def offered(app: AppTest, panel: str) -> list[str]:
    """What a card offers as files, once they are asked for: names and numbers of rows."""
    app.session_state[f"data_{panel}"] = True
    rows = [str(each.value) for each in app.run().caption if str(each.value).endswith(" rows")]
    del app.session_state[f"data_{panel}"]
    app.run()
    return rows


def metric(app: AppTest, label: str) -> str:
    return card(app, label).value


def _text_of(element: ElementTree.Element | None) -> str:
    return "" if element is None else "".join(element.itertext())
