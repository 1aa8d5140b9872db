"""Whatever stands in the address: every page draws, and nothing of it reaches SQL or the code."""

import hashlib
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import queries
from dashboard.connection import WarehouseConnection
from tests.dashboard.conftest import APP, PAGES, Open, sound

pytestmark = pytest.mark.slow

DASHBOARD = APP.parent
SOURCES = {path: path.read_text() for path in DASHBOARD.rglob("*.py")}
BOUND = re.compile(r"key=([\w.\"]+),(?:\s+[a-z_]+=[^\n]*)*?\s+bind=\"query-params\"")
PARAMETERS = (
    *("dates", "categories", "discount", "metric", "grain", "search", "product"),
    *("measure", "step", "view", "window", "band", "held_back"),
    *("price_change", "what_if"),
)
INJECTIONS = (
    "'; drop table customers; --",
    "' or 1=1 --",
    '" union select * from customers',
    "$categories",
    "{{ 7 * 7 }}",
    "<script>window.broken = 1</script>",
    "<img src=x onerror=window.broken=1>",
    "javascript:alert(1)",
    "[link](javascript:alert(1))",
    "../../etc/passwd",
    "%00",
    "\n",
    "2026-02-30",
    "-1",
    "1e400",
    "nan",
    "𝕊" * 300,
)
EXAMPLES = int(os.environ.get("ESYNAPSE_URL_EXAMPLES", "4"))

values = st.one_of(
    st.sampled_from(INJECTIONS),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.dates().map(str),
    st.integers().map(str),
)
urls = st.dictionaries(
    st.sampled_from(PARAMETERS),
    values | st.lists(values, min_size=1, max_size=4),
    min_size=3,
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every SQL text that the dashboard asks."""
    texts: set[str] = set()
    ask = WarehouseConnection.query

    def watched(self: WarehouseConnection, sql: str, **parameters: object) -> Any:
        texts.add(sql)
        return ask(self, sql, **parameters)

    monkeypatch.setattr(WarehouseConnection, "query", watched)
    return texts


@pytest.mark.parametrize("page", PAGES)
def test_no_address_breaks_a_page_or_reaches_sql(
    page: str, shop_home: Path, open_app: Open, asked: set[str]
) -> None:
    ours = {getattr(queries, name) for name in queries.__all__}
    before = digest(shop_home)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(urls)
    def holds(query: dict[str, str | list[str]]) -> None:
        sound(open_app(shop_home, page, **query))

    holds()
    assert asked
    assert asked <= ours
    assert digest(shop_home) == before


def test_every_parameter_of_an_address_is_tried() -> None:
    bound = {key for text in SOURCES.values() for key in BOUND.findall(text)}
    names = {eval(key, vars(__import__("dashboard.filters", fromlist=["x"]))) for key in bound}
    assert sum(text.count('bind="query-params"') for text in SOURCES.values()) == len(bound)
    assert names | {"product"} == set(PARAMETERS)


def test_no_page_lets_html_or_script_through() -> None:
    unsafe = re.compile(r"unsafe_allow|components\.(v1|v2|html)|st\.iframe")
    assert not [path.name for path, text in SOURCES.items() if unsafe.search(text)]
    html = {
        path.name: text.count("st.html(") for path, text in SOURCES.items() if "st.html(" in text
    }
    # the style, and the key figures, whose every text is escaped: test_dashboard_cards.py
    assert html == {"app.py": 1, "cards.py": 1}


def digest(home: Path) -> str:
    """Of the published marts."""
    return hashlib.sha256((home / "marts.duckdb").read_bytes()).hexdigest()
