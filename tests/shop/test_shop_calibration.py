"""The typical shop's figures come out near those that its profile cites."""

from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from esynapse.shop import load_profile, open_shop, simulate_day

DAYS = 14


@pytest.fixture(scope="module")
def fortnight() -> tuple[list[pa.Table], dict[str, pa.Table]]:
    state = open_shop(load_profile("typical"), seed=42, scale=1.0, opening_day=date(2026, 1, 5))
    days = []
    for _ in range(DAYS):
        events, state, truth = simulate_day(state, state.next_day)
        days.append(events)
        if len(days) == 1:
            opening = truth
    return days, opening


@pytest.fixture(scope="module")
def sessions(fortnight) -> dict[str, float]:
    with duckdb.connect() as sql:
        sql.register("events", pa.concat_tables(fortnight[0]))
        cursor = sql.execute("""
            with sessions as (
                select count(*) as n, bool_or(event_type = 'add_to_cart') as carted,
                    bool_or(event_type = 'purchase') as bought
                from events where event_type not in ('refund', 'review') group by session_id
            )
            select avg(n) as events, median(n) as median_events,
                avg((n = 1)::int) as single, avg(carted::int) as add_to_cart,
                avg(bought::int) as conversion,
                1 - avg(bought::int) filter (carted) as abandonment
            from sessions
        """)
        row = cursor.fetchone()
        assert row is not None
        return dict(zip([d[0] for d in cursor.description], row, strict=True))


def test_scale_one_is_50_to_100_thousand_events_a_day(fortnight):
    assert all(50_000 <= day.num_rows <= 100_000 for day in fortnight[0])


@pytest.mark.parametrize(
    ("figure", "target", "tolerance"),
    [
        ("add_to_cart", 0.075, 0.006),
        ("conversion", 0.0225, 0.002),
        ("abandonment", 0.702, 0.02),
        ("events", 4.6, 0.4),
        ("median_events", 2, 0),
        ("single", 0.40, 0.03),
    ],
)
def test_the_funnel_is_near_its_targets(sessions, figure, target, tolerance):
    assert sessions[figure] == pytest.approx(target, abs=tolerance)


def test_nights_keep_nearly_half_the_traffic_and_evenings_are_busiest(fortnight):
    hours = np.concatenate(
        [
            day["event_timestamp"].cast(pa.int64()).to_numpy() // 3_600_000_000
            for day in fortnight[0]
        ]
    )
    counts = np.bincount(hours % 24, minlength=24)
    assert counts.min() / counts.mean() > 0.45
    assert 17 <= counts.argmax() <= 22


def test_elasticities_are_near_the_published_mean(fortnight):
    elasticity = fortnight[1]["product_truth"]["elasticity"].to_numpy()
    assert elasticity.mean() == pytest.approx(-2.62, abs=0.1)
    assert elasticity.std() > 0.3


def test_popularity_has_a_head_and_a_long_tail(fortnight):
    popularity = np.sort(fortnight[1]["product_truth"]["popularity"].to_numpy())[::-1]
    assert 0.11 <= popularity[:10].sum() <= 0.18
    assert 0.40 <= popularity[:100].sum() <= 0.46


def test_a_lower_price_turns_more_views_into_carts(fortnight):
    with duckdb.connect() as sql:
        sql.register("events", pa.concat_tables(fortnight[0]))
        row = sql.execute("""
            select count(*) filter (event_type = 'add_to_cart' and on_sale)
                / count(*) filter (event_type = 'view_item' and on_sale),
                count(*) filter (event_type = 'add_to_cart' and not on_sale)
                / count(*) filter (event_type = 'view_item' and not on_sale)
            from events
        """).fetchone()
    assert row is not None
    assert 1.2 < row[0] / row[1] < 1.7
