"""The filters live in the URL: a link reproduces the view, and nonsense in it is ignored."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.filters import Clock, Selection, _sound_range
from tests.dashboard.conftest import Open, metric, sound

CLOCK = Clock(
    pd.Timestamp("2026-03-31 15:00", tz="UTC"),
    date(2026, 3, 31),
    date(2026, 1, 1),
    date(2026, 3, 30),
    "UTC",
    "USD",
)
ABSURD = [
    {
        "dates": "yesterday",
        "categories": ["'; drop table customers; --", "\n"],
        "discount": "free",
        "metric": "profit",
        "grain": "yearly",
        "window": "0",
    },
    {
        "dates": ["2999-01-01", "2999-02-01"],
        "metric": "x" * 5000,
        "discount": "",
        "series": "category:none",
        "product": "' or 1=1",
        "search": "%_*[(",
    },
    {"dates": ["0001-01-01", "9999-12-31"], "unknown": "1", "embed": "maybe"},
    {"dates": ["2026-03-09"] * 5, "metric": ""},
]


@pytest.mark.slow
def test_absurd_values_give_the_default_view(shop_home: Path, open_app: Open) -> None:
    plain = metric(sound(open_app(shop_home)), "Gross revenue")
    for query in ABSURD:
        assert metric(sound(open_app(shop_home, **query)), "Gross revenue") == plain


@pytest.mark.slow
def test_a_link_sets_the_filters(shop_home: Path, open_app: Open) -> None:
    week = ["2001-01-01", "2001-01-07"]
    app = sound(open_app(shop_home, metric="Units", discount="On sale", dates=week))
    assert "Units over time" in [each.value for each in app.header]
    assert app.selectbox(key="metric").value == "Units"
    assert app.query_params["discount"] == "On sale"


@given(st.tuples(st.dates(), st.dates()) | st.tuples(st.dates()) | st.none() | st.text())
def test_a_selection_always_lies_within_the_data(chosen: object) -> None:
    start, end = _sound_range(chosen, CLOCK)
    assert CLOCK.first_date <= start <= end <= CLOCK.as_of_date


def test_by_default_the_newest_thirty_complete_days_are_chosen() -> None:
    assert _sound_range(None, CLOCK) == (date(2026, 3, 1), date(2026, 3, 30))


def test_the_period_before_is_as_long_and_ends_the_day_before() -> None:
    week = Selection(date(2026, 3, 8), date(2026, 3, 14), (), "All", "Orders")
    assert week.previous == (date(2026, 3, 1), date(2026, 3, 7))
