"""The workbooks and pictures in the repository are what the code makes now."""

import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tableau.connections import EXTRACT_PATH, BigQuery, Extract
from tableau.package import WORKBOOK
from tableau.views import DASHBOARDS
from tableau.workbook import workbook

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "docs"))

import tableau_pictures  # noqa: E402 - of the folder docs

MAKE = "run `make tableau` and `python docs/tableau_pictures.py`, and commit what they write"


def test_the_live_workbook_is_current() -> None:
    live = BigQuery("your-project", "esynapse_published", "your-project")
    made = workbook(DASHBOARDS, live, "USD")
    assert (ROOT / "tableau" / "esynapse.twb").read_bytes() == made, MAKE


def test_the_packed_workbook_is_current() -> None:
    with zipfile.ZipFile(ROOT / "tableau" / "esynapse.twbx") as package:
        assert package.namelist() == [WORKBOOK, EXTRACT_PATH]
        assert package.read(WORKBOOK) == workbook(DASHBOARDS, Extract(), "USD"), MAKE


@pytest.fixture(scope="module")
def pictures() -> dict[str, bytes]:
    """Every picture, as the packed workbook gives them now."""
    return tableau_pictures.pictures(ROOT / "tableau" / "esynapse.twbx")


@pytest.mark.slow
@pytest.mark.parametrize("name", [f"tableau-{each.name.lower()}.svg" for each in DASHBOARDS])
def test_the_pictures_are_current_and_shown(pictures: dict[str, bytes], name: str) -> None:
    assert (ROOT / "docs" / "pictures" / name).read_bytes() == pictures[name], MAKE
    ElementTree.fromstring(pictures[name])
    assert f"](pictures/{name})" in (ROOT / "docs" / "tableau.md").read_text()
