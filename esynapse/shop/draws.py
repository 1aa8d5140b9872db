"""Random numbers that belong to the thing they decide.

A draw is a hash of (seed, purpose, the thing's number), so it is the same in whatever slice, order
or process the thing is simulated. The hash is splitmix64's finaliser over a Weyl sequence (Steele,
Lea, Flood 2014, "Fast splittable pseudorandom number generators"), which passes BigCrush.

A key is an array of 64-bit words, one per thing; ``draw`` derives the words of one decision from
it. One word serves several small decisions: ``unit`` takes its high bits, ``pick`` a few low ones.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from esynapse.shop.columns import Floats, Ints
from esynapse.shop.streams import fingerprint

Words = NDArray[np.uint64]

_STEPS = 8192
"""Length of a table of quantiles; a draw from one takes 13 bits."""
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_30, _27, _31 = np.uint64(30), np.uint64(27), np.uint64(31)


def keys(seed: int, purpose: str, numbers: Ints | NDArray[np.uint32]) -> Words:
    """One word for each of the things that ``numbers`` name."""
    return _mixed(numbers.astype(np.uint64) * _GOLDEN + np.uint64(fingerprint(f"{seed} {purpose}")))


def draw(key: Words, purpose: str) -> Words:
    """The words of the decision ``purpose`` of every thing."""
    return _mixed(key + np.uint64(fingerprint(purpose)))


def nth(key: Words, position: Ints) -> Words:
    """The words of the ``position``-th part of every thing: of a session's third view, say."""
    return _mixed(position.astype(np.uint64) * _GOLDEN + key)


def _mixed(words: Words) -> Words:
    """splitmix64's finaliser; ``words`` is overwritten."""
    shifted = words >> _30
    words ^= shifted
    words *= _FIRST
    np.right_shift(words, _27, out=shifted)
    words ^= shifted
    words *= _SECOND
    np.right_shift(words, _31, out=shifted)
    words ^= shifted
    return words


def unit(words: Words) -> Floats:
    """Uniform in [0, 1), from the 53 high bits."""
    uniform: Floats = np.multiply(words >> np.uint64(11), 2.0**-53)
    return uniform


def unit32(words: Words, low: int = 0) -> Floats:
    """Uniform in [0, 1) in steps of 2**-32, from the 32 bits above the ``low`` lowest."""
    return np.multiply((words >> np.uint64(low)).astype(np.uint32), 2.0**-32)


def pick(table: NDArray[Any], words: Words, low: int = 0) -> NDArray[Any]:
    """Entries of a table whose length is a power of two, by the bits above the ``low`` lowest."""
    mask = np.uint64(len(table) - 1)
    chosen = words >> np.uint64(low) if low else words
    picked: NDArray[Any] = table[(chosen & mask).astype(np.intp)]
    return picked


def below(words: Words, limits: Ints) -> Ints:
    """Whole numbers in [0, limit), for limits up to 2**31."""
    return ((words >> np.uint64(32)) * limits.astype(np.uint64) >> np.uint64(32)).astype(np.int64)


@lru_cache(maxsize=64)
def lognormal_table(
    median: float, log_sd: float, *, unit: float = 1.0, least: int = 0, most: int = 2**62
) -> Ints:
    """Quantiles of a log-normal times ``unit``, rounded up to whole numbers in [least, most]."""
    values = median * np.exp(log_sd * ndtri(_quantiles()))
    return _frozen(np.clip(np.ceil(np.round(values * unit, 6)), least, most).astype(np.int64))


@lru_cache(maxsize=64)
def knots_table(knots: tuple[tuple[float, float], ...], *, whole: bool = True) -> NDArray[Any]:
    """Quantiles of a distribution by its (share, value) ``knots``, log-linear between."""
    shares, values = np.array(knots).T
    table = np.exp(np.interp(_quantiles(), shares, np.log(values)))
    return _frozen(np.round(table).astype(np.int64) if whole else table)


@lru_cache(maxsize=64)
def gamma_table(shape: float, mean: float) -> Floats:
    """Quantiles of a gamma distribution."""
    return _frozen(gammaincinv(shape, _quantiles()) * (mean / shape))


@lru_cache(maxsize=64)
def normal_table() -> Floats:
    """Quantiles of the standard normal."""
    return _frozen(ndtri(_quantiles()))


@lru_cache(maxsize=64)
def factor_table(log_sd: float) -> Floats:
    """Quantiles of a log-normal with mean 1."""
    return _frozen(np.exp(log_sd * ndtri(_quantiles()) - log_sd**2 / 2))


@lru_cache(maxsize=64)
def shares_table(weights: tuple[float, ...]) -> Ints:
    """Positions in ``weights``, each as often as its weight says."""
    bounds = np.round(np.cumsum(weights) / np.sum(weights) * _STEPS).astype(np.int64)
    return _frozen(np.repeat(np.arange(len(weights)), np.diff(bounds, prepend=0)))


def _quantiles() -> Floats:
    return (np.arange(_STEPS) + 0.5) / _STEPS


def _frozen(table: NDArray[Any]) -> NDArray[Any]:
    table.setflags(write=False)
    return table


def as_knots(pairs: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    """(share, value) pairs as the key that ``knots_table`` takes."""
    return tuple((float(share), float(value)) for share, value in pairs)
