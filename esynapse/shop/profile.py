"""A profile: every figure that makes one kind of shop, read from a TOML file beside this module.

The figures' meanings, units and sources stand in the file, each beside its figure. What is sold is
an assortment of its own (:mod:`esynapse.shop.assortment`).
"""

from functools import cache

from esynapse.shop.assortment import Assortment, load_assortment
from esynapse.shop.figures import Section, load_figures, names_in

Knots = tuple[tuple[float, float], ...]
"""(share of the whole, value) pairs: a distribution by its quantiles."""


class Traffic(Section):
    """How many sessions start, and when."""

    sessions_per_day: float
    annual_growth: float
    daily_noise: float
    noise_memory: float
    months: tuple[float, ...]
    weekday: tuple[float, ...]
    weekday_of_buying: tuple[float, ...]
    hours: tuple[float, ...]
    hours_of_buying: tuple[float, ...]
    country: str
    holiday_effect: float
    paydays: tuple[int, ...]
    payday_effect: float


class Browsing(Section):
    """What a session looks at, and how fast."""

    views: Knots
    gap_median: float
    gap_log_sd: float
    checkout_gap_median: float
    checkout_gap_log_sd: float
    same_product: float
    same_category: float
    favourite_category: float


class Funnel(Section):
    """From view to cart to purchase, and how price acts on each step."""

    cart_per_view: float
    buys_without_cart: float
    buy_now_per_view: float
    add_again: float
    remove_from_cart: float
    buy_per_cart: float
    pay_at_once: float
    leaves_after_paying: float
    buys_next_line_too: float
    checkout_completion: float
    extra_units: float
    cart_return: float
    cart_return_hours_median: float
    cart_return_hours_log_sd: float
    cart_return_commitment: float
    substitute: float
    elasticity_of_views: float
    elasticity_of_carts: float
    elasticity_of_purchases: float
    elasticity_of_units: float
    pull_forward: float
    pull_forward_days: float


class People(Section):
    """Who comes back, and who buys."""

    zeal_log_sd: float
    eagerness: float
    commitment: float
    browsers_join: float
    browser_visits_per_day: float
    browser_visit_shape: float
    browser_leaves_after_visit: float
    customers_join: float
    customer_visits_per_day: float
    customer_visit_shape: float
    customer_leaves_after_order: float
    fading_days: float
    first_visits_per_day: float
    orders_per_day: float
    new_customers_per_day: float
    orders_per_customer_visit: float


class AfterSale(Section):
    """Refunds and reviews."""

    refund_days_median: float
    refund_days_log_sd: float
    partial_refund: float
    quality_effect_on_returns: float
    review_rate: float
    review_days_median: float
    review_days_log_sd: float
    stars: tuple[float, ...]
    stars_per_quality: float
    stars_if_refunded: float
    opening_reviews: float


class StockPolicy(Section):
    """(s, S) replenishment."""

    lead_days: tuple[int, int]
    safety: float
    cover_days: float
    promotion_factor: float
    supplier_failure: float
    supplier_failure_days: tuple[int, int]
    demand_memory_days: float


class PromotionPolicy(Section):
    """Promotions and changes of regular prices."""

    products_per_day: float
    category_chance: float
    category_share: float
    days: tuple[int, int]
    depths: tuple[float, ...]
    rest_days: int
    flash_chance: float
    flash_share: float
    flash_hours: tuple[int, int]
    flash_depths: tuple[float, ...]
    price_changes_per_day: float
    price_drop_share: float
    price_change_depths: tuple[float, ...]


class Campaign(Section):
    """A yearly campaign of the whole shop; its first day is ``day`` of the month, or ``offset``
    days after the ``nth`` ``weekday`` (0: Monday) of it."""

    name: str
    month: int
    day: int = 0
    weekday: int = 0
    nth: int = 0
    offset: int = 0
    days: int
    share: float
    depths: tuple[float, ...]
    traffic: float


class ShockRates(Section):
    """What befalls the shop, and how often a year."""

    viral_per_year: float
    viral_peak: float
    viral_half_life_days: float
    bad_batches_per_year: float
    bad_batch_days: tuple[int, int]
    bad_batch_returns: float
    outages_per_year: float
    outage_quarter_hours: tuple[int, int]


class CatalogShape(Section):
    """The assortment as a whole."""

    assortment: str
    products: int
    growth_below: float
    growth_above: float
    popularity_slope: float
    popularity_head: float
    popularity_floor: float
    launches_per_year: float
    age_years: float
    novelty: float
    novelty_days: float
    ageing_half_life_days: float
    ageing_floor: float
    quality_effect: float
    elasticity_sd: float


class Profile(Section):
    """One kind of shop."""

    name: str
    traffic: Traffic
    browsing: Browsing
    funnel: Funnel
    people: People
    aftersale: AfterSale
    stock: StockPolicy
    promotions: PromotionPolicy
    campaigns: tuple[Campaign, ...] = ()
    shocks: ShockRates
    catalog: CatalogShape

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def assortment(self) -> Assortment:
        """What is sold."""
        return load_assortment(self.catalog.assortment)


def known_profiles() -> list[str]:
    """The names that ``load_profile`` takes."""
    return names_in("profiles")


@cache
def load_profile(name: str) -> Profile:
    """The profile called ``name``.

    Raises:
        EsynapseError: there is none of this name (those known are listed), or its file is wrong.
    """
    return load_figures(Profile, "profiles", name, lambda f: {**f, "name": name}, noun="profile")
