"""The last hour, counted."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from dashboard import live

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
        counts = live.counts(events(70.0), NOW, grain, "UTC")
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


def test_an_order_is_the_purchases_of_one_session() -> None:
    orders = live.orders(events(10.0, 20.0, 110.0), {"p": "Pen"})
    assert orders["items"].tolist() == [4, 2]
    assert orders["amount"].tolist() == [10.0, 5.0]
    assert orders["products"].tolist() == ["Pen", "Pen"]


def test_a_product_without_a_name_is_shown_by_its_id() -> None:
    assert live.latest(events(1.0), {})["product"].tolist() == ["p"]
