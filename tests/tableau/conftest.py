"""The two workbooks, built once, and the extract of the packed one."""

import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from esynapse.settings import Settings
from esynapse.warehouse import open_warehouse
from tableau.connections import EXTRACT_PATH, BigQuery
from tableau.package import WORKBOOK, write_live, write_package
from tests.dashboard.conftest import (  # noqa: F401 - fixtures
    _the_main_module_stays_pythons_own,
    open_app,
)


class Books(NamedTuple):
    """The files, and what is in the package."""

    packed: Path
    live: Path
    twb: bytes
    extract: Path


@pytest.fixture(scope="session")
def books(shop_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Both workbooks of a small shop."""
    folder = tmp_path_factory.mktemp("tableau")
    packed, live = folder / "esynapse.twbx", folder / "esynapse.twb"
    write_package(packed, open_warehouse(Settings(home=shop_home), create=False))
    write_live(live, BigQuery("shop-project", "esynapse_published", "paying-project"), "USD")
    with zipfile.ZipFile(packed) as package:
        package.extractall(folder / "package")
    return Books(
        packed,
        live,
        (folder / "package" / WORKBOOK).read_bytes(),
        folder / "package" / EXTRACT_PATH,
    )
