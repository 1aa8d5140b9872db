"""What holds of every event that the shop makes: the contract, and cause before effect."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from esynapse.events import EVENT_SCHEMA, EVENT_TYPES, PRODUCT_SCHEMA, QUANTITY_EVENT_TYPES
from esynapse.shop import ShopState, load_profile, open_shop, products_table, simulate_day

OPENING = date(2026, 3, 20)
DAYS = 25


class History:
    """A run of the shop in Sydney (which leaves summer time in it), day by day and as a whole."""

    def __init__(self) -> None:
        state = open_shop(
            load_profile("typical"),
            seed=5,
            scale=0.1,
            opening_day=OPENING,
            timezone="Australia/Sydney",
        )
        self.days: list[pa.Table] = []
        self.states: list[ShopState] = [state]
        truth: dict[str, list[pa.Table]] = {}
        for _ in range(DAYS):
            events, state, tables = simulate_day(state, state.next_day)
            self.days.append(events)
            self.states.append(state)
            for name, table in tables.items():
                truth.setdefault(name, []).append(table)
        self.truth = {name: pa.concat_tables(parts) for name, parts in truth.items()}
        self.sql = duckdb.connect()
        self.sql.execute("set timezone = 'UTC'")
        self.sql.register("events", pa.concat_tables(self.days))
        self.sql.register("products", products_table(state))
        for name, table in self.truth.items():
            self.sql.register(name, table)

    def count(self, query: str) -> int:
        row = self.sql.execute(f"select count(*) from ({query})").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture(scope="module")
def shop() -> Iterator[History]:
    history = History()
    yield history
    history.sql.close()


def test_events_and_products_have_exactly_the_contracts_schemas(shop):
    assert all(day.schema.equals(EVENT_SCHEMA) for day in shop.days)
    assert products_table(shop.states[0]).schema.equals(PRODUCT_SCHEMA)


def test_every_kind_of_event_occurs(shop):
    kinds = set().union(*(day["event_type"].unique().to_pylist() for day in shop.days))
    assert kinds == set(EVENT_TYPES)


def test_columns_are_filled_for_exactly_the_events_that_have_them(shop):
    always = [c for c in EVENT_SCHEMA.names if c not in ("quantity", "rating")]
    for day in shop.days:
        assert all(day[name].null_count == 0 for name in always)
    with_quantity = ", ".join(f"'{kind}'" for kind in QUANTITY_EVENT_TYPES)
    assert not shop.count(
        f"from events where (quantity is not null) <> (event_type in ({with_quantity}))"
    )
    assert not shop.count("from events where (rating is not null) <> (event_type = 'review')")
    assert not shop.count("from events where quantity < 1 or rating not between 1 and 5")


def test_every_event_lies_in_its_utc_day_and_days_are_sorted(shop):
    for offset, day in enumerate(shop.days):
        start = datetime.combine(OPENING + timedelta(days=offset), datetime.min.time(), UTC)
        low, high = pc.min_max(day["event_timestamp"]).as_py().values()
        assert start <= low <= high < start + timedelta(days=1)
        instants = day["event_timestamp"].cast(pa.int64()).to_numpy()
        assert (np.diff(instants) >= 0).all()


def test_event_ids_are_unique_and_sort_as_time_does(shop):
    ids = pa.concat_tables(shop.days)["event_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids)


def test_no_gap_within_a_session_reaches_30_minutes(shop):
    assert not shop.count("""
        select event_timestamp - lag(event_timestamp) over (
            partition by session_id order by event_timestamp
        ) as gap
        from events where event_type not in ('refund', 'review')
        qualify gap >= interval 30 minute
    """)


def test_a_session_has_one_user_and_begins_with_a_view(shop):
    assert not shop.count(
        "select session_id from events group by 1 having count(distinct user_id) > 1"
    )
    assert not shop.count("""
        select session_id from events group by 1
        having arg_min(event_type, event_timestamp) <> 'view_item'
    """)


def test_sessions_go_on_past_midnight(shop):
    assert shop.count("""
        select session_id from events where event_type not in ('refund', 'review')
        group by 1 having min(event_timestamp)::date < max(event_timestamp)::date
    """)


@pytest.mark.parametrize(
    ("effect", "cause"),
    [
        ("add_to_cart", "view_item"),
        ("out_of_stock", "view_item"),
        ("remove_from_cart", "add_to_cart"),
        ("begin_checkout", "add_to_cart"),
        ("purchase", "add_to_cart"),
        ("refund", "purchase"),
        ("review", "purchase"),
    ],
)
def test_an_effect_follows_its_cause_in_the_same_session(shop, effect, cause):
    assert not shop.count(f"""
        from events as e where event_type = '{effect}' and not exists (
            from events as c
            where c.session_id = e.session_id and c.product_id = e.product_id
            and c.user_id = e.user_id and c.event_type = '{cause}'
            and c.event_timestamp < e.event_timestamp
        )
    """)


def test_a_purchase_follows_a_checkout_and_no_session_checks_out_twice(shop):
    assert not shop.count("""
        from events as e where event_type = 'purchase' and not exists (
            from events as c where c.session_id = e.session_id
            and c.event_type = 'begin_checkout' and c.event_timestamp < e.event_timestamp
        )
    """)
    assert not shop.count("""
        select session_id from events where event_type = 'begin_checkout'
        group by 1 having count(*) > 1
    """)


def test_what_was_removed_from_the_cart_is_not_bought(shop):
    assert not shop.count("""
        select session_id, product_id from events group by 1, 2
        having bool_or(event_type = 'remove_from_cart') and bool_or(event_type = 'purchase')
    """)


def test_no_more_is_refunded_than_was_bought_and_at_the_price_paid(shop):
    assert not shop.count("""
        select session_id, product_id from events group by 1, 2
        having sum(quantity) filter (event_type = 'refund')
             > coalesce(sum(quantity) filter (event_type = 'purchase'), 0)
    """)
    assert not shop.count("""
        from events as r join events as p using (session_id, product_id)
        where r.event_type = 'refund' and p.event_type = 'purchase'
        and (r.sale_price <> p.sale_price or r.on_sale <> p.on_sale)
    """)


def test_stock_is_never_negative_and_nothing_is_put_into_a_cart_while_sold_out(shop):
    assert all((state.stock.level >= 0).all() for state in shop.states)
    assert shop.count("from stock_outs")
    assert not shop.count("""
        from events as e join stock_outs as s on s.product_id = e.product_id
        and e.event_timestamp >= s.started_at and e.event_timestamp < s.ended_at
        join (select session_id, min(event_timestamp) as began from events group by 1) as b
        on b.session_id = e.session_id and b.began::date = s.started_at::date
        where e.event_type = 'add_to_cart'
    """)


def test_a_day_sells_no_more_than_was_in_stock(shop):
    for offset, (before, after) in enumerate(zip(shop.states, shop.states[1:], strict=False)):
        arrived = before.stock.arrival == (OPENING + timedelta(days=offset)).toordinal()
        available = before.stock.level + np.where(arrived, before.stock.incoming, 0)
        assert (after.stock.level <= available).all()


def test_on_sale_is_true_on_the_shops_dates_of_the_promotion_and_at_its_price(shop):
    shop.sql.execute("""
        create or replace temp view priced as
        select e.*, p.sale_price as planned
        from events as e left join promotions as p on p.product_id = e.product_id
        and cast(timezone('Australia/Sydney', e.event_timestamp) as date)
            between p.start_date and p.end_date
        where event_type <> 'refund'
    """)
    assert shop.count("from priced where on_sale") > 100
    assert not shop.count("from priced where on_sale <> (planned is not null)")
    assert not shop.count("from priced where on_sale and sale_price <> planned")


def test_events_name_products_of_the_catalog_with_believable_prices(shop):
    assert shop.count("from products") == 1000
    assert shop.count("select distinct category from products") == 12
    assert not shop.count("from events anti join products using (product_id)")
    assert not shop.count(
        "from products where round(regular_price * 100) % 100 not in (99, 95, 49)"
    )
    assert shop.count("select distinct product_name, category from products") == 1000


def test_reviews_move_the_products_rating(shop):
    first, last = (products_table(shop.states[i])["review_count"] for i in (0, -1))
    written = shop.count("from events where event_type = 'review'")
    assert pc.sum(last).as_py() - pc.sum(first).as_py() == written


def test_an_abandoned_cart_is_bought_in_a_later_session_by_some(shop):
    assert shop.count("""
        with carts as (
            select session_id, user_id, product_id, min(event_timestamp) as began,
                bool_or(event_type = 'purchase') as bought
            from events group by 1, 2, 3 having bool_or(event_type = 'add_to_cart')
        )
        from carts as a join carts as b using (user_id, product_id)
        where not a.bought and b.bought and a.began < b.began
    """)
