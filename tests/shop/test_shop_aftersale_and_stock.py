"""What comes after a sale, and how the shelves are filled again."""

from datetime import date

import numpy as np
import pytest

from esynapse.shop import load_profile, open_shop
from esynapse.shop.aftersale import after_sale, opening_ratings
from esynapse.shop.catalog import make_catalog
from esynapse.shop.clock import DAY
from esynapse.shop.columns import Floats, Ints
from esynapse.shop.inventory import Stock, opening_stock, order_levels, receive, reorder
from esynapse.shop.rows import KIND, EventRows
from esynapse.shop.settling import WANTED

TYPICAL = load_profile("typical")
OPENING = date(2026, 3, 2).toordinal()
CATALOG = make_catalog(TYPICAL, 5, 1.0, OPENING, 1000)


def sales(size: int, quantity: int = 1) -> EventRows:
    return EventRows.make(
        size,
        kind=KIND["purchase"],
        session=np.arange(size),
        product=np.arange(size) % len(CATALOG),
        quantity=quantity,
        paid=10.0,
    )


def later(quantity: int = 1, fault: float = 1.0) -> tuple[EventRows, EventRows]:
    """Refunds and reviews of 200,000 sales at instant 0."""
    faults = np.full(len(CATALOG), fault)
    rows = after_sale(sales(200_000, quantity), TYPICAL, CATALOG, faults, 3)
    return rows.take(rows.kind == KIND["refund"]), rows.take(rows.kind == KIND["review"])


def by_quality(values: Floats | Ints, product: Ints) -> tuple[float, float]:
    """Means for the worse and the better half of the products."""
    good = CATALOG.quality[product] > np.median(CATALOG.quality)
    return float(values[~good].mean()), float(values[good].mean())


def test_refunds_come_at_the_products_rate_and_days_after() -> None:
    refunds, _ = later()
    bought = np.bincount(np.arange(200_000) % len(CATALOG))
    back = np.bincount(refunds.product, minlength=len(CATALOG))
    assert (back / bought).mean() == pytest.approx(CATALOG.return_propensity.mean(), rel=0.02)
    assert np.corrcoef(back / bought, CATALOG.return_propensity)[0, 1] > 0.9
    days = refunds.time / DAY
    assert np.median(days) == pytest.approx(9.3, rel=0.03)
    assert 30 < np.quantile(days, 0.9) < 65


def test_some_refunds_are_partial_and_none_exceeds_the_sale() -> None:
    refunds, _ = later(quantity=4)
    assert set(refunds.quantity.tolist()) == {1, 2, 3, 4}
    assert (refunds.quantity == 4).mean() == pytest.approx(1 - 0.25 * 0.75, abs=0.02)


def test_a_bad_batch_comes_back_more_often() -> None:
    plain, bad = len(later()[0]), len(later(fault=2.5)[0])
    assert 1.9 < bad / plain < 2.6


def test_ratings_are_j_shaped_and_better_products_get_better_ones() -> None:
    _, reviews = later()
    shares = np.bincount(reviews.rating, minlength=6)[1:] / len(reviews)
    assert shares.argmax() == 4
    assert shares[4] > 0.45
    assert shares[0] > shares[1]
    worse, better = by_quality(reviews.rating, reviews.product)
    assert better > worse + 0.4
    refunds, _ = later()
    assert CATALOG.return_propensity[CATALOG.quality > 1].mean() < (
        CATALOG.return_propensity[CATALOG.quality < -1].mean()
    )
    sent_back = np.isin(reviews.session, refunds.session)
    assert reviews.rating[sent_back].mean() < reviews.rating[~sent_back].mean() - 1


def test_products_open_with_ratings_like_those_to_come() -> None:
    ratings = opening_ratings(TYPICAL, CATALOG, 3)
    _, reviews = later()
    known = ratings.total.sum() / ratings.count.sum()
    assert known == pytest.approx(reviews.rating.mean(), abs=0.25)
    assert (ratings.total <= 5 * ratings.count).all()
    assert (ratings.total >= ratings.count).all()


def test_what_runs_low_is_ordered_up_to_s_and_arrives_after_its_lead_time() -> None:
    size = 5_000
    demand = np.full(size, 4.0)
    none = np.zeros(size, dtype=bool)
    low, high = order_levels(TYPICAL.stock, demand, none)
    stock = Stock.make(size, level=np.where(np.arange(size) % 2, low, low + 1), demand=demand)
    wanted = np.full(size, 4 * WANTED)
    after = reorder(stock, TYPICAL, wanted, none, seed=1, ordinal=OPENING)
    ordered = np.arange(size) % 2 == 1
    assert (after.incoming[ordered] == (high - low)[ordered]).all()
    assert (after.incoming[~ordered] == 0).all()
    lead = after.arrival[ordered] - OPENING - 1
    shortest, longest = TYPICAL.stock.lead_days
    assert lead.min() == shortest
    on_time = lead <= longest
    assert 1 - on_time.mean() == pytest.approx(TYPICAL.stock.supplier_failure, abs=0.015)
    assert lead[~on_time].min() >= shortest + TYPICAL.stock.supplier_failure_days[0]
    late = receive(after, OPENING + 1 + longest)
    assert (late.level[ordered][on_time] == high[ordered][on_time]).all()


def test_a_promotion_raises_what_is_kept() -> None:
    demand = np.full(2, 4.0)
    low, high = order_levels(TYPICAL.stock, demand, np.array([False, True]))
    assert low[1] > 1.8 * low[0]
    assert high[1] > 1.8 * high[0]


def test_the_forecast_of_demand_follows_what_people_want() -> None:
    stock = opening_stock(TYPICAL, np.full(3, 2.0), np.zeros(3, dtype=bool), seed=1)
    for day in range(60):
        stock = reorder(
            stock,
            TYPICAL,
            np.array([0, 2, 20]) * WANTED,
            np.zeros(3, dtype=bool),
            seed=1,
            ordinal=OPENING + day,
        )
    assert stock.demand == pytest.approx([0.1, 2.0, 19.0], abs=0.3)


def test_a_shop_opens_with_something_of_everything() -> None:
    state = open_shop(TYPICAL, seed=5, scale=0.5, opening_day=date(2026, 3, 2))
    assert (state.stock.level >= 1).all()
