"""What holds of every event of every shop: the contract, and cause before effect."""

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given

from esynapse.events import EVENT_SCHEMA, EVENT_TYPES, PRODUCT_SCHEMA, QUANTITY_EVENT_TYPES
from esynapse.shop import products_table
from tests.shop.conftest import HISTORIES, History, all_sorts, history

SHOPS = all_sorts()


@given(shop=SHOPS)
def test_events_and_products_have_exactly_the_contracts_schemas(shop: History) -> None:
    assert all(day.schema.equals(EVENT_SCHEMA) for day in shop.days)
    assert all(products_table(state).schema.equals(PRODUCT_SCHEMA) for state in shop.states)


@given(shop=SHOPS)
def test_columns_are_filled_for_exactly_the_events_that_have_them(shop: History) -> None:
    for day in shop.days:
        always = [c for c in EVENT_SCHEMA.names if c not in ("quantity", "rating")]
        assert all(day[name].null_count == 0 for name in always)
        has_quantity = pc.is_in(day["event_type"], pa.array(QUANTITY_EVENT_TYPES))
        assert pc.all(pc.equal(pc.is_valid(day["quantity"]), has_quantity)).as_py() in (True, None)
        is_review = pc.equal(day["event_type"], "review")
        assert pc.all(pc.equal(pc.is_valid(day["rating"]), is_review)).as_py() in (True, None)
    assert not shop.count("from events where quantity < 1 or rating not between 1 and 5")


@given(shop=SHOPS)
def test_every_event_lies_in_its_utc_day_and_days_are_sorted(shop: History) -> None:
    for state, day in zip(shop.states, shop.days, strict=False):
        start = datetime.combine(state.next_day, datetime.min.time(), UTC)
        instants = day["event_timestamp"].cast(pa.int64()).to_numpy()
        first = int(start.timestamp()) * 1_000_000
        assert ((instants >= first) & (instants < first + 86_400_000_000)).all()
        assert (np.diff(instants) >= 0).all()


@given(shop=SHOPS)
def test_event_ids_are_unique_and_sort_as_time_does(shop: History) -> None:
    ids = pa.concat_tables(shop.days)["event_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids)


@given(shop=SHOPS)
def test_no_gap_within_a_session_reaches_30_minutes(shop: History) -> None:
    assert not shop.count("""
        select event_timestamp - lag(event_timestamp) over (
            partition by session_id order by event_timestamp
        ) as gap
        from events where event_type not in ('refund', 'review')
        qualify gap >= interval 30 minute
    """)


@given(shop=SHOPS)
def test_a_session_has_one_user_and_begins_with_a_view(shop: History) -> None:
    assert not shop.count("""
        select session_id from events group by 1
        having count(distinct user_id) > 1
            or arg_min(event_type, (event_timestamp, event_id)) <> 'view_item'
    """)


CAUSES = {
    "add_to_cart": "view_item",
    "out_of_stock": "view_item",
    "remove_from_cart": "add_to_cart",
    "begin_checkout": "add_to_cart",
    "purchase": "view_item",
    "refund": "purchase",
    "review": "purchase",
}


@pytest.mark.parametrize("effect", CAUSES)
@given(shop=SHOPS)
def test_an_effect_follows_its_cause_in_the_same_session(effect: str, shop: History) -> None:
    assert not shop.count(f"""
        from events as e where event_type = '{effect}' and not exists (
            from events as c
            where c.session_id = e.session_id and c.product_id = e.product_id
            and c.user_id = e.user_id and c.event_type = '{CAUSES[effect]}'
            and c.event_timestamp < e.event_timestamp
        )
    """)


@given(shop=all_sorts(lambda name: name == "typical"))
def test_where_everybody_uses_the_cart_a_purchase_follows_cart_and_checkout(shop: History) -> None:
    for cause, same in (("add_to_cart", "c.product_id = e.product_id"), ("begin_checkout", "true")):
        assert not shop.count(f"""
            from events as e where event_type = 'purchase' and not exists (
                from events as c where c.session_id = e.session_id and {same}
                and c.event_type = '{cause}' and c.event_timestamp < e.event_timestamp
            )
        """)


@given(shop=SHOPS)
def test_a_session_begins_to_check_out_once_at_most(shop: History) -> None:
    assert not shop.count("""
        select session_id from events where event_type = 'begin_checkout'
        group by 1 having count(*) > 1
    """)


@given(shop=SHOPS)
def test_what_was_removed_from_the_cart_is_not_bought(shop: History) -> None:
    assert not shop.count("""
        select session_id, product_id from events group by 1, 2
        having bool_or(event_type = 'remove_from_cart') and bool_or(event_type = 'purchase')
    """)


@given(shop=SHOPS)
def test_a_product_is_bought_once_in_a_session_and_no_more_than_was_put_in_the_cart(
    shop: History,
) -> None:
    assert not shop.count("""
        select session_id, product_id, sum(quantity) filter (event_type = 'add_to_cart') as put,
            sum(quantity) filter (event_type = 'purchase') as bought
        from events group by 1, 2
        having count(*) filter (event_type = 'purchase') > 1 or put < bought
    """)


@given(shop=SHOPS)
def test_no_more_is_refunded_than_was_bought_and_at_the_price_paid(shop: History) -> None:
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


@given(shop=SHOPS)
def test_stock_is_never_negative_and_what_leaves_it_was_sold(shop: History) -> None:
    ids = shop.states[-1].catalog.product_id.to_pylist()
    for before, after, day in zip(shop.states, shop.states[1:], shop.days, strict=False):
        assert (after.stock.level >= 0).all()
        sold = np.zeros(len(after.stock), dtype=np.int64)
        bought = day.filter(pc.equal(day["event_type"], "purchase"))
        for product, units in zip(
            bought["product_id"].to_pylist(), bought["quantity"].to_pylist(), strict=True
        ):
            sold[ids.index(product)] += units
        known = len(before.stock)
        arrived = (before.stock.incoming > 0) & (
            before.stock.arrival <= before.next_day.toordinal()
        )
        available = before.stock.level + np.where(arrived, before.stock.incoming, 0)
        assert (after.stock.level[:known] == available - sold[:known]).all()


@given(shop=SHOPS)
def test_nothing_is_sold_or_put_into_a_cart_while_it_is_sold_out(shop: History) -> None:
    assert not shop.count("""
        from events as e join stock_outs as s on s.product_id = e.product_id
        and e.event_timestamp > s.started_at and e.event_timestamp < s.ended_at
        where e.event_type in ('purchase', 'add_to_cart')
        and not (e.event_type = 'add_to_cart' and e.event_timestamp <= s.started_at)
        and not exists (
            from events as first where first.event_type = 'add_to_cart'
            and first.session_id = e.session_id and first.product_id = e.product_id
            and first.event_timestamp < s.started_at and e.event_type = 'add_to_cart'
        )
    """)


@given(shop=SHOPS)
def test_nothing_is_out_of_stock_that_the_truth_does_not_say_is(shop: History) -> None:
    assert not shop.count("""
        from events as e where event_type = 'out_of_stock' and not exists (
            from stock_outs as s where s.product_id = e.product_id
            and e.event_timestamp >= s.started_at and e.event_timestamp < s.ended_at
        )
    """)


@given(shop=SHOPS)
def test_prices_agree_with_the_truth_of_their_moment(shop: History) -> None:
    zone = shop.opening.timezone
    shop.sql().sql(f"""
        create or replace temp table priced as
        with local as (
            select *, timezone('{zone}', event_timestamp) as local_time
            from events where event_type <> 'refund'
        ), regular as (
            select e.event_id, coalesce(
                arg_max(c.new_price, c.change_date), any_value(p.opening_price)
            ) as regular_price
            from local as e join product_truth as p using (product_id)
            left join price_changes as c
            on c.product_id = e.product_id and c.change_date <= cast(e.local_time as date)
            group by 1
        ), promoted as (
            select e.event_id, min(m.sale_price) as promoted_price
            from local as e join promotions as m on m.product_id = e.product_id
            and cast(e.local_time as date) between m.start_date and m.end_date
            and hour(e.local_time) >= m.from_hour and hour(e.local_time) < m.to_hour
            group by 1
        )
        select e.on_sale, e.sale_price, regular_price,
            least(regular_price, coalesce(promoted_price, regular_price)) as asked
        from local as e join regular using (event_id) left join promoted using (event_id)
    """)
    assert shop.count("from priced") == shop.count("from events where event_type <> 'refund'")
    assert not shop.count("from priced where sale_price <> asked")
    assert not shop.count("from priced where on_sale <> (asked < regular_price)")


@given(shop=SHOPS)
def test_events_name_products_that_have_been_launched(shop: History) -> None:
    assert not shop.count("from events anti join products using (product_id)")
    zone = shop.opening.timezone
    assert not shop.count(f"""
        from events as e join product_truth as p using (product_id)
        where cast(timezone('{zone}', event_timestamp) as date) < p.launch_date
    """)
    assert shop.count("from products") == len(shop.states[-1].catalog)


@given(shop=SHOPS)
def test_products_have_names_of_their_own_and_prices_with_endings(shop: History) -> None:
    assert shop.count("select distinct product_name, category from products") == shop.count(
        "from products"
    )
    assert not shop.count(
        "from products where round(regular_price * 100) % 100 not in (99, 95, 49)"
    )


@given(shop=SHOPS)
def test_reviews_move_the_products_rating(shop: History) -> None:
    first, last = (products_table(shop.states[i])["review_count"] for i in (0, -1))
    written = shop.count("from events where event_type = 'review'")
    assert pc.sum(last).as_py() - pc.sum(first).as_py() == written


@given(shop=SHOPS)
def test_nobody_comes_while_the_shop_is_down(shop: History) -> None:
    zone = shop.opening.timezone
    assert not shop.count(f"""
        with sessions as (
            select session_id, timezone('{zone}', min(event_timestamp)) as began
            from events where event_type not in ('refund', 'review') group by 1
        )
        select *, hour(began) + minute(began) / 60.0 as hour_of_day
        from sessions join shocks on kind = 'outage' and cast(began as date) = start_date
        where hour_of_day >= from_hour and hour_of_day < from_hour + hours
    """)


LAUNCHED = "launch_date >= (select min(event_timestamp)::date from events)"
OCCURS = {
    **{f"from events where event_type = '{kind}'": 20 for kind in EVENT_TYPES},
    **{f"from {t}": 20 for t in ("promotions", "price_changes", "stock_outs", "shocks")},
    **{f"from promotions where kind = '{k}'": 5 for k in ("product", "category", "shop", "flash")},
    **{f"from shocks where kind = '{k}'": 5 for k in ("viral", "bad_batch", "outage")},
    f"from product_truth where {LAUNCHED}": 5,
    """select session_id from events where event_type not in ('refund', 'review')
    group by 1 having min(event_timestamp)::date < max(event_timestamp)::date""": 5,
    # a shopper turned to a substitute
    """from events as o join events as v using (session_id)
    join products as a on a.product_id = v.product_id
    join products as b on b.product_id = o.product_id and a.category = b.category
    where o.event_type = 'out_of_stock' and v.event_type = 'add_to_cart'
    and v.product_id <> o.product_id and v.event_timestamp > o.event_timestamp""": 5,
    # somebody came back to a cart and bought it
    """with carts as (
        select session_id, user_id, product_id, min(event_timestamp) as began,
            bool_or(event_type = 'purchase') as bought
        from events group by 1, 2, 3 having bool_or(event_type = 'add_to_cart')
    )
    from carts as a join carts as b using (user_id, product_id)
    where not a.bought and b.bought and a.began < b.began""": 5,
}
"""What must be there, and how often at least, for the laws above to be about something."""


@pytest.mark.slow
def test_among_all_sorts_of_shops_everything_occurs() -> None:
    seen = Counter[str]()
    for shop in map(history, range(HISTORIES)):
        seen.update({query: shop.count(query) for query in OCCURS})
    assert {query: seen[query] for query, least in OCCURS.items() if seen[query] < least} == {}
