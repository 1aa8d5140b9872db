"""The documentation page: whole, as the project stands, and without a network."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from esynapse.errors import EsynapseError
from esynapse.home import open_home
from esynapse.pipeline import docs_site
from esynapse.pipeline.dbt_project import DBT_PROJECT
from esynapse.pipeline.docs_site import CONTENT_SECURITY_POLICY, docs_are_current, write_docs
from esynapse.settings import Settings
from tests.dbt_project.conftest import ZONE, Built

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(built: Built) -> str:
    path = write_docs(Settings(home=built.home.root, timezone=ZONE))
    assert path == built.home.docs
    assert list(path.parent.iterdir()) == [path]
    return path.read_text()


def test_the_page_knows_the_columns_that_were_built(page: str, built: Built) -> None:
    catalog: dict[str, Any] = json.loads((built.home.root / "dbt" / "catalog.json").read_text())
    columns = catalog["nodes"]["model.esynapse.daily_revenue"]["columns"]

    assert columns["net_revenue"]["type"] == "DECIMAL(18,2)"
    assert json.dumps(columns["net_revenue"]) in page
    assert "metric.esynapse.average_order_value" in page
    assert "# The shop's marts" in page


def test_the_page_may_fetch_nothing_and_is_not_told_to_track(page: str) -> None:
    assert page.index(CONTENT_SECURITY_POLICY) < page.index("<script")
    assert "http" not in CONTENT_SECURITY_POLICY
    assert '"send_anonymous_usage_stats": false' in page
    assert '"send_anonymous_usage_stats": true' not in page


def test_the_page_is_current_until_the_project_changes(
    page: str, built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert docs_are_current(built.home)
    changed = Path(shutil.copytree(DBT_PROJECT, tmp_path / "dbt", ignore=lambda *_: {"target"}))
    monkeypatch.setattr(docs_site, "DBT_PROJECT", changed)
    assert docs_are_current(built.home)
    with (changed / "models" / "docs.md").open("a") as docs:
        docs.write("more")
    assert not docs_are_current(built.home)


def test_before_the_first_build_there_is_nothing_to_describe(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")

    assert not docs_are_current(home)
    with pytest.raises(EsynapseError, match="run 'esynapse transform' first"):
        write_docs(Settings(home=home.root))
