"""A profile: every figure that makes one kind of shop, read from a TOML file beside this module.

The figures' meanings, units and sources stand in the file, each beside its figure.
"""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, ValidationError

from esynapse.errors import EsynapseError


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Traffic(_Section):
    """How many sessions start, and when."""

    sessions_per_day: float
    annual_growth: float
    daily_noise: float
    weekday: tuple[float, ...]
    hours: tuple[float, ...]


class Browsing(_Section):
    """What a session looks at, and how fast."""

    views_log_mean: float
    views_log_sd: float
    views_most: int
    gap_median: float
    gap_log_sd: float
    checkout_gap_median: float
    checkout_gap_log_sd: float
    same_product: float
    same_category: float


class Funnel(_Section):
    """From view to cart to purchase, and how price acts on each step."""

    cart_per_view: float
    remove_from_cart: float
    buy_per_cart: float
    checkout_completion: float
    extra_units: float
    cart_return: float
    cart_return_hours_median: float
    cart_return_hours_log_sd: float
    cart_return_commitment: float
    elasticity_of_views: float
    elasticity_of_carts: float
    elasticity_of_purchases: float


class CustomerHabits(_Section):
    """Who comes back."""

    returning_visitors: float
    visitor_memory: int
    visitor_memory_decay: float
    visits_per_day: float
    visit_shape: float
    fading_days: float
    forgotten_after_days: int
    eagerness: float
    commitment: float
    opening_customers: int
    opening_days: int


class AfterSale(_Section):
    """Refunds and reviews."""

    refund_days_median: float
    refund_days_log_sd: float
    review_rate: float
    review_days_median: float
    review_days_log_sd: float
    rating_mean: float
    rating_per_quality: float
    rating_noise: float
    rating_if_refunded: float


class StockPolicy(_Section):
    """(s, S) replenishment."""

    units_per_day: float
    lead_days: tuple[int, int]
    safety: float
    cover_days: float
    promotion_factor: float


class PromotionPolicy(_Section):
    """Promotions and changes of regular prices."""

    products_per_day: float
    campaign_chance: float
    campaign_share: float
    days: tuple[int, int]
    depths: tuple[float, ...]
    rest_days: int
    price_changes_per_day: float
    price_drop_share: float
    price_change_depths: tuple[float, ...]


class CatalogShape(_Section):
    """The assortment as a whole."""

    products: int
    popularity_slope: float
    popularity_offset: float
    quality_effect: float
    elasticity_sd: float
    brands: tuple[str, ...]
    styles: tuple[str, ...]


class Category(_Section):
    """One category of the assortment."""

    name: str
    share: float
    price: float
    price_log_sd: float
    return_rate: float
    elasticity: float
    kinds: tuple[str, ...]


class Profile(_Section):
    """One kind of shop."""

    name: str
    traffic: Traffic
    browsing: Browsing
    funnel: Funnel
    customers: CustomerHabits
    aftersale: AfterSale
    stock: StockPolicy
    promotions: PromotionPolicy
    catalog: CatalogShape
    categories: tuple[Category, ...]

    def __hash__(self) -> int:
        return hash(self.name)


@cache
def load_profile(name: str) -> Profile:
    """The profile called ``name``.

    Raises:
        EsynapseError: there is none of this name (those known are listed), or its file is wrong.
    """
    folder = files("esynapse.shop") / "profiles"
    known = sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml"))
    if name not in known:
        raise EsynapseError(f"profile: {name!r} is unknown, use one of: {', '.join(known)}")
    file = folder / f"{name}.toml"
    try:
        return Profile(name=name, **tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        first = str(error).replace("\n", " ")
        raise EsynapseError(f"profile: {file} is wrong, mend it: {first}") from None
