"""The last hour, counted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from dashboard import charts, live

NOW = datetime(2026, 3, 29, 1, 30, 25, tzinfo=UTC)


def events(*ages: float, kind: str = "purchase") -> pd.DataFrame:
    """One event for each age in seconds."""
    return pd.DataFrame(
        {
            "event_timestamp": pd.to_datetime([NOW - timedelta(seconds=age) for age in ages]),
            "event_type": kind,
            "user_id": "u",
            "session_id": [f"s{int(age) // 100}" for age in ages],
            "product_id": "p",
            "sale_price": 2.5,
            "quantity": 2,
        }
    )


def test_every_step_of_the_window_has_a_row_even_without_events() -> None:
    for grain in live.GRAINS.values():
        counts = live.counts(events(50.0), NOW, grain, "UTC")
        assert counts["at"].nunique() == grain.steps
        assert counts["events"].sum() == 1


def test_the_step_that_is_not_over_is_left_out() -> None:
    counts = live.counts(events(5.0, 30.0), NOW, live.GRAINS["60 minutes"], "UTC")
    assert counts["events"].sum() == 1
    assert counts.loc[counts["events"] > 0, "at"].item() == "01:29"


def test_only_purchases_bring_revenue() -> None:
    both = pd.concat([events(70.0, 80.0), events(75.0, kind="view_item")])
    counts = live.counts(both, NOW, live.GRAINS["60 minutes"], "UTC")
    assert counts["revenue"].sum() == 10.0


def test_times_are_those_of_the_shops_clock() -> None:
    counts = live.counts(events(70.0), NOW, live.GRAINS["60 minutes"], "Europe/Berlin")
    assert counts["at"].iloc[-1] == "03:29"


def test_steps_stand_in_the_order_of_time_over_midnight() -> None:
    midnight = datetime(2026, 3, 30, 0, 5, tzinfo=UTC)
    for grain in live.GRAINS.values():
        rows = live.counts(events(70.0), midnight, grain, "UTC")
        spec = charts.to_spec(charts.pulse(rows, labelled=grain.labelled))
        drawn = spec["datasets"][spec["data"]["name"]]
        assert drawn["at"].drop_duplicates().tolist() == rows["at"].drop_duplicates().tolist()
        assert spec["layer"][0]["encoding"]["x"]["sort"] is None


@pytest.mark.parametrize("window", live.GRAINS)
def test_new_rows_are_drawn_by_the_chart_that_stands_there(window: str) -> None:
    def spec(age: float) -> dict[str, Any]:
        grain = live.GRAINS[window]
        rows = live.counts(events(age, age + 1), NOW, grain, "UTC")
        return charts.to_spec(charts.pulse(rows, labelled=grain.labelled))

    first, second = spec(30.0), spec(31.0)
    assert first.pop("datasets") is not None
    second.pop("datasets")
    assert first == second


def test_the_axis_names_few_steps_of_every_window() -> None:
    for grain in live.GRAINS.values():
        steps = live.counts(events(1.0), NOW, grain, "UTC")["at"].drop_duplicates()
        assert 4 <= steps.str.contains(grain.labelled).sum() <= 6


def test_the_last_minute_counts_orders_and_what_they_brought() -> None:
    minute = live.Minute.of(pd.concat([events(5.0, 61.0), events(6.0, kind="view_item")]), NOW)
    assert minute == (2, 1, 5.0)


def test_latency_to_the_screen_is_the_age_of_what_is_new_on_it() -> None:
    screen = live.Screen()
    old = events(100.0).assign(event_id="old")
    screen.draw(old, NOW)
    assert screen.quantile(0.5) is None
    later = NOW + timedelta(seconds=2)
    screen.draw(pd.concat([old, events(-1.0, 1.0).assign(event_id=["a", "b"])]), later)
    assert screen.quantile(0.0) == pytest.approx(1.0)
    assert screen.quantile(1.0) == pytest.approx(3.0)
    screen.draw(old.assign(event_id="late"), later + live.REMEMBERED + timedelta(seconds=1))
    assert len(screen.ages) == 1, "those of long ago are forgotten"


def test_an_order_is_the_purchases_of_one_session() -> None:
    orders = live.orders(events(10.0, 20.0, 110.0), {"p": "Pen"})
    assert orders["items"].tolist() == [4, 2]
    assert orders["amount"].tolist() == [10.0, 5.0]
    assert orders["products"].tolist() == ["Pen", "Pen"]


def test_a_product_without_a_name_is_shown_by_its_id() -> None:
    assert live.latest(events(1.0), {})["product"].tolist() == ["p"]
