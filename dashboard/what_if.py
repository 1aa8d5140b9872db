"""What another price would do: demand of constant elasticity, and how well that is known.

units(price) = units(regular) · (price ÷ regular)^ε, the model that the marts fit to discount
periods (int_discount_scores). A product's own ε is told from few units, its category's is not its
own: they are weighed against each other as in a meta-analysis with random effects. Products spread
around their category with a variance τ² (DerSimonian and Laird, Meta-analysis in clinical trials,
1986), which makes the category's ε, with τ² and its own error, the prior of the product's (Morris,
Parametric empirical Bayes inference, 1983).
"""

import math
from dataclasses import dataclass

_QUANTILE = 1.645
"""Of a 90 % interval, as the marts have them."""


@dataclass(frozen=True)
class Interval:
    """An estimate, and what it lies between with a probability of 90 %."""

    value: float
    lower: float
    upper: float

    def times(self, factor: float) -> "Interval":
        """All of it, ``factor`` ≥ 0 times as large."""
        return Interval(self.value * factor, self.lower * factor, self.upper * factor)

    @property
    def variance(self) -> float:
        return ((self.upper - self.lower) / 2 / _QUANTILE) ** 2


@dataclass(frozen=True)
class Estimates:
    """Elasticities of a category's products: sums over them, weighted by 1 ÷ variance."""

    products: int
    weights: float
    squared_weights: float
    weighted: float
    """Σ weight × elasticity."""
    weighted_squares: float
    """Σ weight × elasticity²."""

    @property
    def spread(self) -> float:
        """τ², the variance between products beyond what chance makes of each; ≥ 0."""
        if self.products < 2 or self.weights <= 0:
            return 0.0
        excess = self.weighted_squares - self.weighted**2 / self.weights - (self.products - 1)
        room = self.weights - self.squared_weights / self.weights
        return max(0.0, excess / room) if room > 0 else 0.0


def of_product(category: Interval, spread: float, own: Interval | None) -> Interval:
    """The elasticity of one product of a category.

    Args:
        category: mean elasticity of the category.
        spread: Estimates.spread of its products.
        own: the product's, from its own periods; None where it had none that tell.
    """
    variance, mean = category.variance + spread, category.value
    if own is not None and own.variance > 0:
        weight = variance / (variance + own.variance)
        mean += weight * (own.value - mean)
        variance *= 1 - weight
    margin = _QUANTILE * math.sqrt(variance)
    return Interval(mean, mean - margin, mean + margin)


def units(baseline: float, price_ratio: float, elasticity: Interval) -> Interval:
    """Units at ``price_ratio`` (> 0) of the regular price, ``baseline`` of them at the regular."""
    ends = [baseline * price_ratio**each for each in (elasticity.lower, elasticity.upper)]
    return Interval(baseline * price_ratio**elasticity.value, min(ends), max(ends))


def revenue(baseline: float, price_ratio: float, elasticity: Interval) -> Interval:
    """Revenue at ``price_ratio`` of the regular price, ``baseline`` of it at the regular."""
    return units(baseline, price_ratio, elasticity).times(price_ratio)


def profitable_cost(price_ratio: float, elasticity: float) -> float | None:
    """What a unit costs, ÷ the regular price, where profit is the same at both prices.

    More units raise profit where one costs less than this, fewer units where one costs more:
    (p − c) · units(p) = (p₀ − c) · units(p₀), solved for c ÷ p₀. None where units stay as they are.
    """
    change = price_ratio**elasticity - 1
    return None if change == 0 else (price_ratio ** (1 + elasticity) - 1) / change
