from pathlib import Path

import pytest

from esynapse.home import open_home
from esynapse.warehouse.lake import Lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(open_home(tmp_path / "home"))
