"""The figures of a level of disorder, read from a TOML file of ``esynapse/shop/disorders``.

The figures' sources stand in the files, each beside its figure. A share is a share of the events
that the shop makes; every share 0 and no network leaves the events as they are.
"""

from functools import cache
from itertools import pairwise
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from esynapse.shop.columns import Ints
from esynapse.shop.draws import as_knots, knots_table
from esynapse.shop.figures import Section, load_figures

Share = Annotated[float, Field(ge=0, le=1)]


class Delay(Section):
    """A distribution of delays by its quantiles."""

    seconds: tuple[tuple[Share, Annotated[float, Field(gt=0, le=1e9)]], ...] = ()
    """(share that is no later, seconds): from share 0 to share 1, log-linear between. Empty: no
    delay at all."""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        shares = [share for share, _ in self.seconds]
        if shares and (shares[0] != 0 or shares[-1] != 1):
            raise ValueError("seconds must begin at share 0 and end at share 1")
        for (low, short), (high, long) in pairwise(self.seconds):
            if low >= high or short > long:
                raise ValueError("the shares of seconds must rise, and its delays may not fall")
        return self

    def table(self) -> Ints:
        """The quantiles in microseconds, as ``draws.pick`` takes them."""
        if not self.seconds:
            return np.zeros(1, dtype=np.int64)
        knots = as_knots([(share, delay * 1e6) for share, delay in self.seconds])
        quantiles: Ints = knots_table(knots)
        return quantiles


class Late(Delay):
    """Events that come much later than the network explains: a phone that was offline."""

    share: Share

    @model_validator(mode="after")
    def _has_delays(self) -> Self:
        if self.share and not self.seconds:
            raise ValueError("what is late needs seconds")
        return self


class Duplicates(Delay):
    """Events sent again, as they are, that long after they first arrived."""

    share: Share
    again: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Chance that a copy is followed by one more."""
    most: Annotated[int, Field(ge=1, le=100)] = 1
    """Copies of one event at most."""


class Malformed(Section):
    """Shares of events that have a broken copy, by its kind; :mod:`.faults` has the kinds."""

    missing_field: Share
    wrong_type: Share
    unknown_event_type: Share
    impossible_value: Share
    not_json: Share
    wrong_encoding: Share
    oversize: Share

    @model_validator(mode="after")
    def _one_copy_each(self) -> Self:
        if sum(self.rates().values()) > 1:
            raise ValueError("the shares add up to more than 1: an event has one broken copy")
        return self

    def rates(self) -> dict[str, float]:
        """The share of each kind."""
        return {kind: getattr(self, kind) for kind in type(self).model_fields}


class Disorder(Section):
    """One level of disorder."""

    name: str
    network: Delay
    """Every message's way; what is late takes that delay instead."""
    late: Late
    duplicates: Duplicates
    malformed: Malformed


@cache
def load_disorder(name: str) -> Disorder:
    """The level of disorder called ``name``.

    Raises:
        EsynapseError: there is none of this name (those known are listed), or its file is wrong.
    """
    return load_figures(Disorder, "disorders", name, lambda f: {**f, "name": name}, noun="disorder")
