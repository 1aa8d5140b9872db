"""The assortment: what is sold, at what price, and the hidden traits that drive demand.

A product is known by its number, and its traits are draws on it; so a catalog that grows never
changes the products that were there.
"""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from esynapse.shop.assortment import Assortment
from esynapse.shop.columns import Floats, Ints
from esynapse.shop.draws import Words, draw, keys, normal_table, pick, unit
from esynapse.shop.names import product_kinds, product_names
from esynapse.shop.profile import CatalogShape, Profile
from esynapse.shop.streams import stream

_GOLDEN_RATIO = 0.6180339887498949


@dataclass(frozen=True)
class Catalog:
    """Products of one shop by number; every array has one entry per product."""

    profile: Profile
    seed: int
    category: Ints
    """Index into the assortment's categories."""
    price: Floats
    """Regular price on the opening day."""
    quality: Floats
    """Standard normal: raises conversion and ratings, lowers returns."""
    elasticity: Floats
    """Relative change of units per relative change of price; about -2.62."""
    popularity: Floats
    """Weight of views at the opening day's price, before age, season and shocks; mean 1."""
    return_propensity: Floats
    """Chance that a line bought comes back."""
    launched: Ints
    """Date (ordinal)."""

    def __len__(self) -> int:
        return len(self.price)

    @cached_property
    def by_category(self) -> Ints:
        """The products, those of one category together."""
        return np.argsort(self.category, kind="stable")

    @cached_property
    def category_bounds(self) -> Ints:
        """Where each category begins in ``by_category``, and the end."""
        kinds = np.arange(len(self.profile.assortment.categories) + 1)
        return np.searchsorted(self.category[self.by_category], kinds)

    @cached_property
    def product_id(self) -> pa.StringArray:
        numbers = pc.cast(pa.array(np.arange(1, len(self) + 1)), pa.string())
        return pc.binary_join_element_wise("p", pc.utf8_lpad(numbers, 4, "0"), "")

    @cached_property
    def product_name(self) -> pa.StringArray:
        return product_names(
            self.profile.assortment, self.seed, np.arange(len(self)), self.category
        )

    @cached_property
    def category_name(self) -> pa.StringArray:
        names = pa.array([kind.name for kind in self.profile.assortment.categories])
        return names.take(pa.array(self.category))

    def views_by_age(self, ordinal: int) -> Floats:
        """What age does to views on a date: a launch draws eyes, then interest fades; 0 before."""
        shape, age = self.profile.catalog, ordinal - self.launched
        fading = 0.5 ** (np.maximum(age, 0) / shape.ageing_half_life_days)
        level = shape.ageing_floor + (1 - shape.ageing_floor) * fading
        level *= 1 + shape.novelty * np.exp(-np.maximum(age, 0) / shape.novelty_days)
        return np.where(age >= 0, level, 0.0)


def charm_price(price: Floats, choice: Floats) -> Floats:
    """``price`` moved to the nearest amount that ends in .99, .95 or .49, as ``choice`` in [0, 1)
    says (60, 25 and 15 %); never below 0.49."""
    ending = np.select([choice < 0.60, choice < 0.85], [0.99, 0.95], 0.49)
    moved: Floats = np.round(np.maximum(np.round(price - ending), 0) + ending, 2)
    return moved


def products_at_opening(shape: CatalogShape, scale: float) -> int:
    """How many products a shop of this scale opens with."""
    growth = shape.growth_below if scale < 1 else shape.growth_above
    return max(round(shape.products * math.pow(scale, growth)), 24)


def products_after(shape: CatalogShape, scale: float, days: int) -> int:
    """How many products there are ``days`` after the opening day."""
    first = products_at_opening(shape, scale)
    return first + int(shape.launches_per_year * first * days / 365.25)


@lru_cache(maxsize=2)
def make_catalog(profile: Profile, seed: int, scale: float, opening: int, size: int) -> Catalog:
    """The first ``size`` products of the shop that opens on the day ``opening`` (an ordinal)."""
    shape, kinds = profile.catalog, profile.assortment.categories
    first = products_at_opening(shape, scale)
    number = np.arange(size)
    key = keys(seed, "product", number)
    share = np.cumsum([kind.share for kind in kinds])
    place = (number * _GOLDEN_RATIO + stream(seed, 0, "catalog").random()) % 1
    category = np.searchsorted(share / share[-1], place, side="right")

    def of_kind(figure: str) -> Floats:
        return np.array([getattr(kind, figure) for kind in kinds], dtype=np.float64)[category]

    def normal(purpose: str) -> Floats:
        values: Floats = pick(normal_table(), draw(key, purpose))
        return values

    price = of_kind("price") * np.exp(of_kind("price_log_sd_within") * normal("price"))
    price *= _price_levels(profile.assortment, seed, number, category)
    quality = normal("quality")
    elasticity = of_kind("elasticity") + shape.elasticity_sd * normal("elasticity")
    effect = profile.aftersale.quality_effect_on_returns
    returns = of_kind("return_rate") * np.exp(effect * quality - effect**2 / 2)
    return Catalog(
        profile=profile,
        seed=seed,
        category=category,
        price=charm_price(np.maximum(price, 1.0), unit(draw(key, "price ending"))),
        quality=quality,
        elasticity=np.clip(elasticity, -6.0, -0.8),
        popularity=_popularity(shape, seed, first, key) * of_kind("appeal"),
        return_propensity=np.clip(returns, 0.005, 0.8),
        launched=_launch_dates(shape, scale, opening, first, key),
    )


def _price_levels(assortment: Assortment, seed: int, number: Ints, category: Ints) -> Floats:
    """What each product's kind costs against its category's median."""
    levels = [kind.price_levels for kind in assortment.categories]
    first = np.cumsum([0, *map(len, levels)])
    kind = product_kinds(assortment, seed, number, category)
    return np.concatenate(levels)[first[category] + kind]


def _popularity(shape: CatalogShape, seed: int, first: int, key: Words) -> Floats:
    """By rank: exact for those there at the opening, drawn for those launched later."""
    rank = unit(draw(key, "popularity"))
    rank[:first] = (stream(seed, 0, "popularity").permutation(first) + 0.5) / first

    def weight(rank: Floats) -> Floats:
        return (rank + shape.popularity_head) ** -shape.popularity_slope + shape.popularity_floor

    popularity: Floats = weight(rank) / weight((np.arange(first) + 0.5) / first).mean()
    return popularity


def _launch_dates(shape: CatalogShape, scale: float, opening: int, first: int, key: Words) -> Ints:
    age = -np.log1p(-unit(draw(key, "age"))) * shape.age_years * 365.25
    launched = opening - 1 - age.astype(np.int64)
    later = np.arange(1, len(key) - first + 1)
    launched[first:] = opening + np.ceil(
        later * 365.25 / (shape.launches_per_year * products_at_opening(shape, scale))
    )
    return launched
