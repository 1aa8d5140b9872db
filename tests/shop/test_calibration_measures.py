"""Each measure of the calibration, on events so few that the answer is known."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA, EVENT_TYPES, PRODUCT_SCHEMA
from esynapse.shop.calibration import (
    MEASURES,
    findings_table,
    load_targets,
    measure,
)
from esynapse.shop.calibration.comparison import compare
from esynapse.shop.calibration.run import open_run
from esynapse.shop.calibration.targets import Figure, Target
from esynapse.shop.calibration.waiting import Waits

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
PROFILES = ("typical", "rees46")
TYPES = {
    "view": "view_item",
    "cart": "add_to_cart",
    "remove": "remove_from_cart",
    "checkout": "begin_checkout",
    "buy": "purchase",
    "want": "out_of_stock",
    "refund": "refund",
    "review": "review",
}
ALL = tuple(kind for kind in EVENT_TYPES if kind not in ("refund", "review"))
ONLY_THREE = ("view_item", "add_to_cart", "purchase")

Events = list[dict[str, Any]]


def session(
    user: str,
    steps: str,
    *,
    day: float = 0,
    hour: float = 10,
    every: float = 30,
    price: float = 10.0,
    quantity: int = 1,
    order: str | None = None,
) -> Events:
    """Events ``every`` so many seconds; ``steps`` such as ``view:p1 cart:p1 buy:p1``."""
    start = MONDAY + timedelta(days=day, hours=hour)
    rows = []
    for number, step in enumerate(steps.split()):
        kind, product = step.split(":")
        rows.append(
            {
                "event_timestamp": start + timedelta(seconds=number * every),
                "event_type": TYPES[kind],
                "user_id": user,
                "session_id": order or f"{user} {day} {hour}",
                "product_id": product,
                "on_sale": False,
                "sale_price": price,
                "quantity": quantity if kind in ("cart", "remove", "buy", "refund") else None,
                "rating": 5 if kind == "review" else None,
                "source": "backfill",
            }
        )
    return rows


def last_day_is(day: int) -> Events:
    """A look that makes the run end with ``day``, the first one being 0."""
    return session("the last", "view:p1", day=day)


def products(names: Mapping[str, str]) -> pa.Table:
    """A catalogue of products and their categories."""
    rows = [{"product_id": name, "category": category} for name, category in names.items()]
    return pa.Table.from_pylist(rows, schema=PRODUCT_SCHEMA)


def truth(
    names: Mapping[str, str],
    *,
    elasticity: Sequence[float] | None = None,
    launch: date = date(2020, 1, 1),
) -> pa.Table:
    return pa.table(
        {
            "product_id": list(names),
            "category": list(names.values()),
            "elasticity": elasticity or [-2.6] * len(names),
            "launch_date": [launch] * len(names),
        }
    )


THREE = {"p1": "Shoes", "p2": "Books", "p3": "Books"}


class Shop:
    """Writes events as the export does, and measures them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("products.parquet", products(THREE))
        self.write("truth/product_truth/2026-01-05.parquet", truth(THREE))

    def write(self, name: str, rows: pa.Table) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, path)

    def sell(self, names: Mapping[str, str], **traits: Any) -> None:
        self.write("products.parquet", products(names))
        self.write("truth/product_truth/2026-01-05.parquet", truth(names, **traits))

    def happen(self, *parts: Iterable[dict[str, Any]]) -> None:
        rows = [row for part in parts for row in part]
        for day in sorted({row["event_timestamp"].date() for row in rows}):
            of_day = [row for row in rows if row["event_timestamp"].date() == day]
            table = pa.Table.from_pylist(of_day, schema=EVENT_SCHEMA)
            self.write(f"live_events/event_date={day}/part-0000.parquet", table)

    def measured(self, name: str, kinds: tuple[str, ...] = ALL) -> Mapping[str, float]:
        with open_run(self.folder, kinds) as run:
            return MEASURES[name](run)

    def value(self, name: str) -> float:
        return self.measured(name)["value"]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


# Sessions


def test_the_funnel_counts_sessions_and_a_purchase_only_of_what_was_carted(shop: Shop) -> None:
    shop.happen(
        session("looks", "view:p1 view:p2"),
        session("leaves", "view:p1 cart:p1"),
        session("buys", "view:p1 cart:p1 buy:p1"),
        session("buys another", "view:p1 cart:p1 buy:p2"),
        session("buys at once", "buy:p1"),
    )
    assert shop.value("session_add_to_cart_rate") == pytest.approx(3 / 5)
    assert shop.value("session_view_to_cart") == pytest.approx(3 / 4)
    assert shop.value("session_cart_to_purchase") == pytest.approx(1 / 3)
    assert shop.value("session_cart_abandonment") == pytest.approx(2 / 3)
    assert shop.value("session_conversion") == pytest.approx(3 / 5)
    assert shop.value("buying_sessions_without_a_cart") == pytest.approx(1 / 3)


def test_events_per_session_have_discrete_quantiles_over_all_sessions(shop: Shop) -> None:
    shop.happen(*(session(f"u{n}", "view:p1 " * n) for n in (1, 2, 3, 4, 10)))
    found = shop.measured("events_per_session")
    assert found["mean"] == pytest.approx(20 / 5)
    assert (found["p10"], found["p50"], found["p75"], found["p90"]) == (1, 3, 4, 10)
    assert shop.value("single_event_session_share") == pytest.approx(1 / 5)


def test_a_refund_and_a_review_are_no_events_of_their_session(shop: Shop) -> None:
    order = session("u", "view:p1 cart:p1 buy:p1")
    shop.happen(
        order,
        session("u", "refund:p1 review:p1", day=3, order=order[0]["session_id"]),
    )
    assert shop.measured("events_per_session")["mean"] == 3
    assert shop.measured("session_duration_s_multi_event")["p99"] == 60
    assert sum(shop.measured("transitions").values()) == 2
    assert sum(shop.measured("hour_of_day_utc_events").values()) == 3


def test_only_the_named_event_types_count(shop: Shop) -> None:
    shop.happen(
        session("u", "view:p1 cart:p1 remove:p1 view:p2 checkout:p2 buy:p2"),
        session("v", "want:p1"),
    )
    assert shop.measured("events_per_session", ALL)["mean"] == 7 / 2
    assert shop.measured("events_per_session", ONLY_THREE)["mean"] == 4
    assert shop.measured("transitions", ONLY_THREE) == {
        "view>cart": 1,
        "cart>view": 1,
        "view>purchase": 1,
    }
    assert shop.measured("event_mix_view_cart_purchase", ONLY_THREE) == {
        "view": 2,
        "cart": 1,
        "purchase": 1,
    }


def test_pauses_and_durations_are_those_of_a_session_also_across_midnight(shop: Shop) -> None:
    shop.happen(
        session("u", "view:p1 view:p2 view:p1", hour=23.99, every=100),
        session("u", "view:p1 view:p1", day=1, every=7),
        session("v", "view:p1"),
    )
    pauses = shop.measured("seconds_between_events")
    assert (pauses["p50"], pauses["p90"], pauses["mean"]) == (100, 100, pytest.approx(207 / 3))
    durations = shop.measured("session_duration_s_multi_event")
    assert (durations["p50"], durations["p99"]) == (7, 200)


def test_events_of_one_instant_follow_each_other_as_a_shopper_acts(shop: Shop) -> None:
    shop.happen(session("u", "buy:p1 view:p1 cart:p1", every=0))
    assert shop.measured("transitions") == {"view>cart": 1, "cart>purchase": 1}


def test_products_of_a_session_are_counted_once(shop: Shop) -> None:
    shop.happen(session("u", "view:p1 view:p2 view:p1 cart:p1"), session("v", "view:p3"))
    found = shop.measured("distinct_products_per_session")
    assert (found["p50"], found["p75"], found["mean"]) == (1, 2, 1.5)


def test_hours_and_weekdays_are_in_utc_and_the_week_begins_on_monday(shop: Shop) -> None:
    shop.happen(
        session("u", "view:p1 buy:p1", hour=0),
        session("v", "view:p1", day=1, hour=23),
        session("w", "view:p1 buy:p1 buy:p2", day=6, hour=12),
    )
    assert shop.measured("hour_of_day_utc_events") == {"0": 2, "23": 1, "12": 3}
    assert shop.measured("hour_of_day_utc_purchases") == {"0": 1, "12": 2}
    assert shop.measured("day_of_week_events") == {"0": 2, "1": 1, "6": 3}
    assert shop.measured("day_of_week_purchases") == {"0": 1, "6": 2}


# Customers


def test_users_buyers_and_their_purchases(shop: Shop) -> None:
    shop.happen(
        session("looks", "view:p1"),
        session("looks", "view:p1", day=1),
        session("once", "buy:p1"),
        session("two at once", "buy:p1 buy:p2"),
        session("twice", "buy:p1"),
        session("twice", "buy:p1 buy:p3", day=2),
    )
    assert shop.value("sessions_per_user_mean_61_days") == pytest.approx(6 / 4)
    assert shop.value("users_who_buy_61_days") == pytest.approx(3 / 4)
    assert shop.value("buyers_with_2_or_more_orders_in_90_days") == pytest.approx(1 / 3)
    assert shop.value("buyers_with_2_or_more_purchase_events") == pytest.approx(2 / 3)
    assert shop.measured("purchase_events_per_buyer_pmf_1_to_20") == {"0": 1, "1": 1, "2": 1}


def test_lines_of_an_order_are_its_products_and_not_its_units(shop: Shop) -> None:
    shop.happen(
        session("u", "buy:p1 buy:p1", quantity=5),
        session("v", "buy:p1 buy:p2 buy:p3"),
        session("w", "view:p1"),
    )
    found = shop.measured("cart_lines_per_order")
    assert (found["p50"], found["p90"], found["mean"]) == (1, 3, 2)


def test_the_top_7_per_cent_of_buyers_are_those_who_spent_most(shop: Shop) -> None:
    small = (session(f"u{n}", "buy:p1", price=2.0, quantity=3) for n in range(9))
    shop.happen(
        *small, session("big", "buy:p1", price=23.0), session("big", "buy:p1", day=1, price=23.0)
    )
    assert shop.value("share_of_revenue_by_top_7pct_of_buyers") == pytest.approx(46 / 100)


def test_days_between_orders_leave_out_refunds_and_other_users(shop: Shop) -> None:
    orders = [session("u", "buy:p1", day=day) for day in (0, 3, 10)]
    shop.happen(*orders, session("v", "buy:p1", day=5), last_day_is(29))
    found = shop.measured("days_between_orders")
    assert (found["p50"], found["p90"]) == (3, 7)


def test_short_waits_are_not_overcounted_although_the_run_shows_more_of_them(shop: Shop) -> None:
    """All users wait 2, 12 and 12 days in turn; of plain gaps in 20 days, most would be of 2."""
    turn, begins = 26, (0, 2, 14)
    orders = [
        (user, day) for user in range(turn) for day in range(20) if (day - user) % turn in begins
    ]
    gaps = [later - sooner for (user, sooner), (other, later) in pairwise(orders) if user == other]
    assert np.median(gaps) == 2
    shop.happen(*(session(f"u{user}", "buy:p1", day=day) for user, day in orders))
    assert shop.measured("days_between_orders")["p50"] == 12


# Returns


def order_and_refund(
    user: str, product: str, *, day: float, after: float, units: int = 1
) -> Events:
    order = session(user, f"buy:{product}", day=day, quantity=units)
    back = session(
        user, f"refund:{product}", day=day + after, quantity=1, order=order[0]["session_id"]
    )
    return [*order, *back]


def test_units_not_lines_are_returned_and_apparel_is_compared_with_the_rest(shop: Shop) -> None:
    shop.happen(
        order_and_refund("a", "p1", day=0, after=2, units=2),
        order_and_refund("b", "p2", day=0, after=4, units=4),
        session("c", "buy:p3", quantity=4),
        last_day_is(60),
    )
    found = shop.measured("return_rate_units")
    assert found["value"] == pytest.approx(2 / 10)
    assert found["lowest_apparel_minus_highest_other"] == pytest.approx(1 / 2 - 1 / 8)
    delays = shop.measured("days_purchase_to_refund")
    assert (delays["p50"], delays["p90"]) == (2, 4)


def test_a_unit_bought_lately_counts_only_for_the_delays_that_it_could_show(shop: Shop) -> None:
    """By hand: at 1 day 1 of 4 units comes back; at 5 days 1 of the 2 that are old enough."""
    shop.happen(
        order_and_refund("a", "p1", day=0, after=1),
        order_and_refund("b", "p1", day=0, after=5),
        session("c", "buy:p1", day=0),
        session("d", "buy:p1", day=7),
        last_day_is(9),
    )
    assert shop.measured("return_rate_units")["value"] == pytest.approx(1 - 3 / 4 * 1 / 2)


def test_a_shop_without_apparel_has_no_lead_of_apparel(shop: Shop) -> None:
    shop.sell({"p1": "Books"})
    shop.happen(session("u", "buy:p1"), last_day_is(5))
    findings = compare(
        "return_rate_units",
        Target(source="", lowest_apparel_minus_highest_other={"range": (0, 1)}),
        shop.measured("return_rate_units"),
    )
    assert [(finding.measured, finding.ok) for finding in findings] == [("–", False)]


# Waiting times

LENGTHS = st.lists(st.integers(1, 50), min_size=1, max_size=40)


@given(LENGTHS, st.floats(0.01, 1))
def test_waits_that_all_end_have_their_plain_quantiles(lengths: list[int], share: float) -> None:
    days = np.array(lengths, dtype=float)
    found = Waits.estimate(days, np.ones(len(days)), np.ones(len(days), dtype=bool))
    for limit in lengths:
        assert found.share_within(limit) == pytest.approx(np.mean(days <= limit))
    plain = np.sort(days)[int(np.ceil(round(share * len(days), 6))) - 1]
    assert found.quantile(share, within=50) == plain


@given(st.lists(st.tuples(st.integers(1, 50), st.booleans(), st.integers(1, 9)), min_size=1))
def test_the_share_that_has_ended_never_falls_and_units_are_as_many_rows(
    waits: list[tuple[int, bool, int]],
) -> None:
    days, happened, units = (np.array(column) for column in zip(*waits, strict=True))
    found = Waits.estimate(days.astype(float), units.astype(float), happened)
    assert np.all(np.diff(found.ended) >= -1e-12)
    assert found.ended[0] >= -1e-12
    assert found.ended[-1] <= 1 + 1e-12
    rows = [np.repeat(column, units) for column in (days.astype(float), happened)]
    one_by_one = Waits.estimate(rows[0], np.ones(len(rows[0])), rows[1])
    np.testing.assert_allclose(one_by_one.ended, found.ended)


def test_the_end_of_a_run_does_not_move_the_estimate() -> None:
    rng = np.random.default_rng(1)
    n, length = 200_000, 90.0
    delay = np.exp(np.log(9.3) + 1.2 * rng.standard_normal(n))
    delay[rng.random(n) > 0.2] = np.inf
    seen_for = rng.random(n) * length
    happened = delay <= seen_for
    found = Waits.estimate(np.where(happened, delay, seen_for), np.ones(n), happened)
    in_time = delay[delay <= 80]
    assert found.share_within(80) == pytest.approx(len(in_time) / n, rel=0.03)
    assert found.quantile(0.5, within=80) == pytest.approx(np.median(in_time), rel=0.03)
    assert found.quantile(0.9, within=80) == pytest.approx(np.quantile(in_time, 0.9), rel=0.05)
    assert np.mean(happened) < 0.85 * len(in_time) / n


# Assortment


def test_the_top_of_all_products_and_not_only_of_those_looked_at(shop: Shop) -> None:
    shop.sell({f"p{n}": "Books" for n in range(100)})
    shop.happen(
        session("u", "view:p0 " * 50),
        *(session(f"u{n}", f"view:p{n} view:p{n}") for n in range(1, 26)),
        session("v", "cart:p50 buy:p50"),
    )
    assert shop.value("view_share_top_1pct_products") == pytest.approx(0.50)
    assert shop.value("view_share_top_10pct_products") == pytest.approx(0.50 + 9 * 0.02)


def test_the_slope_of_a_power_law_is_found_beyond_its_head(shop: Shop) -> None:
    shop.sell({f"p{n}": "Books" for n in range(1, 61)})
    shop.happen(
        *(session(f"u{n}", f"view:p{n} " * round(2000 * max(n, 10) ** -0.5)) for n in range(1, 61))
    )
    assert shop.value("zipf_slope_rank_10_1000") == pytest.approx(-0.5, abs=0.003)


def test_prices_are_of_purchase_events_and_not_of_refunds(shop: Shop) -> None:
    order = session("u", "view:p1 buy:p1", price=100.0, quantity=7)
    shop.happen(
        order,
        session("v", "buy:p1", price=20.0),
        session("w", "buy:p2", price=30.0),
        session("u", "refund:p1", day=1, price=100.0, order=order[0]["session_id"]),
    )
    assert shop.measured("price_of_purchases") == {"median": 30.0, "mean": 50.0}


def test_elasticities_have_a_mean_and_spread_between_and_within_categories(shop: Shop) -> None:
    shop.sell(
        {"p1": "Books", "p2": "Books", "p3": "Shoes", "p4": "Shoes"},
        elasticity=[-2.0, -2.2, -3.0, -3.2],
    )
    shop.happen(last_day_is(0))
    found = shop.measured("price_elasticity_mean")
    assert found["value"] == pytest.approx(-2.6)
    assert found["sd_between_categories"] == pytest.approx(0.5)
    assert found["sd_within_categories"] == pytest.approx(0.1)


def stock_out(product: str, begin: float, end: float) -> dict[str, Any]:
    return {
        "product_id": product,
        "started_at": MONDAY + timedelta(days=begin),
        "ended_at": MONDAY + timedelta(days=end),
    }


def test_time_without_stock_is_cut_to_the_run_and_to_the_launch(shop: Shop) -> None:
    shop.happen(last_day_is(0), last_day_is(9))
    assert shop.value("out_of_stock_share_of_product_hours") == 0
    windows = [stock_out("p1", 0, 1), stock_out("p1", 1, 1.5), stock_out("p2", 9.5, 12)]
    shop.write("truth/stock_outs/2026-01-05.parquet", pa.Table.from_pylist(windows))
    assert shop.value("out_of_stock_share_of_product_hours") == pytest.approx(2 / 30)
    shop.write(
        "truth/product_truth/2026-01-10.parquet", truth({"p4": "Books"}, launch=date(2026, 1, 10))
    )
    assert shop.value("out_of_stock_share_of_product_hours") == pytest.approx(2 / 35)


# Comparison


@pytest.mark.parametrize(
    ("figure", "within", "outside"),
    [
        (Figure(target=0.7, tol=0.1), (0.6, 0.7, 0.8), (0.59, 0.81, float("nan"))),
        (Figure(target=-2.0, tol_rel=0.1), (-2.2, -1.8), (-2.3, -1.7)),
        (Figure(target=10, tol=2, tol_rel=0.1), (8, 12), (7.9, 12.1)),
        (Figure(target=2, tol=0), (2,), (1, 3)),
        (Figure(range=(-0.65, -0.42)), (-0.65, -0.5, -0.42), (-0.66, -0.41)),
        (Figure(range=(0, float("inf"))), (0, 1e9), (-0.1,)),
    ],
)
def test_a_figure_passes_up_to_the_edge_of_its_tolerance(
    figure: Figure, within: tuple[float, ...], outside: tuple[float, ...]
) -> None:
    def passes(value: float) -> bool:
        target = Target(source="s", value=figure.model_dump(exclude_none=True))
        (finding,) = compare("name", target, {"value": value})
        return finding.ok

    assert all(map(passes, within))
    assert not any(map(passes, outside))


def test_parts_of_a_whole_are_compared_as_shares_one_by_one_or_by_distance() -> None:
    measured = {"a": 600.0, "b": 390.0, "c": 10.0, "not asked for": 5000.0}
    weights = {"a": 3, "b": 2, "d": 0}
    by_part = Target(source="", weights=weights, tol_rel=0.05, tol=0.001)
    assert [(f.name, f.ok) for f in compare("x", by_part, measured)] == [
        ("x a", True),
        ("x b", True),
        ("x d", True),
    ]
    whole = {"0": 50.0, "1": 50.0}
    distance = Target(source="", weights=[60, 40], distance=0.1)
    (finding,) = compare("x", distance, whole)
    assert (finding.ok, finding.measured) == (True, "0.1 off")
    (finding,) = compare("x", Target(source="", weights=[70, 30], distance=0.1), whole)
    assert not finding.ok


def test_a_figure_without_a_tolerance_is_refused() -> None:
    for wrong in ({"target": 1}, {}, {"range": (0, 1), "target": 1, "tol": 1}, {"tol": 1}):
        with pytest.raises(ValueError, match="give a target with tol"):
            Figure(**wrong)


# Targets


def test_every_target_has_a_measure_and_every_measure_a_target() -> None:
    asked = {name for profile in PROFILES for name in load_targets(profile).targets}
    assert asked == set(MEASURES)


def test_a_profile_without_targets_is_refused_and_those_with_some_are_named() -> None:
    with pytest.raises(EsynapseError, match="'nobody' has no targets, use one of: rees46, typical"):
        load_targets("nobody")


@pytest.mark.parametrize("profile", PROFILES)
def test_a_run_gets_a_finding_for_every_figure_and_a_table_of_text(
    shop: Shop, profile: str
) -> None:
    shop.happen(session("u", "view:p1 view:p2 cart:p1 buy:p1"), last_day_is(3))
    findings = measure(shop.folder, profile)
    assert len(findings) == sum(
        len(target.figures) + (1 if target.distance else len(target.shares))
        for target in load_targets(profile).targets.values()
    )
    assert all(finding.source for finding in findings)
    table = findings_table(findings)
    assert table.column_names == ["figure", "target", "measured", "tolerance", "pass", "source"]
    assert set(table["pass"].to_pylist()) == {"yes", "NO"}


@pytest.mark.parametrize(
    ("missing", "file"),
    [
        ("live_events", "live_events/event_date=2026-01-05/part-0000.parquet"),
        ("product_truth", "truth/product_truth/2026-01-05.parquet"),
        ("products.parquet", "products.parquet"),
    ],
)
def test_a_folder_that_is_no_run_is_refused_by_name(shop: Shop, missing: str, file: str) -> None:
    shop.happen(last_day_is(0))
    (shop.folder / file).unlink()
    with pytest.raises(EsynapseError, match=missing):
        measure(shop.folder, "typical")


def test_a_run_without_any_event_is_refused(shop: Shop) -> None:
    shop.write("live_events/event_date=2026-01-05/part-0000.parquet", EVENT_SCHEMA.empty_table())
    with pytest.raises(EsynapseError, match="no event at all"):
        measure(shop.folder, "typical")
