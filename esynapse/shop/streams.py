"""Random streams: one for each (seed, day, purpose), for what belongs to a date.

A stream depends on nothing but its key, so a day can be simulated anywhere, in any process, and a
new purpose never shifts the numbers of another.
"""

from hashlib import blake2b

import numpy as np


def fingerprint(text: str) -> int:
    """64 bits that stand for ``text``, the same on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def stream(seed: int, day: int, purpose: str) -> np.random.Generator:
    """The counter-based stream of one purpose on one day (a proleptic ordinal)."""
    key = np.array([seed, fingerprint(purpose)], dtype=np.uint64)
    counter = np.array([0, 0, day, 0], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))
