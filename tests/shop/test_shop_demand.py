"""What makes demand: popularity, age, season, price, promotions past, and luck."""

from datetime import date

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esynapse.shop import day, load_profile, open_shop, simulate_day
from esynapse.shop.appeal import Appeal, appeal
from esynapse.shop.catalog import Catalog, make_catalog, products_after, products_at_opening
from esynapse.shop.clock import DayClock
from esynapse.shop.columns import Floats, Ints
from esynapse.shop.prices import PriceBoard, PriceChanges, Prices, PriceTags, Promotions
from esynapse.shop.profile import Profile
from esynapse.shop.shocks import VIRAL, Shocks

TYPICAL = load_profile("typical")
OPENING = date(2026, 3, 2).toordinal()


def catalog(days: int = 0, scale: float = 1.0) -> Catalog:
    size = products_after(TYPICAL.catalog, scale, days)
    return make_catalog(TYPICAL, 5, scale, OPENING, size)


def appeal_at(
    price: Floats,
    *,
    tags: PriceTags | None = None,
    shocks: Shocks | None = None,
    date_of_rows: Ints | None = None,
    profile: Profile = TYPICAL,
) -> Appeal:
    """Appeal of the catalog at the prices of each row."""
    goods = catalog()
    rows = len(price)
    board = PriceBoard(
        row_of_bin=np.zeros(192, dtype=np.int64),
        date=np.full(rows, OPENING) if date_of_rows is None else date_of_rows,
        regular=np.tile(goods.price, (rows, 1)),
        price=price,
    )
    tags = tags or PriceTags.make(len(goods), regular=goods.price)
    prices = Prices(tags, Promotions.empty(), PriceChanges.empty())
    return appeal(profile, goods, prices, board, shocks or Shocks.empty())


def shares(found: Appeal, row: int) -> Floats:
    """Share of views of each product."""
    size = 2**found.slot_bits
    return np.bincount(found.slots[row * size : (row + 1) * size], minlength=found.products) / size


@given(ratio=st.floats(0.6, 1.0))
def test_every_step_of_the_funnel_takes_its_share_of_the_products_elasticity(ratio: float) -> None:
    goods, funnel = catalog(), TYPICAL.funnel
    found = appeal_at(np.stack([goods.price, goods.price * ratio]))
    n = found.products
    for values, share in (
        (found.carts, funnel.elasticity_of_carts),
        (found.purchases, funnel.elasticity_of_purchases),
        (1 + found.extra_units, funnel.elasticity_of_units),
    ):
        effect = np.log(values[n:] / values[:n])
        assert effect == pytest.approx(share * np.log(ratio) * goods.elasticity)


@pytest.mark.slow
def test_units_respond_to_price_with_the_planted_elasticity(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same shop twice, once with every 25th product at 0.7 of its price, and stock enough."""
    calm = TYPICAL.model_copy(
        update={
            "name": "calm",
            "stock": TYPICAL.stock.model_copy(update={"cover_days": 400.0, "safety": 50.0}),
            "promotions": TYPICAL.promotions.model_copy(
                update={"products_per_day": 0.0, "category_chance": 0.0, "flash_chance": 0.0}
                | {"price_changes_per_day": 0.0}
            ),
        }
    )
    usual = day.price_board

    def units(ratio: float) -> Floats:
        def board(prices: Prices, clock: DayClock) -> PriceBoard:
            asked = usual(prices, clock)
            asked.price[:, ::25] *= ratio
            return asked

        monkeypatch.setattr(day, "price_board", board)
        state = open_shop(calm, seed=11, scale=2.0, opening_day=date(2026, 3, 2))
        ids = state.catalog.product_id
        sold = np.zeros(len(ids))
        for _ in range(30):
            events, state, _ = simulate_day(state, state.next_day)
            bought = events.filter(pc.equal(events["event_type"], "purchase"))
            place = pc.index_in(bought["product_id"], value_set=ids)
            known = pc.is_valid(place)
            rows = place.filter(known).to_numpy(), bought["quantity"].filter(known).to_numpy()
            sold += np.bincount(rows[0], weights=rows[1], minlength=len(ids))
        return sold[::25]

    before, after = units(1.0), units(0.7)
    elasticity = make_catalog(calm, 11, 2.0, OPENING, 25 * len(before)).elasticity[::25]
    planted = np.log(before @ 0.7**elasticity / before.sum()) / np.log(0.7)
    realised = np.log(after.sum() / before.sum()) / np.log(0.7)
    assert realised == pytest.approx(planted, rel=0.08)


def test_a_product_on_promotion_draws_more_of_the_views() -> None:
    goods = catalog()
    cheaper = goods.price.copy()
    cheaper[7] *= 0.6
    found = appeal_at(np.stack([goods.price, cheaper]))
    expected = 0.6 ** (TYPICAL.funnel.elasticity_of_views * goods.elasticity[7])
    assert shares(found, 1)[7] / shares(found, 0)[7] == pytest.approx(expected, rel=0.05)


def test_views_follow_popularity_age_and_season() -> None:
    goods = catalog()
    found = appeal_at(goods.price[None, :])
    kinds = TYPICAL.assortment.categories
    swing = np.array(
        [1 + k.season * np.cos(2 * np.pi * (OPENING - 1 - k.peak) / 365.25) for k in kinds]
    )
    wanted = goods.popularity * goods.views_by_age(OPENING) * swing[goods.category]
    assert shares(found, 0) == pytest.approx(wanted / wanted.sum(), abs=1e-5)


def test_a_promotion_takes_a_little_from_the_days_after_it_and_less_each_day() -> None:
    goods = catalog()
    tags = PriceTags.make(len(goods), regular=goods.price, promoted_until=OPENING, pulled=0.10)
    days = OPENING + np.arange(4)
    found = appeal_at(np.tile(goods.price, (4, 1)), tags=tags, date_of_rows=days)
    carts = found.carts.reshape(4, -1)
    dip = 1 - carts[1:] / carts[0]
    assert dip[:, 0] == pytest.approx(0.10 * np.exp(-np.arange(1, 4) / 6.0))


def test_a_product_that_goes_viral_is_looked_at_many_times_as_often() -> None:
    goods = catalog()
    viral = Shocks.make(1, kind=VIRAL, product=7, start=OPENING, days=30, factor=10.0)
    plain, found = (appeal_at(goods.price[None, :], shocks=s) for s in (None, viral))
    assert shares(found, 0)[7] / shares(plain, 0)[7] == pytest.approx(10, rel=0.1)


def test_the_catalog_grows_and_the_products_that_were_there_stay_as_they_are() -> None:
    young, old = catalog(0), catalog(365)
    assert len(old) - len(young) == pytest.approx(0.12 * len(young), abs=1)
    for name in ("category", "price", "quality", "elasticity", "popularity", "launched"):
        assert (getattr(old, name)[: len(young)] == getattr(young, name)).all()
    assert old.product_name[: len(young)] == young.product_name
    assert (np.diff(old.launched[len(young) :]) >= 0).all()
    assert (old.launched[: len(young)] < OPENING).all()


def test_a_launch_draws_eyes_and_interest_fades_with_age() -> None:
    goods = catalog(365)
    level = goods.views_by_age(OPENING + 200)
    age = OPENING + 200 - goods.launched
    assert (level[age < 0] == 0).all()
    order = np.argsort(age[age >= 0])
    assert (np.diff(level[age >= 0][order]) <= 1e-12).all()
    assert level[age >= 0].max() > 1.5


def test_one_knob_makes_a_corner_shop_or_a_marketplace() -> None:
    shape = TYPICAL.catalog
    sizes = [products_at_opening(shape, scale) for scale in (0.012, 1.0, 1176.0)]
    assert 80 <= sizes[0] <= 200
    assert sizes[1] == 1000
    assert sizes[2] == pytest.approx(1_000_000, rel=0.02)


def test_people_begin_in_their_favourite_category_more_often_than_by_chance() -> None:
    profile = TYPICAL.model_copy(
        update={
            "name": "loyal",
            "browsing": TYPICAL.browsing.model_copy(update={"favourite_category": 1.0}),
        }
    )
    state = open_shop(profile, seed=5, scale=0.05, opening_day=date(2026, 3, 2))
    kinds: dict[str, set[str]] = {}
    names = state.catalog.category_name.to_pylist()
    of_product = dict(zip(state.catalog.product_id.to_pylist(), names, strict=True))
    first: dict[str, tuple[str, str]] = {}
    for _ in range(6):
        events, state, _ = simulate_day(state, state.next_day)
        for row in events.select(["session_id", "user_id", "product_id"]).to_pylist():
            first.setdefault(row["session_id"], (row["user_id"], row["product_id"]))
    for session, (user, product) in first.items():
        if session[8] < "G":  # no return to a cart
            kinds.setdefault(user, set()).add(of_product[product])
    assert sum(len(sessions) for sessions in kinds.values()) < len(first) / 1.2
    assert all(len(found) == 1 for found in kinds.values())
