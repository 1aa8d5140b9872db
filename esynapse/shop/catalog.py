"""The assortment: what is sold, at what price, and the hidden traits that drive demand."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from esynapse.shop.columns import Floats, Ints
from esynapse.shop.profile import Profile
from esynapse.shop.streams import stream

_MEAN_QUALITY_EFFECT_ON_RETURNS = -0.35


@dataclass(frozen=True)
class Catalog:
    """Products of one shop, sorted by category; every array has one entry per product."""

    product_id: pa.StringArray
    product_name: pa.StringArray
    category_name: pa.StringArray
    category: Ints
    """Index into the profile's categories; never falls."""
    price: Floats
    """Regular price on the opening day."""
    quality: Floats
    """Standard normal: raises conversion and ratings, lowers returns."""
    elasticity: Floats
    """Relative change of units per relative change of price; about -2.62."""
    popularity: Floats
    """Share of views at regular prices; sums to 1."""
    return_propensity: Floats
    """Chance that a unit sold comes back."""

    def __len__(self) -> int:
        return len(self.price)

    def truth(self) -> pa.Table:
        """The hidden traits: product_id, category, elasticity, quality, popularity, …"""
        return pa.table(
            {
                "product_id": self.product_id,
                "category": self.category_name,
                "opening_price": self.price,
                "elasticity": self.elasticity,
                "quality": self.quality,
                "popularity": self.popularity,
                "return_propensity": self.return_propensity,
            }
        )


def charm_price(price: Floats, choice: Floats) -> Floats:
    """``price`` moved to the nearest amount that ends in .99, .95 or .49, as ``choice`` in [0, 1)
    says (60, 25 and 15 %); never below 0.49."""
    ending = np.select([choice < 0.60, choice < 0.85], [0.99, 0.95], 0.49)
    moved: Floats = np.round(np.maximum(np.round(price - ending), 0) + ending, 2)
    return moved


@lru_cache(maxsize=4)
def make_catalog(profile: Profile, seed: int) -> Catalog:
    """The catalog of the shop that ``seed`` makes of ``profile``."""
    rng = stream(seed, 0, "catalog")
    shape, kinds = profile.catalog, profile.categories
    share = np.array([c.share for c in kinds])
    bounds = np.round(np.cumsum(share) / share.sum() * shape.products).astype(np.int64)
    sizes = np.diff(bounds, prepend=0)
    category = np.repeat(np.arange(len(kinds)), sizes)
    n = shape.products
    noise = rng.standard_normal((3, n))
    price = np.array([c.price for c in kinds])[category] * np.exp(
        np.array([c.price_log_sd for c in kinds])[category] * noise[0]
    )
    elasticity = np.array([c.elasticity for c in kinds])[category]
    elasticity = np.clip(elasticity + shape.elasticity_sd * noise[1], -6.0, -0.8)
    quality = noise[2]
    returns = np.array([c.return_rate for c in kinds])[category]
    effect = _MEAN_QUALITY_EFFECT_ON_RETURNS
    returns = np.clip(returns * np.exp(effect * quality - effect**2 / 2), 0.005, 0.8)
    rank = rng.permutation(n)
    popularity = (rank + 1 + shape.popularity_offset) ** -shape.popularity_slope
    return Catalog(
        product_id=pa.array([f"p{number:04d}" for number in range(1, n + 1)]),
        product_name=pa.array(_names(profile, sizes, rng)),
        category_name=pa.array([kinds[c].name for c in category]),
        category=category,
        price=charm_price(np.maximum(price, 1.0), rng.random(n)),
        quality=quality,
        elasticity=elasticity,
        popularity=popularity / popularity.sum(),
        return_propensity=returns,
    )


def _names(profile: Profile, sizes: Ints, rng: np.random.Generator) -> list[str]:
    """Brand, style, kind: no two products of a category share all three."""
    brands, styles = profile.catalog.brands, profile.catalog.styles
    names = []
    for kind, size in zip(profile.categories, sizes, strict=True):
        combinations = len(brands) * len(styles) * len(kind.kinds)
        for pick in rng.permutation(combinations)[:size]:
            rest, k = divmod(int(pick), len(kind.kinds))
            b, s = divmod(rest, len(styles))
            names.append(f"{brands[b]} {styles[s]} {kind.kinds[k]}")
    return names
