"""The page about the shop and its pictures belong together, and a script can make them."""

import importlib
import re
from datetime import date
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

DOCS = Path(__file__).parents[2] / "docs"
SHOWN = set(re.findall(r"!\[[^\]]+\]\(pictures/([\w.]+)\)", (DOCS / "shop.md").read_text()))
LARGEST = 60_000


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """What the script draws with; it is found as the script finds it, beside itself."""
    monkeypatch.syspath_prepend(DOCS)
    return importlib.import_module("shop_pictures")


def test_the_page_shows_every_picture_that_there_is_and_no_other() -> None:
    assert {path.name for path in (DOCS / "pictures").glob("*.png")} == SHOWN
    assert all(path.stat().st_size <= LARGEST for path in (DOCS / "pictures").glob("*.png"))


@pytest.mark.slow
def test_the_script_makes_every_picture_that_the_page_shows(
    package: ModuleType, tmp_path: Path
) -> None:
    first, out = date(2026, 3, 2), tmp_path / "pictures"
    out.mkdir()
    with (
        package.simulated("typical", tmp_path / "typical", first, 50, scale=0.05) as typical,
        package.simulated("rees46", tmp_path / "rees46", first, 9, scale=0.05) as rees46,
    ):
        drawn = dict(package.draw(package.Shops(typical, rees46), out))
    assert {path.name for path in drawn} == SHOWN
    for path, size in drawn.items():
        assert size == path.stat().st_size
        with Image.open(path) as image:
            assert image.width > 1000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    slope=st.floats(-6, -0.5),
    promotions=st.lists(
        st.tuples(st.floats(1, 100), st.floats(0.05, 0.5)), min_size=1, max_size=20
    ),
)
def test_an_elasticity_is_found_where_there_is_no_noise(
    package: ModuleType, slope: float, promotions: list[tuple[float, float]]
) -> None:
    expected, depth = np.array(promotions).T
    log_ratio = np.log(1 - depth)
    sold = pd.DataFrame(
        {
            "expected": expected,
            "log_ratio": log_ratio,
            "count": expected * np.exp(slope * log_ratio),
        }
    )
    found = importlib.import_module("shop_pictures.promoted").elasticity(sold)
    assert found == pytest.approx(slope, abs=1e-6)
