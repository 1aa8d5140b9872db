"""Random streams: one for each (seed, day, purpose), and tables of quantiles to draw from.

A stream depends on nothing but its key, so a day can be simulated anywhere, in any process, and a
new purpose never shifts the numbers of another.
"""

from functools import cache
from hashlib import blake2b
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

_STEPS = 8192


def fingerprint(text: str) -> int:
    """64 bits that stand for ``text``, the same on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def stream(seed: int, day: int, purpose: str) -> np.random.Generator:
    """The counter-based stream of one purpose on one day (a proleptic ordinal)."""
    key = np.array([seed, fingerprint(purpose)], dtype=np.uint64)
    counter = np.array([0, 0, day, 0], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))


@cache
def _normal_quantiles() -> NDArray[np.float64]:
    inverse = NormalDist().inv_cdf
    return np.array([inverse((step + 0.5) / _STEPS) for step in range(_STEPS)])


@cache
def _lognormal_table(
    log_mean: float, log_sd: float, unit: float, least: int, most: int
) -> NDArray[np.int64]:
    values = np.exp(log_mean + log_sd * _normal_quantiles())
    table = np.clip(np.ceil(np.round(values * unit, 6)), least, most).astype(np.int64)
    table.setflags(write=False)
    return table


def lognormal_integers(
    rng: np.random.Generator,
    size: int,
    *,
    log_mean: float,
    log_sd: float,
    unit: float = 1.0,
    least: int = 0,
    most: int = 2**62,
) -> NDArray[np.int64]:
    """Log-normal draws times ``unit``, rounded up to whole numbers within [least, most].

    They come from a table of 8,192 quantiles: fast, and whole numbers do not depend on the last
    bit of a machine's ``exp``.
    """
    table = _lognormal_table(log_mean, log_sd, unit, least, most)
    return table[rng.integers(0, _STEPS, size=size)]
