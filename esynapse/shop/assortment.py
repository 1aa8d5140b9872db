"""An assortment: the categories of a shop and the words of its product names, read from TOML.

The figures' meanings, units and sources stand in the file, each beside its figure.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from esynapse.shop.figures import Section, load_figures

MOST_PRODUCTS = 1_500_000
"""Product numbers lie below this; every assortment has a name of its own for each."""

_Words = Annotated[tuple[str, ...], Field(min_length=1)]
_Positive = Annotated[float, Field(gt=0)]


class Kinds(Section):
    """Kinds of product whose names are made alike and that cost about the same."""

    names: _Words
    price_level: _Positive = 1.0
    pattern: str | None = None
    editions: _Words | None = None
    words: Mapping[str, _Words] = {}


class Category(Section):
    """One category: its figures, and its kinds of product."""

    name: str
    share: _Positive
    price: _Positive
    price_log_sd: _Positive
    return_rate: Annotated[float, Field(ge=0, lt=1)]
    elasticity: Annotated[float, Field(lt=0)]
    season: Annotated[float, Field(ge=0, lt=1)]
    peak: Annotated[int, Field(ge=1, le=366)]
    appeal: _Positive = 1.0
    pattern: str
    editions: _Words
    words: Mapping[str, _Words] = {}
    kinds: Annotated[tuple[Kinds, ...], Field(min_length=1)]

    @cached_property
    def kind_names(self) -> tuple[str, ...]:
        """Every kind; ``product_kinds`` gives positions in it."""
        return tuple(name for group in self.kinds for name in group.names)

    @cached_property
    def price_levels(self) -> tuple[float, ...]:
        """Price of each kind against the category's median; the mean of the logarithms is 0."""
        logs = [math.log(group.price_level) for group in self.kinds for _ in group.names]
        mean = math.fsum(logs) / len(logs)
        return tuple(math.exp(log - mean) for log in logs)

    @cached_property
    def price_log_sd_within(self) -> float:
        """Spread of the prices of one kind that, with ``price_levels``, makes ``price_log_sd``."""
        return math.sqrt(self.price_log_sd**2 - self._variance_between_kinds)

    @property
    def _variance_between_kinds(self) -> float:
        levels = self.price_levels
        return math.fsum(math.log(level) ** 2 for level in levels) / len(levels)

    @model_validator(mode="after")
    def _kinds_spread_less_than_the_category(self) -> Self:
        if self._variance_between_kinds >= self.price_log_sd**2:
            raise ValueError(
                f"{self.name}: the price levels of its kinds alone spread by"
                f" {math.sqrt(self._variance_between_kinds):.2f}, its price_log_sd must be more"
            )
        return self


@dataclass(frozen=True)
class Spelling:
    """How the names of one group of kinds are spelt: one word of each part, one after another."""

    parts: tuple[tuple[str, ...], ...]
    """The words of each slot, with the text that stands between it and the next slot."""
    kind_part: int
    """Which of the parts holds the kinds."""
    editions: tuple[str, ...]
    """What is added to the name where a kind's words run out; the first is nothing."""

    @property
    def combinations(self) -> int:
        """Names that one kind has before it needs an edition."""
        return math.prod(len(p) for i, p in enumerate(self.parts) if i != self.kind_part)


class Assortment(Section):
    """What one shop sells."""

    name: str
    words: Mapping[str, _Words] = {}
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]

    def __hash__(self) -> int:
        return hash(self.name)

    @cached_property
    def spellings(self) -> tuple[tuple[Spelling, ...], ...]:
        """For each category, one spelling per group of kinds."""
        return tuple(
            tuple(_spelling(self, category, group) for group in category.kinds)
            for category in self.categories
        )

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> Self:
        total = math.fsum(category.share for category in self.categories)
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares of the categories sum to {total:.6g}, not to 1")
        return self

    @model_validator(mode="after")
    def _names_suffice(self) -> Self:
        for category, spellings in zip(self.categories, self.spellings, strict=True):
            needed = -(-MOST_PRODUCTS // len(category.kind_names))
            for group, spelling in zip(category.kinds, spellings, strict=True):
                names = spelling.combinations * len(spelling.editions)
                if names < needed:
                    raise ValueError(
                        f"{category.name}: the words of {group.names[0]!r} make {names} names but"
                        f" {needed} are needed, add words or editions"
                    )
        return self


def _spelling(assortment: Assortment, category: Category, group: Kinds) -> Spelling:
    """The group's pattern, else the category's, with each slot's words looked up."""
    words = {**assortment.words, **category.words, **group.words, "kind": group.names}
    pattern = group.pattern or category.pattern
    pieces = re.split(r"\{(\w+)\}", pattern)
    slots, texts = pieces[1::2], pieces[2::2]
    if unknown := [slot for slot in slots if slot not in words]:
        raise ValueError(
            f"{category.name}: {pattern!r} asks for {unknown[0]!r}, which has no words"
        )
    if "kind" not in slots or len(set(slots)) < len(slots):
        raise ValueError(f"{category.name}: {pattern!r} must have {{kind}}, and no slot twice")
    if twice := [slot for slot in slots if len(set(words[slot])) < len(words[slot])]:
        raise ValueError(f"{category.name}: the words of {twice[0]!r} hold one twice")
    texts_before = [pieces[0]] + [""] * (len(slots) - 1)
    parts = tuple(
        tuple(f"{before}{word}{after}" for word in words[slot])
        for before, slot, after in zip(texts_before, slots, texts, strict=True)
    )
    editions = ("", *(f" ({edition})" for edition in group.editions or category.editions))
    return Spelling(parts, slots.index("kind"), editions)


@cache
def load_assortment(name: str) -> Assortment:
    """The assortment called ``name``.

    Raises:
        EsynapseError: there is none of this name (those known are listed), or its file is wrong.
    """
    return load_figures(
        Assortment, "assortments", name, lambda f: {**f, "name": name}, noun="assortment"
    )
