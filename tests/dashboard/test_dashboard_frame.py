"""The frame of every page: meanings, files of what is shown, clicks, the hint of a first visit."""

import csv
import io
import re
import time
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard import clicks, formats, hint
from dashboard.filters import CATEGORIES, DATES, Selection, summary
from dashboard.panel import FORMATS, as_file


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1),
            st.integers(-(2**31), 2**31),
        ),
        min_size=1,
    )
)
def test_what_is_shown_comes_back_from_its_files(rows: list[tuple[str, int]]) -> None:
    shown = pd.DataFrame(rows, columns=["name", "count"])
    files = {name: as_file(shown, write) for name, (_, write) in FORMATS.items()}
    assert pq.read_table(io.BytesIO(files["Parquet"])).to_pandas().equals(shown)
    text = io.StringIO(files["CSV"].decode(), newline="")
    assert [(row["name"], int(row["count"])) for row in csv.DictReader(text)] == rows


@given(st.text())
def test_names_from_data_are_no_markdown(name: str) -> None:
    escaped = formats.as_text(name)
    assert re.sub(r"\\(.)", r"\1", escaped) == " ".join(name.split())
    assert not set("*_[<$:`") & set(re.sub(r"\\.", "", escaped))


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    held: dict[str, object] = {}
    monkeypatch.setattr(clicks.st, "session_state", held)
    monkeypatch.setattr(clicks.st, "context", SimpleNamespace(timezone="Asia/Tokyo"))
    return held


def test_a_click_on_categories_filters_by_them_and_a_double_click_by_none(
    state: dict[str, object],
) -> None:
    picked = [{"category": "Shoes"}, {"category": "Beauty"}]
    state["chart"] = SimpleNamespace(selection={"pick": picked})
    clicks.filter_categories("chart")
    assert state[CATEGORIES] == ["Shoes", "Beauty"]
    state["chart"] = SimpleNamespace(selection={"pick": []})
    clicks.filter_categories("chart")
    assert state[CATEGORIES] == []


def test_a_span_drawn_over_days_becomes_the_dates_wherever_the_viewer_is(
    state: dict[str, object],
) -> None:
    in_tokyo = [datetime(2026, 3, day, 15, 30, tzinfo=UTC).timestamp() * 1000 for day in (9, 4)]
    state["chart"] = SimpleNamespace(selection={"zoom": {"day": in_tokyo}})
    clicks.zoom_dates("chart")
    assert state[DATES] == (date(2026, 3, 5), date(2026, 3, 10))


def test_a_span_that_was_cleared_leaves_the_dates(state: dict[str, object]) -> None:
    state["chart"] = SimpleNamespace(selection={"zoom": {}})
    clicks.zoom_dates("chart")
    assert DATES not in state


def test_what_is_chosen_is_said_of_the_filters_that_the_page_uses() -> None:
    chosen = Selection(date(2026, 3, 8), date(2026, 3, 14), ("Shoes",), "On sale", "Orders")
    assert summary(chosen, frozenset({"dates"})) == "08 Mar – 14 Mar 2026 (7 days)"
    everything = summary(chosen, frozenset({"dates", "categories", "discount"}))
    assert everything == "08 Mar – 14 Mar 2026 (7 days) · Shoes · on sale"


@given(st.integers(1, 400), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_the_same_weekdays_are_the_newest_before_it(days: int, start: date) -> None:
    end = start + pd.Timedelta(days=days - 1).to_pytimedelta()
    selection = Selection(start, end, (), "All", "Orders")
    first, last = selection.same_weekdays
    assert first.weekday() == start.weekday()
    assert last - first == end - start
    assert last < start
    assert (start - last).days <= 7


def served() -> TestClient:
    routes = [
        Route("/", lambda _: HTMLResponse("<p>page")),
        Route("/script.js", lambda _: PlainTextResponse("code")),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(hint.FirstVisit)])
    return TestClient(app, base_url="http://127.0.0.1")


def test_the_first_page_alone_sets_the_cookie_of_the_first_visit() -> None:
    client = served()
    assert "set-cookie" not in client.get("/script.js").headers
    cookie = client.get("/").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "set-cookie" not in client.get("/").headers


def test_a_visitor_is_new_for_a_while() -> None:
    assert hint._is_new(str(int(time.time())))
    assert not hint._is_new(str(int(time.time()) - hint.NEW_FOR - 1))


@given(st.text())
def test_a_cookie_that_is_no_time_makes_nobody_new(value: str) -> None:
    assert not hint._is_new(value) or value.isdigit()
